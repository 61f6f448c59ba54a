"""How does HighLevel get to see what we understood: tags, fields, one note with the reasons, tasks; each only when it changed?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.timezone import now

from enterprisehub.ghl import outbox, remembering
from enterprisehub.ghl.client import Client
from enterprisehub.ghl.models import Connection, ContactSnapshot, OutboundCall, Standing, State, Written
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import current, scope
from enterprisehub.tenants.work import later
from leads.crm import writing
from leads.crm.writing import Picture, Reason
from leads.models import Action, ActionPlan, ActionState, Lead
from leads.services.learning import clock

TASKS = 3  # of one lead that HighLevel is given at a time
AHEAD = timedelta(days=14)  # what is due later is not a task yet
OPEN: Final = (ActionState.PROPOSED, ActionState.SNOOZED)
OURS = "ours_tags"  # among a snapshot's fields: the tags that we put there


@transaction.atomic
def write_back(lead_id: UUID) -> int:
    """Promise HighLevel what it does not know yet of this lead; how many writes that takes (0 when nothing changed)."""
    connection = Connection.objects.first()
    if connection is None or not connection.write_back or connection.standing != Standing.ACTIVE:
        return 0
    lead: Lead = Lead.objects.select_for_update().get(pk=lead_id)
    if not lead.contact_id or lead.deleted_at is not None:
        return 0
    plan = ActionPlan.objects.filter(lead=lead, superseded_at=None).first()
    picture = _picture(lead, plan)
    calls = [*_tags(lead, picture), *_fields(lead, picture), *_note(lead, picture), *_tasks(lead, plan)]
    return sum(1 for call in calls if call.state == State.WAITING)


def go_on(call: OutboundCall) -> None:
    """A field or a note of ours exists in HighLevel now: what had to wait for its id is written."""
    if call.state == State.DONE:
        waiting = str(call.arguments.get(remembering.ABOUT, "")).replace("@", ":").rpartition(":")[2]
        later("leads.write_back", lead=UUID(waiting))


def _picture(lead: Lead, plan: ActionPlan | None) -> Picture:
    first = _next_action(plan)
    zone = Tenant.objects.values_list("timezone", flat=True).get(pk=current())
    told: dict[str, Any] = plan.urgency_told if plan else {}
    return Picture(
        stage=lead.stage,
        overlay=lead.overlay,
        completeness=lead.completeness,
        score=lead.score,
        urgency=plan.urgency if plan else "",
        urgent_because=str(told.get("why", "")),
        goal=plan.goal if plan else "",
        next_action=first.title if first else "",
        due=clock(lead, first.due_at, zone) if first else None,
        hand_off=lead.hand_off,
        reasons=[Reason(entry["name"].replace("_", " "), entry.get("quote") or "") for entry in lead.profile],
        risks=_reasons(plan.risks if plan else []),
        opportunities=_reasons(plan.opportunities if plan else []),
    )


def _reasons(found: list[dict[str, Any]]) -> list[Reason]:
    return [Reason(str(each.get("what", "")), _quote(each.get("evidence"))) for each in found]


def _quote(evidence: Any) -> str:
    first = evidence[0] if isinstance(evidence, list) and evidence else evidence
    return str(first.get("quote", "")) if isinstance(first, dict) else ""


def _next_action(plan: ActionPlan | None) -> Action | None:
    if plan is None:
        return None
    return Action.objects.filter(plan=plan, state__in=OPEN).order_by("step", "due_at").first()


def _tags(lead: Lead, picture: Picture) -> list[OutboundCall]:
    """Ours that are missing are added, ours that hold no more are taken away; those of others are never touched."""
    snapshot, _ = ContactSnapshot.objects.get_or_create(contact_id=lead.contact_id)
    had, wanted = set(snapshot.fields.get(OURS, [])), writing.tags(picture)
    if had == wanted:
        return []
    snapshot.fields[OURS] = sorted(wanted)
    snapshot.save(update_fields=["fields"])
    stamp = _stamp()
    steps = (("tags.add", wanted - had), ("tags.remove", had - wanted))
    return [
        outbox.write(operation, contact_id=lead.contact_id, key=f"{operation}:{lead.pk}:{stamp}", tags=sorted(tags))
        for operation, tags in steps
        if tags
    ]


def _fields(lead: Lead, picture: Picture) -> list[OutboundCall]:
    """The values of our fields; one that HighLevel does not have yet is made first, once for the whole location."""
    known = dict(Written.objects.filter(kind="field").values_list("about", "remote_id"))
    ids = {about.partition("@")[0]: remote_id for about, remote_id in known.items()}
    missing = [name for name in writing.FIELDS if name not in ids]
    if missing:
        later("leads.know_fields", lead=lead.pk)  # whether the location has them already must be asked
        return []
    values = [{"id": ids[name], "field_value": value} for name, value in writing.fields(picture).items()]
    mark = remembering.fingerprint(lead.contact_id, values)
    return [
        outbox.write(
            "contact.update",
            contact_id=lead.contact_id,
            key=f"fields:{lead.pk}:{_stamp()}:{mark[:12]}",
            about=f"fields:{lead.pk}",
            customFields=values,
        )
    ]


def know_fields(lead_id: UUID) -> None:
    """Find our fields in the location by their names, and have those made that it lacks. Holds no transaction while it asks."""
    answer = Client.of(current()).call("field.list", model="contact")
    there = {str(row.get("name")): str(row.get("id", "")) for row in answer.get("customFields", []) if row.get("id")}
    with scope(current()):
        for name, (title, kind) in writing.FIELDS.items():
            about = f"{name}@{lead_id}"
            if title in there:
                Written.objects.get_or_create(kind="field", remote_id=there[title], defaults={"about": about})
            else:
                outbox.write(
                    "field.create", key=f"field:{name}", about=about, name=title, dataType=kind, model="contact"
                )
        if {title for title, _ in writing.FIELDS.values()} <= there.keys():
            later("leads.write_back", lead=lead_id)


def _note(lead: Lead, picture: Picture) -> list[OutboundCall]:
    """One note per lead, kept up to date: a timeline full of ours would hide what people wrote."""
    about, text = f"note:{lead.pk}", writing.note(picture)
    there = Written.objects.filter(kind="note", about=about).order_by("-at").first()
    if there is None:
        # Until its id is known nothing can be changed in it: the first one is made once.
        return [outbox.write("note.create", contact_id=lead.contact_id, key=about, about=about, body=text)]
    if _said(lead, about, {"body": text}):
        return []
    key = f"{about}:{_stamp()}"
    place: dict[str, Any] = {"contact_id": lead.contact_id, "note_id": there.remote_id}
    return [outbox.write("note.update", key=key, about=about, body=text, **place)]


def _said(lead: Lead, about: str, words: dict[str, Any]) -> bool:
    """Whether the latest write about this had the same words."""
    calls = OutboundCall.objects.filter(contact_id=lead.contact_id, **{f"arguments__{remembering.ABOUT}": about})
    last = calls.exclude(state=State.DEAD).order_by("-created_at").first()
    return last is not None and all(last.arguments.get(name) == value for name, value in words.items())


def _stamp() -> str:
    return now().isoformat(timespec="microseconds")


def _tasks(lead: Lead, plan: ActionPlan | None) -> list[OutboundCall]:
    """The next few actions as tasks; those that were done or dropped here are completed there."""
    calls = []
    if plan is not None:
        due = Action.objects.select_related("agent").filter(plan=plan, state__in=OPEN, due_at__lte=now() + AHEAD)
        calls = [call for action in due.order_by("step", "due_at")[:TASKS] for call in _task(lead, action)]
    ours = {
        UUID(about.removeprefix("action:")): remote_id
        for about, remote_id in Written.objects.filter(
            kind="task", about__in=[f"action:{pk}" for pk in _closed(lead)]
        ).values_list("about", "remote_id")
    }
    return calls + [
        outbox.write(
            "task.complete", contact_id=lead.contact_id, key=f"task-done:{pk}", task_id=remote_id, completed=True
        )
        for pk, remote_id in ours.items()
    ]


def _closed(lead: Lead) -> list[UUID]:
    return list(
        Action.objects.filter(lead=lead)
        .exclude(state__in=OPEN)
        .order_by("-created_at")
        .values_list("pk", flat=True)[:40]
    )


def _task(lead: Lead, action: Action) -> list[OutboundCall]:
    about = f"action:{action.pk}"
    when = action.snoozed_until or action.due_at
    words: dict[str, Any] = {
        "title": action.title,
        "body": f"{action.why}\n\n{writing.MARK}".strip(),
        "dueDate": when.astimezone(ZoneInfo(action.due_zone or "UTC")).isoformat(),
    }
    if action.agent is not None and action.agent.ghl_user_id:
        words["assignedTo"] = action.agent.ghl_user_id
    there = Written.objects.filter(kind="task", about=about).first()
    if there is None:
        key = f"task:{action.pk}"
        return [outbox.write("task.create", contact_id=lead.contact_id, key=key, about=about, completed=False, **words)]
    if _said(lead, about, words):
        return []
    key = f"task:{action.pk}:{_stamp()}"
    place: dict[str, Any] = {"contact_id": lead.contact_id, "task_id": there.remote_id}
    return [outbox.write("task.update", key=key, about=about, **place, **words)]
