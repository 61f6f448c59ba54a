"""Which advice preceded good outcomes more, or less, often than other advice did? Counts in, findings out. Pure.

A thing is counted in conversations, once each, for the cards of one conversation share what became of it. Where a
holdout ran, what was shown stands against the same advice held back, which is a randomised control; elsewhere it stands
against the other advice of its kind, and then it was followed by the outcome, which is not to say that it caused it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from analytics.measures import FEWEST, Lift, Rate, discoveries, fisher, lift, shrunk

GOOD: Final = ("reply", "appointment", "agreement", "offer", "closing")
BAD: Final = ("opt_out", "lost")
OUTCOMES: Final = (*GOOD, *BAD)
JUDGED: Final = ("reply", "appointment", "opt_out")  # soon enough after a card to say something of it
SORTS: Final = ("kind", "line", "ask", "playbook", "prompt", "situation")
FALSE: Final = 0.05  # the share of false findings that is put up with
WEIGHT: Final = 50.0  # cases like the others' that each rate is pulled to
Basis = Literal["holdout", "others"]
Verdict = Literal["high", "low", "unclear", "few"]


@dataclass(frozen=True)
class Thing:
    """A kind, a line, a question, a version or a situation; `card_kind` says under which cards it stood."""

    sort: str
    key: str
    card_kind: str = ""


@dataclass
class Counts:
    """Conversations in which the thing stood, in how many it was used, and which outcome followed in how many."""

    n: int = 0
    used: int = 0
    hits: dict[str, int] = field(default_factory=dict)

    def rate(self, outcome: str) -> Rate:
        return Rate(min(self.hits.get(outcome, 0), self.n), self.n)

    def add(self, other: Counts) -> Counts:
        names = self.hits.keys() | other.hits.keys()
        hits = {name: self.hits.get(name, 0) + other.hits.get(name, 0) for name in names}
        return Counts(self.n + other.n, self.used + other.used, hits)

    def without(self, part: Counts) -> Counts:
        """The rest; a part may begin before the range, so the rest is never below nothing."""
        hits = {name: max(0, n - part.hits.get(name, 0)) for name, n in self.hits.items()}
        return Counts(max(0, self.n - part.n), max(0, self.used - part.used), hits)


@dataclass(frozen=True)
class Finding:
    """One thing and one outcome: its rate, the rate it is held against, and what may be said."""

    thing: Thing
    outcome: str
    rate: Rate
    others: Rate
    basis: Basis
    used: Rate
    lift: Lift | None
    shrunk: float | None  # the rate pulled to the others', for ranking
    q: float  # the share of false findings among those at least as striking
    verdict: Verdict

    @property
    def good(self) -> bool:
        return self.outcome in GOOD


Table = Mapping[Thing, Counts]


@dataclass(frozen=True)
class _Test:
    """A thing and an outcome, before it is known how many such tests there are."""

    thing: Thing
    outcome: str
    rate: Rate
    others: Rate
    basis: Basis
    used: Rate

    @property
    def enough(self) -> bool:
        return self.rate.enough and self.others.enough


def judge(shown: Table, held: Table, *, outcomes: Sequence[str] = JUDGED) -> tuple[Finding, ...]:
    """A finding per thing and outcome, most striking first; all tests of the call share one false-discovery rate.

    `shown` and `held` count conversations by thing. Without a holdout a thing stands against the sum of its fellows: the
    same sort, and for lines and questions the same kind of card. To hold it against whole conversations would be unfair,
    for these have more cards that an outcome can follow.
    """
    whole: dict[tuple[str, str], Counts] = defaultdict(Counts)
    for thing, counts in shown.items():
        whole[_fellows(thing)] = whole[_fellows(thing)].add(counts)
    tests = [
        one
        for thing, counts in shown.items()
        if thing.sort in SORTS
        for one in _tests(thing, counts, whole[_fellows(thing)].without(counts), held.get(thing, Counts()), outcomes)
    ]
    enough = [one for one in tests if one.enough]
    qs = dict(zip(map(id, enough), discoveries([fisher(one.rate, one.others) for one in enough]), strict=True))
    found = [_finding(one, qs.get(id(one))) for one in tests]
    return tuple(
        sorted(found, key=lambda one: (one.q, one.thing.sort, one.thing.key, one.thing.card_kind, one.outcome))
    )


def _fellows(thing: Thing) -> tuple[str, str]:
    return thing.sort, thing.card_kind if thing.sort in ("line", "ask") else ""


def _tests(thing: Thing, counts: Counts, rest: Counts, control: Counts, outcomes: Sequence[str]) -> Iterable[_Test]:
    randomised = control.n >= FEWEST and thing.sort in ("kind", "line", "ask", "situation")
    others = control if randomised else rest
    used, basis = Rate(min(counts.used, counts.n), counts.n), "holdout" if randomised else "others"
    for outcome in outcomes:
        yield _Test(thing, outcome, counts.rate(outcome), others.rate(outcome), basis, used)  # type: ignore[arg-type]


def _finding(test: _Test, q: float | None) -> Finding:
    difference = lift(test.rate, test.others)
    verdict: Verdict = "few"
    if q is not None and difference is not None:
        better = (difference.points > 0) == (test.outcome in GOOD)
        verdict = "unclear" if q > FALSE or not difference.clear else ("high" if better else "low")
    return Finding(
        **vars(test),
        lift=difference,
        shrunk=shrunk(test.rate, test.others, weight=WEIGHT),
        q=1.0 if q is None else q,
        verdict=verdict,
    )


def patterns(findings: Sequence[Finding]) -> tuple[str, ...]:
    """What several clear findings have in common, in a sentence each."""
    grouped: dict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    for one in findings:
        if one.verdict in ("high", "low") and one.thing.card_kind and one.thing.sort in ("line", "ask"):
            grouped[one.thing.card_kind, one.verdict, one.outcome].append(one)
    told = []
    for (kind, verdict, outcome), ones in sorted(grouped.items()):
        if len(ones) > 1:
            word = "more" if (verdict == "high") == (outcome in GOOD) else "less"
            told.append(
                f"{len(ones)} lines and questions of {named(kind)} were followed by {WORDS[outcome]} {word} often."
            )
    return tuple(told)


WORDS: Final = {
    "reply": "a reply",
    "appointment": "an appointment",
    "agreement": "an agreement",
    "offer": "an offer",
    "closing": "a closing",
    "opt_out": "an opt-out",
    "lost": "a loss",
}


def named(key: str) -> str:
    """A key of ours as people read it."""
    return key.replace("_", " ").replace("/", ", ")


def sentence(finding: Finding) -> str:
    """What may be said of it: with counts, and with a causal word only against a randomised control."""
    rate, others = finding.rate, finding.others
    if finding.verdict == "few" or finding.lift is None:
        return f"{rate.n} conversations against {others.n}: too few for a percentage, at least {FEWEST} on both sides."
    what = WORDS[finding.outcome]
    a, b = rate.hits / rate.n * 100, others.hits / others.n * 100
    low, high = finding.lift.interval.low * 100, finding.lift.interval.high * 100
    against = "where it was held back at random" if finding.basis == "holdout" else "in the others"
    told = f"{rate.hits} of {rate.n} were followed by {what} ({a:.0f} %), {others.hits} of {others.n} {against} ({b:.0f} %)."
    if finding.verdict == "unclear":
        return f"{told} The difference may be chance ({low:+.1f} to {high:+.1f} points)."
    if finding.basis == "holdout":
        return f"{told} It made {low:+.1f} to {high:+.1f} points of difference."
    return f"{told} That is {low:+.1f} to {high:+.1f} points: followed, not shown to be caused."
