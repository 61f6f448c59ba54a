"""In which words is an agent told why somebody may not be contacted?"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

import yaml


def sentence(reason: str, said: Mapping[str, str]) -> str:
    """The sentence of data/contact_words.yaml for a code, filled in."""
    return rule(reason)["words"].format_map(said)


def rule(reason: str) -> Mapping[str, str]:
    """{words, rule, source} of a code; KeyError for one that is not in the table."""
    return _table()[reason]


def reasons() -> tuple[str, ...]:
    """Every code that a verdict may carry."""
    return tuple(name for name in _table() if name != "from")


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Mapping[str, str]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = resources.files("leads").joinpath("data", "contact_words.yaml").read_text("utf-8")
    read: Mapping[str, Mapping[str, str]] = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader either way
    return read
