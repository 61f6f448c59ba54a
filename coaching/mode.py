"""Who is coaching right now: both engines, the local one in Claude's absence, or the local one by design?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Mode:
    """What the badge on every page says, and the sentence that explains it."""

    name: str
    label: str
    sentence: str


FULL: Final = Mode("full", "Full", "The local engine answers at once; Claude improves the card within seconds.")
REHEARSED: Final = Mode("full", "Full", "The local engine answers at once; a stand-in plays Claude here.")
REDUCED: Final = Mode("reduced", "Reduced", "Claude is not answering just now; cards come from the local engine.")
SPENT: Final = Mode("reduced", "Reduced", "The budget for Claude is used up; cards come from the local engine.")
UNSURE: Final = Mode(
    "reduced", "Reduced", "Claude's budget cannot be checked just now; cards come from the local engine."
)
TROUBLE: Final = Mode("reduced", "Reduced", "Our own line is troubled; cards may come late, none is lost.")
LOCAL: Final = Mode("local", "Local", "No Claude is connected; every card comes from the local engine.")
OFF: Final = Mode("local", "Local", "Claude is switched off here; every card comes from the local engine.")

_ANSWERED = frozenset({"ok"})
_BY_DESIGN = {"no_key": LOCAL, "ai_off": OFF}
_HELD_BACK = {"budget": SPENT, "store_down": UNSURE, "breaker_open": REDUCED, "busy": REDUCED}
_AWAY = frozenset(
    {
        "rate_limited",
        "spend_limit",
        "overloaded",
        "server_error",
        "bad_request",
        "auth",
        "unreachable",
        "timeout",
    }
)
ASKED: Final = _ANSWERED | _AWAY
"""Outcomes of calls that say whether Claude answers."""
TELLING: Final = ASKED | _BY_DESIGN.keys() | _HELD_BACK.keys()
"""Outcomes that say something about Claude or our way to it; the others are about one answer only."""


def after(outcome: str, *, stand_in: bool = False) -> Mode | None:
    """The mode that this outcome of a call shows; None when it shows nothing."""
    if outcome in _ANSWERED:
        return REHEARSED if stand_in else FULL
    if outcome in _AWAY:
        return REDUCED
    return _BY_DESIGN.get(outcome) or _HELD_BACK.get(outcome)
