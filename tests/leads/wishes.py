"""How do the tests of wishes write a conversation down?"""

from __future__ import annotations

from datetime import UTC, datetime

from leads.conversation import Turn
from leads.preferences import Slot, read
from leads.slots import Value

NOW = datetime(2026, 3, 4, 15, tzinfo=UTC)  # a Wednesday


def turns(*texts: str) -> tuple[Turn, ...]:
    """A text that begins with "agent:" is the agent's."""
    return tuple(
        Turn("agent", text.removeprefix("agent:").strip()) if text.startswith("agent:") else Turn("prospect", text)
        for text in texts
    )


def slots(*texts: str) -> tuple[Slot, ...]:
    return read(turns(*texts), now=NOW)


def state(*texts: str) -> dict[str, Value]:
    """The value of each slot; of several values the last."""
    return {slot.name: slot.value for slot in slots(*texts)}


def one(name: str, *texts: str) -> Slot:
    (found,) = [slot for slot in slots(*texts) if slot.name == name]
    return found
