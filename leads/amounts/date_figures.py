"""Which dates are written in figures alone?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from leads.amounts.calendar import coming, day
from leads.amounts.calendar_words import Calendar

_EDGE = r"(?<![a-z0-9_.,/$€£-])"
_END = r"(?![a-z0-9_%]|[/-]\d|[.,]\d)"
_SHAPES = (
    re.compile(rf"{_EDGE}(?P<y>[12]\d{{3}})(?P<s>[-/. ])(?P<a>\d\d?)(?P=s)(?P<b>\d\d?){_END}"),
    re.compile(rf"{_EDGE}(?P<a>\d\d?)(?P<s>[-/.])(?P<b>\d\d?)(?P=s)(?P<y>\d{{4}}|\d\d){_END}"),
    re.compile(rf"{_EDGE}(?P<a>\d\d?)(?P<s>[/.-])(?P<b>\d\d?){_END}"),
    re.compile(rf"{_EDGE}(?P<a>[0-3]?\d)(?P<s> )(?P<b>[01]?\d) (?P<y>\d\d){_END}(?! \d)"),
    # a file's name or a log line: "report_2024-05-06.pdf"
    re.compile(r"(?<=[_-])(?P<y>20\d\d)(?P<s>-)(?P<a>[01]\d)-(?P<b>[0-3]\d)(?=\.[a-z]|[_-]|$)"),
)
# "a 3/2", "24/7", "5/1 ARM", "1/2 bath" are no dates
_NO_DATE_AFTER = re.compile(
    r"[ -](?:beds?|baths?|bd|ba|br|bedrooms?|homes?|houses?|condos?|townhom|ranch|arms?\b|acres?|miles?|of\b|hours?|split|duplex|cups?|price|inch|loan|banos|recamaras|acre)"
)
_NO_DATE_BEFORE = re.compile(r"(?:\ba|\ban|\bus|\bscore|\bversion|\bunit|\bapt|#) $")


class Figures(NamedTuple):
    """A date in figures at its place; not `sure` when it is one only after a word that calls for a date ("on 5.12")."""

    start: int
    end: int
    day: date
    sure: bool


def figures(plain: str, known: Calendar, today: date) -> Iterator[Figures]:
    """All of them in a folded text; days that do not exist are left out, those without a year are the next."""
    taken = 0
    for start, hit in sorted(((hit.start(), hit) for shape in _SHAPES for hit in shape.finditer(plain)), key=_order):
        if start < taken:
            continue
        found = _day(hit, known, today)
        if found and not _counts_something(plain, hit):
            taken = hit.end()
            yield Figures(start, hit.end(), found, _is_sure(hit, known))


def _order(each: tuple[int, re.Match[str]]) -> tuple[int, int]:
    return each[0], -each[1].end()


def _counts_something(plain: str, hit: re.Match[str]) -> bool:
    if hit.groupdict().get("y"):
        return False
    after, before = plain[hit.end() : hit.end() + 14], plain[max(0, hit.start() - 9) : hit.start()]
    return hit.group() == "24/7" or bool(_NO_DATE_AFTER.match(after) or _NO_DATE_BEFORE.search(before))


def _is_sure(hit: re.Match[str], known: Calendar) -> bool:
    if hit.groupdict().get("y"):
        return hit["s"] != " " or len(hit["y"]) == 4 or not known.month_first
    return hit["s"] == "/" or (hit["s"] == "." and known.language == "de" and len(hit["b"]) == 2)


def _day(hit: re.Match[str], known: Calendar, today: date) -> date | None:
    a, b, year = int(hit["a"]), int(hit["b"]), hit.groupdict().get("y")
    if year is None:
        if known.month_first or known.year_first:
            return coming(today, a, b) or coming(today, b, a)
        return coming(today, b, a) or coming(today, a, b)
    if hit.start("y") < hit.start("a"):
        return day(int(year), a, b)
    if len(year) == 2 and known.year_first:  # 12-11-10 is 2012 in Chinese
        return day(_century(a, today), b, int(year))
    full = _century(int(year), today) if len(year) == 2 else int(year)
    first, second = (day(full, a, b), day(full, b, a)) if known.month_first else (day(full, b, a), day(full, a, b))
    return first or second


def _century(year: int, today: date) -> int:
    """Two figures of a year: the coming thirty years, else the past ones."""
    return 2000 + year if 2000 + year <= today.year + 30 else 1900 + year
