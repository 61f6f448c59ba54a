"""How do the people of a file become leads: looked at first, then taken in, and never twice?"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import now

from enterprisehub.errors import Conflict, Invalid, NotAllowed, NotFound
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.access import may
from enterprisehub.tenants.models import Agent, Membership, Tenant
from enterprisehub.tenants.work import later
from leads.importing import columns as heads
from leads.importing import csvfile, matching
from leads.importing import rows as importing
from leads.importing.columns import Columns
from leads.importing.csvfile import Record, Sheet
from leads.importing.rows import Person, Problem
from leads.importing.settling import FILL, POLICIES
from leads.models import Lead, LeadImport

KEPT_PROBLEMS = 200
SAMPLE = 20  # rows that the columns are guessed from
PREVIEW = 5
FORGET = timedelta(days=7)  # a file that nobody took in
State = LeadImport.State


@dataclass(frozen=True)
class Plan:
    """How a file is to be read: which column is what, and who wins where the lead says something else."""

    columns: Columns
    policy: str = FILL


@dataclass(frozen=True)
class Look:
    """What the page shows of a file before anything is taken in: its sheet, and the first rows as they would come in."""

    sheet: Sheet
    plan: Plan
    rows: list[tuple[Record, Person | list[Problem]]]


@dataclass
class People:
    """Whom this importer's rows may meet: leads by what they are recognised by, whose they are, and agents by address."""

    known: matching.Known
    whose: dict[str, UUID | None]
    agents: dict[str, Agent]
    own: Agent | None  # set for an importer who may only bring leads for themselves

    def refusal(self, person: Person, key: str) -> Problem | None:
        """Why this person is not taken in although the row can be read."""
        if self.own is not None and key and self.whose.get(key) not in (None, self.own.pk):
            return Problem(person.row, "", "A colleague of yours is in touch with this person.")
        if self.own is None and person.agent_email and person.agent_email not in self.agents:
            return Problem(person.row, "", "Nobody with the agent's e-mail address works here.")
        return None

    def agent_of(self, person: Person) -> Agent | None:
        return self.own or self.agents.get(person.agent_email)


def see(membership: Membership, import_id: UUID) -> LeadImport:
    """The import, if it is this person's or they look after all of them; else it looks as if there were none."""
    found: LeadImport | None = LeadImport.objects.filter(pk=import_id).defer("content").first()
    if found is None or not (found.owner_id == membership.pk or may(membership.role, "leads.import")):
        raise NotFound("There is no such import.")
    return found


def latest(membership: Membership) -> list[LeadImport]:
    """The last imports that this person may see, without their files."""
    rows = LeadImport.objects.defer("content", "problems", "columns")
    if not may(membership.role, "leads.import"):
        rows = rows.filter(owner=membership)
    return list(rows[:10])


@transaction.atomic
def bring(membership: Membership, file_name: str, content: bytes) -> LeadImport:
    """Keep the file, guess its columns and look at it; nothing is taken in yet. Raises Invalid for what is no table."""
    sheet = csvfile.read(content)
    sample = list(islice(csvfile.records(sheet), SAMPLE))
    if not sample:
        raise Invalid("There is only a header in this file, and nobody under it.", field="file")
    LeadImport.objects.filter(state=State.CHECKED, created_at__lt=now() - FORGET).update(
        content=None, state=State.FAILED, ended_at=now()
    )
    row = LeadImport(
        file_name=_plain(file_name) or "leads.csv",
        content=zlib.compress(content, 1),
        owner=membership,
        state=State.CHECKED,
    )
    plan = Plan(heads.guess(sheet.header, [one.cells for one in sample]))
    _look_through(row, sheet, plan, membership)
    row.save()
    record("leads.import.bring", row, rows=row.rows, refused=row.refused, bytes=len(content))
    return row


@transaction.atomic
def plan(row: LeadImport, wanted: Mapping[int, str], policy: str, membership: Membership) -> bool:
    """Read the file this way from now on and count again; False when that is how it was read already."""
    row = _waiting(row)
    sheet = sheet_of(row)
    if policy not in POLICIES:
        raise Invalid("Say who wins: what the lead says, or what the file says.", field="policy")
    new = Plan(heads.chosen(wanted, len(sheet.header)), policy)
    if new == plan_of(row):
        return False
    _look_through(row, sheet, new, membership)
    row.save()
    return True


@transaction.atomic
def start(row: LeadImport) -> None:
    """Take them in from now on, in the worker."""
    row = _waiting(row)
    if not plan_of(row).columns:
        raise Invalid("Say first which column holds what.", field="columns")
    row.state, row.position = State.RUNNING, 0
    row.created = row.merged = row.unchanged = row.refused = 0
    row.problems = []
    row.save()
    record("leads.import.start", row, rows=row.rows, policy=plan_of(row).policy)
    later("leads.import", row=row.pk)


@transaction.atomic
def go_on(row: LeadImport) -> None:
    """Ask the worker once more to finish; whatever is in stays in, once."""
    if row.state == State.RUNNING:
        later("leads.import", row=row.pk)


@transaction.atomic
def drop(row: LeadImport) -> None:
    """Forget the file; nothing of it was taken in."""
    row = _waiting(row)
    record("leads.import.drop", row)
    row.delete()


def preview(row: LeadImport, membership: Membership) -> Look:
    """The first rows as they would come in. Raises NotFound when the file is gone."""
    sheet, plan_ = sheet_of(row), plan_of(row)
    first = list(islice(csvfile.records(sheet), PREVIEW))
    region = region_of(membership.tenant)
    return Look(sheet, plan_, [(one, importing.person(one, sheet.header, plan_.columns, region)) for one in first])


def sheet_of(row: LeadImport) -> Sheet:
    content = LeadImport.objects.filter(pk=row.pk).values_list("content", flat=True).first()
    if not content:
        raise NotFound("The file is not here any more.")
    try:
        return csvfile.read(zlib.decompress(content))
    except zlib.error:
        raise NotFound("The file is not here any more.") from None


def plan_of(row: LeadImport) -> Plan:
    fields = row.columns.get("fields", {})
    return Plan({int(position): field for position, field in fields.items()}, row.columns.get("policy", FILL))


def people_for(membership: Membership) -> People:
    """Everybody whom a row of this person's file may be."""
    known = matching.Known(region_of(membership.tenant))
    whose: dict[str, UUID | None] = {}
    rows = Lead.objects.order_by("created_at").values_list("pk", "contact_id", "email", "phone", "name", "agent_id")
    for pk, contact, email, phone, name, agent in rows.iterator(5_000):
        known.add([matching.Identity(str(pk), contact, email, phone, name)])
        whose[str(pk)] = agent
    agents = {agent.user.email.lower(): agent for agent in Agent.objects.filter(is_active=True).select_related("user")}
    return People(known, whose, agents, _own_agent(membership))


def region_of(tenant: Tenant) -> str:
    """The country whose numbers are written without one: the tenant's setting `country`, else its locale's, else the US."""
    country = str(tenant.settings.get("country") or tenant.locale.partition("-")[2]).upper()
    return country if len(country) == 2 and country.isalpha() else "US"


def _own_agent(membership: Membership) -> Agent | None:
    if may(membership.role, "leads.import"):
        return None
    own = Agent.objects.filter(user_id=membership.user_id, is_active=True).first()
    if own is None or not may(membership.role, "leads.write"):
        raise NotAllowed("Only people with an agent profile can bring leads. An administrator can make one for you.")
    return own


def _waiting(row: LeadImport) -> LeadImport:
    """The row, held, while it still waits for a person."""
    held = LeadImport.objects.select_for_update().defer("content").filter(pk=row.pk, state=State.CHECKED).first()
    if held is None:
        raise Conflict("This import has begun already.")
    return held


def _look_through(row: LeadImport, sheet: Sheet, plan_: Plan, membership: Membership) -> None:
    """Count what would happen with every row; only the row of the import changes."""
    people, counts, problems = people_for(membership), Counter[str](), []
    for one in csvfile.records(sheet):
        counts["rows"] += 1
        found = importing.person(one, sheet.header, plan_.columns, people.known.region)
        key = people.known.find(found) if isinstance(found, Person) else ""
        faults = found if isinstance(found, list) else list(filter(None, [people.refusal(found, key)]))
        if faults or isinstance(found, list):
            counts["refused"] += 1
            problems += faults
            continue
        counts["merged" if key else "created"] += 1
        if not key:
            people.known.add([matching.identity(f"row {found.row}", found.values)])
            own = people.agent_of(found)
            people.whose[f"row {found.row}"] = own.pk if own else None
    row.rows, row.created, row.merged = counts["rows"], counts["created"], counts["merged"]
    row.refused, row.problems = counts["refused"], told(problems)
    row.columns = {"fields": {str(p): field for p, field in plan_.columns.items()}, "policy": plan_.policy}


def told(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """The first problems, as they are kept."""
    return [{"row": one.row, "column": one.column, "problem": one.problem} for one in islice(problems, KEPT_PROBLEMS)]


def _plain(name: str) -> str:
    return "".join(c for c in name if c.isprintable())[-160:].strip()
