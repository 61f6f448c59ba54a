"""What is really so? Simulated conversations whose truth is known, to see whether the figures find it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from analytics.trials import Arm
from coaching import trials


@dataclass(frozen=True)
class Truth:
    """How often each outcome follows, in each arm: {"held": {"outcome.appointment": 0.2}, …}. Arms in the trial's order."""

    rates: Mapping[str, Mapping[str, float]]
    weights: Mapping[str, int] = field(default_factory=dict)

    def arms(self) -> tuple[trials.Arm, ...]:
        return tuple(trials.Arm(name, self.weights.get(name, 1)) for name in self.rates)


@dataclass
class Unit:
    """One agent in one conversation, the arm that was really drawn for it, and what followed."""

    agent: UUID
    conversation: UUID
    arm: str
    followed: frozenset[str]


def units(truth: Truth, count: int, *, seed: int, agents: int = 12) -> list[Unit]:
    """`count` conversations, drawn into arms by the product's own draw; agents differ in skill, which the draw must even out."""
    chance = random.Random(seed)
    salt, arms = f"truth-{seed}", truth.arms()
    people = [(UUID(int=chance.getrandbits(128)), chance.uniform(0.8, 1.2)) for _ in range(agents)]
    made = []
    for _ in range(count):
        agent, skill = chance.choice(people)
        conversation = UUID(int=chance.getrandbits(128))
        arm = trials.arm_of(salt, arms, agent, conversation).name
        followed = frozenset(
            metric for metric, rate in truth.rates[arm].items() if chance.random() < min(1.0, rate * skill)
        )
        made.append(Unit(agent, conversation, arm, followed))
    return made


def counted(truth: Truth, made: Sequence[Unit]) -> list[Arm]:
    """The units as the analysis gets them, every window passed."""
    rows = []
    for arm in truth.arms():
        own = [unit for unit in made if unit.arm == arm.name]
        hits: dict[str, int] = {}
        for unit in own:
            for metric in unit.followed:
                hits[metric] = hits.get(metric, 0) + 1
        rows.append(Arm(arm.name, arm.weight, len(own), len(own), hits, hits))
    return rows
