"""What did coaching cost, what did it bring, and which sentence would a sceptical owner accept? Money in, words out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf
from typing import Final

from analytics.measures import FEWEST, Interval, Lift, Mean, Rate, lift, mean_lift

MONTH: Final = 30.4375  # days
BEFORE_AFTER: Final = "before and after, not causal"
MICRO: Final = 1_000_000


class Method(StrEnum):
    RANDOMISED = "randomised"  # against the holdout
    BEFORE_AFTER = "before_after"  # against a stated period
    IMPORTED = "imported"  # against figures that somebody stated
    NONE = "none"


@dataclass(frozen=True)
class Terms:
    """What the owners have stated; None where they have not. Money in `currency`, `per_usd` of it for a dollar."""

    currency: str = "USD"
    per_usd: float = 1.0
    licence: float | None = None  # per agent and month
    minute: float | None = None  # per minute of talk
    commission: float | None = None  # per closing


@dataclass(frozen=True)
class Used:
    """What was used in the period: `engine` in micro-USD, `minutes` of talk in coached sessions."""

    days: int
    agents: int
    engine: int = 0
    minutes: float = 0.0


@dataclass(frozen=True)
class Figures:
    """Of one side: outcomes of cases, seconds until qualified, and leads that an agent spoke with in a day."""

    conversion: Rate = field(default_factory=lambda: Rate(0, 0))
    qualified: Mean = field(default_factory=lambda: Mean(0, 0.0, 0.0))
    per_day: Mean = field(default_factory=lambda: Mean(0, 0.0, 0.0))


@dataclass(frozen=True)
class Against:
    """Both sides and how they came about. `worth` is how many closings one counted outcome stands for (1 for a closing itself)."""

    method: Method
    now: Figures
    then: Figures
    outcome: str = "closings"
    worth: float | None = 1.0
    cases: int | None = None  # to which the gain is applied: cases that were coached; None: those of `now`


@dataclass(frozen=True)
class Cost:
    """The parts that are known, and which are missing for want of a rate."""

    licences: float | None
    engine: float
    minutes: float | None
    missing: tuple[str, ...]

    @property
    def total(self) -> float:
        return (self.licences or 0.0) + self.engine + (self.minutes or 0.0)


@dataclass(frozen=True)
class Money:
    middle: float
    low: float
    high: float


@dataclass(frozen=True)
class Part:
    """One benefit: both sides, the difference where there are enough cases, and what is to be said of it in words."""

    name: str
    unit: str
    lift: Lift | None
    words: str


@dataclass(frozen=True)
class Return:
    """`benefit`, `net` and `payback` (days) are None where they cannot be told, and then `sentence` says why."""

    method: Method
    cost: Cost
    parts: tuple[Part, ...]
    benefit: Money | None
    net: Money | None
    percent: Money | None  # net as a share of the cost; None unless its interval keeps away from zero
    payback: Money | None
    sentence: str
    caveats: tuple[str, ...]

    @property
    def causal(self) -> bool:
        return self.method == Method.RANDOMISED


def cost_of(terms: Terms, used: Used) -> Cost:
    """Licences by agents and months, the engine by its ledger, talk by the minute."""
    licences = None if terms.licence is None else terms.licence * used.agents * used.days / MONTH
    minutes = None if terms.minute is None else terms.minute * used.minutes
    missing = [name for name, value in (("licences", licences), ("minutes", minutes)) if value is None]
    return Cost(licences, used.engine / MICRO * terms.per_usd, minutes, tuple(missing))


def reckon(terms: Terms, used: Used, against: Against) -> Return:
    """Everything that can be said, and of everything else why not. Never raises, never divides by zero."""
    cost = cost_of(terms, used)
    parts = (_conversion(against), _qualified(against), _per_day(against))
    gain, why = _gain(terms, against, parts[0])
    net = Money(gain.middle - cost.total, gain.low - cost.total, gain.high - cost.total) if gain else None
    sure = gain is not None and parts[0].lift is not None and parts[0].lift.clear
    percent = _share(net, cost.total) if net and sure and not cost.missing else None
    payback = _payback(gain, cost.total, used.days) if gain and sure and not cost.missing else None
    caveats = _caveats(cost, against)
    sentence = _sentence(terms, _Told(cost, gain, net, parts[0].lift, why), against)
    return Return(against.method, cost, parts, gain, net, percent, payback, sentence, caveats)


def _conversion(against: Against) -> Part:
    now, then = against.now.conversion, against.then.conversion
    name = against.outcome.capitalize()
    if against.method == Method.NONE:
        return Part(name, "percent", None, "There is nothing to compare with yet.")
    if not then.n or not now.n:
        missing = "before" if not then.n else "now"
        return Part(name, "percent", None, f"There are no cases {_side(against, missing)}.")
    if not (then.enough and now.enough):
        fewer = min(then.n, now.n)
        return Part(name, "percent", None, f"Too few cases: {fewer} on one side, {FEWEST} are needed.")
    found = lift(now, then)
    return Part(name, "percent", found, _of_lift(found, against) if found else "There are no cases.")


def _side(against: Against, which: str) -> str:
    if against.method == Method.RANDOMISED:
        return "in the held-back arm" if which == "before" else "in the coached arm"
    return "in the baseline" if which == "before" else "in this period"


def _of_lift(found: Lift, against: Against) -> str:
    low, high = found.interval.low * 100, found.interval.high * 100
    told = f"{found.points * 100:+.1f} points (95 % interval {low:+.1f} to {high:+.1f})"
    if not found.clear:
        return f"{told}: no difference can be told from chance."
    if against.method == Method.RANDOMISED:
        return f"{told}, caused by the coaching: who was coached was drawn by lot."
    return f"{told}, {BEFORE_AFTER}."


def _qualified(against: Against) -> Part:
    return _mean("Time until a lead is qualified", "seconds", against.now.qualified, against.then.qualified)


def _per_day(against: Against) -> Part:
    return _mean("Leads per agent and day", "count", against.now.per_day, against.then.per_day)


def _mean(name: str, unit: str, now: Mean, then: Mean) -> Part:
    if not now.n or not then.n:
        return Part(name, unit, None, "There is nothing to compare with: no cases on one side.")
    if not (now.enough and then.enough):
        return Part(name, unit, None, f"Too few cases: {min(now.n, then.n)} on one side, {FEWEST} are needed.")
    found = mean_lift(now, then)
    if found is None:
        return Part(name, unit, None, "There are no cases.")
    if not found.clear:
        return Part(name, unit, found, "No difference can be told from chance.")
    return Part(name, unit, found, "Lower than before." if found.points < 0 else "Higher than before.")


def _gain(terms: Terms, against: Against, part: Part) -> tuple[Money | None, str]:
    """The money that the difference is worth, with its interval; else why there is none."""
    if part.lift is None:
        return None, part.words
    if terms.commission is None:
        return None, "What a closing earns here is not stated, so the gain is not put in money."
    if against.worth is None:
        return (
            None,
            f"How many {against.outcome} become closings is not known here yet, so the gain is not put in money.",
        )
    cases = against.now.conversion.n if against.cases is None else against.cases
    each = cases * against.worth * terms.commission
    found = part.lift
    return Money(found.points * each, found.interval.low * each, found.interval.high * each), ""


def _share(net: Money, cost: float) -> Money | None:
    """None when nothing was paid: a share of nothing is no figure; and when the interval spans zero."""
    if cost <= 0 or net.low <= 0 <= net.high:
        return None
    return Money(net.middle / cost, net.low / cost, net.high / cost)


def _payback(gain: Money, cost: float, days: int) -> Money | None:
    """Days until the gain of as many days has paid the cost; `high` is infinite where the low end never does."""
    if gain.middle <= 0 or cost <= 0 or days <= 0:
        return None
    ends = [cost / (value / days) if value > 0 else inf for value in (gain.middle, gain.high, gain.low)]
    return Money(*ends)


@dataclass(frozen=True)
class _Told:
    cost: Cost
    gain: Money | None
    net: Money | None
    lift: Lift | None
    why: str


def _sentence(terms: Terms, told: _Told, against: Against) -> str:
    paid = f"Coaching cost {money(told.cost.total, terms.currency)} in this period"
    if told.gain is None or told.net is None or told.lift is None:
        return f"{paid}; what it brought cannot be said in money: {_lowered(told.why)}"
    now, then = against.now.conversion, against.then.conversion
    low, high = money(told.gain.low, terms.currency), money(told.gain.high, terms.currency)
    counts = f"{now.hits} of {now.n} against {then.hits} of {then.n}"
    if not told.lift.clear:
        return (
            f"{paid}; whether it brought more {against.outcome} cannot be told from chance ({counts}): "
            f"the gain lies anywhere between {low} and {high}."
        )
    if against.method == Method.RANDOMISED:
        cause = f"conversations that were drawn by lot to be coached led to more {against.outcome}"
        cause = cause if told.lift.points > 0 else cause.replace("more", "fewer")
        return f"{paid}; {cause} ({counts}), which is worth between {low} and {high} with 95 % confidence."
    change = "rose" if told.lift.points > 0 else "fell"
    return (
        f"{paid}; since the baseline {against.outcome} {change} ({counts}), worth between {low} and {high}: "
        f"{BEFORE_AFTER}, since the market, the season and the team changed too."
    )


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def money(value: float, currency: str) -> str:
    """-1234.5 is "-1,234 USD"; below a hundred with cents."""
    told = f"{value:,.0f}" if abs(value) >= 100 or value == 0 else f"{value:,.2f}"
    return f"{told} {currency}"


def _caveats(cost: Cost, against: Against) -> tuple[str, ...]:
    found: list[str] = []
    if cost.missing:
        found.append(
            f"The cost leaves out {' and '.join(cost.missing)}: no rate is stated. So no return and no payback is named."
        )
    if against.method in (Method.BEFORE_AFTER, Method.IMPORTED):
        found.append(f"The comparison is {BEFORE_AFTER}. A silent holdout would tell what coaching causes.")
    if against.method == Method.RANDOMISED:
        found.append(
            "Drawn by lot are the conversations. Time to qualify and leads per day are not: they are before and after, not causal."
        )
    if against.worth not in (None, 1.0):
        found.append(f"One of the {against.outcome} is taken for {against.worth:.2f} closings, as it was here before.")
    return tuple(found)


def interval_words(interval: Interval | Money, currency: str) -> str:
    """Between these two."""
    return f"{money(interval.low, currency)} to {money(interval.high, currency)}"


def day_means(counts: Sequence[float]) -> Mean:
    """The mean of values that stand one by one, as roll-ups keep it."""
    return Mean(len(counts), float(sum(counts)), float(sum(value * value for value in counts)))
