"""How does a comparison of an agent with themselves, or with the others, read?"""

from __future__ import annotations

from typing import Any

from django import template

from analytics import skills
from analytics.agreement import Agreement
from analytics.development import rate_of
from analytics.measures import Lift, Rate
from analytics.models import DevelopmentPlan, Scorecard
from analytics.rubric import BY_KEY
from analytics.templatetags.charts import figure
from analytics.waits import Median

register = template.Library()


@register.filter
def change(lift: Lift | None) -> str:
    """Against the days before, in points with their interval; nothing is claimed where the interval holds zero."""
    return _told(lift, "before", "no clear change")


@register.filter
def beside(lift: Lift | None) -> str:
    return _told(lift, "the others", "like the others, as far as one can tell")


def _told(lift: Lift | None, whom: str, unclear: str) -> str:
    if lift is None:
        return f"too few cases to compare with {whom}"
    if not lift.clear:
        return unclear if whom != "before" else f"{unclear} to the days before"
    low, high = lift.interval.low * 100, lift.interval.high * 100
    way = "more" if lift.points > 0 else "less"
    ends = sorted((abs(low), abs(high)))
    return f"{abs(lift.points) * 100:.0f} points {way} than {whom} ({ends[0]:.0f} to {ends[1]:.0f})"


@register.filter
def median(value: Median | None) -> str:
    """A median with its interval and its cases, or why there is none."""
    if value is None or not value.n:
        return "no answers yet"
    if not value.enough or value.interval is None:
        return f"{value.n:,} {'answer' if value.n == 1 else 'answers'}, too few for a median"
    low, high = figure(value.interval.low, "seconds"), figure(value.interval.high, "seconds")
    return f"{figure(value.value, 'seconds')} ({low} to {high}), n = {value.n:,}"


@register.filter
def kept_rate(kept: dict[str, Any] | None) -> Rate:
    """A rate as a plan keeps it."""
    return rate_of(kept if isinstance(kept, dict) else {})


@register.filter
def skill_name(key: str) -> str:
    return skills.label(key)


@register.filter
def skill_tip(key: str) -> str:
    found = skills.find(key)
    return found.tip if found else ""


@register.filter
def lost_most(card: Scorecard) -> str:
    """Where this conversation lost most points, in one sentence; "" when it lost none to speak of."""
    told = [one for one in card.items if isinstance(one, dict) and one.get("applies")]
    rows = [(skills.label(one["key"]), one.get("why", ""), _missing(one)) for one in told]
    label, why, lost = max(rows, key=lambda row: row[2], default=("", "", 0))
    return f"{label}: {why}" if lost >= 5 else ""


def _missing(one: dict[str, Any]) -> int:
    item = BY_KEY.get(one.get("key", ""))
    return item.points - int(one.get("points", 0)) if item else 0


@register.filter
def agreed(value: Agreement | None) -> str:
    """How far raters agree, or why that cannot be said yet."""
    if value is None or not value.same.n:
        return "nobody has reviewed anything yet"
    if not value.same.enough:
        return f"{value.same.hits} of {value.same.n} alike, too few to call it agreement"
    words = f"{value.same.hits} of {value.same.n} alike, {value.same.hits / value.same.n:.0%}".replace("%", " %")
    return words if value.kappa is None else f"{words}; weighted kappa {value.kappa:.2f}"


@register.filter
def outcome(plan: DevelopmentPlan) -> str:
    """What came of a plan, in words that claim no cause."""
    if plan.state == DevelopmentPlan.State.ACTIVE:
        return "being practised"
    if plan.state == DevelopmentPlan.State.MEASURING:
        missing = max(0, 20 - rate_of(plan.after).n)
        return (
            f"practised; measured after {missing} more live chances"
            if missing
            else "practised; the time before has too few cases to compare"
        )
    return {"better": "better after the practice than before", "worse": "worse after the practice than before"}.get(
        plan.result, "no clear change after the practice"
    )


@register.filter
def per_cent(value: float | None) -> str:
    return "–" if value is None else f"{value * 100:.0f} %"
