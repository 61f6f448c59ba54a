"""How many of the 100 points did a conversation earn, and by which words? The same words always give the same points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from analytics import covering, meeting, next_step, spoken
from analytics.rubric import BY_KEY, ITEMS, STEERING, TOPICS, UNDISCLOSED, pattern, version
from coaching.fairhousing import FairHousingQuestion, guard
from leads import optout
from leads.conversation import Turn
from leads.words import folded

READ: Final = 400  # turns of one conversation that are read, the newest
QUOTED: Final = 240  # characters of a quote
LEAST_WORDS: Final = 40  # under which a share of the words says nothing
BALANCE: Final = (0.40, 0.60)
OUTSIDE: Final = 0.15  # how far outside the balance nothing is left of the points
EARLY: Final = 2  # the agent's messages in which they should say who they are
WELL: Final = 0.7  # the share of an item's points from which it counts as done


@dataclass(frozen=True)
class Evidence:
    """Words that an item rests on: `turns[turn].text` holds `quote`."""

    turn: int
    quote: str
    speaker: str


@dataclass(frozen=True)
class Scored:
    """One item. `state` says in one word what was found; one that did not `apply` counts neither for nor against."""

    key: str
    points: int
    state: str
    why: str
    applies: bool = True
    evidence: tuple[Evidence, ...] = ()

    @property
    def most(self) -> int:
        return BY_KEY[self.key].points

    @property
    def well(self) -> bool:
        return self.points >= WELL * self.most


@dataclass(frozen=True)
class Talk:
    """A conversation as it is scored; times are aware, in the zone of the tenant. `recorded`: a disclosure is owed."""

    turns: tuple[Turn, ...]
    names: tuple[str, ...] = ()  # by which the agent or the brokerage is called
    recorded: bool = False
    jurisdiction: str = ""


@dataclass(frozen=True)
class Filled:
    """A filled scorecard. `total` is of 100, in parts of what applied; 0 when something failed the whole conversation."""

    items: tuple[Scored, ...]
    failed: tuple[str, ...]
    met: tuple[meeting.Met, ...]
    spoken: spoken.Spoken
    version: str = field(default_factory=version)

    @property
    def earned(self) -> int:
        return sum(item.points for item in self.items if item.applies)

    @property
    def possible(self) -> int:
        return sum(item.most for item in self.items if item.applies)

    @property
    def total(self) -> int:
        return 0 if self.failed or not self.possible else round(100 * self.earned / self.possible)

    def item(self, key: str) -> Scored:
        return next(item for item in self.items if item.key == key)

    def told(self) -> list[dict[str, Any]]:
        """The items as they are kept."""
        return [asdict(item) for item in self.items]


def worth_scoring(turns: Sequence[Turn]) -> bool:
    """Both spoke, and the agent more than once or with a question: less is no conversation."""
    agent = [turn for turn in turns if turn.speaker == "agent"]
    return any(turn.speaker == "prospect" for turn in turns) and len(agent) >= 2


def fill(talk: Talk) -> Filled:
    """Score the newest `READ` turns of a conversation."""
    talk = Talk(talk.turns[-READ:], talk.names, talk.recorded, talk.jurisdiction)
    now = next((turn.at for turn in reversed(talk.turns) if turn.at), datetime(2026, 1, 1, tzinfo=UTC))
    counts, found = spoken.of(talk.turns), meeting.met(talk.turns)
    covered = covering.topics(talk.turns, now=now)
    scored = {
        "opening": _opening(talk),
        "disclosure": _disclosure(talk),
        **{key: _topic(talk, covered[key]) for key in TOPICS},
        "listening": _listening(counts),
        "objections": _objections(talk, found),
        "next_step": _step(talk, next_step.find(talk.turns, now=now)),
        "compliance": _compliance(talk),
    }
    items = tuple(scored[item.key] for item in ITEMS)
    fatal = {"compliance": STEERING, "disclosure": UNDISCLOSED}
    failed = tuple(state for key, state in fatal.items() if scored[key].state == state)
    return Filled(items, failed, found, counts)


def _of_agent(talk: Talk, first: int) -> Iterator[tuple[int, Turn]]:
    mine = [(place, turn) for place, turn in enumerate(talk.turns) if turn.speaker == "agent"]
    return iter(mine[:first])


def _quote(talk: Talk, turn: int, start: int = 0, end: int = 0) -> tuple[Evidence, ...]:
    """The words of a turn, cut to a readable length."""
    if not 0 <= turn < len(talk.turns):
        return ()
    text = talk.turns[turn].text
    words = " ".join((text[start:end] if end > start else text).split())
    return (Evidence(turn, words[:QUOTED], talk.turns[turn].speaker),) if words else ()


def _opening(talk: Talk) -> Scored:
    named = greeted = -1
    for place, turn in _of_agent(talk, EARLY):
        plain = folded(turn.text)
        said = pattern("identity").search(plain) or any(folded(name) in plain for name in talk.names if len(name) > 1)
        named = place if named < 0 and said else named
        greeted = place if greeted < 0 and pattern("greeting").search(plain) else greeted
    points = 3 * (named >= 0) + 2 * (greeted >= 0)
    why = {
        5: "Greeted and said who they are.",
        3: "Said who they are, without a greeting.",
        2: "Greeted, but did not say who they are.",
    }
    state = {5: "named", 3: "named", 2: "greeted"}.get(points, "missing")
    shown = named if named >= 0 else greeted
    return Scored(
        "opening",
        points,
        state,
        why.get(points, "Neither greeted nor said who they are."),
        evidence=_quote(talk, shown),
    )


def _disclosure(talk: Talk) -> Scored:
    for place, turn in _of_agent(talk, 6):
        if hit := pattern("disclosure").search(folded(turn.text)):
            return Scored(
                "disclosure", 5, "said", "Said it at the beginning.", evidence=_quote(talk, place, *hit.span())
            )
    if talk.recorded:
        return Scored("disclosure", 0, UNDISCLOSED, "A recorded call was not said to be one.")
    return Scored("disclosure", 0, "not_needed", "Nothing was recorded, so nothing had to be said.", applies=False)


def _topic(talk: Talk, topic: covering.Topic) -> Scored:
    most = BY_KEY[topic.key].points
    shown = _quote(talk, topic.turn, topic.start, topic.end)
    if topic.state == covering.TOLD:
        return Scored(topic.key, most, "told", "They told it themselves; it did not have to be asked.", evidence=shown)
    if topic.state == covering.MISSED:
        return Scored(topic.key, 0, "missed", "It was neither asked nor told.")
    if topic.answer < 0:
        return Scored(topic.key, round(most * 0.6), "asked", "Asked, and not answered.", evidence=shown)
    return Scored(topic.key, most, "answered", "Asked and answered.", evidence=shown + _quote(talk, topic.answer))


def _listening(counts: spoken.Spoken) -> Scored:
    if counts.share is None or counts.agent_words + counts.prospect_words < LEAST_WORDS:
        return Scored("listening", 0, "short", "Too few words to tell who listened.", applies=False)
    low, high = BALANCE
    away = max(low - counts.share, counts.share - high, 0.0)
    balance = 5 * max(0.0, 1 - away / OUTSIDE)
    single = 5 * (1 - counts.several / counts.asking) if counts.asking else 5
    points = int(balance + single + 0.5)
    why = f"Spoke {counts.share:.0%} of the words"
    why += (
        f"; {counts.several} of {counts.asking} questioning messages asked more than one thing."
        if counts.several
        else "; one question at a time."
        if counts.asking
        else "; asked nothing."
    )
    return Scored("listening", points, "balanced" if points >= 7 else "unbalanced", why.replace("%", " %"))


def _objections(talk: Talk, found: Sequence[meeting.Met]) -> Scored:
    cases = [one for one in found if one.answer >= 0]
    if not cases:
        return Scored("objections", 0, "none", "There was no objection to answer.", applies=False)
    well = [one for one in cases if one.well]
    lost = next((one for one in cases if not one.well), None)
    points = int(10 * len(well) / len(cases) + 0.5)
    why = f"{len(well)} of {len(cases)} answered with a question" + (
        ", one with an argument." if lost and lost.argued else "."
    )
    shown = lost or cases[0]
    evidence = _quote(talk, shown.turn, shown.start, shown.end) + _quote(talk, shown.answer)
    return Scored("objections", points, "met" if lost is None else "lost", why, evidence=evidence)


_STEPS: Final = {
    next_step.AGREED: "A day was named, and they agreed to it.",
    next_step.DATED: "A day was named; they have not said yes yet.",
    next_step.LOOSE: "A step was named, but no day that stands.",
    next_step.VAGUE: "“Let me know” is no next step: nobody has to do anything by any day.",
    next_step.NONE: "It ended without a next step.",
}


def _step(talk: Talk, step: next_step.NextStep) -> Scored:
    why = "The step was called off, and no other day was named." if step.lost else _STEPS[step.level]
    shown = _quote(talk, step.turn, step.start, step.end)
    return Scored("next_step", next_step.POINTS[step.level], step.level, why, evidence=shown)


def _compliance(talk: Talk) -> Scored:
    stopped = False
    for place, turn in enumerate(talk.turns):
        if turn.speaker == "prospect":
            stopped = stopped or optout.read(turn.text).opt_out
            continue
        flags = guard(FairHousingQuestion(turn.text, "agent", talk.jurisdiction)).flags
        if flags:
            why = f"Steers: {flags[0].protected.replace('_', ' ')}. {flags[0].law}"
            return Scored("compliance", 0, STEERING, why, evidence=_quote(talk, place, flags[0].start, flags[0].end))
        if stopped and not pattern("leaves").search(folded(turn.text)):
            why = "Went on after they asked to be left alone."
            return Scored("compliance", 0, "went_on", why, evidence=_quote(talk, place))
    return Scored("compliance", 5, "clean", "Nothing to object to.")
