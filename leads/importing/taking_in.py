"""How does the worker take a file's people in: some hundred at a time, each once, from wherever it was stopped?"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from django.db import IntegrityError
from django.utils.timezone import now

from enterprisehub.errors import HubError
from enterprisehub.privacy.audit import record
from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants.models import Agent, Membership
from enterprisehub.tenants.scope import current, scope
from enterprisehub.tenants.work import later
from leads.importing import csvfile, matching
from leads.importing import rows as importing
from leads.importing.csvfile import Record, Sheet
from leads.importing.rows import Person, Problem
from leads.importing.runs import KEPT_PROBLEMS, People, Plan, State, people_for, plan_of, sheet_of, told
from leads.importing.settling import changes
from leads.models import Lead, LeadImport, StageMove
from leads.services import contacting
from leads.services.telling import tell_many

log = structlog.get_logger(__name__)
CHUNK = 200  # rows in one transaction
PATIENCE = 15.0  # seconds of one task; what is left goes on in the next one
FIELDS = ("name", "email", "phone", "language", "source", "timezone", "stage", "side", "vertical", "contact_id")


@dataclass
class _Reading:
    """A file that is being taken in: its rows, and whom they may be."""

    row_id: UUID
    sheet: Sheet
    plan: Plan
    rows: list[Record]
    people: People
    membership: Membership
    position: int


@dataclass
class _Piece:
    """What one transaction brings."""

    new: list[Lead] = field(default_factory=list)
    changed: dict[Lead, set[str]] = field(default_factory=dict)
    moved: list[StageMove] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)


def take_in(import_id: UUID) -> None:
    """Take in as much as fits into one task, and promise the rest; running it twice, or at once, changes nothing more.

    Runs in the name of a tenant with no transaction open: each chunk has its own, and its position is saved with it.
    """
    until = time.monotonic() + PATIENCE
    with scope(current()):
        reading = _open(import_id)
    while reading is not None:
        if time.monotonic() > until:
            with scope(current()):
                later("leads.import", row=import_id)
            return
        try:
            with scope(current()):
                reading = _next(reading)
        except IntegrityError:  # somebody else made one of them a lead meanwhile: look again
            with scope(current()):
                reading = _open(import_id)


def _open(import_id: UUID) -> _Reading | None:
    """The import with everything that its rows are held against; None when there is nothing to do."""
    row = LeadImport.objects.defer("content").select_related("owner__tenant").get(pk=import_id)
    if row.state != State.RUNNING:
        return None
    try:
        if row.owner is None or not row.owner.is_active:
            raise HubError("Who brought this file does not work here any more.")
        sheet = sheet_of(row)
        rows, people = list(csvfile.records(sheet)), people_for(row.owner)
    except HubError as error:
        _end(row, State.FAILED, error.message)
        return None
    return _Reading(row.pk, sheet, plan_of(row), rows, people, row.owner, row.position)


def _next(reading: _Reading) -> _Reading | None:
    """Settle the next rows; None when there are no more, or somebody else has finished them."""
    row = LeadImport.objects.select_for_update().defer("content").get(pk=reading.row_id)
    if row.state != State.RUNNING:
        return None
    if row.position != reading.position:
        return _open(reading.row_id)
    records = reading.rows[row.position : row.position + CHUNK]
    piece = _settle(reading, row, records)
    _save(piece, row)
    reading.position = row.position = row.position + len(records)
    if row.position >= len(reading.rows):
        _end(row, State.DONE)
        return None
    row.save(update_fields=["position", "created", "merged", "unchanged", "refused", "problems"])
    return reading


def _settle(reading: _Reading, row: LeadImport, records: list[Record]) -> _Piece:
    people, piece = reading.people, _Piece()
    region = people.known.region
    read = [importing.person(one, reading.sheet.header, reading.plan.columns, region) for one in records]
    persons = [one for one in read if isinstance(one, Person)]
    _meet(people, persons)
    leads = _leads(people, persons)
    edited = _edited_since(row)
    for found in read:
        if isinstance(found, list):
            piece.counts["refused"] += 1
            piece.problems += found
            continue
        key = people.known.find(found)
        refusal = people.refusal(found, key)
        if refusal is not None:
            piece.counts["refused"] += 1
            piece.problems.append(refusal)
        elif key in leads:
            _merge(piece, leads[key], found, reading, edited.get(key, set()))
        else:
            lead = _new(found, people.agent_of(found))
            leads[str(lead.pk)] = lead
            people.whose[str(lead.pk)] = lead.agent_id
            people.known.add([matching.identity(str(lead.pk), found.values)])
            piece.new.append(lead)
            piece.counts["created"] += 1
    return piece


def _meet(people: People, persons: list[Person]) -> None:
    """Get to know who became a lead through another door since the file was opened."""
    for name in ("contact_id", "email", "phone"):
        wanted = {person.values[name] for person in persons if person.values.get(name)}
        rows = Lead.objects.filter(**{f"{name}__in": wanted}).exclude(**{name: ""})
        for lead in rows.only("contact_id", "email", "phone", "name", "agent_id"):
            people.whose[str(lead.pk)] = lead.agent_id
            people.known.add([matching.Identity(str(lead.pk), lead.contact_id, lead.email, lead.phone, lead.name)])


def _leads(people: People, persons: Iterable[Person]) -> dict[str, Lead]:
    """The leads that these are, held until the chunk is in; who was deleted meanwhile is known no more."""
    wanted = {key for person in persons if (key := people.known.find(person))}
    held = Lead.objects.filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",))
    found = {str(lead.pk): lead for lead in held.defer("profile", "facts", "score_told")}
    for gone in wanted - found.keys():
        people.known.forget(gone)
    return found


def _edited_since(row: LeadImport) -> dict[str, set[str]]:
    """Lead -> fields that a person changed after the file had come, as the audit trail tells (`fields`, and `leads` or the target)."""
    edited: dict[str, set[str]] = {}
    trail = AuditEvent.objects.filter(at__gt=row.created_at, facts__has_key="fields").exclude(actor=None)
    for target, facts in trail.values_list("target", "facts"):
        one = target.removeprefix("leads.lead:") if target.startswith("leads.lead:") else None
        for key in facts.get("leads") or ([one] if one else []):
            edited.setdefault(key, set()).update(facts["fields"])
    return edited


def _new(person: Person, agent: Agent | None) -> Lead:
    moment = now()
    values = {"source": "import", **person.values}
    return Lead(**values, agent=agent, created_at=moment, spoken_at=moment)


def _merge(piece: _Piece, lead: Lead, person: Person, reading: _Reading, edited: set[str]) -> None:
    known = {name: getattr(lead, name) for name in FIELDS}
    wanted = changes(known, person, policy=reading.plan.policy, edited=edited)
    fields = set(wanted)
    if "stage" in wanted and lead not in piece.new:
        piece.moved.append(_move(lead, wanted["stage"], reading))
        lead.stage_since = now()
        fields.add("stage_since")
    for name, value in wanted.items():
        setattr(lead, name, value)
    agent = reading.people.agent_of(person)
    if agent is not None and lead.agent_id is None and "agent" not in edited:
        lead.agent = agent
        reading.people.whose[str(lead.pk)] = agent.pk
        fields.add("agent")
    piece.counts["merged" if fields else "unchanged"] += 1
    if fields:
        piece.changed.setdefault(lead, set()).update(fields)
        reading.people.known.add([matching.identity(str(lead.pk), {n: str(getattr(lead, n)) for n in FIELDS})])


def _move(lead: Lead, stage: str, reading: _Reading) -> StageMove:
    evidence = {"import": str(reading.row_id)}
    return StageMove(
        lead=lead,
        from_stage=lead.stage,
        to_stage=stage,
        from_overlay=lead.overlay,
        to_overlay=lead.overlay,
        mover=StageMove.Mover.PERSON,
        reason="Imported from a file",
        evidence=evidence,
    )


def _save(piece: _Piece, row: LeadImport) -> None:
    Lead.objects.bulk_create(piece.new)
    new = set(piece.new)
    changed = {lead: fields for lead, fields in piece.changed.items() if lead not in new}
    if changed:
        Lead.objects.bulk_update(list(changed), sorted(set().union(*changed.values())))
    for lead, fields in changed.items():
        if "contact_id" in fields:
            contacting.linked(lead)
    StageMove.objects.bulk_create(piece.moved)
    for name in ("created", "merged", "unchanged", "refused"):
        setattr(row, name, getattr(row, name) + piece.counts[name])
    row.problems = [*row.problems, *told(piece.problems)][:KEPT_PROBLEMS]
    brought = {lead.pk: (lead.agent_id,) for lead in piece.new}
    merged = {lead.pk: (lead.agent_id, *([None] if "agent" in fields else [])) for lead, fields in changed.items()}
    tell_many({**brought, **merged}, "imported")


def _end(row: LeadImport, state: str, problem: str = "") -> None:
    """Nothing more will be taken in: the file is forgotten, its figures stay."""
    row.state, row.content, row.ended_at = state, None, now()
    if problem:
        row.problems = [*row.problems, {"row": 0, "column": "", "problem": problem}]
    row.save()
    facts = {name: getattr(row, name) for name in ("rows", "created", "merged", "unchanged", "refused")}
    record(f"leads.import.{state}", row, **facts)
    log.info("leads_imported", state=state, **facts)
