"""Words go in at the socket, and the card comes out of it."""

from __future__ import annotations

import pytest

from leads.models import Lead
from tests.realtime.screens import screen
from tests.world import World

PRICE = "Honestly that is too expensive for us."


async def test_words_bring_a_card_on_the_same_socket(world: World, lead: Lead) -> None:
    async with screen(world.alice) as alice:
        sent = await alice.hears(lead, PRICE)
        event = await alice.told("suggestion")
    assert event["seq"] == 1
    assert event["payload"]["message"]["client_id"] == sent
    assert event["payload"]["card"]["kind"] == "affordability"
    assert event["metadata"]["source"] == "local"
    assert event["metadata"]["urgency"] == event["payload"]["card"]["urgency"]
    assert event["metadata"]["topic"] == f"claude.{world.alice.agent.pk}.suggestion"
    assert event["metadata"]["agent"] == str(world.alice.agent.pk)
    assert event["metadata"]["tenant"] == str(world.oakwood.pk)


async def test_the_hello_says_where_the_stream_stands(world: World, lead: Lead) -> None:
    async with screen(world.alice) as alice:
        assert alice.hello["type"] == "status"
        assert alice.hello["seq"] is None
        assert alice.hello["payload"]["seq"] == 0
        assert alice.hello["payload"]["mode"] in ("full", "reduced", "local")


async def test_the_same_id_is_heard_once_and_the_sender_is_told_so(world: World, lead: Lead) -> None:
    async with screen(world.alice) as alice:
        await alice.hears(lead, PRICE, id="once")
        await alice.told("suggestion")
        await alice.hears(lead, PRICE, id="once")
        known = await alice.told("status", state="known")
        assert known["seq"] is None
        assert known["payload"]["id"] == "once"


async def test_two_tabs_of_one_agent_are_told_the_same(world: World, lead: Lead) -> None:
    async with screen(world.alice) as one, screen(world.alice) as two:
        await one.hears(lead, PRICE)
        assert await one.told("suggestion") == await two.told("suggestion")
        assert one.seqs == two.seqs


async def test_nobody_else_is_told(world: World, lead: Lead) -> None:
    async with screen(world.alice) as alice, screen(world.bob) as bob, screen(world.charlie) as charlie:
        await alice.hears(lead, PRICE)
        await alice.told("suggestion")
        assert await bob.silent()
        assert await charlie.silent()


async def test_typing_reaches_the_other_tabs_only(world: World, lead: Lead) -> None:
    async with screen(world.alice) as one, screen(world.alice) as two, screen(world.bob) as bob:
        await one.hears(lead, PRICE)  # both are awake after this
        await one.told("suggestion")
        await two.told("suggestion")
        await one.say(type="typing", lead=str(lead.pk))
        assert (await two.told("status", state="typing"))["payload"]["lead"] == str(lead.pk)
        assert await one.silent()
        assert await bob.silent()


async def test_feedback_is_taken_and_told(world: World, lead: Lead) -> None:
    async with screen(world.alice) as alice:
        await alice.hears(lead, PRICE)
        card = (await alice.told("suggestion"))["payload"]["card"]
        await alice.say(
            type="feedback", id="f1", suggestion_id=card["id"], verdict="used", score="5", HEADERS={"HX": "1"}
        )
        told = await alice.told("status", state="feedback")
        assert told["payload"]["verdict"] == "used"
        assert told["payload"]["score"] == 5


@pytest.mark.parametrize("speaker", ["agent"])
async def test_the_agents_own_words_bring_no_card(world: World, lead: Lead, speaker: str) -> None:
    async with screen(world.alice) as alice:
        await alice.hears(lead, "Let me show you two that fit.", speaker=speaker)
        told = await alice.told("status", state="heard")
        assert "card" not in told["payload"]
