"""What is on record of these leads? Rows of every room read into stories, one query a table for many leads at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.timezone import now

from analytics import usage
from analytics.happening import Moved, Said, Shown, Spoken, Story, Talk
from analytics.models import Outcome
from coaching.models import Feedback, Session, Suggestion
from enterprisehub.tenants.models import Tenant
from leads.models import (
    Agreement,
    Consent,
    Conversation,
    CrmKind,
    CrmRecord,
    Lead,
    Message,
    Purpose,
    Speaker,
    StageMove,
)

OFF: Final = frozenset({"cancelled", "canceled", "noshow", "no-show", "invalid", "deleted"})
ENDS: Final = {"won": "closing", "lost": "lost", "abandoned": "lost"}  # of a deal in HighLevel
BY_SOURCE: Final = {"message": "system", "highlevel": "highlevel", "api": "api", "agent": "dashboard"}
LONG_AGO: Final = timedelta(days=1)


def stories(tenant: Tenant, leads: Sequence[UUID]) -> list[Story]:
    """In the order of no importance; a lead that is gone has none."""
    people = list(Lead.objects.filter(pk__in=leads))
    cards, spoken = _cards(leads), _spoken(leads)
    talks, scores = _talks(leads), _scores(leads)
    moves, said = _moves(leads), _said(people, zone=ZoneInfo(tenant.timezone))
    moment = now()
    return [
        Story(
            lead=lead.pk,
            agent=lead.agent_id,
            began=lead.created_at,
            stage=lead.stage,
            vertical=lead.vertical if lead.vertical != "any" else tenant.vertical,
            language=(lead.language or tenant.locale)[:2].lower(),
            counted=lead.source != "import",
            talks=talks[lead.pk],
            spoken=_with_turns(spoken[lead.pk], cards[lead.pk]),
            cards=cards[lead.pk],
            scores=scores[lead.pk],
            moves=moves[lead.pk],
            said=said[lead.pk],
            now=moment,
        )
        for lead in people
    ]


def _spoken(leads: Sequence[UUID]) -> Mapping[UUID, list[Spoken]]:
    found: dict[UUID, list[Spoken]] = defaultdict(list)
    rows = Message.objects.filter(lead__in=leads).order_by("at", "position")
    for lead, pk, talk, speaker, at in rows.values_list("lead", "pk", "conversation", "speaker", "at"):
        found[lead].append(Spoken(pk, talk, speaker == Speaker.AGENT, at))
    return found


def _with_turns(spoken: Sequence[Spoken], cards: Sequence[Shown]) -> list[Spoken]:
    """The messages, with the words of the agent's turns that a card has to be held against."""
    wanted: set[UUID] = set()
    for card in cards:
        if card.verdict in usage.BY_VERDICT or card.arm == "held":
            continue
        talk = [one for one in spoken if one.conversation == card.conversation]
        place = next((n for n, one in enumerate(talk) if one.id == card.message), len(talk))
        wanted.update([one.id for one in talk[place + 1 :] if one.agent][: usage.TURNS])
    if not wanted:
        return list(spoken)
    texts = dict(Message.objects.filter(pk__in=wanted).values_list("pk", "text"))
    return [replace(one, text=texts[one.id]) if one.id in texts else one for one in spoken]


def _cards(leads: Sequence[UUID]) -> Mapping[UUID, list[Shown]]:
    found: dict[UUID, list[Shown]] = defaultdict(list)
    rows = Suggestion.objects.filter(Q(shown=True) | Q(arm="held"), conversation__lead__in=leads)
    for card in rows.select_related("conversation").order_by("created_at"):
        dims = {
            "card_kind": card.kind,
            "playbook_version": card.playbook_version,
            "prompt_version": card.prompt_version,
            "language": card.language,
            "engine": card.source,
            "variant": card.variant,
        }
        found[card.conversation.lead_id].append(
            Shown(
                id=card.pk,
                conversation=card.conversation_id,
                message=card.message_id,
                by=card.agent_id,
                at=card.created_at,
                say=card.say,
                ask=card.ask,
                verdict=card.verdict,
                arm=card.arm,
                dims=dims,
            )
        )
    return found


def _talks(leads: Sequence[UUID]) -> Mapping[UUID, dict[UUID, Talk]]:
    ended: dict[UUID, list[Any]] = defaultdict(list)
    rows = Session.objects.filter(conversation__lead__in=leads).exclude(ended_at=None).order_by("started_at")
    for talk, *session in rows.values_list("conversation", "pk", "agent", "started_at", "ended_at"):
        ended[talk].append(tuple(session))
    found: dict[UUID, dict[UUID, Talk]] = defaultdict(dict)
    talks = Conversation.objects.filter(lead__in=leads).order_by()
    for lead, pk, agent, medium in talks.values_list("lead", "pk", "agent", "medium"):
        found[lead][pk] = Talk(pk, agent, medium, tuple(ended[pk]))
    return found


def _scores(leads: Sequence[UUID]) -> Mapping[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    rows = Feedback.objects.filter(session__conversation__lead__in=leads).exclude(score=None).order_by("created_at")
    names = ("session__conversation__lead", "pk", "suggestion", "agent", "score", "created_at")
    for lead, *score in rows.values_list(*names):
        found[lead].append(tuple(score))
    return found


def _moves(leads: Sequence[UUID]) -> Mapping[UUID, list[Moved]]:
    found: dict[UUID, list[Moved]] = defaultdict(list)
    for move in StageMove.objects.filter(lead__in=leads).order_by("at", "pk"):
        found[move.lead_id].append(
            Moved(
                id=move.pk,
                at=move.at,
                stage=move.to_stage if move.to_stage != move.from_stage else "",
                was=move.from_stage,
                overlay=move.to_overlay if move.to_overlay != move.from_overlay else "",
                mover=move.mover,
                reason=move.reason,
                proof=_proof(move.evidence),
            )
        )
    return found


def _proof(evidence: Any) -> str:
    note = str(evidence.get("note", "")) if isinstance(evidence, dict) else ""
    return note if note.startswith(("appointment:", "opportunity:")) else ""


def _said(people: Sequence[Lead], *, zone: ZoneInfo) -> Mapping[UUID, list[Said]]:
    leads = [lead.pk for lead in people]
    found: dict[UUID, list[Said]] = defaultdict(list)
    for told in Outcome.objects.filter(lead__in=leads):
        found[told.lead_id].append(
            Said(
                told.pk, told.kind, told.at, told.told_by, told.reason, told.amount, told.currency,
                gone=told.taken_back_at is not None, agent=told.agent_id,
            )
        )  # fmt: skip
    out = Consent.objects.filter(lead__in=leads, given=False, purpose=Purpose.OPT_OUT)
    for lead, pk, at, source in out.order_by("at").values_list("lead", "pk", "at", "source"):
        found[lead].append(Said(pk, "opt_out", at, BY_SOURCE.get(source, "dashboard")))
    kinds = (CrmKind.APPOINTMENT, CrmKind.OPPORTUNITY)
    for kept in CrmRecord.objects.filter(lead__in=leads, kind__in=kinds):
        if kept.lead_id is not None and (one := _of_crm(kept)) is not None:
            found[kept.lead_id].append(one)
    for person in people:
        found[person.pk] += _of_lead(person, zone=zone)
    return found


def _of_crm(kept: CrmRecord) -> Said | None:
    gone = kept.deleted_at is not None
    if kept.kind == CrmKind.APPOINTMENT:
        off = gone or kept.standing in OFF
        return Said(
            kept.pk, "appointment", _first_heard(kept), "highlevel", gone=off, proof=f"appointment:{kept.remote_id}"
        )
    kind = ENDS.get(kept.standing)
    if kind is None or gone:
        return None
    reason = "other" if kind == "lost" else ""
    return Said(kept.pk, kind, kept.told_at, "highlevel", reason=reason, proof=f"opportunity:{kept.remote_id}")


def _first_heard(kept: CrmRecord) -> datetime:
    """When it was booked: HighLevel's clock moves with every change, so the time in our own id is taken unless it came late."""
    heard = datetime.fromtimestamp((kept.pk.int >> 80) / 1000, tz=UTC) if kept.pk.version == 7 else kept.told_at
    return kept.told_at if kept.told_at < heard - LONG_AGO else heard


def _of_lead(lead: Lead, *, zone: ZoneInfo) -> list[Said]:
    """What is only written on the lead itself: the signed agreement, and HighLevel's do-not-disturb."""
    found = []
    if lead.agreement == Agreement.SIGNED and lead.agreement_on is not None:
        noon = datetime.combine(lead.agreement_on, time(12), tzinfo=zone)
        found.append(Said(uuid5(lead.pk, "agreement"), "agreement", noon, "dashboard"))
    entry = lead.dnd.get("any") or {} if isinstance(lead.dnd, dict) else {}
    if entry.get("on") and entry.get("by") == "highlevel" and entry.get("at"):
        at = datetime.fromisoformat(str(entry["at"]))
        found.append(Said(uuid5(lead.pk, f"dnd/{at.isoformat()}"), "opt_out", at, "highlevel"))
    return found
