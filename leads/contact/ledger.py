"""What does the ledger of consent say about one medium and one purpose? The newest line that speaks of both decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

ANY: Final = "any"
REPLY, SERVICE, MARKETING, OPT_OUT = "reply", "service", "marketing", "opt_out"
_RANK: Final = {REPLY: 0, SERVICE: 1, MARKETING: 2}


@dataclass(frozen=True)
class Line:
    """One line. A line that was taken back for `opt_out` means "leave me alone": it covers every purpose.

    `written`: what they were shown or said is on record, which is what makes a consent prove anything.
    """

    given: bool
    medium: str
    purpose: str
    at: datetime
    written: bool = False
    source: str = ""


def covers(line: Line, medium: str, purpose: str) -> bool:
    """Does this line speak of the medium and the purpose? Who agrees to offers agrees to less; who refuses an answer refuses more."""
    if line.medium not in (medium, ANY):
        return False
    if line.given:
        return line.purpose in _RANK and _RANK[line.purpose] >= _RANK[purpose]
    return line.purpose == OPT_OUT or _RANK[line.purpose] <= _RANK[purpose]


def standing(lines: Sequence[Line], medium: str, purpose: str) -> Line | None:
    """The line that holds, None when none speaks of it. After a refusal only a written consent counts as a new one."""
    held: Line | None = None
    for line in sorted(lines, key=lambda one: one.at):
        if not covers(line, medium, purpose):
            continue
        if line.given and held is not None and not held.given and not line.written:
            continue
        held = line
    return held


def opted_out_since(lines: Sequence[Line], medium: str) -> datetime | None:
    """When the opt-out began that still stands in this medium; saying it again does not begin another one."""
    since: datetime | None = None
    for line in sorted(lines, key=lambda one: one.at):
        if line.medium not in (medium, ANY):
            continue
        if line.given:
            since = None if line.written else since
        elif line.purpose == OPT_OUT:
            since = since or line.at
    return since
