"""What does a trial say, may it be read yet, and must it stop? Fixed plan, no peeking; only guards are looked at early. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil, e, erfc, exp, inf, isfinite, lgamma, log, pi, sqrt
from typing import Final

from analytics.measures import Lift, Rate, cases_needed, lift

SKEWED: Final = 0.001  # below this chance of so uneven a split, something else than the draw has sorted the cases
GUARD_ALPHA: Final = 0.05  # one-sided, over all looks of one guard
LOOKS: Final = 10  # looks at the guards on the way to the planned number of cases
MOST_CASES: Final = 5_000_000


@dataclass(frozen=True)
class Plan:
    """Fixed before the first case: the rate expected without, the effect worth seeing (a share of it), and the risks taken."""

    base: float
    effect: float
    alpha: float = 0.05
    power: float = 0.8
    per_arm: int = 0  # 0: as many as the plan needs
    max_days: int = 90


@dataclass(frozen=True)
class Arm:
    """What an arm has: its share of the draw, its counted cases, those whose window has passed, and what followed those."""

    name: str
    weight: int
    cases: int
    ripe: int
    hits: Mapping[str, int]  # metric → ripe cases that it followed
    seen: Mapping[str, int]  # metric → all cases that it has followed by now, for the guards

    def rate(self, metric: str) -> Rate:
        return Rate(self.hits.get(metric, 0), self.ripe)

    def rate_by_now(self, metric: str) -> Rate:
        return Rate(self.seen.get(metric, 0), self.cases)


@dataclass(frozen=True)
class Balance:
    """Whether the arms have the cases that the draw should have given them (Pearson's chi-square)."""

    chi2: float
    p: float

    @property
    def skewed(self) -> bool:
        return self.p < SKEWED


class State(StrEnum):
    WAITING = "waiting"  # not yet to be read
    READY = "ready"  # the planned cases are in
    OUT_OF_TIME = "out_of_time"  # the days are over before the cases were in: read with its wide interval
    SKEWED = "skewed"  # the split is not the draw's: nothing may be read


@dataclass(frozen=True)
class Reading:
    """`lifts` (arm → difference from the control) are empty until the plan lets them be read."""

    state: State
    needed: int
    reached: int  # ripe cases of the arm that is behind, in its share of the plan
    balance: Balance
    lifts: Mapping[str, Lift]

    @property
    def readable(self) -> bool:
        return self.state in (State.READY, State.OUT_OF_TIME)


@dataclass(frozen=True)
class Guarding:
    """One look at one guard: stop when `p` is below what this look may spend."""

    arm: str
    metric: str
    p: float
    spends: float
    worse: Rate
    others: Rate

    @property
    def stops(self) -> bool:
        return self.p < self.spends


def needed(plan: Plan) -> int | None:
    """Cases of each arm that the plan wants; None when no number would do (no rate, no effect, or beyond all reason)."""
    if plan.per_arm:
        return plan.per_arm
    if not 0 < plan.base < 1 or plan.effect == 0 or not 0 < plan.alpha < 1 or not 0 < plan.power < 1:
        return None
    cases = cases_needed(plan.base, plan.effect, alpha=plan.alpha, power=plan.power)
    return ceil(cases) if isfinite(cases) and cases <= MOST_CASES else None


def needed_of(plan: Plan, arms: Sequence[Arm]) -> dict[str, int]:
    """Cases of each arm where the draw is uneven: the total that gives the same error as two arms of the planned size."""
    size = needed(plan) or 0
    whole = sum(arm.weight for arm in arms)
    if not arms or not whole:
        return {}
    control = arms[0].weight / whole
    smallest = min(arm.weight / whole for arm in arms[1:]) if len(arms) > 1 else control
    total = size * (1 / control + 1 / smallest) / 2
    return {arm.name: ceil(total * arm.weight / whole) for arm in arms}


def balance(arms: Sequence[Arm]) -> Balance:
    """Sample-ratio mismatch: all cases that came in, ripe or not, against the weights."""
    total, whole = sum(arm.cases for arm in arms), sum(arm.weight for arm in arms)
    if len(arms) < 2 or not total or not whole:
        return Balance(0.0, 1.0)
    chi2 = 0.0
    for arm in arms:
        expected = total * arm.weight / whole
        chi2 += (arm.cases - expected) ** 2 / expected
    return Balance(chi2, chi2_tail(chi2, len(arms) - 1))


def chi2_tail(x: float, df: int) -> float:
    """The chance of a chi-square above `x`, for whole degrees of freedom (closed form: Abramowitz & Stegun 26.4.4, 26.4.5)."""
    if x <= 0:
        return 1.0
    half = x / 2
    if df % 2 == 0:
        term = total = exp(-half)
        for i in range(1, df // 2):
            term *= half / i
            total += term
        return min(1.0, total)
    total = erfc(sqrt(half))
    term = sqrt(2 * x / pi) * exp(-half)
    for i in range(1, (df - 1) // 2 + 1):
        total += term
        term *= x / (2 * i + 1)
    return min(1.0, total)


def read(plan: Plan, arms: Sequence[Arm], metric: str, *, days: int) -> Reading:
    """The first arm is the control. With several others, the plan's alpha is shared among them (Bonferroni)."""
    wanted, even = needed_of(plan, arms), balance(arms)
    size = needed(plan) or 0
    shares = [arm.ripe / wanted[arm.name] if wanted.get(arm.name) else 0.0 for arm in arms]
    reached = int(size * min(shares, default=0.0))
    if even.skewed:
        state = State.SKEWED
    elif wanted and size and all(share >= 1 for share in shares):
        state = State.READY
    else:
        state = State.OUT_OF_TIME if days >= plan.max_days else State.WAITING
    lifts = _lifts(arms, metric) if state in (State.READY, State.OUT_OF_TIME) else {}
    return Reading(state, size, min(reached, size) if size else 0, even, lifts)


def _lifts(arms: Sequence[Arm], metric: str) -> dict[str, Lift]:
    if not arms:
        return {}
    control, *others = arms
    found = {arm.name: lift(arm.rate(metric), control.rate(metric)) for arm in others}
    return {name: replace(one, p=min(1.0, one.p * len(others))) for name, one in found.items() if one is not None}


def won(reading: Reading, plan: Plan) -> str:
    """The arm that is better by more than chance, the best of several; "" when none is, or when nothing may be read."""
    better = {n: one for n, one in reading.lifts.items() if one.clear and one.points > 0 and one.p < plan.alpha}
    return max(better, key=lambda name: better[name].points, default="")


def alarms(reading: Reading, plan: Plan) -> bool:
    """Of an A/A check: whether two arms that are the same look different, which happens by chance in `alpha` of all checks."""
    return any(one.p < plan.alpha for one in reading.lifts.values())


def look_due(arms: Sequence[Arm], plan: Plan, looked: int) -> int:
    """Which look at the guards is due (1 to LOOKS), 0 when none is: one for each tenth of the planned cases."""
    wanted = sum(needed_of(plan, arms).values())
    if not wanted:
        return 0
    tenth = min(LOOKS, int(LOOKS * sum(arm.cases for arm in arms) / wanted))
    return tenth if tenth > looked else 0


def spent(look: int, *, alpha: float = GUARD_ALPHA) -> float:
    """Of the alpha, by this look: Pocock's spending function (Lan & DeMets 1983, Biometrika 70:659), which keeps early looks sharp."""
    return alpha * log(1 + (e - 1) * min(look, LOOKS) / LOOKS)


def guard(arms: Sequence[Arm], margins: Mapping[str, float], *, look: int, looked: int) -> list[Guarding]:
    """Each guard of each arm that is not the control: is it worse by more than its margin?

    One-sided, exact in each look (Fisher's test, or the binomial tail where a margin is put up with); a look spends what its
    share of the cases adds, so all looks of a trial together alarm in at most GUARD_ALPHA of harmless trials, all guards included.
    """
    if not arms or not margins:
        return []
    control, *others = arms
    share = (spent(look) - spent(looked)) / max(1, len(margins) * len(others))
    found = []
    for arm in others:
        for metric, margin in margins.items():
            worse, usual = arm.rate_by_now(metric), control.rate_by_now(metric)
            found.append(Guarding(arm.name, metric, _tail(worse, usual, margin), share, worse, usual))
    return found


def _tail(worse: Rate, others: Rate, margin: float) -> float:
    """The chance of so many hits if the arm were no worse than the others and the margin."""
    if not worse.n or not others.n:
        return 1.0
    if margin <= 0:
        return fisher(worse, others)
    # With a margin the others' rate is taken at the upper end of what it may be, so that their few cases stop nothing.
    return binomial_tail(worse.hits, worse.n, min(1.0, others.interval.high + margin))


def fisher(one: Rate, other: Rate) -> float:
    """The chance that `one` has at least its hits, given the hits of both: exact, one-sided."""
    n, hits = one.n + other.n, one.hits + other.hits
    most = min(one.n, hits)
    base = _choose(n, hits)
    return min(
        1.0,
        sum(
            exp(_choose(one.n, k) + _choose(other.n, hits - k) - base)
            for k in range(one.hits, most + 1)
            if hits - k <= other.n
        ),
    )


def binomial_tail(hits: int, n: int, p: float) -> float:
    """The chance of at least `hits` of `n` when each has the chance `p`."""
    if hits <= 0 or p >= 1:
        return 1.0
    if p <= 0:
        return 0.0
    return min(1.0, sum(exp(_choose(n, k) + k * log(p) + (n - k) * log(1 - p)) for k in range(hits, n + 1)))


def _choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) if 0 <= k <= n else -inf
