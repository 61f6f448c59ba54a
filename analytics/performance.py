"""How is one agent doing, beside their own earlier self first and the others second? Strengths first, then one thing to work on. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from analytics.measures import FEWEST, Lift, Mean, Rate, fair_lift, mean_lift, shrunk
from analytics.skills import Skill
from analytics.waits import Median

MANY: Final = 3  # strengths that are named
TARGET: Final = 0.9  # nobody does everything always; above this there is nothing to work on
USED: Final = ("use.said", "use.edited", "use.asked")
STAGES: Final = (
    ("engaged", "Engaged"), ("qualified", "Qualified"), ("appointment", "Appointment"), ("represented", "Represented"),
    ("active", "Active"), ("under_contract", "Under contract"), ("closed", "Closed"),
)  # fmt: skip


@dataclass(frozen=True)
class Compared:
    """A rate now, in as many days before, and of the others now."""

    now: Rate
    before: Rate
    others: Rate

    @property
    def change(self) -> Lift | None:
        """Against their own earlier self; None below the fewest cases on either side."""
        return fair_lift(self.now, self.before)

    @property
    def beside(self) -> Lift | None:
        return fair_lift(self.now, self.others)


@dataclass(frozen=True)
class ComparedMean:
    now: Mean
    before: Mean
    others: Mean

    @property
    def change(self) -> Lift | None:
        return mean_lift(self.now, self.before) if self.now.enough and self.before.enough else None

    @property
    def beside(self) -> Lift | None:
        return mean_lift(self.now, self.others) if self.now.enough and self.others.enough else None


@dataclass(frozen=True)
class ComparedMedian:
    now: Median
    before: Median
    others: Median


@dataclass(frozen=True)
class OfSkill:
    skill: Skill
    rate: Compared


@dataclass(frozen=True)
class OfKind:
    """One kind of objection: cards shown, used, and what followed the cards. "Followed" is not "caused"."""

    kind: str
    label: str
    used: Compared
    replied: Rate
    appointed: Rate


@dataclass(frozen=True)
class Step:
    """How many reached a stage, and how many the one after it, in the same days."""

    stage: str
    label: str
    n: int
    onward: Rate | None


@dataclass(frozen=True)
class Strength:
    label: str
    why: str
    rate: Rate


@dataclass(frozen=True)
class Focus:
    """The one thing to work on; `worth` is the points of the scorecard that a conversation loses there, on average."""

    skill: Skill
    rate: Compared
    worth: float
    why: str


@dataclass(frozen=True)
class Figures:
    """All of one agent in one range."""

    skills: tuple[OfSkill, ...]
    kinds: tuple[OfKind, ...]
    adoption: Compared
    how_used: Mapping[str, int]
    score: ComparedMean
    response: ComparedMedian
    share: ComparedMean  # of the words, one value per day
    single: Compared  # messages that ask, with one question only
    per_turn: float | None  # questions per message of the agent's
    completeness: ComparedMean
    qualified: ComparedMean  # seconds
    stages: tuple[Step, ...]
    conversations: int
    strengths: tuple[Strength, ...] = field(default=())
    focus: Focus | None = None


def strengths(skills: Iterable[OfSkill], adoption: Compared) -> tuple[Strength, ...]:
    """What they clearly do more than the others, or more than they did; else what they do most reliably, and no comparison."""
    rows = [(one.skill.label, one.rate) for one in skills] + [("Uses the cards", adoption)]
    clear = [
        (advantage.points, Strength(label, why, rate.now))
        for label, rate in rows
        for advantage, why in ((rate.beside, "more often than the others"), (rate.change, "more often than before"))
        if advantage and advantage.clear and advantage.points > 0
    ]
    if clear:
        best: dict[str, Strength] = {}
        for _, one in sorted(clear, key=lambda row: -row[0]):
            best.setdefault(one.label, one)
        return tuple(best.values())[:MANY]
    steady = sorted(
        ((label, rate.now) for label, rate in rows if rate.now.enough and rate.now.interval.low >= 0.5),
        key=lambda row: -row[1].interval.low,
    )
    return tuple(Strength(label, "most of the time", rate) for label, rate in steady[:MANY])


def focus(skills: Sequence[OfSkill], *, resting: frozenset[str] = frozenset()) -> Focus | None:
    """The skill that costs most: its points times how often the chance is missed, pulled towards the others where cases are few.

    `resting` are skills that were practised and are being measured. None when no skill has enough cases, or all are near the target.
    """
    found = [made for one in skills if one.skill.key not in resting and (made := _cost(one))]
    return max(found, key=lambda made: (round(made.worth, 4), made.skill.key), default=None)


def _cost(one: OfSkill) -> Focus | None:
    now = one.rate.now
    if not now.enough:
        return None
    whole = Rate(now.hits + one.rate.others.hits, now.n + one.rate.others.n)
    likely = shrunk(now, whole, weight=float(FEWEST))
    if likely is None or likely >= TARGET:
        return None
    return Focus(one.skill, one.rate, one.skill.weight * (TARGET - likely), _because(one))


def _because(one: OfSkill) -> str:
    now, beside, change = one.rate.now, one.rate.beside, one.rate.change
    words = f"{now.n - now.hits} of {now.n} chances went by"
    if beside and beside.clear and beside.points < 0:
        return f"{words}; the others miss fewer."
    if change and change.clear and change.points < 0:
        return f"{words}; it was better before."
    return f"{words}; no other part of the scorecard costs more points."


def steps(reached: Mapping[str, int]) -> tuple[Step, ...]:
    """From stage to stage. Who reached the later one in these days may have reached the earlier one before them, so never above all."""
    found = []
    for number, (stage, label) in enumerate(STAGES):
        n = reached.get(stage, 0)
        onward = STAGES[number + 1][0] if number + 1 < len(STAGES) else ""
        later = Rate(min(reached.get(onward, 0), n), n) if onward else None
        found.append(Step(stage, label, n, later))
    return tuple(found)
