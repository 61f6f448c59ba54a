"""What happens here when people make notes, tasks, appointments or deals in HighLevel?"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.timezone import now

from enterprisehub.errors import Conflict
from enterprisehub.ghl.client import Client
from enterprisehub.ghl.models import Connection, Written
from enterprisehub.ghl.words import moment, text_of
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.scope import current, scope
from enterprisehub.tenants.work import later
from leads.models import Action, ActionState, CrmKind, CrmRecord, Lead, Overlay, Stage
from leads.services import crm, moving

OURS, OLDER, NOBODY = "our_own", "older_than_known", "nobodys"
MAX_BODY = 8_000
_OFF: Final = frozenset({"cancelled", "canceled", "noshow", "no-show", "invalid", "deleted"})


@dataclass(frozen=True)
class Told:
    """One thing of HighLevel: `at` is its own clock of the news."""

    kind: str
    body: Mapping[str, Any]
    at: datetime
    gone: bool = False

    @property
    def id(self) -> str:
        return text_of(self.body, "id")


@transaction.atomic
def keep(told: Told) -> tuple[CrmRecord | None, str]:
    """Take the news in; the record, or why it changed nothing."""
    if ours := Written.objects.filter(kind=told.kind, remote_id=told.id).first():
        return None, "" if _of_ours(ours, told) else OURS
    lead = crm.lead_of(contact) if (contact := text_of(told.body, "contactId")) else None
    kept, _ = CrmRecord.objects.select_for_update().get_or_create(
        kind=told.kind, remote_id=told.id, defaults={"told_at": told.at, "lead": lead}
    )
    if kept.deleted_at is not None or told.at < kept.told_at:
        return None, OLDER
    kept.lead = lead or kept.lead
    kept.title = (text_of(told.body, "title", "name") or kept.title)[:200]
    kept.body = (text_of(told.body, "body", "notes") or kept.body)[:MAX_BODY]
    kept.at = moment(told.body.get("dueDate") or told.body.get("startTime")) or kept.at
    kept.standing = (_standing(told) or kept.standing)[:40]
    kept.stage_id = text_of(told.body, "pipelineStageId")[:64] or kept.stage_id
    kept.told_at = told.at
    kept.deleted_at = told.at if told.gone else None
    kept.save()
    if kept.lead is not None and told.kind == CrmKind.APPOINTMENT:
        _appointed(kept.lead, kept)
    if kept.lead is not None and told.kind == CrmKind.OPPORTUNITY and not told.gone:
        later("leads.follow_deal", record=kept.pk)  # its stage has only an id: the name may have to be asked for
    return kept, "" if kept.lead else NOBODY


def _standing(told: Told) -> str:
    if told.kind == CrmKind.TASK and told.body.get("completed") is True:
        return "completed"
    return text_of(told.body, "appointmentStatus", "status").lower()


def _of_ours(ours: Written, told: Told) -> bool:
    """A task of ours that somebody completes in HighLevel is done here too; all else that comes back of ours says nothing."""
    if told.kind != CrmKind.TASK or not (told.body.get("completed") is True or told.gone):
        return False
    try:
        key = UUID(ours.about.removeprefix("action:"))
    except ValueError:
        return False
    open_ = (ActionState.PROPOSED, ActionState.SNOOZED, ActionState.APPROVED)
    action = Action.objects.select_for_update().filter(pk=key, state__in=open_).first()
    if action is None:
        return False
    action.state = ActionState.DISMISSED if told.gone else ActionState.DONE
    action.outcome, action.done_at = "in_highlevel", now()
    action.save(update_fields=["state", "outcome", "done_at"])
    record("action.done_in_crm", action)
    return True


def _appointed(lead: Lead, kept: CrmRecord) -> None:
    """A dated appointment that stands moves the lead, where the rules of the nine stages allow it."""
    standing = kept.deleted_at is None and kept.standing not in _OFF
    if standing and kept.at and lead.stage in (Stage.NEW, Stage.ATTEMPTING, Stage.ENGAGED, Stage.QUALIFIED):
        step(lead, Stage.APPOINTMENT, evidence=f"appointment:{kept.remote_id}", reason="An appointment in HighLevel")


def follow_deal(record_id: UUID) -> None:
    """A deal's stage and standing move the lead, by the tenant's own table of stages. Asks HighLevel for names it lacks."""
    with scope(current()):
        kept = CrmRecord.objects.select_related("lead").get(pk=record_id)
        connection = Connection.objects.first()
    if kept.lead is None:
        return
    if kept.stage_id and connection is not None and kept.stage_id not in connection.pipelines:
        _ask_for_names(connection)
    with scope(current()):
        lead, proof = Lead.objects.get(pk=kept.lead.pk), f"opportunity:{kept.remote_id}"
        named_ = connection.pipelines.get(kept.stage_id) if connection is not None else None
        if named_:
            with suppress(Conflict), transaction.atomic():  # a move that the rules forbid is left to a person
                lead = moving.follow(lead, named_[0], named_[1], evidence=proof)
        wanted = _ENDS.get(kept.standing)
        if wanted:
            step(lead, wanted, evidence=proof, reason=f"The deal was {kept.standing} in HighLevel")


_ENDS: Final = {"won": Stage.CLOSED, "lost": Overlay.LOST, "abandoned": Overlay.LOST}


def _ask_for_names(connection: Connection) -> None:
    answer = Client.for_(connection).call("pipeline.list")
    connection.pipelines = {
        stage["id"]: [pipeline.get("name", ""), stage.get("name", "")]
        for pipeline in answer.get("pipelines", [])
        for stage in pipeline.get("stages", [])
    }
    with scope(connection.tenant_id):
        connection.save(update_fields=["pipelines"])


def step(lead: Lead, stage: str, *, evidence: str, reason: str) -> str:
    """Move the lead because HighLevel says so; the refusal's sentence when the rules forbid it."""
    try:
        with transaction.atomic():
            moving.step(lead, stage, evidence=evidence, reason=reason)
    except Conflict as refused:
        record("lead.move_refused", lead, wanted=stage)
        return str(refused)
    return ""
