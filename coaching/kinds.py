"""Which objections are there, which may be met with an argument, and to which coarser group does each belong?"""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

AFFORDABILITY: Final = "affordability"

OVERCOMABLE: Final[tuple[str, ...]] = (
    AFFORDABILITY,
    "rates",
    "timing",
    "stall",
    "authority",
    "trust",
    "has_agent",
    "buyer_agreement",
    "commission",
    "valuation",
    "sell_first",
    "property_fit",
    "diy",
    "process_fear",
    "just_looking",
    "privacy",
)
"""The 16 kinds that a line of coaching may answer."""

NON_OVERCOMABLE: Final[tuple[str, ...]] = (
    "opt_out",
    "signed_exclusive",
    "steering",
    "professional_advice",
    "distress",
    "minor",
)
"""The kinds that never get a rebuttal: stop, step aside, or hand over to a person."""

KINDS: Final = OVERCOMABLE + NON_OVERCOMABLE

_GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "price": (AFFORDABILITY, "rates", "commission", "valuation"),
    "timing": ("timing", "stall", "sell_first", "just_looking"),
    "authority": ("authority", "has_agent", "signed_exclusive"),
    "trust": ("trust", "privacy", "buyer_agreement", "diy", "process_fear"),
    "fit": ("property_fit",),
    "compliance": ("opt_out", "steering", "professional_advice", "distress", "minor"),
}

GROUPS: Final = tuple(_GROUPS)
GROUP_OF: Final = MappingProxyType({kind: group for group, kinds in _GROUPS.items() for kind in kinds})

LABELS: Final = MappingProxyType(
    {
        AFFORDABILITY: "Too expensive",
        "rates": "Interest rates",
        "timing": "Not the right time",
        "stall": "Wants to think about it",
        "authority": "Has to ask someone",
        "trust": "Does not trust yet",
        "has_agent": "Already has an agent",
        "buyer_agreement": "Will not sign an agreement",
        "commission": "Commission",
        "valuation": "What it is worth",
        "sell_first": "Must sell first",
        "property_fit": "Does not fit",
        "diy": "Wants to do it alone",
        "process_fear": "Afraid of the process",
        "just_looking": "Just looking",
        "privacy": "How did you get my number",
        "opt_out": "Asks to be left alone",
        "signed_exclusive": "Signed with another broker",
        "steering": "Touches a protected class",
        "professional_advice": "Wants legal, tax or lending advice",
        "distress": "In distress",
        "minor": "May be a child",
    }
)
"""What the agent reads; one short name per kind."""


HANDS_OVER: Final = MappingProxyType(
    {
        "opt_out": "opt_out",
        "signed_exclusive": "signed_elsewhere",
        "steering": "fair_housing",
        "professional_advice": "legal_tax",
        "distress": "distress",
        "minor": "minor",
    }
)
"""Which reason to stop the questions (leads/handoff.py) a kind is; the others may be answered and asked on."""


STAYING: Final = frozenset({"opt_out", "signed_exclusive", "minor"})
"""Kinds that stop the questions until a person lifts it: they have to be surer."""
SURE: Final = 0.6
SURER: Final = 0.85
"""The confidence from which a kind hands over, and from which one that stays does."""


def handing_over(found: Iterable[tuple[str, float]]) -> tuple[str, ...]:
    """Reasons to stop the questions, from kinds with their confidence."""
    sure = (kind for kind, confidence in found if confidence >= (SURER if kind in STAYING else SURE))
    return tuple(HANDS_OVER[kind] for kind in sure if kind in HANDS_OVER)


def group_of(kind: str) -> str:
    """The coarser group of a kind; KeyError when there is no such kind."""
    return GROUP_OF[kind]


def overcomable(kind: str) -> bool:
    """May an argument be offered at all?"""
    return kind in OVERCOMABLE
