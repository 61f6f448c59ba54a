"""Where does a brokerage stand against figures of the market that it brought itself? Nothing is said without such a figure. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Final

from analytics.measures import FEWEST, Interval, Mean, Rate

OLD_DAYS = 365
UNITS: Final = {"percent": 100.0, "share": 1.0, "seconds": 1.0, "minutes": 1 / 60, "hours": 1 / 3600, "days": 1 / 86400}


@dataclass(frozen=True)
class Metric:
    """What can be compared; `share` in hundredths of the cases, else a time. `more` says whether more is better."""

    name: str
    label: str
    share: bool
    more: bool


METRICS: Final = {
    one.name: one
    for one in (
        Metric("response_time", "Time until an answer", share=False, more=False),
        Metric("reply_rate", "Cards that a reply followed", share=True, more=True),
        Metric("appointment_rate", "Leads with an appointment", share=True, more=True),
        Metric("agreement_rate", "Leads with a signed agreement", share=True, more=True),
        Metric("closing_rate", "Leads that closed", share=True, more=True),
        Metric("opt_out_rate", "Leads that opted out", share=True, more=False),
        Metric("qualification_time", "Time until qualified", share=False, more=False),
    )
}
COLUMNS: Final = ("metric", "value", "unit", "segment", "source", "date")
NEEDED: Final = ("metric", "value", "unit", "source", "date")
LONGEST: Final = {"segment": 80, "source": 200}


@dataclass(frozen=True)
class Figure:
    """One row of a benchmark file."""

    metric: str
    value: float
    unit: str
    segment: str
    source: str
    date: date


@dataclass(frozen=True)
class Refused:
    """A row that is not taken, as a spreadsheet numbers it, and each reason."""

    row: int
    problems: tuple[str, ...]


def missing(header: Sequence[str]) -> tuple[str, ...]:
    """The columns that the first row does not name."""
    named = {name.strip().casefold() for name in header}
    return tuple(name for name in NEEDED if name not in named)


def figure(cells: Mapping[str, str], *, row: int, today: date) -> Figure | Refused:
    """The row's figure, or every reason why it is none."""
    given = {name: (cells.get(name) or "").replace("\x00", "").strip() for name in COLUMNS}
    problems = [f"{name} is empty." for name in NEEDED if not given[name]]
    metric, unit = given["metric"].casefold().replace(" ", "_"), given["unit"].casefold()
    unit = {"%": "percent", "s": "seconds", "min": "minutes", "h": "hours"}.get(unit, unit)
    known = METRICS.get(metric)
    if given["metric"] and known is None:
        problems.append(f"metric is one of {', '.join(METRICS)}.")
    if known is not None and unit and (unit in ("percent", "share")) != known.share:
        problems.append(
            f"unit of {metric} is {'percent or share' if known.share else 'seconds, minutes, hours or days'}."
        )
    elif unit and unit not in UNITS:
        problems.append(f"unit is one of {', '.join(UNITS)}.")
    value = _number(given["value"])
    if given["value"] and value is None:
        problems.append("value is no number that is zero or more.")
    elif value is not None and value > {"percent": 100, "share": 1}.get(unit, 1e9):
        problems.append("value is more than can be.")
    day = _day(given["date"])
    if given["date"] and day is None:
        problems.append("date is written as 2026-11-25.")
    elif day is not None and day > today:
        problems.append("date lies ahead.")
    problems += [
        f"{name} has more than {most} characters." for name, most in LONGEST.items() if len(given[name]) > most
    ]
    if problems or value is None or day is None:
        return Refused(row, tuple(problems))
    return Figure(metric, value, unit, given["segment"], given["source"], day)


def _number(text: str) -> float | None:
    try:
        value = float(text.rstrip("%").strip().replace(",", ".", 1))
    except ValueError:
        return None
    return value if isfinite(value) and value >= 0 else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@dataclass(frozen=True)
class Own:
    """The brokerage's own figure with its interval, in shares or seconds; value None when there are too few cases."""

    value: float | None
    interval: Interval | None
    n: int


def own_rate(rate: Rate) -> Own:
    return Own(rate.value, rate.interval, rate.n) if rate.enough else Own(None, None, rate.n)


def own_mean(mean: Mean) -> Own:
    return Own(mean.value, mean.interval, mean.n) if mean.enough else Own(None, None, mean.n)


@dataclass(frozen=True)
class Position:
    """One benchmark and how the brokerage stands to it; `standing` is ahead, behind, level or unknown."""

    figure: Figure
    own: Own
    standing: str
    sentence: str
    age: str  # why its date matters, when it does


def position(given: Figure, own: Own | None, *, today: date) -> Position:
    """Ahead or behind only when the whole interval lies on one side of the benchmark."""
    metric, days = METRICS[given.metric], (today - given.date).days
    age = f"This figure is {days // 365} year{'s' if days >= 730 else ''} old: the market may have moved since." if days > OLD_DAYS else ""  # fmt: skip
    market = given.value / UNITS[given.unit]
    if own is None or own.value is None or own.interval is None:
        n = own.n if own else 0
        told = f"{n} cases of your own in these days; it takes {FEWEST} for a comparison."
        return Position(given, own or Own(None, None, 0), "unknown", told, age)
    if own.interval.low <= market <= own.interval.high:
        told = "Your figure and the market's cannot be told apart with these cases."
        return Position(given, own, "level", told, age)
    ahead = (own.interval.low > market) == metric.more
    told = f"Your whole interval lies on the {'better' if ahead else 'worse'} side of the market's figure."
    return Position(given, own, "ahead" if ahead else "behind", told, age)
