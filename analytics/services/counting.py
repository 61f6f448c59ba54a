"""How often did it happen, by what? Read from the daily roll-ups alone, one query a question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet, Sum

from analytics.measures import Mean, Rate
from analytics.models import Daily, DayTotal
from analytics.ranges import Asked

COARSE = frozenset({"day", "card_kind", "arm", "reason", "currency"})  # what DayTotal knows
Counts = dict[tuple[Any, ...], "Counted"]


class Counted(Mean):
    """How often, and of what it had a value: sum and sum of squares."""


def rows(asked: Asked, *by: str) -> QuerySet[Any]:
    """The roll-up rows that the question is about: of the whole brokerage where they know all that is asked `by`, else the finer ones."""
    names = {name for name, _ in asked.by} | set(by)
    if asked.agent is None and asked.team is None and names <= COARSE:
        whole = DayTotal.objects.filter(day__gte=asked.range.first, day__lte=asked.range.last)
        return whole.filter(**dict(asked.by))
    found = Daily.objects.filter(day__gte=asked.range.first, day__lte=asked.range.last)
    if asked.agent:
        found = found.filter(agent=asked.agent)
    if asked.team:
        found = found.filter(team=asked.team)
    return found.filter(**dict(asked.by))


def counts(asked: Asked, *by: str, kinds: Iterable[str] = ()) -> Counts:
    """(kind, *by) → how often; `by` are columns of Daily such as "day", "agent", "card_kind"; all kinds when none is named."""
    found = rows(asked, *by)
    wanted = list(kinds)
    if wanted:
        found = found.filter(kind__in=wanted)
    columns = ("kind", *by)
    summed = found.order_by().values_list(*columns).annotate(Sum("n"), Sum("total"), Sum("squares"))
    return {row[: len(columns)]: Counted(*row[len(columns) :]) for row in summed}


def total(counted: Counts, *kinds: str) -> int:
    """How often any of these kinds happened, whatever stands behind the kind."""
    return sum(one.n for key, one in counted.items() if key[0] in kinds)


def rate(counted: Counts, hits: Sequence[str] | str, of: Sequence[str] | str, *behind: Any) -> Rate:
    """`hits` of `of`, for the part of the key behind the kind (all of it when nothing is named).

    A day's hits may belong to cases of days before the range, so hits never exceed the cases.
    """
    one, other = (hits,) if isinstance(hits, str) else hits, (of,) if isinstance(of, str) else of

    def of_kind(names: Sequence[str]) -> int:
        return sum(c.n for key, c in counted.items() if key[0] in names and (not behind or key[1:] == behind))

    cases = of_kind(other)
    return Rate(min(of_kind(one), cases), cases)
