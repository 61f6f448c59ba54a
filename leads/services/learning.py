"""What do new words change about a lead? Facts, completeness, stage, hand-off: learned at once, written in one statement."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import connection
from django.utils.timezone import now
from uuid_utils.compat import uuid7

from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import current
from leads import lifecycle, optout, profile, sheet
from leads.completeness import Completeness, Fact, completeness
from leads.features import Standing, features_of
from leads.handoff import HandOff, stays
from leads.models import Agreement, Lead, Message, Speaker, Stage, StageMove
from leads.optout import OptOut
from leads.packs import Pack, pack_of
from leads.preferences import Frame, step
from leads.qualification import Question, Situation, next_question
from leads.scoring import render, score
from leads.services import consents
from leads.slots import Slot

WHO = frozenset({"decision_makers", "location", "language"})
"""Slots that show who somebody is or where: known or not, they must not move the score, through completeness neither."""
ASKED = (optout.ALL, "sms", "call", "email")  # scopes of an opt-out that the ledger of consent hears of
RECENT = 2  # messages, the newest one among them, in which a reason to stop asking is looked for; what stays is kept by its reason
SETTLED = ("completeness", "stage", "stage_since", "overlay", "overlay_reason", "hand_off", "score", "score_told")


@dataclass(frozen=True)
class Past:
    """Something said before, as the reader needs it."""

    id: UUID
    speaker: str
    text: str
    at: datetime


@dataclass
class Understood:
    """What some words changed. `changes` are (change, entry) pairs, `moves` the steps of stage or overlay."""

    completeness: Completeness
    next: Question | HandOff | None = None
    changes: tuple[tuple[str, profile.Entry], ...] = ()
    moves: list[dict[str, Any]] = field(default_factory=list)
    news: bool = False  # anything of the lead changed
    left: OptOut | None = None  # they asked to be left alone, or to be reached in fewer ways


def learn(
    message: Message, history: Sequence[Past], *, tenant: Tenant, asked: Sequence[str] = (), question: str = ""
) -> Understood:
    """Read the newest message into the lead's profile (one query, none when nothing changed).

    `message.conversation.lead` is changed in place; `history` is what was said before, oldest first. `question` is what
    the message answers, when that is not on record: it is read with it and proves nothing by itself.
    """
    lead = message.conversation.lead
    vertical = vertical_of(lead, tenant)
    changes: tuple[tuple[str, profile.Entry], ...] = ()
    if question:
        history = [*history, Past(message.pk, Speaker.AGENT, question, message.at)]
    if message.speaker == Speaker.PROSPECT:
        frame = Frame(clock(lead, message.at, tenant.timezone))
        state = step(profile.slots_of(lead.profile), history, message, turn=len(history), frame=frame)
        if question:
            state = tuple(_shown_by(slot, message.text, turn=len(history)) for slot in state)
        ids = {len(history): str(message.pk), **{turn: str(said.id) for turn, said in enumerate(history)}}
        got = profile.learned(lead.profile, state, ids, at=message.at)
        changes, lead.profile = got.changes, got.profile
    before = [getattr(lead, name) for name in SETTLED]
    found = settle(lead, vertical=vertical, message=message, history=history, asked=asked)
    found.changes = changes
    found.news = bool(changes or found.moves) or before != [getattr(lead, name) for name in SETTLED]
    if found.news:
        _write(lead, found, message)
    if found.left is not None:
        consents.heard(message, found.left)
    return found


def _shown_by(slot: Slot, answer: str, *, turn: int) -> Slot:
    """What the question offered is shown by the answer that took it: the question itself is nobody's recorded words."""
    if slot.turn != turn - 1:
        return slot
    quote = answer.strip()
    start = answer.index(quote)
    return replace(slot, turn=turn, quote=quote, start=start, end=start + len(quote))


def settle(
    lead: Lead,
    *,
    vertical: str = "",
    message: Message | None = None,
    history: Sequence[Past] = (),
    asked: Sequence[str] = (),
) -> Understood:
    """Completeness, stage and hand-off as they follow from what is known now; sets them on the lead and writes nothing."""
    pack, at = pack_of(lead.side, vertical or vertical_of(lead)), now()
    facts = profile.facts_of(lead.profile)
    measured = completeness(facts, pack, at)
    lead.completeness = round(measured.value, 4)
    found = Understood(measured)
    if message is not None:
        _by_rule(lead, found, message)
    said: tuple[Past | Message, ...] = (*history, message) if message is not None else tuple(history)
    _score(lead, facts, said, blind=completeness([fact for fact in facts if fact.name not in WHO], pack, at))
    found.next = then = next_question(_situation(lead, pack, facts, asked, said[-RECENT:]), measured)
    if isinstance(then, HandOff):
        lead.hand_off = then.reason
    elif not stays(lead.hand_off):  # what was said longer ago than `words` is remembered by its reason
        lead.hand_off = ""
    return found


def _score(lead: Lead, facts: Sequence[Fact], said: Sequence[Past | Message], *, blind: Completeness) -> None:
    standing = Standing(lead.stage, lead.overlay, blind.value, _appointment(lead))  # type: ignore[arg-type]
    told = score(features_of(facts, standing, said, now=now()))
    lead.score = None if told.probability is None else round(told.probability, 4)
    lead.score_told = render(told)


def _appointment(lead: Lead) -> str:
    if lead.stage == Stage.APPOINTMENT:
        return "agreed"
    return "held" if lead.stage in (Stage.REPRESENTED, Stage.ACTIVE, Stage.UNDER_CONTRACT, Stage.CLOSED) else "none"


def question_for(
    lead: Lead, *, asked: Sequence[str] = (), history: Sequence[Past] = (), vertical: str = ""
) -> Question | HandOff | None:
    """What to ask this lead next, or why nothing."""
    pack = pack_of(lead.side, vertical or vertical_of(lead))
    facts = profile.facts_of(lead.profile)
    return next_question(_situation(lead, pack, facts, asked, history), completeness(facts, pack, now()))


def _situation(
    lead: Lead, pack: Pack, facts: tuple[Fact, ...], asked: Sequence[str], said: Sequence[Past | Message]
) -> Situation:
    return Situation(
        pack=pack,
        now=now(),
        stage=lead.stage,
        overlay=lead.overlay,
        facts=facts,
        asked=tuple(asked),
        history=tuple(said),
        language=lead.language or "en",
        seed=lead.name.split(" ")[0] if lead.name else "",
    )


def recent(lead: Lead, most: int = 12) -> list[Past]:
    """What was said last, oldest first."""
    rows = Message.objects.filter(lead=lead).order_by("-at", "-position").values_list("id", "speaker", "text", "at")
    return [Past(*row) for row in rows[:most]][::-1]


def vertical_of(lead: Lead, tenant: Tenant | None = None) -> str:
    """The lead's own vertical, else the tenant's (one query where the tenant is not at hand)."""
    if lead.vertical != "any":
        return lead.vertical
    if tenant is not None:
        return tenant.vertical
    own: str | None = Tenant.objects.filter(pk=current()).values_list("vertical", flat=True).first()
    return own or "any"


def sheet_of(lead: Lead, then: Question | HandOff | None, *, vertical: str = "") -> dict[str, Any]:
    """What an agent sees of what is known (leads/sheet.py)."""
    standing = sheet.Standing(
        id=str(lead.pk),
        stage=lead.stage,
        overlay=lead.overlay,
        side=lead.side,
        vertical=vertical or vertical_of(lead),
        language=lead.language,
        hand_off=lead.hand_off,
        facts=lead.profile,
        score=lead.score_told,
    )
    return sheet.sheet(standing, then, now=now())


def clock(lead: Lead, at: datetime, zone: str = "") -> datetime:
    """`at` in the lead's zone; in the tenant's when the lead's is not known."""
    for name in (lead.timezone, zone):
        try:
            if name:
                return at.astimezone(ZoneInfo(name))
        except (ZoneInfoNotFoundError, ValueError):
            continue
    return at


def _by_rule(lead: Lead, found: Understood, message: Message) -> None:
    """The moves that follow from who spoke and what they wish: contact, reply, enough known, "leave me alone"."""
    replied = message.speaker == Speaker.PROSPECT
    left = optout.read(message.text) if replied else optout.OptOut()
    found.left = left if left.scope in ASKED else None
    if left.opt_out:
        _move(lead, found, lifecycle.DNC, message, reason="asked to be left alone")
        return
    name = "reply" if replied else "outbound"
    due = lifecycle.due_stage(state_of(lead), found.completeness, [lifecycle.Event(name, str(message.pk))])
    if due is not None:
        _move(lead, found, due.wanted, message, reason=due.reason)


def state_of(lead: Lead) -> lifecycle.State:
    """The lead as the state machine sees it."""
    exception = lead.agreement if lead.agreement not in (Agreement.NONE, Agreement.SIGNED) else ""
    return lifecycle.State(lead.stage, lead.overlay, lead.side, lead.agreement == Agreement.SIGNED, exception)


def _move(lead: Lead, found: Understood, wanted: str, message: Message, *, reason: str) -> None:
    done = lifecycle.move(state_of(lead), wanted, by=lifecycle.RULE, evidence=str(message.pk), reason=reason)
    if not isinstance(done, lifecycle.Moved):
        return
    found.moves.append(
        {
            "id": str(uuid7()),
            "from_stage": lead.stage,
            "to_stage": done.state.stage,
            "from_overlay": lead.overlay,
            "to_overlay": done.state.overlay,
            "reason": reason,
            "evidence": {"message": str(message.pk)},
        }
    )
    if done.state.stage != lead.stage:
        lead.stage, lead.stage_since = Stage(done.state.stage), now()
    if done.state.overlay != lead.overlay:
        lead.overlay, lead.overlay_reason = done.state.overlay, reason


def _write(lead: Lead, found: Understood, message: Message) -> None:
    """The lead, its new facts and its moves, at one stroke: wave one has one query left for it."""
    facts = [{**entry, "id": str(uuid7()), "change": change} for change, entry in found.changes]
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            {
                "tenant": current(),
                "lead": lead.pk,
                "at": message.at,
                "facts": json.dumps(facts),
                "moves": json.dumps(found.moves),
                "profile": json.dumps(lead.profile),
                **{name: getattr(lead, name) for name in SETTLED},
                "score_told": json.dumps(lead.score_told),
            },
        )


_WRITE = f"""
    WITH told AS (
        INSERT INTO leads_slotfact (id, tenant_id, lead_id, message_id, name, value, earlier, unit, quote, start, "end",
            confidence, extractor, offered, change, at)
        SELECT id, %(tenant)s, %(lead)s, message, name, value, nullif(earlier, 'null'::jsonb), unit, quote, start, "end",
            confidence, extractor, offered, change, %(at)s
        FROM jsonb_to_recordset(%(facts)s::jsonb) AS f(id uuid, message uuid, name text, value jsonb, earlier jsonb,
            unit text, quote text, start int, "end" int, confidence float, extractor text, offered bool, change text)),
    moved AS (
        INSERT INTO leads_stagemove (id, tenant_id, lead_id, from_stage, to_stage, from_overlay, to_overlay, mover, reason,
            evidence, at)
        SELECT id, %(tenant)s, %(lead)s, from_stage, to_stage, from_overlay, to_overlay, '{StageMove.Mover.RULE}', reason,
            evidence, %(at)s
        FROM jsonb_to_recordset(%(moves)s::jsonb) AS m(id uuid, from_stage text, to_stage text, from_overlay text,
            to_overlay text, reason text, evidence jsonb))
    UPDATE leads_lead SET profile = %(profile)s, completeness = %(completeness)s, stage = %(stage)s,
        stage_since = %(stage_since)s, overlay = %(overlay)s, overlay_reason = %(overlay_reason)s, hand_off = %(hand_off)s,
        score = %(score)s, score_told = %(score_told)s
    WHERE id = %(lead)s AND tenant_id = %(tenant)s
"""  # noqa: S608 - a constant of our own
