"""Two sides changed the same person: what holds now, and what must the other side be told?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

CRM, HERE, NEWER = "crm", "here", "newer"
# Who wins when both changed a field since they last agreed. The CRM is where a brokerage keeps addresses and whose a
# contact is; what was understood from the words is ours. `newer` = whoever wrote last.
OWNER: Final[Mapping[str, str]] = {
    "name": NEWER,
    "email": NEWER,
    "phone": NEWER,
    "source": CRM,
    "timezone": NEWER,
    "state": CRM,
    "agent": CRM,
    "completeness": HERE,
    "score": HERE,
    "next_action": HERE,
    "urgency": HERE,
}


@dataclass(frozen=True)
class Merge:
    """`ours` must be written here, `theirs` there; `disputes` are fields on which both had changed and one gave way."""

    ours: dict[str, str] = field(default_factory=dict)
    theirs: dict[str, str] = field(default_factory=dict)
    disputes: tuple[str, ...] = ()
    base: dict[str, str] = field(default_factory=dict)


def merge(
    base: Mapping[str, str],
    ours: Mapping[str, str],
    theirs: Mapping[str, str],
    *,
    ours_at: datetime | None = None,
    theirs_at: datetime | None = None,
) -> Merge:
    """Three-way: `base` is what both last agreed on, `theirs` holds only the fields that were told.

    A field that one side alone changed is taken from it. Where both did, OWNER decides; `newer` needs both clocks, and
    ours counts as the newer one only when it is known to be. A value is never replaced by an empty one that merely
    had not been known: without a base an empty field of theirs says nothing.
    """
    here: dict[str, str] = {}
    there: dict[str, str] = {}
    disputes: list[str] = []
    for name, their in theirs.items():
        our, was = ours.get(name, ""), base.get(name)
        if our == their:
            continue
        we_changed = our != was if was is not None else bool(our)
        they_changed = their != was if was is not None else bool(their)
        if we_changed and they_changed:
            disputes.append(name)
        if they_changed and not (we_changed and _ours_wins(name, ours_at, theirs_at)):
            here[name] = their
        elif we_changed:
            there[name] = our
    agreed = {**base, **theirs, **there}
    return Merge(here, there, tuple(disputes), agreed)


def _ours_wins(name: str, ours_at: datetime | None, theirs_at: datetime | None) -> bool:
    owner = OWNER.get(name, CRM)
    if owner == NEWER:
        return ours_at is not None and theirs_at is not None and ours_at > theirs_at
    return owner == HERE
