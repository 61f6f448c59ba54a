"""In which arm of a running trial is this agent in this conversation, and may this card be held back there? Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from coaching.cards import Card

HOLDOUT: Final = "holdout"
COMPARISON: Final = "comparison"
COACHED: Final = "coached"
HELD: Final = "held"
# Where the law, somebody's distress or the agent's own words are at stake, nobody is left without the card.
NEVER_HELD: Final = frozenset({"opt_out", "steering", "professional_advice", "distress", "minor", "signed_exclusive"})


@dataclass(frozen=True)
class Arm:
    """One side of a trial: how often it is drawn beside the others, and what it coaches with ("" = as everybody)."""

    name: str
    weight: int
    playbook: str = ""  # id of a PlaybookVersion
    prompt: str = ""  # name of a prompt file


@dataclass(frozen=True)
class Trial:
    """A trial that runs, as the tenant's settings hold it."""

    id: str
    salt: str
    arms: tuple[Arm, ...]


@dataclass(frozen=True)
class Place:
    """Where an agent in a conversation stands: held back or not (None without a holdout), and the arm of the comparison."""

    held: bool | None = None
    variant: str = ""  # "<experiment>/<arm>"
    playbook: str = ""
    prompt: str = ""


NOWHERE: Final = Place()


def place(settings: Mapping[str, Any], agent: UUID, conversation: UUID) -> Place:
    """The same answer as long as the trial runs, from the tenant's settings alone: no query, no state.

    Settings that cannot be read are as if there was no trial.
    """
    trials = settings.get("trials")
    if not isinstance(trials, dict) or not trials:
        return NOWHERE
    held, variant, playbook, prompt = None, "", "", ""
    if (holdout := parse(trials.get(HOLDOUT))) is not None:
        held = arm_of(holdout.salt, holdout.arms, agent, conversation).name == HELD
    if (comparison := parse(trials.get(COMPARISON))) is not None:
        arm = arm_of(comparison.salt, comparison.arms, agent, conversation)
        variant, playbook, prompt = f"{comparison.id}/{arm.name}"[:64], arm.playbook, arm.prompt
    return Place(held, variant, playbook, prompt)


def arm_of(salt: str, arms: Sequence[Arm], agent: UUID, conversation: UUID) -> Arm:
    """Sticky: the hash of salt, agent and conversation draws the arm, in proportion to the weights."""
    drawn = hashlib.sha256(f"{salt}/{agent.hex}/{conversation.hex}".encode()).digest()
    point = int.from_bytes(drawn[:8], "big") % sum(arm.weight for arm in arms)
    for arm in arms:
        point -= arm.weight
        if point < 0:
            return arm
    return arms[-1]


def exempt(card: Card) -> bool:
    """A card that no trial holds back, in whichever arm: it is outside of the comparison."""
    return card.compliance or card.urgency == "critical" or card.kind in NEVER_HELD


def parse(given: Any) -> Trial | None:
    """A trial from the settings' JSON; None for what is none."""
    if not isinstance(given, dict) or not isinstance(given.get("arms"), list):
        return None
    arms = tuple(arm for one in given["arms"] if (arm := _arm(one)) is not None)
    if len(arms) != len(given["arms"]) or not arms:
        return None
    return Trial(str(given.get("id", "")), str(given.get("salt", "")), arms)


def _arm(given: Any) -> Arm | None:
    if not isinstance(given, dict) or not isinstance(given.get("name"), str):
        return None
    weight = given.get("weight")
    if isinstance(weight, bool) or not isinstance(weight, int) or not 0 < weight <= 10_000:
        return None
    return Arm(given["name"], weight, str(given.get("playbook") or ""), str(given.get("prompt") or ""))
