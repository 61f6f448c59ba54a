"""How does a figure read in a chart, a table, a sentence?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template

from analytics.charts import Point
from analytics.measures import Lift, Mean, Rate

register = template.Library()


@register.filter
def figure(value: float | None, unit: str) -> str:
    """0.347 percent is 35 %; 95 seconds is 1 min 35 s; None is a dash."""
    if value is None:
        return "–"
    match unit:
        case "percent":
            return f"{value * 100:.0f} %" if abs(value) >= 0.1 or value == 0 else f"{value * 100:.1f} %"
        case "points":
            return f"{value * 100:+.1f} points"
        case "money":
            return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}"
        case "seconds":
            return _lasting(value)
        case "minutes":
            return _lasting(value * 60)
        case "score":
            return f"{value:.1f}"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def _lasting(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min {seconds % 60:.0f} s" if seconds % 60 >= 1 else f"{seconds // 60:.0f} min"
    if seconds < 2 * 86400:
        return f"{seconds // 3600:.0f} h {seconds % 3600 // 60:.0f} min"
    return f"{seconds / 86400:.1f} days"


@register.filter
def on_cost(share: float) -> str:
    """A return on a cost: 0.42 is 42 %, 44.6 is 45 times."""
    return f"{share:,.0f} times" if abs(share) >= 10 else figure(share, "percent")


@register.filter
def told(point: Point | None, unit: str) -> str:
    """A point in words: its figure, its interval, its cases."""
    if point is None or point.value is None:
        return (point.note if point else "") or "–"
    words = figure(point.value, unit)
    if point.low is not None and point.high is not None:
        words += f" ({figure(point.low, unit)} to {figure(point.high, unit)})"
    return words if point.n is None else f"{words}, n = {point.n:,}"


@register.filter
def rate(value: Rate | None) -> str:
    """A rate with its cases, or why there is none: 12 of 40, 30 % (18 to 45 %)."""
    if value is None or not value.n:
        return "no cases yet"
    if not value.enough:
        return f"{value.hits:,} of {value.n:,}, too few for a percentage"
    low, high = value.interval.low * 100, value.interval.high * 100
    return f"{value.hits:,} of {value.n:,}, {value.hits / value.n * 100:.0f} % ({low:.0f} to {high:.0f} %)"


@register.filter
def mean(value: Mean | None, unit: str) -> str:
    """A mean with its cases, or why there is none."""
    if value is None or not value.n:
        return "no cases yet"
    if not value.enough:
        return f"{value.n:,} {'case' if value.n == 1 else 'cases'}, too few for a mean"
    return f"{figure(value.value, unit)}, n = {value.n:,}"


@register.filter
def dollars(micro: float | None) -> str:
    """Micro-USD: 1234567 is $1.23; what is below a cent keeps the digits that say something."""
    if micro is None:
        return "–"
    sign, amount = ("−" if micro < 0 else ""), abs(micro) / 1_000_000
    if amount >= 0.01 or amount == 0:
        return f"{sign}${amount:,.2f}"
    return f"{sign}${amount:.6f}".rstrip("0")


@register.filter
def points(share: float) -> str:
    """0.034 is 3.4 points."""
    return f"{share * 100:.1f} points"


@register.filter
def day(value: date) -> str:
    """24 Nov."""
    return f"{value.day} {value:%b}"


@register.filter
def count_of(counts: Mapping[str, int], kind: str) -> int:
    """How often; a kind that did not happen is 0."""
    return counts.get(kind, 0)


@register.filter
def difference(value: Lift | None) -> str:
    """A difference of two shares in points, and whether it is more than chance."""
    if value is None:
        return "too few cases to compare"
    low, high = value.interval.low * 100, value.interval.high * 100
    told = f"{value.points * 100:+.1f} points ({low:+.1f} to {high:+.1f})"
    return told if value.clear else f"{told}: no clear difference"


@register.filter
def compared(value: Any) -> str:
    """A share with its cases, and how it stands to the same share before."""
    told = f"of {value.now.n:,}"
    if value.now.enough:
        told += f" ({value.now.interval.low * 100:.0f} to {value.now.interval.high * 100:.0f} %)"
    return f"{told}; {difference(value.change)} to before" if value.before.n else f"{told}; none before"


@register.filter
def more(value: float) -> str:
    """0.042 is +4.2 points."""
    return f"{value * 100:+.1f} points"


@register.filter
def payback(days: float) -> str:
    """Days until it is paid back; endless is said in words."""
    if days == float("inf"):
        return "never"
    return f"{days:.0f} days" if days >= 1.5 else "a day"
