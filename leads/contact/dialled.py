"""Which call may a person dial although no consent is on record, and until when? The exemption for an inquiry or a transaction."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from leads.contact.facts import Ask, Facts, Rule
from leads.contact.ledger import OPT_OUT

BY_HAND = ("call",)
"""What a person does with their own hands. A text goes out through a platform that can send many: it is never exempt here."""


@dataclass(frozen=True)
class Exemption:
    """Why a hand-dialled call is allowed: the code of its sentence, the day it counts from, its last moment, the rule."""

    reason: str
    since: datetime
    until: datetime
    rule: Rule


def exemption(facts: Facts, ask: Ask) -> Exemption | None:
    """The exemption that is open at `ask.at` and stays open longest. An opt-out ends it, and is asked before."""
    if ask.medium not in BY_HAND or ask.purpose == OPT_OUT or not facts.rules.exempt_calls:
        return None
    found = [
        Exemption(f"{name}_call", since, until, Rule(row["rule"], row["source"]))
        for name, row in table().items()
        for since in [facts.inquired_at if name == "inquiry" else facts.closed_at]
        if since is not None and since <= ask.at < (until := months_later(since, row["months"]))
    ]
    return max(found, key=lambda one: one.until, default=None)


def months_later(at: datetime, months: int) -> datetime:
    """The same day so many months on, or that month's last one: three months after 30 November is 28 February."""
    month = at.month - 1 + months
    year, month = at.year + month // 12, month % 12 + 1
    return at.replace(year=year, month=month, day=min(at.day, monthrange(year, month)[1]))


@lru_cache(maxsize=1)
def table() -> Mapping[str, Mapping[str, Any]]:
    """data/dialled_calls.yaml as it stands."""
    text = resources.files("leads").joinpath("data", "dialled_calls.yaml").read_text("utf-8")
    read: Mapping[str, Mapping[str, Any]] = yaml.safe_load(text)
    return read
