"""What do new words change about a lead? Facts, completeness, stage, hand-off: learned at once, written in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.timezone import now
from uuid_utils.compat import uuid7

from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import current
from leads import lifecycle, optout, profile, sheet
from leads.completeness import Completeness, Fact, completeness
from leads.handoff import HandOff, of_oneself, signed, stays, told_of
from leads.models import Agreement, Lead, Message, Speaker, Stage
from leads.optout import OptOut
from leads.packs import Pack, pack_of
from leads.preferences import Frame, step
from leads.qualification import Question, Situation, next_question
from leads.services import consents, scored, served
from leads.services.writing import write
from leads.slots import Slot

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


@dataclass(frozen=True)
class Around:
    """What else counts: slots asked for lately (newest last), and reasons to stop that another reader heard in the words.

    `question` is what the message answers, when that is not on record: it is read with it and proves nothing by itself.
    """

    asked: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    question: str = ""


@dataclass
class Understood:
    """What some words changed. `changes` are (change, entry) pairs, `moves` the steps of stage or overlay."""

    completeness: Completeness
    next: Question | HandOff | None = None
    changes: tuple[tuple[str, profile.Entry], ...] = ()
    moves: list[dict[str, Any]] = field(default_factory=list)
    news: bool = False  # anything of the lead changed
    stranger: bool = False  # the number is somebody else's
    left: OptOut | None = None  # they asked to be left alone, or to be reached in fewer ways


def learn(message: Message, history: Sequence[Past], *, tenant: Tenant, around: Around | None = None) -> Understood:
    """Read the newest message into the lead's profile (one query, none when nothing changed).

    `message.conversation.lead` is changed in place; `history` is what was said before, oldest first.
    """
    around = around or Around()
    lead, question = message.conversation.lead, around.question
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
    found = settle(lead, vertical=vertical, message=message, history=history, around=around)
    found.changes = changes
    found.news = bool(changes or found.moves) or before != [getattr(lead, name) for name in SETTLED]
    if found.news:
        settled = {name: getattr(lead, name) for name in SETTLED}
        write(message, settled, changes=changes, moves=found.moves)
    if found.left is not None:
        consents.heard(message, found.left)
    elif found.stranger and lead.phone:
        consents.wrong_number(lead)
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
    around: Around | None = None,
) -> Understood:
    """Completeness, stage and hand-off as they follow from what is known now; sets them on the lead and writes nothing."""
    pack, at = pack_of(lead.side, vertical or vertical_of(lead)), now()
    facts = profile.facts_of(lead.profile)
    measured = completeness(facts, pack, at)
    lead.completeness = round(measured.value, 4)
    found = Understood(measured)
    if message is not None:
        _by_rule(lead, found, message)
    around = around or Around()
    said: tuple[Past | Message, ...] = (*history, message) if message is not None else tuple(history)
    scored.score(lead, facts, said, pack=pack, own=served.own(message.serves if message is not None else None))
    situation = _situation(lead, pack, facts, around.asked, said[-RECENT:])
    if message is not None:  # the last of what was said is heard now
        situation = replace(situation, heard=around.heard, since=len(situation.history) - 1)
    found.next = then = next_question(situation, measured)
    if isinstance(then, HandOff) and (stays(then.reason) or not stays(lead.hand_off)):
        lead.hand_off = then.reason
    elif not stays(lead.hand_off):  # what was said longer ago than `words` is remembered by its reason
        lead.hand_off = ""
    return found


def score_again(lead: Lead, history: Sequence[Past], *, vertical: str) -> None:
    """The lead's score by the model of today; sets it on the lead, changes nothing else and writes nothing."""
    pack = pack_of(lead.side, lead.vertical if lead.vertical != "any" else vertical)
    scored.score(lead, profile.facts_of(lead.profile), history, pack=pack, own=served.own())


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
    """What stays is on the lead since it was heard, unless a person lifted it: it is not looked for again in what was said."""
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
        since=len(said),
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
    return own_vertical()


def own_vertical() -> str:
    """The tenant's vertical."""
    own: str | None = Tenant.objects.filter(pk=current()).values_list("vertical", flat=True).first()
    return own or "any"


def sheet_of(lead: Lead, then: Question | HandOff | None, *, vertical: str = "") -> dict[str, Any]:
    """What an agent sees of what is known (leads/sheet.py)."""
    standing = sheet.Standing(
        id=str(lead.pk),
        stage=lead.stage,
        overlay=lead.overlay,
        overlay_reason=lead.overlay_reason,
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
    over = _laid_over(lead, message) if replied else None
    found.stranger = over is not None and over.wanted == "invalid" and not _asks_besides(message.text)
    if found.stranger:  # somebody else's number is no wish of the lead's; no text and no call goes there all the same
        found.left = None
    elif left.opt_out:
        _move(lead, found, lifecycle.DNC, message, reason="asked to be left alone")
        return
    if over is not None:
        _move(lead, found, over.wanted, message, reason=over.reason)
        return
    name = "reply" if replied else "outbound"
    due = lifecycle.due_stage(state_of(lead), found.completeness, [lifecycle.Event(name, str(message.pk))])
    if due is not None:
        _move(lead, found, due.wanted, message, reason=due.reason)


def _laid_over(lead: Lead, message: Message) -> lifecycle.Due | None:
    """The overlay that follows from the lead's own words: of somebody else's client, or of nobody we know."""
    told = [(one.reason, one.quote) for one in told_of(message.text)]
    told += [
        ("signed_elsewhere", entry["quote"])
        for entry in lead.profile
        if entry["name"] == "agent_status" and signed(entry["value"]) and entry["message"] == str(message.pk)
        if of_oneself(message.text, entry["start"], entry["end"])
    ]
    dues = [lifecycle.due_overlay(state_of(lead), why, quote=said, evidence=str(message.pk)) for why, said in told]
    return next((due for due in dues if due is not None), None)


def _asks_besides(text: str) -> bool:
    """Whether they ask to be left alone in other words than that the number is wrong."""
    for one in told_of(text):
        if one.reason == "wrong_person":
            text = text.replace(one.quote, " ")
    return optout.read(text).opt_out


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
