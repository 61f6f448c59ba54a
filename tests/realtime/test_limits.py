"""A client that shouts, babbles or asks for what is not its own is answered with an error, and hurts nobody else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from enterprisehub.privacy.models import AuditEvent
from enterprisehub.realtime.limits import Bucket, Pace
from enterprisehub.realtime.threads import in_thread
from enterprisehub.tenants.scope import scope
from leads.models import Lead
from tests.realtime.screens import screen
from tests.world import World

BAD: list[tuple[str, str]] = [
    ("not json", "invalid"),
    ("[]", "invalid"),
    ("3", "invalid"),
    ("{}", "invalid"),
    ('{"type": NaN}', "invalid"),
    ('{"type": 7}', "invalid"),
    ('{"type": null}', "invalid"),
    ('{"type": "drop_table"}', "invalid"),
    ('{"type": "hear"}', "invalid"),
    ('{"type": "hear", "id": "x", "lead": 7, "text": "hello"}', "invalid"),
    ('{"type": "hear", "id": "x", "lead": "y", "text": ["hello"]}', "invalid"),
    ('{"type": "hear", "id": "x\\u0000", "lead": "y", "text": "hello"}', "invalid"),
    ('{"type": "hear", "id": "x", "lead": "y", "text": "\\ud800"}', "invalid"),
    ('{"type": "hear", "id": "' + "x" * 81 + '", "lead": "y", "text": "hello"}', "invalid"),
    ('{"type": "hear", "id": "x", "lead": "' + "y" * 65 + '", "text": "hello"}', "invalid"),
    ('{"type": "hear", "id": "x", "lead": "y", "text": "hello", "at": "soon"}', "invalid"),
    ('{"type": "hear", "id": "x", "lead": "y", "text": "hello", "at": "9999-12-31T23:59:59-12:00"}', "invalid"),
    ('{"type": "hear", "id": "x", "lead": "y", "text": "' + "z" * 8_001 + '"}', "invalid"),
    ('{"type": "hear", "id": "x", "lead": "no-such-lead", "text": "hello"}', "not_found"),
    ('{"type": "resume"}', "invalid"),
    ('{"type": "resume", "last_seq": -1}', "invalid"),
    ('{"type": "resume", "last_seq": 1e400}', "invalid"),
    ('{"type": "resume", "last_seq": ' + "9" * 5_000 + "}", "invalid"),
    ('{"type": "resume", "last_seq": "many"}', "invalid"),
    ('{"type": "ack", "seq": 99}', "invalid"),
    ('{"type": "subscribe", "topics": "claude"}', "invalid"),
    ('{"type": "feedback", "id": "x", "suggestion_id": "not-an-id", "verdict": "used"}', "invalid"),
    ('{"type": "feedback", "id": "x", "score": 6}', "invalid"),
    ("[" * 30_000, "invalid"),
]


async def test_what_cannot_be_read_is_an_error_and_nothing_else(
    world: World, lead: Lead, caplog: pytest.LogCaptureFixture
) -> None:
    async with screen(world.alice) as alice:
        for text, code in BAD:
            await alice.socket.send_to(text_data=text)
            answer = await alice.told("error")
            assert answer["payload"]["code"] == code, text[:80]
            assert answer["seq"] is None
            if len(alice.events) % 10 == 0:
                await alice.silent(0.6)  # within the pace
        await alice.silent(0.5)
        await alice.socket.send_to(bytes_data=b"\x00\x01")
        assert (await alice.told("error"))["payload"]["code"] == "invalid"
        await alice.hears(lead, "Honestly that is too expensive for us.")
        await alice.told("suggestion")
    assert not [record for record in caplog.records if record.exc_info or record.levelname == "ERROR"]


async def test_an_error_names_the_message_that_it_answers(world: World) -> None:
    async with screen(world.alice) as alice:
        await alice.say(type="hear", id="mine", lead="none", text="hello")
        assert (await alice.told("error"))["payload"]["id"] == "mine"
        await alice.say(type="hear", id="mine-too", text="hello")
        answer = (await alice.told("error"))["payload"]
        assert (answer["id"], answer["field"]) == ("mine-too", "lead")


async def test_foreign_leads_and_cards_look_like_none(world: World, lead: Lead) -> None:
    foreign = await in_thread(world.conversation, world.charlie)
    async with screen(world.bob) as bob, screen(world.charlie) as charlie:
        await bob.hears(foreign.lead, "hello")
        unknown = (await bob.told("error"))["payload"]
        await bob.hears(lead, "hello")  # Alice's
        colleague = (await bob.told("error"))["payload"]
        for one in (unknown, colleague):
            assert {**one, "id": ""} == {
                "code": "not_found",
                "message": "There is no such lead.",
                "field": "lead",
                "id": "",
            }
        assert await charlie.silent()


@pytest.mark.parametrize(
    "wanted", ["*", "claude.*", "claude.{bob}.suggestion", "claude.{charlie}.status", "claude.{alice}.*", ""]
)
async def test_foreign_topics_and_wildcards_are_refused_and_noted(world: World, wanted: str) -> None:
    people = {name: getattr(world, name).agent.pk for name in ("alice", "bob", "charlie")}
    async with screen(world.alice) as alice:
        await alice.say(type="subscribe", topics=[wanted.format(**people)])
        assert (await alice.told("error"))["payload"]["code"] == "not_allowed"

    def noted() -> int:
        with scope(world.oakwood.pk):
            return AuditEvent.objects.filter(
                verb="socket.topic.refused", actor_id=world.alice.user.pk, via="socket"
            ).count()

    assert await in_thread(noted) == 1


@pytest.mark.parametrize("topics", [[1], [None], [["a"]], {"a": 1}, 7, None])
async def test_topics_of_another_shape_are_refused(world: World, topics: Any) -> None:
    async with screen(world.alice) as alice:
        await alice.say(type="subscribe", topics=topics)
        assert (await alice.told("error"))["payload"]["code"] == "invalid"


async def test_a_narrowed_socket_is_told_its_topics_only(world: World, lead: Lead) -> None:
    async with screen(world.alice) as alice:
        await alice.say(type="subscribe", topics=[f"claude.{world.alice.agent.pk}.suggestion"])
        await alice.told("status", state="subscribed")
        await alice.hears(lead, "Let me see.", speaker="agent")
        await alice.hears(lead, "Honestly that is too expensive for us.")
        assert (await alice.next())["type"] == "suggestion"


async def test_a_flood_is_slowed_then_closed(world: World, lead: Lead) -> None:
    async with screen(world.alice) as alice, screen(world.bob) as bob:
        for _ in range(100):
            await alice.say(type="ack", seq=0)
        assert await alice.closed() == 4429
        assert {event["payload"]["code"] for event in alice.events if event["type"] == "error"} == {"too_many"}
        await bob.say(type="ack", seq=0)
        assert await bob.silent()


async def test_a_huge_frame_is_an_error_and_ends_the_socket(world: World, lead: Lead) -> None:
    async with screen(world.alice) as alice:
        await alice.socket.send_to(
            text_data=json.dumps({"type": "hear", "id": "x", "lead": str(lead.pk), "text": "é" * 17_000})
        )
        assert await alice.closed() == 1009
        assert alice.events[-1]["payload"]["code"] == "invalid"


def test_a_bucket_lets_a_burst_through_then_the_rate_and_then_loses_patience() -> None:
    clock = [0.0]
    bucket = Bucket(20, 40, clock=lambda: clock[0])
    assert [bucket.take() for _ in range(40)] == [Pace.FINE] * 40
    assert bucket.take() is Pace.TOO_FAST
    clock[0] += 0.1
    assert [bucket.take() for _ in range(3)] == [Pace.FINE, Pace.FINE, Pace.TOO_FAST]
    assert Pace.ENOUGH in [bucket.take() for _ in range(30)]
    clock[0] += 2
    assert bucket.take() is Pace.FINE
