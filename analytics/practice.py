"""How well did an agent do in a role-play, and what is said to each of their messages at once?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from analytics import next_step, personas
from analytics.personas import Heard, Mood, Persona
from analytics.rubric import BY_KEY, FAILS, TOPICS
from analytics.scorecard import Filled, Talk, fill
from analytics.skills import OBJECTION, find
from leads.conversation import Turn

PASS: Final = 70  # of 100, of the drilled skill alone


@dataclass(frozen=True)
class Note:
    """One remark on a message: good or not yet."""

    good: bool
    text: str


@dataclass(frozen=True)
class Result:
    """`score` is of 100, of the drilled skill alone; `whole` is the scorecard's total. `good` comes first, then `next` to try."""

    score: int
    passed: bool
    whole: int
    good: tuple[str, ...]
    next: str
    failed: tuple[str, ...] = ()


def notes(persona: Persona, heard: Heard, before: Mood) -> tuple[Note, ...]:
    """At most two remarks: what worked, then the one thing that would help most."""
    good = _worked(persona, heard)
    better = _would_help(persona, heard, before)
    return tuple(([Note(True, good)] if good else []) + ([Note(False, better)] if better else []))


def _worked(persona: Persona, heard: Heard) -> str:
    if heard.steers or heard.argues:
        return ""
    if heard.step == next_step.DATED:
        return "You named a day: that is a next step."
    if persona.skill in heard.topics and heard.questions == 1:
        return f"You asked about it: {BY_KEY[persona.skill].label.lower()}."
    if heard.questions == 1:
        return "Heard, then one question." if heard.hears else "One question, and room to answer it."
    if persona.skill in heard.topics:
        return f"You asked about it: {BY_KEY[persona.skill].label.lower()}."
    return "You showed that you heard them." if heard.hears else ""


def _would_help(persona: Persona, heard: Heard, before: Mood) -> str:
    if heard.steers:
        return "This steers. Describe the home, not the people, and point to public sources for the rest."
    if heard.argues:
        return "That argues. Ask what lies behind it instead."
    if heard.questions > 1:
        return f"{heard.questions} questions at once: they will answer one. Choose it yourself."
    if heard.step == next_step.VAGUE:
        return "“Let me know” leaves it to them. Name a day and an hour."
    if heard.step == next_step.LOOSE:
        return "Nearly: which day exactly?"
    if heard.step == next_step.DATED and persona.kind and not before.revealed:
        return "Early: they have not told you yet what holds them back."
    if not heard.questions and heard.step == next_step.NONE:
        return "Nothing was asked, so they have nothing to answer."
    return ""


def result(persona: Persona, turns: Sequence[Turn], names: tuple[str, ...] = ()) -> Result:
    """Score the role-play by the same rubric as live conversations."""
    if not any(turn.speaker == "agent" for turn in turns):
        return Result(0, passed=False, whole=0, good=(), next="Nothing was said, so there is nothing to score.")
    filled = fill(Talk(tuple(turns), names))
    score = 0 if filled.failed else share(persona.skill, filled)
    return Result(score, score >= PASS, filled.total, _praise(filled), _advice(persona, filled, score), filled.failed)


def share(skill: str, filled: Filled) -> int:
    """What of 100 this skill alone earned."""
    if skill.startswith(OBJECTION):
        moments = [one for one in filled.met if one.answer >= 0]
        same = [one for one in moments if one.kind == skill.removeprefix(OBJECTION)] or moments
        return round(100 * sum(one.well for one in same) / len(same)) if same else 0
    item = next((one for one in filled.items if one.key == skill), None)
    return round(100 * item.points / item.most) if item and item.applies else 0


def _praise(filled: Filled) -> tuple[str, ...]:
    """The three parts that earned most, by name and reason."""
    done = [item for item in filled.items if item.applies and item.well and item.key != "compliance"]
    best = sorted(done, key=lambda item: -item.most)[:3]
    return tuple(f"{BY_KEY[item.key].label}: {item.why}" for item in best)


def _advice(persona: Persona, filled: Filled, score: int) -> str:
    if filled.failed:
        return FAILS[filled.failed[0]]
    skill = find(persona.skill)
    if score < PASS and skill:
        return skill.tip
    lost = [
        item
        for item in filled.items
        if item.applies and not item.well and item.key in (*TOPICS, "next_step", "listening")
    ]
    if not lost:
        return "Do the same in your next live conversation."
    worst = max(lost, key=lambda item: item.most - item.points)
    return f"Passed. Next time also: {(find(worst.key) or skill).tip}"  # type: ignore[union-attr]


def situation(persona: Persona) -> Mapping[str, str]:
    """What the agent reads before it begins."""
    skill = find(persona.skill)
    return {
        "label": skill.label if skill else persona.skill,
        "tip": skill.tip if skill else "",
        "temperament": str(personas.temper(persona.temperament)["label"]),
    }
