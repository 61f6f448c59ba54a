"""What happens on which event of HighLevel? The type's name, and the function that is given the event in its tenant's scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from leads.services import contacting

table: Final[dict[str, Callable[..., Any]]] = {}

# What happens when a write to HighLevel is settled, done or given up: its operation's name, and the function that is
# given the OutboundCall in its tenant's scope, in the transaction that settles it.
settled: Final[dict[str, Callable[..., Any]]] = {"message.send": contacting.settled}

# Whether a promised write may still be made, asked right before it is: operation, and the function that is given the
# OutboundCall in its tenant's scope and returns "" or the reason (a code) why it is not made any more.
still: Final[dict[str, Callable[..., str]]] = {"message.send": contacting.still}
