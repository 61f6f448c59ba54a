"""What was saved, what will this month cost, and how much of the budget is gone? In micro-USD. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from statistics import mean, variance

from analytics.measures import Interval, Z
from enterprisehub.engines.prices import LONG_PROMPT, Usage, price_of

FEWEST_DAYS = 5  # whole days of spending below which nothing is forecast
LOOK_BACK = 28  # days that a forecast is made from


def spared(usage: Usage, model: str, *, on: date) -> int:
    """What one call would have cost more without the prompt cache, in micro-USD; below zero when writing it cost more than it spared."""
    price = price_of(model, on, long=usage.prompt > LONG_PROMPT)
    nano = (
        usage.cache_read * (price.input - price.read)
        - usage.cache_write_5m * (price.write_5m - price.input)
        - usage.cache_write_1h * (price.write_1h - price.input)
    )
    return round(nano / 1_000)


@dataclass(frozen=True)
class Forecast:
    """The month's end, with a 95 % interval; None with the reason when there are too few days."""

    middle: float | None
    interval: Interval | None
    why_not: str = ""


def forecast(daily: Mapping[date, float], *, today: date) -> Forecast:
    """What is spent so far, and for each day that is left what the last days cost on average. Today counts as it stands.

    Days inside the look-back without a call count as zero, from the first day with a call on.
    """
    first = min((day for day, cost in daily.items() if cost), default=None)
    if first is None:
        return Forecast(None, None, "Nothing was spent yet, so there is nothing to forecast from.")
    start = max(first, today - timedelta(days=LOOK_BACK))
    whole = [float(daily.get(start + timedelta(days=i), 0)) for i in range((today - start).days)]
    if len(whole) < FEWEST_DAYS:
        missing = FEWEST_DAYS - len(whole)
        return Forecast(None, None, f"A forecast needs {FEWEST_DAYS} whole days; {missing} more to come.")
    so_far = sum(cost for day, cost in daily.items() if (day.year, day.month) == (today.year, today.month))
    left = monthrange(today.year, today.month)[1] - today.day
    middle = so_far + left * mean(whole)
    # The mean is uncertain too, and every day that comes is.
    half = Z * sqrt(variance(whole) * (left + left * left / len(whole)))
    return Forecast(middle, Interval(max(float(so_far), middle - half), middle + half))


@dataclass(frozen=True)
class Bar:
    """One budget: what is used of what is allowed, as a share that may pass 1."""

    name: str
    used: int
    limit: int | None

    @property
    def share(self) -> float | None:
        if self.limit is None:
            return None
        return self.used / self.limit if self.limit else 1.0

    @property
    def state(self) -> str:
        """`free`, `near` (four fifths are gone), `spent`."""
        share = self.share
        if share is None or share < 0.8:
            return "free"
        return "near" if share < 1 else "spent"

    @property
    def sentence(self) -> str:
        """What happens at the cap, in words."""
        if self.limit is None:
            return "No cap is set."
        if self.limit == 0:
            return "Nothing may be spent: every card comes from the local engine."
        if self.state == "spent":
            return "The cap is reached: cards come from the local engine until it is raised or the time is over."
        return "At the cap Claude is no longer asked; cards go on from the local engine, and the badge says Reduced."
