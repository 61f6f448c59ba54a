"""What is known of a lead changes through another door: the screens that show the lead follow, and no others."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from redis.exceptions import ConnectionError as NoConnection

from enterprisehub.realtime.threads import in_thread
from enterprisehub.tenants.scope import scope
from leads.models import Lead
from leads.services import moving, telling
from tests.api.programs import LEADS_READ, LEADS_WRITE, Program
from tests.realtime.screens import WAIT, Screen, cookie_of, screen, socket
from tests.world import Person, World

WISH = "We need a three bedroom in Oakland under $450k, with a yard."


def browser(person: Person) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


def opens(person: Person, lead: Lead, path: str = "/leads/{}/") -> None:
    answer = browser(person).get(path.format(lead.pk))
    assert answer.status_code == 200, answer.content[:300]


def settles(person: Person, lead: Lead, **fields: str) -> None:
    answer = browser(person).post(f"/leads/{lead.pk}/facts/", fields, headers={"HX-Request": "true"})
    assert answer.status_code == 200, answer.content[:300]


async def known(one: Screen, lead: Lead) -> dict[str, Any]:
    """The sheet that this screen is told next, which must be of this lead."""
    told: dict[str, Any] = (await one.told("status", state="understood"))["payload"]["known"]
    assert told["id"] == str(lead.pk)
    return told


def values(sheet: dict[str, Any]) -> dict[str, Any]:
    return {fact["name"]: fact["value"] for fact in sheet["facts"]}


async def test_what_a_program_learns_comes_to_the_leads_own_agent_and_nobody_else(world: World, lead: Lead) -> None:
    program = await in_thread(Program, world.alice, LEADS_WRITE, LEADS_READ)
    with_contact = {"contact_id": str(lead.pk), "initial_message": WISH, "message_id": "sms-1"}
    async with screen(world.alice) as alice, screen(world.bob) as bob, screen(world.charlie) as charlie:
        begun = (await in_thread(program.post, "/qualification/start", with_contact)).json()
        sheet = await known(alice, lead)
        assert (values(sheet)["beds"], values(sheet)["price_max"]) == (3, 450_000)
        assert sheet["next"]["text"] == begun["next_questions"][0]["question"]
        path = f"/qualification/{begun['flow_id']}/responses"
        await in_thread(program.post, path, {"user_message": "We already signed with another agent."})
        sheet = await known(alice, lead)
        assert (sheet["overlay"], sheet["hand_off"]["reason"]) == ("other_agent", "signed_elsewhere")
        assert alice.seqs == [1, 2]
        assert await bob.silent()
        assert await charlie.silent()


async def test_a_fact_and_a_stage_that_a_program_changes_come_at_once(world: World, lead: Lead) -> None:
    program = await in_thread(Program, world.alice, LEADS_WRITE, LEADS_READ)
    async with screen(world.alice) as alice, screen(world.bob) as bob:
        entered = {"do": "correct", "name": "beds", "value": 4}
        await in_thread(program.post, f"/leads/{lead.pk}/facts", entered)
        assert values(await known(alice, lead))["beds"] == 4
        change = {"stage": "qualified", "overlay": "nurture", "reason": "they travel until May"}
        answer = await in_thread(program.patch, f"/leads/{lead.pk}", change)
        assert answer.status_code == 200, answer.content
        sheet = await known(alice, lead)
        assert (sheet["stage"], sheet["overlay"], sheet["overlay_reason"]) == (
            "qualified",
            "nurture",
            "they travel until May",
        )
        await in_thread(program.patch, f"/leads/{lead.pk}", {"name": "Pat B. Doe"})
        assert await alice.silent()  # a name is nothing that was learned
        assert await bob.silent()


async def test_what_a_person_settles_in_one_tab_the_other_tab_shows(world: World, lead: Lead) -> None:
    line = socket(cookie=await in_thread(cookie_of, world.alice), protocol="ehub.html.v1")
    await line.connect(WAIT)
    try:
        await line.receive_from(WAIT)
        await in_thread(settles, world.alice, lead, do="correct", name="beds", value="4")
        drawn = await line.receive_from(WAIT)
        assert 'data-type="status"' in drawn
        assert f'id="known-{lead.pk}"' in drawn
        assert 'data-fact="beds"' in drawn
    finally:
        await line.disconnect(timeout=WAIT)


@pytest.mark.parametrize("path", ["/leads/{}/", "/?all=1"])
async def test_a_team_lead_who_looks_at_it_sees_it_change(world: World, lead: Lead, path: str) -> None:
    async with screen(world.tess) as tess:
        await in_thread(settles, world.alice, lead, do="correct", name="beds", value="3")
        assert await tess.silent()  # nobody opened it there
        await in_thread(opens, world.tess, lead, path)
        await in_thread(settles, world.alice, lead, do="correct", name="beds", value="4")
        assert values(await known(tess, lead))["beds"] == 4
        async with screen(world.alice) as alice:
            await alice.hears(lead, WISH)
            assert (await alice.next())["payload"]["known"]["id"] == str(lead.pk)
        assert values(await known(tess, lead))["location"] == "Oakland"


async def test_whoever_may_no_longer_see_a_lead_hears_nothing_more_of_it(world: World, lead: Lead) -> None:
    def given_to(agent: Any) -> None:
        with scope(world.oakwood.pk):
            Lead.objects.filter(pk=lead.pk).update(agent=agent)

    await in_thread(given_to, None)
    async with screen(world.bob) as bob:
        await in_thread(opens, world.bob, lead)
        await in_thread(settles, world.tess, lead, do="correct", name="beds", value="4")
        assert values(await known(bob, lead))["beds"] == 4
        await in_thread(given_to, world.alice.agent)
        await in_thread(settles, world.tess, lead, do="correct", name="beds", value="5")
        assert await bob.silent()


async def test_without_redis_the_leads_own_agent_hears_all_the_same(
    world: World, lead: Lead, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> Any:
        raise NoConnection

    monkeypatch.setattr(telling, "cache_redis", away)
    monkeypatch.setattr(telling, "_down_until", 0.0)
    async with screen(world.alice) as alice:
        await in_thread(settles, world.alice, lead, do="correct", name="beds", value="4")
        assert values(await known(alice, lead))["beds"] == 4


async def test_what_a_program_told_is_told_again_to_whoever_was_away(world: World, lead: Lead) -> None:
    def follows() -> None:
        with scope(world.oakwood.pk):
            moving.move(lead, "qualified", by=None, reason="they called")

    await in_thread(follows)
    async with screen(world.alice, last_seq=0) as alice:
        assert (await known(alice, lead))["stage"] == "qualified"
