"""Which charts and which table rows tell one agent's figures? Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analytics.charts import BarChart, Point, bar_chart
from analytics.measures import Mean, Rate
from analytics.performance import Figures
from analytics.waits import Median


def charts(found: Figures) -> dict[str, BarChart]:
    """Skills, objections and stages as bars with whiskers; too few cases say so instead of drawing."""
    return {
        "skills": bar_chart(
            "How often each chance was taken",
            [_bar(one.skill.label, one.rate.now) for one in found.skills if not one.skill.kind],
            unit="percent",
        ),
        "kinds": bar_chart(
            "Cards used, by objection", [_bar(one.label, one.used.now) for one in found.kinds[:10]], unit="percent"
        ),
        "met": bar_chart(
            "Objections met with a question",
            [
                _bar(one.skill.label.partition(": ")[2].capitalize(), one.rate.now)
                for one in found.skills
                if one.skill.kind
            ],
            unit="percent",
        ),
        "stages": bar_chart(
            "Leads that reached a stage",
            [Point(one.label, float(one.n), n=one.n) for one in found.stages],
            unit="count",
        ),
    }


def _bar(label: str, rate: Rate) -> Point:
    if not rate.enough:
        return Point(label, None, n=rate.n, note=f"{rate.hits} of {rate.n}, too few cases")
    return Point(label, rate.value, rate.interval.low, rate.interval.high, rate.n)


def rows(found: Figures) -> Iterator[tuple[Any, ...]]:
    """The same as a table: counts, never rounded percentages."""
    for one in found.skills:
        yield (one.skill.label, *_rate(one.rate.now), *_rate(one.rate.before), *_rate(one.rate.others))
    yield ("Cards used", *_rate(found.adoption.now), *_rate(found.adoption.before), *_rate(found.adoption.others))
    for kind in found.kinds:
        yield (f"Cards used: {kind.label}", *_rate(kind.used.now), *_rate(kind.used.before), *_rate(kind.used.others))
        yield (f"Reply after: {kind.label}", *_rate(kind.replied))
        yield (f"Appointment after: {kind.label}", *_rate(kind.appointed))
    yield (
        "One question per message",
        *_rate(found.single.now),
        *_rate(found.single.before),
        *_rate(found.single.others),
    )
    for label, row, factor in (
        ("Scorecard, mean", found.score, 100.0),
        ("Completeness, mean", found.completeness, 1.0),
        ("Seconds to qualified, mean", found.qualified, 1.0),
        ("Own share of the words, mean of days", found.share, 1.0),
    ):
        yield (label, *_mean(row.now, factor), *_mean(row.before, factor), *_mean(row.others, factor))
    answers = found.response
    yield ("Seconds to an answer, median", *_median(answers.now), *_median(answers.before), *_median(answers.others))
    for step in found.stages:
        yield (f"Stage: {step.label}", step.n)


def _rate(rate: Rate) -> tuple[int, int]:
    return rate.hits, rate.n


def _mean(mean: Mean, factor: float) -> tuple[float | None, int]:
    return (mean.value * factor if mean.value is not None else None), mean.n


def _median(median: Median) -> tuple[float | None, int]:
    return median.value, median.n
