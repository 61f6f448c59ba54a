"""A program finds leads, reads one with its evidence, changes what it may, and hears how likely it closes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils.timezone import now

from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants.scope import scope
from leads.models import Agreement, Lead, Message, SlotFact, StageMove
from leads.services.editing import FIELDS
from tests.api.programs import LEADS_READ, LEADS_WRITE, READ, WRITE, Caller, Program, browser
from tests.world import World

SAID = "We want to buy a 3 bedroom house in Austin, up to 450k, and move within three months for a new job."


@pytest.fixture
def program(world: World) -> Program:
    return Program(world.alice, LEADS_WRITE, LEADS_READ)


@pytest.fixture
def lead(world: World) -> Lead:
    found: Lead = world.conversation(world.alice).lead
    world.says(world.alice, found, SAID)
    return found


def fresh(world: World, lead: Lead) -> Lead:
    with scope(world.oakwood.pk):
        found: Lead = Lead.objects.get(pk=lead.pk)
        return found


def listed(caller: Caller, **query: Any) -> list[str]:
    answer = caller.get("/leads", **query)
    assert answer.status_code == 200, answer.content
    return [row["name"] for row in answer.json()["results"]]


# --- the list


def test_pages_follow_one_another_without_gap_or_double(world: World, program: Program) -> None:
    with scope(world.oakwood.pk):
        same = now()
        Lead.objects.bulk_create(
            [Lead(name=f"L{n}", agent=world.alice.agent, spoken_at=same - timedelta(days=n // 3)) for n in range(11)]
        )
    seen, address, pages = [], "/leads?limit=4", 0
    while address:
        told = program.get(address).json()
        seen += [row["name"] for row in told["results"]]
        address, pages = (told["next"] or "").removeprefix("/api/v1/claude"), pages + 1
    assert (pages, len(seen), len(set(seen))) == (3, 11, 11)
    assert sorted(seen[:3]) == ["L0", "L1", "L2"], "those spoken with last come first"


def test_filters_narrow_and_go_with_the_next_page(world: World, program: Program) -> None:
    with scope(world.oakwood.pk):
        mine = {"agent": world.alice.agent}
        old = now() - timedelta(days=40)
        Lead.objects.create(
            name="Ann Lee", stage="qualified", score=0.7, completeness=0.9, email="ann@x.example", **mine
        )
        Lead.objects.create(name="Bo Lee", overlay="nurture", side="seller", spoken_at=old, **mine)
        Lead.objects.create(name="Cy Ray", vertical="luxury", phone="+15125550100", contact_id="hl-cy", **mine)
    for query, names in (
        ({"stage": "qualified"}, ["Ann Lee"]),
        ({"overlay": "nurture"}, ["Bo Lee"]),
        ({"side": "seller"}, ["Bo Lee"]),
        ({"vertical": "luxury"}, ["Cy Ray"]),
        ({"min_score": 0.5}, ["Ann Lee"]),
        ({"min_completeness": 0.5}, ["Ann Lee"]),
        ({"spoken_since": (now() - timedelta(days=9)).isoformat()}, ["Cy Ray", "Ann Lee"]),
        ({"q": "lee"}, ["Ann Lee", "Bo Lee"]),
        ({"q": "lee ann"}, ["Ann Lee"]),
        ({"q": "5550100"}, ["Cy Ray"]),
        ({"q": "hl-cy"}, ["Cy Ray"]),
        ({"q": "x.example"}, ["Ann Lee"]),
        ({"q": "a%_"}, []),
        ({"agent_id": world.bob.agent.pk}, []),
    ):
        assert listed(program, **query) == names, query
    further = program.get("/leads", q="lee", limit=1).json()["next"]
    assert "q=lee" in further
    assert listed(program, q="lee", limit=1) != [
        row["name"] for row in program.get(further.removeprefix("/api/v1/claude")).json()["results"]
    ]


@pytest.mark.parametrize(
    "cursor",
    ["x", "WyJ4Il0", "W10", "bnVsbA", "é", "a" * 301, "WzEsMl0", "WyIyMDI2LTAxLTAxIiwieCJd", "W1tbW1tbW10"],
)
def test_a_forged_cursor_is_refused(program: Program, cursor: str) -> None:
    answer = program.get("/leads", cursor=cursor)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "cursor")


@pytest.mark.parametrize(
    "query",
    [{"stage": "x"}, {"limit": 0}, {"limit": 201}, {"agent_id": "x"}, {"min_score": 2}, {"spoken_since": "then"}, {"q": "x" * 121}, {"q": "a\x00b"}],
)  # fmt: skip
def test_a_filter_that_says_nothing_known_is_refused_by_name(program: Program, query: dict[str, Any]) -> None:
    answer = program.get("/leads", **query)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, next(iter(query)))


def test_who_sees_whose(world: World) -> None:
    with scope(world.oakwood.pk):
        for name, agent in (("A", world.alice.agent), ("B", world.bob.agent), ("N", None)):
            Lead.objects.create(name=name, agent=agent)
    for caller, names in (
        (browser(world.alice), "AN"),
        (Program(world.alice, LEADS_READ), "AN"),
        (browser(world.bob), "BN"),
        (browser(world.tess), "ABN"),
        (browser(world.rita), "ABN"),
        (Program(world.alice, LEADS_READ, of_all=True), "ABN"),
        (browser(world.charlie), ""),
    ):
        assert sorted(listed(caller)) == sorted(names)
    for caller in (Program(world.alice, READ, WRITE), Program(world.alice, LEADS_WRITE)):
        assert caller.get("/leads").status_code == 403


# --- one lead


def test_a_lead_is_told_with_its_evidence_and_that_is_written_down(world: World, program: Program, lead: Lead) -> None:
    told = program.get(f"/leads/{lead.pk}").json()
    facts = {fact["name"]: fact for fact in told["facts"]}
    assert facts["beds"]["value"] == 3
    with scope(world.oakwood.pk):
        for fact in facts.values():
            text = Message.objects.get(pk=fact["message_id"]).text
            assert text[fact["start"] : fact["end"]] == fact["quote"]
        (trail,) = AuditEvent.objects.filter(verb="lead.read")
        assert trail.target.endswith(str(lead.pk))
    assert sum(part["weight"] for part in told["parts"]) == pytest.approx(1, abs=0.01)
    assert told["completeness"] == pytest.approx(
        sum(part["weight"] * part["gained"] for part in told["parts"]), abs=0.01
    )
    assert told["next_question"]["slot"] not in {part["slot"] for part in told["parts"] if part["known"]}
    assert told["told_score"] == program.get(f"/leads/{lead.pk}/score").json()


def test_a_score_has_its_interval_and_reasons_or_says_why_there_is_none(
    world: World, program: Program, lead: Lead
) -> None:
    told = program.get(f"/leads/{lead.pk}/score").json()
    assert told["low"] < told["probability"] < told["high"]
    assert told["speaks_for"]
    assert told["version"].startswith("rules-")
    assert told["abstains"] == ""
    with scope(world.oakwood.pk):
        empty = Lead.objects.create(name="New", agent=world.alice.agent)
    told = program.get(f"/leads/{empty.pk}/score").json()
    assert (told["probability"], told["low"], told["high"]) == (None, None, None)
    assert told["abstains"].startswith("Too little")
    assert fresh(world, empty).score_told == {}, "reading keeps nothing"


@pytest.mark.parametrize("path", ["", "/score"])
def test_a_colleagues_and_a_neighbours_lead_look_like_none(world: World, lead: Lead, path: str) -> None:
    for caller in (browser(world.bob), browser(world.charlie), Program(world.charlie, LEADS_READ)):
        answer, none = caller.get(f"/leads/{lead.pk}{path}"), caller.get(f"/leads/{uuid4()}{path}")
        assert (answer.status_code, none.status_code) == (404, 404)
        assert answer.json()["detail"] == none.json()["detail"]
    assert browser(world.rita).get(f"/leads/{lead.pk}{path}").status_code == 200
    assert browser(world.alice).get(f"/leads/x{path}").status_code == 400
    with scope(world.oakwood.pk):
        assert AuditEvent.objects.filter(verb="lead.read").count() == 1


# --- changing one


def test_what_is_named_changes_and_nothing_else(world: World, program: Program, lead: Lead) -> None:
    before = fresh(world, lead)
    body = {"email": "pat@x.example", "phone": "+1 512 555 0100", "timezone": "America/Chicago", "language": "es"}
    told = program.patch(f"/leads/{lead.pk}", body).json()
    assert {name: told[name] for name in body} == body
    after = fresh(world, lead)
    assert (after.name, after.stage, after.profile) == (before.name, before.stage, before.profile)
    with scope(world.oakwood.pk):
        trail = AuditEvent.objects.get(verb="lead.edit")
        assert trail.facts["fields"] == sorted(body), "names, and no personal data"
        assert "pat" not in str(trail.facts)


def test_another_side_is_measured_by_its_own_slots(world: World, program: Program, lead: Lead) -> None:
    before = fresh(world, lead).completeness
    told = program.patch(f"/leads/{lead.pk}", {"side": "seller"}).json()
    assert told["completeness"] != before
    assert fresh(world, lead).completeness == told["completeness"]


def test_a_stage_moves_by_the_rules_with_a_reason(world: World, program: Program, lead: Lead) -> None:
    path = f"/leads/{lead.pk}"
    skipped = program.patch(path, {"stage": "appointment"})
    assert (skipped.status_code, skipped.json()["errors"][0]["field"]) == (409, "reason")
    refused = program.patch(path, {"stage": "represented", "reason": "They said yes"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (409, "stage")
    body = {"stage": "represented", "reason": "They signed", "agreement": "signed", "agreement_on": "2026-01-02"}
    told = program.patch(path, body).json()
    assert (told["stage"], told["agreement_on"]) == ("represented", "2026-01-02")
    with scope(world.oakwood.pk):
        move = StageMove.objects.filter(to_stage="represented").get()
        assert (move.mover, move.agent, move.reason) == ("person", world.alice.agent, "They signed")
        assert move.evidence["note"] == f"key:{program.key.pk}"


def test_an_overlay_is_laid_down_and_taken_off(world: World, program: Program, lead: Lead) -> None:
    path = f"/leads/{lead.pk}"
    assert program.patch(path, {"overlay": "nurture"}).json()["errors"][0]["field"] == "reason"
    assert program.patch(path, {"overlay": "nurture", "reason": "Spring"}).json()["overlay_reason"] == "Spring"
    assert program.patch(path, {"overlay": "none", "stage": "qualified", "reason": "Back"}).json()["overlay"] == "none"
    assert program.patch(path, {"overlay": "dnc"}).json()["overlay"] == "dnc"
    frozen = program.patch(path, {"overlay": "paused_by_lead", "reason": "x"})
    assert (frozen.status_code, frozen.json()["errors"][0]["field"]) == (409, "overlay")


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"stage": "appointment"}, 409, "reason"),
        ({"agent_id": str(uuid4())}, 403, "agent_id"),
        ({"source": "portal"}, 403, "source"),
        ({"score": 1.0}, 400, "score"),
        ({"tenant_id": str(uuid4())}, 400, "tenant_id"),
        ({"profile": []}, 400, "profile"),
        ({"email": "nobody"}, 400, "email"),
        ({"language": "english"}, 400, "language"),
        ({"timezone": "Mars/Base"}, 400, "timezone"),
        ({"stage": "won"}, 400, "stage"),
        ({"agreement": "signed"}, 400, "agreement_on"),
        ({"agreement": "signed", "agreement_on": "2999-01-01"}, 400, "agreement_on"),
        ({"agreement": ""}, 400, "agreement"),
        ({"phone": "1" * 33}, 400, "phone"),
    ],
)
def test_what_may_not_be_changed_is_named_and_nothing_is_half_done(
    world: World, program: Program, lead: Lead, body: dict[str, Any], status: int, field: str
) -> None:
    before = fresh(world, lead)
    answer = program.patch(f"/leads/{lead.pk}", {"name": "Somebody else", **body})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field), answer.content
    after = fresh(world, lead)
    assert (after.name, after.stage, after.agreement, after.agent_id) == (
        before.name,
        before.stage,
        before.agreement,
        before.agent_id,
    )
    with scope(world.oakwood.pk):
        assert not AuditEvent.objects.filter(verb__in=["lead.edit", "lead.move", "lead.agreement"]).exists()


def test_whose_a_lead_is_decides_who_leads_the_team(world: World, lead: Lead) -> None:
    path, bob = f"/leads/{lead.pk}", str(world.bob.agent.pk)
    for caller in (browser(world.tess), browser(world.ada), Program(world.alice, LEADS_WRITE, of_all=True)):
        assert caller.patch(path, {"agent_id": bob}).json()["agent_id"] == bob
        assert caller.patch(path, {"agent_id": str(world.charlie.agent.pk)}).status_code == 404
        assert caller.patch(path, {"agent_id": None}).json()["agent_id"] is None
    alice = str(world.alice.agent.pk)
    assert browser(world.alice).patch(path, {"agent_id": bob}).status_code == 403, "not to others"
    assert browser(world.alice).patch(path, {"agent_id": alice}).json()["agent_id"] == alice, "nobody's, for herself"
    assert browser(world.alice).patch(path, {"agent_id": None}).status_code == 403


def test_who_may_not_is_turned_away(world: World, lead: Lead) -> None:
    path = f"/leads/{lead.pk}"
    for caller in (browser(world.rita), Program(world.alice, LEADS_READ), Program(world.alice, WRITE)):
        assert caller.patch(path, {"name": "X"}).status_code == 403
        assert caller.post(f"{path}/facts", {"do": "erase", "name": "beds"}).status_code == 403
    for other in (browser(world.bob), browser(world.charlie)):
        assert other.patch(path, {"name": "X"}).status_code == 404
        assert other.post(f"{path}/facts", {"do": "erase", "name": "beds"}).status_code == 404
    assert browser(world.tess).patch(path, {"name": "X"}).status_code == 200


def test_every_field_that_can_be_changed_has_its_operation(world: World, program: Program) -> None:
    from leads.serializers import LeadChange

    assert set(LeadChange().fields) - {"reason"} == set(FIELDS)


def test_a_repeated_change_is_made_once(world: World, program: Program, lead: Lead) -> None:
    key = {"Idempotency-Key": "p"}
    first, again = (program.patch(f"/leads/{lead.pk}", {"overlay": "nurture", "reason": "x"}, **key) for _ in range(2))
    assert first.json() == again.json()
    with scope(world.oakwood.pk):
        assert StageMove.objects.filter(to_overlay="nurture").count() == 1


# --- its facts


def test_a_person_settles_a_fact(world: World, program: Program, lead: Lead) -> None:
    path = f"/leads/{lead.pk}/facts"
    sure = program.post(path, {"do": "confirm", "name": "beds"}).json()["facts"]
    (beds,) = [fact for fact in sure if fact["name"] == "beds"]
    assert (beds["confirmed_by"], beds["confidence"]) == (str(world.alice.agent.pk), 1.0)
    for name, value, kept in (
        ("beds", 4, 4),
        ("price_max", 500000.0, 500000),
        ("price_max", "half a million", 500000),
        ("pets", True, True),
        ("location", "Round Rock", "Round Rock"),
    ):
        told = program.post(path, {"do": "correct", "name": name, "value": value}).json()
        assert kept in [fact["value"] for fact in told["facts"] if fact["name"] == name], (name, told)
    told = program.post(path, {"do": "erase", "name": "location", "which": "Round Rock"}).json()
    assert [fact["value"] for fact in told["facts"] if fact["name"] == "location"] == ["Austin"]
    for which in (500000, 500000.0, "500000"):
        assert program.post(path, {"do": "confirm", "name": "price_max", "which": which}).status_code == 200
    with scope(world.oakwood.pk):
        erased = SlotFact.objects.filter(change="erased").get()
        assert (erased.value, erased.quote, erased.agent) == (None, "", world.alice.agent)


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, "do"),
        ({"do": "forget", "name": "beds"}, 400, "do"),
        ({"do": "erase", "name": "religion"}, 400, "name"),
        ({"do": "erase", "name": "garage"}, 404, "name"),
        ({"do": "confirm", "name": "beds", "which": 7}, 404, "name"),
        ({"do": "correct", "name": "beds"}, 400, "value"),
        ({"do": "correct", "name": "beds", "value": "many"}, 400, "value"),
        ({"do": "correct", "name": "beds", "value": {"n": 1}}, 400, "value"),
        ({"do": "correct", "name": "tenure", "value": "steal"}, 400, "value"),
    ],
)
def test_a_fact_that_cannot_be_settled_so_is_refused_by_name(
    program: Program, lead: Lead, body: dict[str, Any], status: int, field: str
) -> None:
    answer = program.post(f"/leads/{lead.pk}/facts", body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field), answer.content


def test_a_fact_is_settled_in_somebodys_name(world: World, lead: Lead) -> None:
    office = Program(world.alice, LEADS_WRITE, of_all=True)
    body = {"do": "confirm", "name": "beds"}
    assert office.post(f"/leads/{lead.pk}/facts", body).json()["errors"][0]["field"] == "agent_id"
    told = office.post(f"/leads/{lead.pk}/facts", {**body, "agent_id": str(world.bob.agent.pk)}).json()
    assert [f["confirmed_by"] for f in told["facts"] if f["name"] == "beds"] == [str(world.bob.agent.pk)]


def test_a_tour_needs_an_agreement_also_here(world: World, program: Program, lead: Lead) -> None:
    path = f"/leads/{lead.pk}"
    assert program.patch(path, {"stage": "active", "reason": "Tour on Friday"}).status_code == 409
    body = {"stage": "active", "reason": "Tour on Friday", "agreement": Agreement.OPEN_HOUSE}
    assert program.patch(path, body).json()["stage"] == "active"
