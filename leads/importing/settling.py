"""What changes in a lead when somebody's file says something about it?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from leads.importing.rows import Person

FILL, REPLACE = "fill", "replace"
POLICIES = {FILL: "Fill what is empty", REPLACE: "Take the file's"}
# A lead always has these; with this value nobody has said anything yet.
_UNSAID = {"vertical": "any", "stage": "new"}
_ALWAYS_SAID = ("side",)
# These are kept however the file contradicts: who somebody is, and what has happened since.
_KEPT = ("contact_id", "stage")


def changes(now: Mapping[str, Any], person: Person, *, policy: str, edited: Collection[str] = ()) -> dict[str, str]:
    """The fields that the file changes, with their new values.

    Nothing filled is ever made empty, nothing that a person edited since the file came (`edited`) is touched. The contact
    id is only filled in, and a stage only taken for a lead that is still New: later ones move by what happens.
    """
    return {
        name: value
        for name, value in person.values.items()
        if name not in edited and value != now[name] and _takes(name, now[name], policy)
    }


def _takes(name: str, known: str, policy: str) -> bool:
    if name in _ALWAYS_SAID:
        return policy == REPLACE
    return known == _UNSAID.get(name, "") or (policy == REPLACE and name not in _KEPT)
