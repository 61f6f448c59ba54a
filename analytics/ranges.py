"""Which days and which part of the brokerage is a question about? As it stands in a URL, in the tenant's zone. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from enterprisehub.errors import Invalid

SPANS = {"7d": 7, "30d": 30, "90d": 90, "365d": 365}
LONGEST = 1100  # days, about three years
LABELS = {"7d": "7 days", "30d": "30 days", "90d": "90 days", "365d": "A year"}
BY = ("card_kind", "playbook_version", "prompt_version", "vertical", "language", "engine", "medium")


@dataclass(frozen=True)
class Range:
    """Both days are inside."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> Range:
        """As many days, right before."""
        return Range(self.first - timedelta(days=self.days), self.first - timedelta(days=1))


@dataclass(frozen=True)
class Asked:
    """A range and the filters beside it; empty ones do not filter."""

    range: Range
    span: str = "30d"  # one of SPANS, or "custom"
    agent: UUID | None = None
    team: UUID | None = None
    by: tuple[tuple[str, str], ...] = ()

    def over(self, other: Range) -> Asked:
        return replace(self, range=other)


def asked(given: Mapping[str, str], *, today: date) -> Asked:
    """`range` (7d, 30d, 90d, 365d) or `from` and `to` (YYYY-MM-DD), `agent`, `team`, and the names in BY.

    Raises Invalid, naming the field, for what cannot be meant.
    """
    first, last, span = _days(given, today)
    by = tuple((name, given[name].replace("\x00", "")[:64]) for name in BY if given.get(name))
    return Asked(Range(first, last), span, _id(given, "agent"), _id(given, "team"), by)


def _days(given: Mapping[str, str], today: date) -> tuple[date, date, str]:
    if given.get("from") or given.get("to"):
        last = _date(given, "to") or today
        first = _date(given, "from") or last - timedelta(days=29)
        if first > last:
            raise Invalid("The first day is after the last one.", field="from")
        if (last - first).days >= LONGEST:
            raise Invalid("That is more than three years.", field="from")
        return first, last, "custom"
    span = given.get("range") or given.get("time_range") or "30d"
    if span not in SPANS:
        raise Invalid(f"Say one of {', '.join(SPANS)}, or from and to.", field="range")
    return today - timedelta(days=SPANS[span] - 1), today, span


def _date(given: Mapping[str, str], name: str) -> date | None:
    text = given.get(name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("A day is written as 2026-11-25.", field=name) from None


def _id(given: Mapping[str, str], name: str) -> UUID | None:
    text = given.get(name)
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(f"This {name} is not known.", field=name) from None
