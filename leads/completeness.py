"""How much of what must be known of a lead is known, how surely and how freshly, and why did that fall?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from leads.packs import Pack, fillings, half_life, rules

Value = str | int | float | bool
DAY = 86_400.0  # seconds


@dataclass(frozen=True)
class Fact:
    """One known slot: `confidence` 0 to 1, `at` (aware) when it was said, `confirmed` by a person.

    `contradicted`: another statement of the prospect's stands against it and nobody has settled which one holds.
    """

    name: str
    value: Value
    confidence: float
    at: datetime
    confirmed: bool = False
    contradicted: bool = False


@dataclass(frozen=True)
class Part:
    """What one slot adds: `gained` = confidence x freshness (x the share of a contradicted fact), each from 0 to 1.

    `fact` names the fact that fills it, "" when none does. `reason` says why it does not count in full:
    missing | unsure | aged | contradicted, "" when it does. `known`: nobody needs to ask for it again.
    """

    slot: str
    weight: float
    confidence: float = 0.0
    freshness: float = 0.0
    gained: float = 0.0
    fact: str = ""
    reason: str = "missing"
    known: bool = False


@dataclass(frozen=True)
class Completeness:
    """`value` = sum of weight x gained / sum of weights, 0 to 1; one part per slot of the pack, heaviest first.

    `open_topics`: what the gate of `qualified` still misses (timeframe, motivation, finance_path, agent_status).
    """

    value: float
    parts: tuple[Part, ...]
    open_topics: tuple[str, ...] = ()
    threshold: float = 0.6

    @property
    def qualified(self) -> bool:
        """Is enough known for the stage of that name?"""
        return self.value >= self.threshold and not self.open_topics

    @property
    def known(self) -> frozenset[str]:
        """The slots that nobody needs to ask for."""
        return frozenset(part.slot for part in self.parts if part.known)


@dataclass(frozen=True)
class Fall:
    """Why completeness fell: the slot ("" = the whole pack), the kind (pack | erased | contradicted | less_sure | aged)."""

    slot: str
    kind: str

    def text(self, language: str = "en") -> str:
        """The kind as a sentence, English for a language that we do not write."""
        return _sentence(rules()["falls"][self.kind], language)


def completeness(facts: Iterable[Fact], pack: Pack, now: datetime) -> Completeness:
    """Weighted, discounted by confidence and age. A fact that a person confirmed has confidence 1; `now` is aware."""
    held = tuple(fact for fact in facts if str(fact.value).strip())
    parts = tuple(_part(slot, weight, held, now) for slot, weight in pack.weights)
    total = math.fsum(part.weight for part in parts)
    value = math.fsum(part.weight * part.gained for part in parts) / total if total > 0 else 0.0
    known = {part.slot for part in parts if part.known}
    missing = tuple(topic for topic, listed in pack.gate if not known.intersection(listed))
    return Completeness(min(value, 1.0), parts, missing, pack.threshold)


def freshness(slot: str, at: datetime, now: datetime) -> float:
    """0.5 ** (age / half-life of the slot): 1 when just said, a half after one half-life. A clock ahead of ours counts as now."""
    days = max((now - at).total_seconds(), 0.0) / DAY
    return float(0.5 ** (days / half_life(slot)))


def explain_fall(before: Completeness, after: Completeness) -> tuple[Fall, ...]:
    """Every reason why `after` is lower, the heaviest loss first; empty exactly when it is not lower."""
    if after.value >= before.value:
        return ()
    if [(p.slot, p.weight) for p in before.parts] != [(p.slot, p.weight) for p in after.parts]:
        return (Fall("", "pack"),)
    losses = [(was, now) for was, now in zip(before.parts, after.parts, strict=True) if now.gained < was.gained]
    losses.sort(key=lambda pair: -pair[0].weight * (pair[0].gained - pair[1].gained))
    return tuple(Fall(now.slot, _kind(was, now)) for was, now in losses)


def shortfall(part: Part, language: str = "en") -> str:
    """Why the part does not count in full, as a sentence for the agent; "" when it does."""
    return _sentence(rules()["shortfalls"][part.reason], language) if part.reason else ""


def _part(slot: str, weight: float, facts: Sequence[Fact], now: datetime) -> Part:
    ways = fillings(slot)
    filled = [_filled(slot, weight, fact, now) for fact in facts if any(way.by(fact.name, fact.value) for way in ways)]
    # the one that counts most; between equals the order of the facts must not matter
    best = max(filled, key=lambda part: (part.gained, part.confidence, part.fact), default=Part(slot, weight))
    return replace(best, known=any(part.known for part in filled))


def _filled(slot: str, weight: float, fact: Fact, now: datetime) -> Part:
    sure = 1.0 if fact.confirmed else min(max(fact.confidence, 0.0), 1.0)
    fresh = freshness(slot, fact.at, now)
    against = fact.contradicted and not fact.confirmed
    gained = sure * fresh * (rules()["contradicted"] if against else 1.0)
    least = rules()["known"]
    known = sure >= least["confidence"] and fresh >= least["freshness"] and not against
    reason = "contradicted" if against else _short(sure, fresh)
    return Part(slot, weight, sure, fresh, gained, fact.name, reason, known)


def _short(sure: float, fresh: float) -> str:
    # an eye for the cause: what is a little uncertain and a little old falls short by whichever is worse
    if sure >= 1.0 and fresh >= 1.0:
        return ""
    return "unsure" if sure <= fresh else "aged"


def _kind(was: Part, now: Part) -> str:
    if not now.fact:
        return "erased"
    if now.reason == "contradicted" and was.reason != "contradicted":
        return "contradicted"
    return "less_sure" if now.confidence < was.confidence else "aged"


def _sentence(told: dict[str, str], language: str) -> str:
    return told.get(language) or told["en"]
