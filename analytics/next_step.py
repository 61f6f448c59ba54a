"""Did the conversation end with a next step that has a day, or with "let me know"?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from analytics.rubric import pattern
from leads import dates
from leads.conversation import Turn
from leads.small_words import english_or_spanish
from leads.text import Span, fold, sentences
from leads.words import folded

AGREED, DATED, LOOSE, VAGUE, NONE = "agreed", "dated", "loose", "vague", "none"
POINTS: Final = {AGREED: 20, DATED: 15, LOOSE: 5, VAGUE: 0, NONE: 0}
AHEAD: Final = timedelta(days=92)
"""A day further away than a quarter is a hope, not a step."""


@dataclass(frozen=True)
class NextStep:
    """The last step that was named: how firm, and where: `turns[turn].text[start:end]` is the evidence. `lost` was cancelled after."""

    level: str
    turn: int = -1
    start: int = 0
    end: int = 0
    lost: bool = False


@dataclass(frozen=True)
class _Named:
    level: str
    span: Span


def find(turns: Sequence[Turn], *, now: datetime) -> NextStep:
    """The firmest standing step: a later refusal takes a dated one away, a later dated one replaces it."""
    best = NextStep(NONE)
    for place, turn in enumerate(turns):
        if turn.speaker != "agent":
            if best.level in (AGREED, DATED) and place > best.turn + 1 and _called_off(turn.text, now=turn.at or now):
                best = NextStep(NONE, place, 0, min(len(turn.text), 160), lost=True)
            continue
        named = _named(turn, now)
        if named:
            best = _better(best, _settled(turns, place, named, now))
        elif best.level == NONE and (span := _vague(turn.text)):
            best = NextStep(VAGUE, place, span.start, span.end)
    return best


def _better(best: NextStep, later: NextStep) -> NextStep:
    """A later step replaces one that is no firmer; one that is refused after another was agreed to takes both away."""
    if later.lost and best.level == AGREED:
        return NextStep(NONE, later.turn, later.start, later.end, lost=True)
    return later if POINTS[later.level] >= POINTS[best.level] else best


def named_in(text: str, at: datetime) -> str:
    """How firm a step one message of an agent's names: dated, loose, vague or none."""
    named = _named(Turn("agent", text, at), at)
    return named.level if named else VAGUE if _vague(text) else NONE


def accepted(text: str) -> bool:
    """Whether a prospect's message takes what was proposed."""
    plain = folded(text)
    return bool(pattern("step", "accepts").search(plain)) and not pattern("step", "declines").search(plain)


def _settled(turns: Sequence[Turn], place: int, named: _Named, now: datetime) -> NextStep:
    """What the prospect says to it, or had proposed themselves: "Saturday at ten?" "Saturday at ten it is"."""
    told = NextStep(named.level, place, named.span.start, named.span.end)
    if named.level != DATED:
        return told
    before = turns[place - 1] if place else None
    if (
        before
        and before.speaker == "prospect"
        and _proposes(before, now)
        and not turns[place].text.rstrip().endswith("?")
    ):
        return NextStep(AGREED, place, told.start, told.end)
    after = next((turn for turn in turns[place + 1 :] if turn.speaker == "prospect"), None)
    if after is None:
        return told
    if accepted(after.text) or _proposes(after, now):
        return NextStep(AGREED, place, told.start, told.end)
    refused = pattern("step", "declines").search(folded(after.text))
    return NextStep(LOOSE, place, told.start, told.end, lost=True) if refused else told


def _proposes(turn: Turn, now: datetime) -> bool:
    """Whether the prospect names a day or an hour themselves, and means it."""
    plain = folded(turn.text)
    if pattern("step", "declines").search(plain) or pattern("step", "theirs").search(plain):
        return False
    return any(_near(when, turn.at or now) for when in dates.find(turn.text, now=turn.at or now))


def _called_off(text: str, *, now: datetime) -> bool:
    """A refusal that names no other day."""
    plain = folded(text)
    return bool(pattern("step", "declines").search(plain)) and not dates.find(text, now=now)


def _named(turn: Turn, now: datetime) -> _Named | None:
    """The step that a message of the agent's names; the last sentence with a day wins over one without."""
    at, loose = turn.at or now, None
    dated = None
    for span in _sentences(turn.text):
        words = turn.text[span.start : span.end]
        plain = folded(words)
        if not pattern("step", "action").search(plain) or _not_ours(plain):
            continue
        found = dates.find(words, now=at, language=_language(words))
        if any(_near(when, at) for when in found):
            dated = _Named(DATED, span)
        elif found and not pattern("step", "vague").search(plain):
            loose = _Named(LOOSE, span)
    return dated or loose


def _not_ours(plain: str) -> bool:
    """What happened, what cannot be, or when they move, is no step to take."""
    if pattern("step", "past").search(plain) or pattern("step", "denied").search(plain):
        return True
    return bool(pattern("step", "theirs").search(plain))


def _near(when: dates.When, at: datetime) -> bool:
    """A day (or the two of a weekend), or an hour of today."""
    if when.on is None:
        return bool(when.at)
    last = when.to or when.on
    ahead = at.date() <= last and when.on - at.date() <= AHEAD
    return when.grain == "day" and last - when.on <= timedelta(days=1) and ahead


def _vague(text: str) -> Span | None:
    for span in _sentences(text):
        if pattern("step", "vague").search(folded(text[span.start : span.end])):
            return span
    return None


def _sentences(text: str) -> Iterator[Span]:
    plain = fold(text)
    return (plain.back(span) for span in sentences(plain.text))


def _language(words: str) -> str:
    return english_or_spanish(words, fold(words).text)
