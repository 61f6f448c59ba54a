"""Do a file's people become leads once each, whoever stops the worker, and is nothing overwritten that should stay?"""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.timezone import now

from enterprisehub.errors import Conflict, Invalid, NotAllowed, NotFound
from enterprisehub.ghl.models import OutboundCall
from enterprisehub.privacy.audit import record
from enterprisehub.privacy.models import AuditEvent
from enterprisehub.realtime.models import Event
from enterprisehub.tenants.models import Job
from enterprisehub.tenants.scope import named, scope
from leads.importing import runs as imports
from leads.importing import taking_in
from leads.importing.settling import FILL, REPLACE
from leads.models import Lead, LeadImport, StageMove
from leads.services import contacting
from leads.services.contacting import Statement
from tests.world import Person, World

FILE = """Full name,Email,Phone,Stage,Agent email
Pat Doe,pat@mail.example,(305) 555-0101,New,alice@oakwood.example
Kim Lee,kim@mail.example,,Engaged,
Nobody Knows,not an address,,,
"""


@pytest.fixture
def world(db: None) -> World:
    return World()


def bring(who: Person, text: str, policy: str = FILL) -> LeadImport:
    """Bring the file and read it by this policy; the scope is the caller's."""
    row = imports.bring(who.membership, "people.csv", text.encode())
    imports.plan(row, imports.plan_of(row).columns, policy, who.membership)
    return imports.see(who.membership, row.pk)


def take_in(world: World, who: Person, text: str, policy: str = FILL) -> LeadImport:
    """Bring, start and finish."""
    with scope(world.oakwood.pk):
        row = bring(who, text, policy)
        imports.start(row)
    work(world, row)
    with scope(world.oakwood.pk):
        return LeadImport.objects.get(pk=row.pk)


def work(world: World, row: LeadImport) -> None:
    """What the worker does: no transaction of its own, only the tenant's name."""
    with named(world.oakwood.pk):
        taking_in.take_in(row.pk)


def counts(row: LeadImport) -> dict[str, int]:
    return {name: getattr(row, name) for name in ("rows", "created", "merged", "unchanged", "refused")}


def leads(world: World) -> dict[str, Lead]:
    with scope(world.oakwood.pk):
        return {lead.name: lead for lead in Lead.objects.select_related("agent")}


def known(world: World, **values: Any) -> Lead:
    with scope(world.oakwood.pk):
        return Lead.objects.create(**values)


# --- Looking first


def test_a_look_counts_and_takes_nobody_in(world: World) -> None:
    known(world, name="Pat", email="Pat@Mail.example")
    with scope(world.oakwood.pk):
        row = bring(world.tess, FILE)
        assert counts(row) == {"rows": 3, "created": 1, "merged": 1, "unchanged": 0, "refused": 1}
        assert row.problems == [{"row": 4, "column": "Email", "problem": "This is not an e-mail address."}]
        assert (row.state, Lead.objects.count()) == (LeadImport.State.CHECKED, 1)


def test_the_same_person_twice_in_one_file_is_one(world: World) -> None:
    twice = "Name,Email,Phone\nPat,pat@mail.example,\nPat Doe,,305 555 0101\nPat D,pat@mail.example,305-555-0101\n"
    row = take_in(world, world.tess, twice)
    assert {**counts(row)} == {"rows": 3, "created": 2, "merged": 1, "unchanged": 0, "refused": 0}
    assert leads(world)["Pat"].phone == "+13055550101"


def test_the_first_rows_are_shown_as_they_would_come_in(world: World) -> None:
    with scope(world.oakwood.pk):
        row = bring(world.tess, FILE)
        look = imports.preview(row, world.tess.membership)
        first, _, third = [found for _, found in look.rows]
        assert not isinstance(first, list)
        assert first.values["phone"] == "+13055550101"
        assert isinstance(third, list)


@pytest.mark.parametrize("text", ["Name,Email\n", "", "Name\n\n\n"])
def test_a_file_without_people_is_refused(world: World, text: str) -> None:
    with scope(world.oakwood.pk), pytest.raises(Invalid):
        imports.bring(world.tess.membership, "people.csv", text.encode())


def test_columns_chosen_anew_are_counted_anew(world: World) -> None:
    with scope(world.oakwood.pk):
        row = bring(world.tess, FILE)
        assert imports.plan(row, {0: "name", 2: "phone"}, FILL, world.tess.membership)
        row = imports.see(world.tess.membership, row.pk)
        assert (row.created, row.refused) == (3, 0)
        assert not imports.plan(row, {0: "name", 2: "phone"}, FILL, world.tess.membership)


# --- Taking in


def test_people_become_leads_with_their_agents_and_stages(world: World) -> None:
    row = take_in(world, world.tess, FILE)
    assert counts(row) == {"rows": 3, "created": 2, "merged": 0, "unchanged": 0, "refused": 1}
    assert (row.state, row.content) == (LeadImport.State.DONE, None)
    found = leads(world)
    assert set(found) == {"Pat Doe", "Kim Lee"}
    assert (found["Pat Doe"].agent, found["Kim Lee"].agent) == (world.alice.agent, None)
    assert (found["Kim Lee"].stage, found["Kim Lee"].source) == ("engaged", "import")


def test_bringing_the_same_file_again_changes_nothing(world: World) -> None:
    take_in(world, world.tess, FILE)
    before = leads(world)
    row = take_in(world, world.tess, FILE)
    assert counts(row) == {"rows": 3, "created": 0, "merged": 0, "unchanged": 2, "refused": 1}
    assert {name: lead.pk for name, lead in leads(world).items()} == {name: lead.pk for name, lead in before.items()}


def test_a_worker_that_is_killed_and_one_that_runs_twice_make_no_doubles(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking_in, "CHUNK", 7)
    people = "Name,Email\n" + "".join(f"P{n},p{n % 40}@mail.example\n" for n in range(50))
    with scope(world.oakwood.pk):
        row = bring(world.tess, people)
        imports.start(row)
    whole, done = taking_in._save, 0

    def dies(piece: Any, held: Any) -> None:
        nonlocal done
        done += 1
        whole(piece, held)
        if done == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(taking_in, "_save", dies)
    with pytest.raises(KeyboardInterrupt):
        work(world, row)
    with scope(world.oakwood.pk):
        assert LeadImport.objects.get(pk=row.pk).position == 14
        assert Lead.objects.count() == 14
    work(world, row)
    work(world, row)
    with scope(world.oakwood.pk):
        ended = LeadImport.objects.get(pk=row.pk)
        assert (ended.state, Lead.objects.count()) == (LeadImport.State.DONE, 40)
        assert counts(ended) == {"rows": 50, "created": 40, "merged": 0, "unchanged": 10, "refused": 0}


def test_two_workers_at_the_same_file_take_turns(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking_in, "CHUNK", 5)
    people = "Name,Email\n" + "".join(f"P{n},p{n % 12}@mail.example\n" for n in range(20))
    with scope(world.oakwood.pk):
        row = bring(world.tess, people)
        imports.start(row)
    with scope(world.oakwood.pk):
        first, second = taking_in._open(row.pk), taking_in._open(row.pk)
    while first or second:
        for mine in ("first", "second"):
            reading = first if mine == "first" else second
            with scope(world.oakwood.pk):
                after = taking_in._next(reading) if reading else None
            first, second = (after, second) if mine == "first" else (first, after)
    with scope(world.oakwood.pk):
        assert Lead.objects.count() == 12


def test_what_does_not_fit_into_one_task_goes_on_in_the_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking_in, "PATIENCE", -1.0)
    with scope(world.oakwood.pk):
        row = bring(world.tess, FILE)
        imports.start(row)
        Job.objects.all().delete()
    work(world, row)
    with scope(world.oakwood.pk):
        promised = Job.objects.get()
        assert (promised.name, promised.arguments) == ("leads.import", {"row": str(row.pk)})


# --- What stays


def test_what_the_lead_says_stays_and_what_it_lacks_is_filled(world: World) -> None:
    known(world, name="Patricia", email="pat@mail.example", agent=world.bob.agent)
    row = take_in(world, world.tess, FILE)
    lead = leads(world)["Patricia"]
    assert (lead.phone, lead.agent, row.merged) == ("+13055550101", world.bob.agent, 1)


def test_the_file_may_overrule_but_never_with_an_empty_cell(world: World) -> None:
    known(world, name="Patricia", email="pat@mail.example", phone="+13055559999", source="fair")
    take_in(world, world.tess, "Name,Email,Phone,Source\nPat Doe,pat@mail.example,,\n", REPLACE)
    lead = leads(world)["Pat Doe"]
    assert (lead.phone, lead.source) == ("+13055559999", "fair")


@pytest.mark.parametrize("policy", [FILL, REPLACE])
def test_what_somebody_edited_after_the_file_came_stays(world: World, policy: str) -> None:
    lead = known(world, name="Patricia", email="pat@mail.example", source="fair")
    with scope(world.oakwood.pk):
        row = bring(world.tess, "Name,Email,Source,Phone\nPat,pat@mail.example,web,305 555 0101\n", policy)
        from enterprisehub.privacy.audit import Actor, acting

        with acting(Actor(user_id=world.alice.user.pk, via="page")):
            record("lead.edit", lead, fields=["name", "phone"])
        imports.start(row)
    work(world, row)
    with scope(world.oakwood.pk):
        lead.refresh_from_db()
        assert (lead.name, lead.phone) == ("Patricia", "")
        assert lead.source == ("fair" if policy == FILL else "web")


@pytest.mark.parametrize(("stage", "after", "moves"), [("new", "qualified", 1), ("active", "active", 0)])
def test_a_stage_is_taken_only_for_a_lead_that_is_still_new(world: World, stage: str, after: str, moves: int) -> None:
    lead = known(world, name="Pat", email="pat@mail.example", stage=stage)
    take_in(world, world.tess, "Name,Email,Stage\nPat,pat@mail.example,Qualified\n", REPLACE)
    with scope(world.oakwood.pk):
        lead.refresh_from_db()
        assert (lead.stage, StageMove.objects.filter(lead=lead).count()) == (after, moves)


def test_who_is_not_to_be_contacted_stays_so(world: World) -> None:
    lead = known(world, name="Pat", email="pat@mail.example", overlay="dnc")
    take_in(world, world.tess, FILE, REPLACE)
    with scope(world.oakwood.pk):
        lead.refresh_from_db()
        assert lead.overlay == "dnc"


# --- Who is who


@pytest.mark.parametrize(
    ("lead", "line", "same"),
    [
        ({"contact_id": "c1", "email": "a@mail.example"}, "c1,Pat,b@mail.example,", True),
        ({"contact_id": "c1", "email": "a@mail.example"}, "c2,Pat,a@mail.example,", False),
        ({"email": "A@Mail.example"}, ",Pat,a@mail.example,", True),
        ({"phone": "(305) 555-0101"}, ",Pat,,+1 305 555 0101", True),
        (
            {"name": "Lee", "phone": "+13055550101", "email": "lee@mail.example"},
            ",Pat,pat@mail.example,3055550101",
            False,
        ),
        (
            {"name": "Pat", "phone": "+13055550101", "email": "old@mail.example"},
            ",Pat,new@mail.example,3055550101",
            True,
        ),
        ({"name": "Pat"}, ",Pat,,", False),
    ],
)
def test_a_person_is_recognised_by_what_is_theirs_alone(
    world: World, lead: dict[str, str], line: str, same: bool
) -> None:
    known(world, **lead)
    row = take_in(world, world.tess, f"Contact id,Name,Email,Phone\n{line}\n")
    assert (row.created == 0) is same


# --- Who may


def test_an_agent_brings_leads_for_themselves(world: World) -> None:
    row = take_in(world, world.bob, FILE)
    assert row.created == 2
    assert {lead.agent for lead in leads(world).values()} == {world.bob.agent}


def test_whom_a_colleague_is_in_touch_with_stays_with_the_colleague(world: World) -> None:
    lead = known(world, name="Pat", email="pat@mail.example", agent=world.alice.agent)
    row = take_in(world, world.bob, FILE, REPLACE)
    with scope(world.oakwood.pk):
        lead.refresh_from_db()
    assert (lead.agent_id, lead.phone) == (world.alice.agent.pk, "")
    assert "colleague" in row.problems[0]["problem"]


def test_an_agents_address_that_nobody_has_here_is_refused(world: World) -> None:
    row = take_in(world, world.tess, "Name,Agent email\nPat,charlie@elm.example\n")
    assert (row.created, row.refused) == (0, 1)


def test_an_auditor_brings_nobody(world: World) -> None:
    with scope(world.oakwood.pk), pytest.raises(NotAllowed):
        imports.bring(world.rita.membership, "people.csv", FILE.encode())


def test_another_agents_import_looks_like_none_and_a_team_lead_sees_it(world: World) -> None:
    with scope(world.oakwood.pk):
        row = bring(world.alice, FILE)
        assert imports.see(world.tess.membership, row.pk).pk == row.pk
        with pytest.raises(NotFound):
            imports.see(world.bob.membership, row.pk)
        assert imports.latest(world.bob.membership) == []


def test_who_has_left_meanwhile_takes_nobody_in(world: World) -> None:
    with scope(world.oakwood.pk):
        row = bring(world.tess, FILE)
        imports.start(row)
        world.tess.membership.is_active = False
        world.tess.membership.save()
    work(world, row)
    with scope(world.oakwood.pk):
        ended = LeadImport.objects.get(pk=row.pk)
        assert (ended.state, ended.content, Lead.objects.count()) == (LeadImport.State.FAILED, None, 0)


# --- The file


def test_a_file_is_taken_in_once_and_forgotten(world: World) -> None:
    row = take_in(world, world.tess, FILE)
    with scope(world.oakwood.pk):
        for again in (imports.start, imports.drop):
            with pytest.raises(Conflict):
                again(row)
        with pytest.raises(NotFound):
            imports.sheet_of(row)


def test_a_file_that_nobody_took_in_is_forgotten_with_the_next_one(world: World) -> None:
    with scope(world.oakwood.pk):
        old = bring(world.tess, FILE)
        LeadImport.objects.filter(pk=old.pk).update(created_at=now() - imports.FORGET * 2)
        bring(world.tess, FILE)
        assert LeadImport.objects.get(pk=old.pk).content is None


def test_every_step_leaves_a_trace_without_anybodys_data(world: World) -> None:
    take_in(world, world.tess, FILE)
    with scope(world.oakwood.pk):
        trail = AuditEvent.objects.filter(verb__startswith="leads.import")
        assert set(trail.values_list("verb", flat=True)) == {
            "leads.import.bring", "leads.import.start", "leads.import.done",
        }  # fmt: skip
        assert "mail.example" not in str(list(trail.values_list("facts", "target")))
        kept = str(list(LeadImport.objects.values_list("problems", "columns")))
        assert "mail.example" not in kept
        assert "not an address" not in kept


def test_nobody_of_another_tenant_is_recognised(world: World) -> None:
    with scope(world.elm.pk):
        Lead.objects.create(name="Pat", email="pat@mail.example")
    assert take_in(world, world.tess, FILE).created == 2


def test_other_screens_hear_of_the_file_once_for_each_piece(world: World) -> None:
    take_in(world, world.ada, FILE)
    with scope(world.oakwood.pk):
        for person, count in ((world.alice, 2), (world.bob, 1), (world.tess, 2)):  # Pat is Alice's, Kim nobody's yet
            told = [row.payload for row in Event.objects.filter(agent=person.agent, payload__state="leads_changed")]
            assert [(one["what"], one["count"]) for one in told] == [("imported", count)]


def test_what_they_refused_here_is_set_at_highlevel_when_the_file_links_them(world: World) -> None:
    with scope(world.oakwood.pk):
        lead = Lead.objects.create(name="Pat Doe", email="pat@mail.example", agent=world.alice.agent)
        contacting.take_back(lead, Statement(source="agent", purpose="opt_out"))
        assert not OutboundCall.objects.exists()
    for _ in range(2):
        take_in(world, world.alice, "Full name,Email,HighLevel contact id\nPat Doe,pat@mail.example,hl-pat\n")
    with scope(world.oakwood.pk):
        (call,) = OutboundCall.objects.all()
    assert (call.operation, call.contact_id, call.arguments["dnd"]) == ("contact.dnd", "hl-pat", True)
