"""What happens on which event of HighLevel? The type's name, and the function that is given the event in its tenant's scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

table: Final[dict[str, Callable[..., Any]]] = {}

# What happens when a write to HighLevel is settled, done or given up: its operation's name, and the function that is
# given the OutboundCall in its tenant's scope, in the transaction that settles it.
settled: Final[dict[str, Callable[..., Any]]] = {}
