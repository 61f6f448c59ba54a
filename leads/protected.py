"""Does the value of a fact name or imply who somebody is: a class of people that housing law protects?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Final

import yaml

from leads.guarding import Hit, apart, covered, find, rulebook
from leads.text import fold

TOPICS: Final = frozenset({"schools", "safety", "area", "people"})
"""What the guard reads too and what is no class: a wish for good schools says nothing about who somebody is."""
OF_BUSINESS: Final = frozenset({"use"})
"""Slots about a trade and not a home: a space for a daycare or a church tells what is done there."""


def protected(slot: str, value: str) -> tuple[str, ...]:
    """The classes that this value of a text slot names or implies, by name; () when it may be kept as a wish.

    Stricter than what a prospect may say (coaching/fairhousing.py): words about their own household count as well, since a
    wish is searched by, handed on and never shown with the talk around it.
    """
    book, text = rulebook(), fold(value).text
    # only what is no people at all is covered up: the excuses for what agents and prospects say are none for a value
    plain = covered(text, (hit.span for hit in apart(find(book.things, text, way="both"))))
    named = [hit.phrase.protected for hit in find(book.people, plain, way="both")]
    named += [
        hit.phrase.protected for way in ("in", "out") for hit in find(book.speech, plain, way=way) if _is_rule(hit)
    ]
    if slot not in OF_BUSINESS:
        named += [name for name, pattern in _implied().items() if pattern.search(plain)]
    return tuple(sorted(set(named) - TOPICS - {""}))


def _is_rule(hit: Hit) -> bool:
    return hit.phrase.part == "rules"


@lru_cache(maxsize=1)
def _implied() -> Mapping[str, re.Pattern[str]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = resources.files("leads").joinpath("data", "protected.yaml").read_text("utf-8")
    table: Mapping[str, str] = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader either way
    return {name: re.compile(rf"(?<!\w)(?:{pattern})(?!\w)") for name, pattern in table.items()}
