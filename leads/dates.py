"""Which days and clock times do these words name?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from leads.words import folded

_MONTHS: Final = {
    name: place % 12 + 1
    for names in (
        "january february march april may june july august september october november december",
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    )
    for place, name in enumerate(names.split())
}
_DAYS: Final = {
    name: place
    for names in (
        "monday tuesday wednesday thursday friday saturday sunday",
        "lunes martes miercoles jueves viernes sabado domingo",
    )
    for place, name in enumerate(names.split())
}
_MONTH, _DAY = "|".join(_MONTHS), "|".join(_DAYS)
_COUNT: Final = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "un": 1,
    "una": 1,
    "dos": 2,
    "tres": 3,
    "seis": 6,
}
_DATE: Final = re.compile(
    rf"(?P<iso>\b\d{{4}}-\d\d-\d\d\b)|(?P<slash>(?<![\d/])\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?(?![\d/]))"
    rf"|\b(?P<m1>{_MONTH})\.? (?:the )?(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<y1>20\d\d))?\b(?![:\d])"
    rf"|\b(?:the )?(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?: of| de)? (?P<m2>{_MONTH})(?:,?(?: de| of)? (?P<y2>20\d\d))?\b"
    r"|\b(?:the )?(?P<d3>\d{1,2})(?:st|nd|rd|th) of (?:this|the) month\b|\b(?:the )(?P<d4>\d{1,2})(?:st|nd|rd|th)\b|\b(?:on|el) (?:dia )?(?P<d5>\d{1,2})(?:st|nd|rd|th)?(?= ?(?:[.,!?]|$))"
    r"|\b(?P<off>the day after tomorrow|day after tomorrow|pasado manana|tomorrow|tmrw|later today|today|tonight|manana|hoy)\b"
    rf"|\b(?P<w0>(?:this|next|coming|upcoming|este|el proximo|proximo|el) )?(?P<w>{_DAY})(?P<w2> (?:of )?next week| (?:of )?this week| de la proxima semana)?\b"
    r"|\b(?P<weekend>(?P<nextw>next )?(?:this )?weekend|(?:este )?fin de semana)\b"
    rf"|\b(?P<in>(?:in|within|dentro de|en) (?P<n>\d{{1,3}}|{'|'.join(_COUNT)}) (?P<u>days?|weeks?|months?|years?|dias?|semanas?|mes(?:es)?|anos?))\b"
    rf"|\b(?P<end>end of (?:the )?month|a?fin(?:es)? de mes)\b|\b(?P<m3>{_MONTH})(?: (?P<y3>20\d\d))?\b"
)
_CLOCK: Final = re.compile(
    r"\b(?P<h>\d{1,2})(?::(?P<mi>\d\d))? ?(?P<ap>[ap])\.?m\b\.?|\b(?P<h2>[01]?\d|2[0-3]):(?P<mi2>[0-5]\d)\b|\b(?:half past|(?P<half>half)) (?P<h3>\d{1,2})|\b(?P<noon>noon|midday|mediodia)\b"
    r"|\ba las? (?P<h4>\d{1,2})(?::(?P<mi4>\d\d))?(?: de la (?P<part>manana|tarde|noche))?"
)


@dataclass(frozen=True)
class When:
    """One day, range or clock time: `text[start:end] == quote`. `to` is the inclusive last day of a range, `at` "HH:MM"."""

    quote: str
    start: int
    end: int
    on: date | None
    to: date | None = None
    at: str = ""
    grain: str = "day"


def find(text: str, *, now: datetime, language: str = "") -> tuple[When, ...]:
    """The dates and times of the text in order, relative to `now` (aware, in the speaker's zone); bare days lie ahead."""
    plain = folded(text).replace("ñ", "n")
    days = [one for hit in _DATE.finditer(plain) if (one := _when(hit, text, now.date()))]
    clocks = [one for hit in _CLOCK.finditer(plain) if (one := _clock(hit, text))]
    free = [c for c in clocks if all(c.end <= d.start or d.end <= c.start for d in days)]
    return tuple(sorted([*days, *free], key=lambda one: one.start))


def _when(hit: re.Match[str], text: str, today: date) -> When | None:
    try:
        on, to, grain = next(_resolved(hit, today))
    except (ValueError, StopIteration, OverflowError):
        return None
    return When(text[hit.start() : hit.end()], *hit.span(), on, to, grain=grain)


def _resolved(hit: re.Match[str], today: date) -> Iterator[tuple[date, date | None, str]]:
    if hit["iso"]:
        yield date.fromisoformat(hit["iso"]), None, "day"
    elif hit["slash"]:
        month, day, *year = (int(part) for part in hit["slash"].split("/"))
        yield _ahead(today, month, day, (year[0] + 2000 * (year[0] < 100)) if year else 0), None, "day"
    elif hit["m1"] or hit["m2"]:
        month, day = _MONTHS[hit["m1"] or hit["m2"]], int(hit["d1"] or hit["d2"])
        yield _ahead(today, month, day, int(hit["y1"] or hit["y2"] or 0)), None, "day"
    elif number := hit["d3"] or hit["d4"] or hit["d5"]:
        yield _of_month(today, int(number)), None, "day"
    elif hit["off"]:
        yield (
            today
            + timedelta(
                days=2
                if "after" in hit["off"] or "pasado" in hit["off"]
                else hit["off"] in ("tomorrow", "tmrw", "manana")
            ),
            None,
            "day",
        )
    elif hit["w"]:
        yield _weekday(hit, today), None, "day"
    else:
        yield from _ranges(hit, today)


def _ranges(hit: re.Match[str], today: date) -> Iterator[tuple[date, date | None, str]]:
    if hit["weekend"]:
        saturday = today + timedelta(days=(5 - today.weekday()) % 7 + 7 * bool(hit["nextw"]))
        yield saturday, saturday + timedelta(days=1), "week"
    elif hit["in"]:
        count = int(hit["n"]) if hit["n"].isdigit() else _COUNT[hit["n"]]
        days = {"d": 1, "w": 7, "s": 7, "m": 30, "y": 365, "a": 365}[hit["u"][0]]
        yield today, today + timedelta(days=count * days), "duration"
    elif hit["end"]:
        yield (today.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1), None, "day"
    elif hit["m3"] and hit["m3"] not in ("may", "mar"):
        first = _ahead(today.replace(day=1), _MONTHS[hit["m3"]], 1, int(hit["y3"] or 0))
        yield first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1), "month"


def _ahead(today: date, month: int, day: int, year: int) -> date:
    found = date(year or today.year, month, day)
    return found if year or found >= today else date(today.year + 1, month, day)


def _of_month(today: date, day: int) -> date:
    found = today.replace(day=day)
    return found if found >= today else (today.replace(day=1) + timedelta(days=32)).replace(day=day)


def _weekday(hit: re.Match[str], today: date) -> date:
    day = _DAYS[hit["w"]]
    if hit["w2"] and "this" not in hit["w2"]:
        return today - timedelta(days=today.weekday()) + timedelta(days=7 + day)
    ahead = (day - today.weekday()) % 7
    if ahead and (hit["w0"] or "").strip() in ("next", "proximo", "el proximo"):
        return today - timedelta(days=today.weekday()) + timedelta(days=7 + day)
    return today + timedelta(days=ahead or 7)


def _clock(hit: re.Match[str], text: str) -> When | None:
    hour = 12 if hit["noon"] else int(hit["h"] or hit["h2"] or hit["h3"] or hit["h4"])
    minute = 30 if hit["h3"] else int(hit["mi"] or hit["mi2"] or hit["mi4"] or 0)
    if hour < 12 and (hit["ap"] == "p" or hit["part"] in ("tarde", "noche")):
        hour += 12
    elif hour == 12 and hit["ap"] == "a":
        hour = 0
    if hour > 23 or minute > 59:
        return None
    return When(text[hit.start() : hit.end()], *hit.span(), None, at=f"{hour:02d}:{minute:02d}", grain="time")
