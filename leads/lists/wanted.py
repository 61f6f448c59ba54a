"""What does somebody want to see of the leads list: which leads, in which order, from where on?"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from enterprisehub.errors import Invalid

NOBODY = "nobody"
SORTS = {
    "spoken": "Spoken with last",
    "score": "Most likely to close",
    "completeness": "Best known",
    "newest": "Newest",
    "name": "Name",
}
# Name of the band -> how it reads, from, below; the score is a chance to close, from 0 to 1.
SCORES: dict[str, tuple[str, float, float]] = {
    "high": ("50 % and more", 0.5, 1.01),
    "middle": ("20 to 50 %", 0.2, 0.5),
    "low": ("Under 20 %", 0.0, 0.2),
}
TOO_LITTLE = "unknown"
COMPLETENESS: dict[str, tuple[str, float, float]] = {
    "high": ("80 % and more", 0.8, 1.01),
    "middle": ("40 to 80 %", 0.4, 0.8),
    "low": ("Under 40 %", 0.0, 0.4),
}
DAYS = ("1", "7", "30", "90")
_MAX_TEXT = 120


@dataclass(frozen=True)
class Wanted:
    """The list's own parameters; "" is no wish. `agent` is an id or NOBODY, `days` whole days since the last words."""

    q: str = ""
    stage: str = ""
    overlay: str = ""
    side: str = ""
    vertical: str = ""
    agent: str = ""
    score: str = ""
    completeness: str = ""
    handoff: str = ""
    days: str = ""
    sort: str = "spoken"

    def parameters(self) -> dict[str, str]:
        """What is wished for, and nothing else: as a saved filter keeps it and a link carries it."""
        return {name: value for name, value in asdict(self).items() if value and (name, value) != ("sort", "spoken")}

    def link(self, **more: str) -> str:
        """The query of an address that shows this list; "" for the whole one."""
        return urlencode({**self.parameters(), **{name: value for name, value in more.items() if value}})

    def narrowed(self) -> bool:
        """Whether some leads are left out."""
        return bool(replace(self, sort="spoken").parameters())


NAMES = tuple(Wanted.__dataclass_fields__)


def wanted(given: Mapping[str, Any], choices: Mapping[str, frozenset[str]]) -> Wanted:
    """The wish as the address or a saved filter tells it. Raises Invalid naming the parameter that says nothing known.

    `choices` holds what stage, overlay, side and vertical may be.
    """
    said = {name: _text(given.get(name, "")) for name in NAMES}
    known = {
        **choices,
        "score": frozenset({*SCORES, TOO_LITTLE}),
        "completeness": frozenset(COMPLETENESS),
        "handoff": frozenset({"1"}),
        "days": frozenset(DAYS),
        "sort": frozenset(SORTS),
    }
    said["sort"] = said["sort"] or "spoken"
    for name, allowed in known.items():
        if said[name] and said[name] not in allowed:
            raise Invalid(f"This list cannot be narrowed or sorted like that ({name}).", field=name)
    if said["agent"] not in ("", NOBODY):
        said["agent"] = str(_uuid(said["agent"], "agent"))
    return Wanted(**said)


@dataclass(frozen=True)
class Place:
    """A place between two leads of a sorted list: after this one (or before it, going back)."""

    sort: str
    key: float | str | None  # of the lead beside it; times as ISO text; None = no score
    lead: UUID
    back: bool = False

    def cursor(self) -> str:
        """The place as an opaque word for an address."""
        told = json.dumps([self.sort, self.key, str(self.lead), int(self.back)], separators=(",", ":"))
        return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def place(cursor: str, sort: str) -> Place | None:
    """The place that a cursor means, None for none. Raises Invalid (field "cursor") for one that we cannot have made."""
    if not cursor:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        its_sort, key, lead, back = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        found = Place(str(its_sort), _key(its_sort, key), UUID(lead), bool(back))
    except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error, KeyError):
        raise _no_cursor() from None
    if found.sort != sort:
        raise _no_cursor()
    return found


def _key(sort: object, key: object) -> float | str | None:
    """The key if a lead can have it in this order; ValueError otherwise."""
    if sort in ("spoken", "newest") and isinstance(key, str) and datetime.fromisoformat(key).tzinfo:
        return key
    if sort == "name" and isinstance(key, str) and len(key) <= _MAX_TEXT and "\x00" not in key:
        key.encode()
        return key
    if sort in ("score", "completeness") and isinstance(key, int | float) and math.isfinite(key):
        return float(key)
    if sort == "score" and key is None:
        return None
    raise ValueError("no lead has this key")


def _no_cursor() -> Invalid:
    return Invalid("This page of the list does not exist. Begin at its start.", field="cursor")


def _uuid(text: str, name: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("There is no such agent.", field=name) from None


def _text(value: object) -> str:
    text = value if isinstance(value, str) else ""
    plain = text.encode("utf-8", "ignore").decode().replace("\x00", "")
    return " ".join(plain.split())[:_MAX_TEXT]
