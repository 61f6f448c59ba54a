"""How sure may one be of a rate, a mean, a difference? Intervals are 95 %; too few cases give no figure. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, lgamma, log, sqrt
from statistics import NormalDist

FEWEST = 20  # cases below which no rate is shown as a percentage
Z = NormalDist().inv_cdf(0.975)
EXACT = 30  # expected cases in each cell from which the normal approximation will do


@dataclass(frozen=True)
class Interval:
    low: float
    high: float

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Rate:
    """`hits` of `n` cases."""

    hits: int
    n: int

    @property
    def enough(self) -> bool:
        return self.n >= FEWEST

    @property
    def value(self) -> float | None:
        """None without cases."""
        return self.hits / self.n if self.n else None

    @property
    def interval(self) -> Interval:
        """Wilson's score interval (Wilson 1927, J. Am. Stat. Assoc. 22:209): right for small n and rates near 0 or 1."""
        if not self.n:
            return Interval(0.0, 1.0)
        p, n = self.hits / self.n, self.n
        middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
        half = Z / (1 + Z * Z / n) * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        return Interval(max(0.0, middle - half), min(1.0, middle + half))


@dataclass(frozen=True)
class Mean:
    """Of `n` values with this sum and this sum of squares, as a roll-up keeps them."""

    n: int
    total: float
    squares: float

    @property
    def enough(self) -> bool:
        return self.n >= FEWEST

    @property
    def value(self) -> float | None:
        return self.total / self.n if self.n else None

    @property
    def variance(self) -> float:
        if self.n < 2:
            return 0.0
        return max(0.0, (self.squares - self.total**2 / self.n) / (self.n - 1))

    @property
    def interval(self) -> Interval | None:
        """By the normal approximation; None below two values."""
        if self.n < 2:
            return None
        middle, half = self.total / self.n, Z * sqrt(self.variance / self.n)
        return Interval(middle - half, middle + half)


@dataclass(frozen=True)
class Lift:
    """What the treated have more than the others: in points (0.04 = four) and as a share of the others' rate."""

    points: float
    interval: Interval
    relative: float | None  # None when the others' rate is zero
    relative_interval: Interval | None
    p: float  # two-sided

    @property
    def clear(self) -> bool:
        """Whether the interval keeps away from zero; otherwise no percentage is to be named."""
        return not self.interval.holds(0.0)


def lift(treated: Rate, others: Rate) -> Lift | None:
    """The difference of two rates, by Newcombe's hybrid score interval (1998, Stat. Med. 17:873, method 10); the ratio by Katz's log.

    None when either side has no cases.
    """
    if not treated.n or not others.n:
        return None
    a, b = treated.hits / treated.n, others.hits / others.n
    wa, wb = treated.interval, others.interval
    points = a - b
    around = Interval(
        points - sqrt((a - wa.low) ** 2 + (wb.high - b) ** 2), points + sqrt((wa.high - a) ** 2 + (b - wb.low) ** 2)
    )
    pooled = (treated.hits + others.hits) / (treated.n + others.n)
    error = sqrt(pooled * (1 - pooled) * (1 / treated.n + 1 / others.n))
    p = 2 * (1 - NormalDist().cdf(abs(points) / error)) if error else 1.0
    if not others.hits:
        return Lift(points, around, None, None, p)
    return Lift(points, around, a / b - 1, _ratio(treated, others), p)


def fair_lift(treated: Rate, others: Rate) -> Lift | None:
    """The same, and None too where either side has too few cases to be named."""
    return lift(treated, others) if treated.enough and others.enough else None


def _ratio(treated: Rate, others: Rate) -> Interval:
    if not treated.hits:
        return Interval(-1.0, exp(log(1 / (treated.n + 1)) - log(others.hits / others.n) + Z) - 1)
    spread = sqrt(1 / treated.hits - 1 / treated.n + 1 / others.hits - 1 / others.n)
    middle = log(treated.hits / treated.n) - log(others.hits / others.n)
    return Interval(exp(middle - Z * spread) - 1, exp(middle + Z * spread) - 1)


def mean_lift(treated: Mean, others: Mean) -> Lift | None:
    """The difference of two means (Welch); None below two values on either side."""
    if treated.n < 2 or others.n < 2:
        return None
    a, b = treated.total / treated.n, others.total / others.n
    error = sqrt(treated.variance / treated.n + others.variance / others.n)
    points = a - b
    around = Interval(points - Z * error, points + Z * error)
    p = 2 * (1 - NormalDist().cdf(abs(points) / error)) if error else (1.0 if points == 0 else 0.0)
    if not b:
        return Lift(points, around, None, None, p)
    ends = sorted((around.low / abs(b), around.high / abs(b)))
    return Lift(points, around, points / abs(b), Interval(ends[0], ends[1]), p)


def shrunk(rate: Rate, overall: Rate, *, weight: float = 50.0) -> float | None:
    """The rate pulled towards the overall one, as if `weight` further cases had gone like the overall; None without any cases."""
    if not overall.n:
        return None
    return (rate.hits + weight * overall.hits / overall.n) / (rate.n + weight)


def cases_needed(base: float, effect: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """Cases per arm to see a relative `effect` (0.2 = a fifth more) on a rate of `base`; inf when there is nothing to see."""
    other = min(1.0, base * (1 + effect))
    if base <= 0 or other == base:
        return inf
    z = NormalDist().inv_cdf(1 - alpha / 2) + NormalDist().inv_cdf(power)
    return z * z * (base * (1 - base) + other * (1 - other)) / (other - base) ** 2


def fisher(one: Rate, other: Rate) -> float:
    """Two-sided p of Fisher's exact test that both rates are one and the same; right for few cases, 1.0 where a side has none.

    With very many hits the sum is long; above EXACT cases in every cell the normal approximation of `lift` is as good.
    """
    if not one.n or not other.n:
        return 1.0
    n, hits = one.n + other.n, one.hits + other.hits
    least = min(one.n, other.n) * min(hits, n - hits) / n
    if least >= EXACT:
        found = lift(one, other)
        return found.p if found else 1.0
    low, high = max(0, hits - other.n), min(hits, one.n)

    def weight(k: int) -> float:
        return _choose(one.n, k) + _choose(other.n, hits - k)

    every, seen = _choose(n, hits), weight(one.hits)
    # As improbable as what was seen, or more so; the margin is for rounding.
    return min(1.0, sum(exp(w - every) for k in range(low, high + 1) if (w := weight(k)) <= seen + 1e-7))


def _choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def discoveries(ps: Sequence[float]) -> list[float]:
    """For each p of many tests its q: the share of false ones among all that are at least as striking.

    Benjamini and Hochberg 1995, J. R. Stat. Soc. B 57:289.
    """
    order = sorted(range(len(ps)), key=lambda i: ps[i], reverse=True)
    found, least = [1.0] * len(ps), 1.0
    for rank, i in zip(range(len(ps), 0, -1), order, strict=True):
        least = min(least, ps[i] * len(ps) / rank)
        found[i] = least
    return found
