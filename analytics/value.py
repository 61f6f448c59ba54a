"""Where is value lost or left lying, what is to be done about it, and how much may it bring? Counts in, a plan out. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from analytics.effectiveness import Finding, named
from analytics.measures import FEWEST, Interval, Rate, lift

FEWEST_EDITS = 5  # the same work by hand, before it is worth to be taken off somebody
MOST = 12


@dataclass(frozen=True)
class Step:
    """One thing to do; `effect` are further outcomes in as many days as were looked at, `sure` how sure one may be."""

    area: str  # situation, scenario, training, routine
    title: str
    why: str
    do: str
    effect: Interval | None
    unit: str
    sure: str  # high, some, low


@dataclass(frozen=True)
class Training:
    """How cards of one kind were taken: called wrong, of all that somebody judged; and how sure the engine was."""

    kind: str
    wrong: Rate
    confidence: float | None
    cards: int


def plan(findings: Sequence[Finding], training: Sequence[Training], routine: Mapping[str, int]) -> tuple[Step, ...]:
    """The steps, those with the most certain effect first; `routine` counts what people did by hand, by its name."""
    steps = [*_situations(findings), *_gaps(training), *_routine(routine)]
    rank: dict[str, int] = {"high": 0, "some": 1, "low": 2}
    return tuple(sorted(steps, key=lambda s: (rank[s.sure], -(s.effect.low if s.effect else 0.0), s.title))[:MOST])


def _situations(findings: Sequence[Finding]) -> list[Step]:
    found = [one for one in findings if one.thing.sort in ("situation", "kind") and one.outcome == "appointment"]
    return [_situation(one) for one in found if one.lift is not None and one.lift.clear and one.verdict != "few"]


def _situation(one: Finding) -> Step:
    """What differs clearly among all that was compared is known to some degree; what differs only by itself may be chance."""
    assert one.lift is not None  # noqa: S101 - asked before
    name = where(one.thing.key, one.thing.card_kind) if one.thing.sort == "situation" else named(one.thing.key)
    sure = "low" if one.verdict == "unclear" else "high" if one.basis == "holdout" else "some"
    gap, n = one.lift.interval, one.rate.n
    told = (
        f"{one.rate.hits} of {n} conversations came to an appointment, elsewhere {one.others.hits} of {one.others.n}."
    )
    if one.lift.points < 0:
        do, effect = (
            "Listen to five of these talks, and draft another line for them.",
            Interval(-gap.high * n, -gap.low * n),
        )
        return Step("situation", f"Falls behind: {name}", told, do, effect, "appointments", sure)
    do, effect = "Answer these first, and let the agents who win them show how.", Interval(gap.low * n, gap.high * n)
    return Step("scenario", f"Worth the most: {name}", told, do, effect, "appointments so far", sure)


def where(key: str, kind: str) -> str:
    """ "engaged/buyer" and "rates" as people read it."""
    stage, _, vertical = key.partition("/")
    parts = [named(kind), f"in {named(stage)}" if stage else "", f"({named(vertical)})" if vertical else ""]
    return " ".join(part for part in parts if part)


def _gaps(training: Sequence[Training]) -> list[Step]:
    hits, n = sum(one.wrong.hits for one in training), sum(one.wrong.n for one in training)
    steps = []
    for one in training:
        rest = Rate(hits - one.wrong.hits, n - one.wrong.n)
        more = lift(one.wrong, rest)
        if one.wrong.n >= FEWEST and rest.n >= FEWEST and more is not None and more.clear and more.points > 0:
            why = f"Called wrong {one.wrong.hits} times in {one.wrong.n}, elsewhere {rest.hits} in {rest.n}."
            effect = Interval(more.interval.low * one.wrong.n, more.interval.high * one.wrong.n)
            do = "Collect twenty real sentences of this kind, and drill it."
            steps.append(
                Step("training", f"Often wrong: {named(one.kind)}", why, do, effect, "wrong cards fewer", "some")
            )
        elif one.confidence is not None and one.cards >= FEWEST and one.confidence < UNSURE:
            why = f"The engine was {one.confidence * 100:.0f} % sure on average, in {one.cards} cards."
            do = "Mark twenty sentences of this kind as right or wrong, so that it can learn them."
            steps.append(Step("training", f"Unsure: {named(one.kind)}", why, do, None, "", "low"))
    return steps


UNSURE: Final = 0.6


def _routine(routine: Mapping[str, int]) -> list[Step]:
    steps = []
    for name, times in sorted(routine.items(), key=lambda item: (-item[1], item[0])):
        if times >= FEWEST_EDITS:
            why = f"Done by hand {times} times in these days."
            steps.append(Step("routine", f"By hand: {name}", why, "Let it be prepared, so that one tap is left.", Interval(0, times), "times by hand fewer", "low"))  # fmt: skip
    return steps[:3]


def effect_in_words(step: Step) -> str:
    """What it may bring, as a range; never one number."""
    if step.effect is None:
        return "Not to be said in figures."
    low, high = max(0.0, step.effect.low), max(0.0, step.effect.high)
    return f"{low:.0f} to {high:.0f} {step.unit}"
