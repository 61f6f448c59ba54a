"""Which place or day from other business do these words lean on ("find me an apartment there")?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from leads.reading import places
from leads.reading.times import DIARY, named_days, smells
from leads.reading.topics import WINDOW, about_home
from leads.slots import Slot, Told
from leads.words import Said, folded, unaccented

_THERE: Final = re.compile(
    r"\b(?:there|(?:in|near|around|close to|within|at|from) (?:that|this|the same|the) (?:area|city|place|town|region|location|neighbou?rhood|vicinity)|same (?:area|city|place|town)|near(?:by)?|around here|alli|ahi|esa zona|por ahi|la misma zona)\b"
)
_LOOKS: Final = re.compile(
    r"\b(?:find|look|search|need|want|get|locate|like|interested|rent|buy|moving|show|any|busco|quiero|necesito)\b.*\b(?:apartments?|apts?|homes?|houses?|places?|propert(?:y|ies)|condos?|residences?|flats?|casas?|departamentos?)\b"
    r"|\b(?:an?|some|any|another)\b.{0,40}\b(?:apartment|home|house|condo|residence|flat)\b|\b(?:apartments?|homes?|houses?|condos?|residences?)\b.*\b(?:find|look|search|available|options?)\b"
)
_WHERE: Final = re.compile(
    r"\b(?:where|which (?:city|place|location)|what (?:city|place|location)|(?:in|from) what|donde)\b"
)
_VISITS: Final = re.compile(
    r"\b(?:(?:schedule|book|arrange|set up|make|reserve|plan|set)\b.*\b(?:visit\w*|tour|viewing|showing|appointment)|visit|tour|see (?:the|it|that|this)|go see|agendar|visitar)\b"
)


def carried(
    said: str, history: Sequence[Said], state: Sequence[Slot], found: Sequence[Told], *, now: datetime
) -> Iterator[tuple[Told, int]]:
    """The place and the day that earlier talk of other business lends to folded words about a home, with their turn.

    Only the prospect's own turns lend, the newest first, at most `WINDOW` back, and only what is neither told nor known.
    """
    known = {one.name for one in found} | {slot.name for slot in state}
    near = bool(_THERE.search(said))
    if "location" not in known and _LOOKS.search(said) and (near or not _VISITS.search(said)):
        yield from _lent(history, "location", now, near=near)
    if "visit_date" not in known and _VISITS.search(said):
        yield from _lent(history, "visit_date", now, near=False)


def _lent(history: Sequence[Said], name: str, now: datetime, *, near: bool) -> Iterator[tuple[Told, int]]:
    first = max(0, len(history) - WINDOW)
    for turn in range(len(history) - 1, first - 1, -1):
        said = history[turn]
        if said.speaker == "prospect" and (
            span := _place(said.text, history[:turn]) if name == "location" else _day(said.text, now)
        ):
            plain = folded(said.text)
            if (name == "visit_date" and DIARY.search(plain)) or not about_home(plain, history[first:turn]):
                value, start, end = span
                yield Told(name, value, start, end, confidence=0.7 if near else 0.5), turn
                return


def _place(text: str, before: Sequence[Said]) -> tuple[str, int, int] | None:
    named = unaccented(text)
    asked = bool(before) and before[-1].speaker == "agent" and _WHERE.search(folded(before[-1].text)) is not None
    span = places.elsewhere(named, asked=asked)
    return (text[slice(*span)], *span) if span else None


def _day(text: str, now: datetime) -> tuple[str, int, int] | None:
    if not smells(folded(text)):
        return None
    days = [when for when in named_days(text, now=now) if when.on and when.to is None]
    return (days[-1].on.isoformat(), days[-1].start, days[-1].end) if days and days[-1].on else None
