"""Which days, stretches of days and times of day does a message name, seen from now?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from enterprisehub.engines.base import Capability
from enterprisehub.errors import Invalid
from leads.amounts import clock
from leads.amounts.calendar_words import Calendar, calendar
from leads.amounts.date_figures import Figures, figures
from leads.amounts.date_grammar import grammar
from leads.amounts.date_items import Item
from leads.amounts.date_rules import reading
from leads.amounts.guessing import language as guessed
from leads.amounts.numbers import LANGUAGES, Number, read
from leads.amounts.tokens import Token, fold, longest, split, touching

_SIGNS = {",": ",", "(": ",", ".": ";", "!": ";", "?": ";", "。": ";", "，": ",", "/": "/", "-": "-", "~": "-"}


@dataclass(frozen=True)
class When:
    """One date, stretch of days or time of day: `text[start:end] == quote`.

    `on` is the day or the first one, `to` the last one of a stretch (None = a single day). `at` is "HH:MM" of 24 hours; a time stands
    alone (`grain` "time", `on` None) even right beside a date. `grain`: day, week, month, season, quarter, year, duration or time.
    """

    quote: str
    start: int
    end: int
    on: date | None
    to: date | None = None
    at: str = ""
    grain: str = "day"


@dataclass(frozen=True)
class DatesQuestion:
    """A message, its language ("" = guess) and the lead's own now."""

    text: str
    now: datetime
    language: str = ""


def find(text: str, *, now: datetime, language: str = "") -> tuple[When, ...]:
    """The dates in the first `LONGEST` characters, ascending and apart, seen from `now` in its own zone.

    What may be past or future is future: "March 3rd", "Friday" (today counts). "next Friday" is that of next week. Month or day
    first is by language; what can only be the other way round is read so. Days that do not exist are no dates.
    """
    tongue = language if language in LANGUAGES else guessed(text)
    found = _found(text, now.date(), tongue)
    # Americans mix: "quiero verla next Friday"
    if not found and not language and tongue not in ("en", "zh"):
        return _found(text, now.date(), "en")
    return found


def _found(text: str, today: date, language: str) -> tuple[When, ...]:
    known = calendar(language)
    items = _items(text, known, today)
    kinds = "".join(item.kind for item in items)
    hits = grammar(month_first=known.month_first, year_first=known.year_first).finditer(kinds)
    return tuple(
        when for hit in hits if (when := _when(text, items[hit.start() : hit.end()], hit.lastgroup or "", today))
    )


def _when(text: str, items: Sequence[Item], rule: str, today: date) -> When | None:
    start, end = items[0].start, items[-1].end
    if rule == "time":
        return When(text[start:end], start, end, None, at=items[0].value, grain="time")
    read_as = reading(rule, items, today)
    if read_as is None:
        return None
    first, last = read_as.days
    return When(text[start:end], start, end, first, None if first == last else last, grain=read_as.grain)


def _items(text: str, known: Calendar, today: date) -> list[Item]:
    plain = fold(text)
    tokens = split(text)
    given: dict[int, Figures | clock.Clock] = {each.start: each for each in figures(plain, known, today)}
    given.update({each.start: each for each in clock.find(plain, known.language)})
    items: list[Item] = []
    at = 0
    while at < len(tokens):
        whole = given.get(tokens[at].start)
        if isinstance(whole, clock.Clock):
            items.append(Item("T", whole.start, whole.end, whole.at))
        elif whole and (whole.sure or (items and items[-1].kind in "wWAf")):
            items.append(Item("D", whole.start, whole.end, day=whole.day))
        else:
            at = _next(tokens, at, known, items)
            continue
        while at < len(tokens) and tokens[at].start < whole.end:
            at += 1
    return items


def _next(tokens: Sequence[Token], at: int, known: Calendar, items: list[Item]) -> int:
    """Adds the item that begins at this token; the place after it."""
    token = tokens[at]
    word = None if token.figure else longest(known.words, tokens, at)
    number = read(tokens, at, known.language, joins=not token.figure)
    if number and (word is None or number.stop > word.stop):
        stop = number.stop
        kind = _kind_of(number.value, tokens[at:stop])
        end = longest(known.ordinal_ends, tokens, stop) if kind == "n" and touching(tokens, stop) else None
        if end:
            kind, stop = "o", end.stop
        if _completes_year(tokens, at, number, known, items):
            items[-1] = Item("Y", items[-1].start, tokens[stop - 1].end, number=items[-1].number * 100 + number.value)
            return stop
        items.append(Item(kind, token.start, tokens[stop - 1].end, number=number.value))
        return stop
    if word:
        items.append(Item(word.value.kind, token.start, tokens[word.stop - 1].end, word.value.value))
        return word.stop
    if token.folded in ("q", "t") and touching(tokens, at + 1) and tokens[at + 1].folded in ("1", "2", "3", "4"):
        items.append(Item("q", token.start, tokens[at + 1].end, number=float(tokens[at + 1].folded)))
        return at + 2
    kind = _SIGNS.get(token.folded, "?")
    if kind == "?" and items and items[-1].kind == "o" and items[-1].number:
        kind = "G"  # "the 6th instead": what an ordinal in figures may count is in the table as "!"
    items.append(Item(kind, token.start, token.end))
    return at + 1


def _completes_year(tokens: Sequence[Token], at: int, number: Number, known: Calendar, items: Sequence[Item]) -> bool:
    """Whether it is the second half of "twenty twenty-seven", in English and in words."""
    if known.language != "en" or not number.spelled or not 10 <= number.value <= 99 or not items:
        return False
    before = items[-1]
    return (
        before.kind == "n"
        and before.number in (19, 20)
        and not tokens[at - 1].figure
        and before.end + 1 == tokens[at].start
    )


def _kind_of(value: float, tokens: Sequence[Token]) -> str:
    plain = tokens[0].folded if len(tokens) == 1 else ""
    if 1 <= value <= 31 and value % 1 == 0 and len(plain) != 3 and "." not in plain:
        return "n"
    if 1900 <= value <= 2099 and value % 1 == 0 and "," not in plain and "." not in plain:
        return "Y"
    return "N"


def answer(question: DatesQuestion) -> tuple[When, ...]:
    """The local engine of `leads.dates`."""
    return find(question.text, now=question.now, language=question.language)


def parse(given: Mapping[str, Any]) -> DatesQuestion:
    """A question from JSON: `text`, `language`, `now` (ISO 8601; none = the clock), `timezone` (IANA; UTC when neither says); Invalid names what is wrong."""
    text, language = given.get("text"), given.get("language")
    if not isinstance(text, str):
        raise Invalid("`text` must be a text.", field="text")
    if language is not None and not isinstance(language, str):
        raise Invalid("`language` must be a text.", field="language")
    return DatesQuestion(text, moment(given.get("now"), given.get("timezone")), (language or "")[:2].lower())


def moment(now: Any, zone: Any) -> datetime:
    """`now` as JSON says it, in the zone that JSON names; without a zone in its own, without either in UTC; Invalid otherwise."""
    if now is not None and not isinstance(now, str):
        raise Invalid("`now` must be a date and time as ISO 8601.", field="now")
    try:
        there = _zone(zone)
        if now is None:
            return datetime.now(there or UTC)
        said = datetime.fromisoformat(now)
        if said.tzinfo is None:
            return said.replace(tzinfo=there or UTC)
        return said.astimezone(there) if there else said
    except (ValueError, OverflowError):
        raise Invalid("`now` must be a date and time as ISO 8601.", field="now") from None


def _zone(name: Any) -> ZoneInfo | None:
    if name is None or name == "":
        return None
    if isinstance(name, str) and re.fullmatch(r"[A-Za-z0-9_+/-]{1,64}", name):
        try:
            return ZoneInfo(name)
        except (ValueError, OSError, LookupError):
            pass
    raise Invalid("`timezone` must be the name of a time zone, as America/Chicago.", field="timezone")


def render(found: tuple[When, ...]) -> dict[str, Any]:
    """The dates as JSON: one day as `value`, a stretch as `from` and `to` (its last day), a time of day as `time`."""
    return {"values": list(_rows(found))}


def _rows(found: tuple[When, ...]) -> Iterator[dict[str, Any]]:
    for each in found:
        row: dict[str, Any] = {"quote": each.quote, "start": each.start, "end": each.end, "grain": each.grain}
        if each.on and each.to:
            row |= {"from": each.on.isoformat(), "to": each.to.isoformat()}
        elif each.on:
            row["value"] = each.on.isoformat()
        yield row | ({"time": each.at} if each.at else {})


DATES = Capability("leads.dates", DatesQuestion, tuple, answer, parse=parse, render=render)
