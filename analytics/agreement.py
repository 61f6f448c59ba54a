"""Do people and the machine score alike, beyond what chance would give? Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.measures import Rate


@dataclass(frozen=True)
class Pair:
    """One item as two raters scored it, in shares of its points."""

    one: float
    other: float


@dataclass(frozen=True)
class Agreement:
    """`same` counts equal points. `kappa` is Cohen's, with quadratic weights over quarters of the points; None where it means nothing."""

    same: Rate
    kappa: float | None


STEPS = 5  # 0, a quarter, a half, three quarters, all


def between(pairs: Sequence[Pair]) -> Agreement:
    """Cohen 1968 (Psychol. Bull. 70:213): one minus the weighted disagreement seen over the one expected by chance."""
    same = Rate(sum(abs(pair.one - pair.other) < 0.01 for pair in pairs), len(pairs))
    if not same.enough:
        return Agreement(same, None)
    rows = [(_step(pair.one), _step(pair.other)) for pair in pairs]
    n = len(rows)
    seen = sum((a - b) ** 2 for a, b in rows) / n
    by_chance = sum((a - b) ** 2 for a, _ in rows for _, b in rows) / n**2
    return Agreement(same, 1 - seen / by_chance if by_chance else None)


def _step(share: float) -> int:
    return round(min(1.0, max(0.0, share)) * (STEPS - 1))
