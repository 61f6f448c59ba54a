"""How much may one client ask? A bucket that fills steadily, and patience that ends."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from time import monotonic

RATE = 20.0  # client messages per second, sustained
BURST = 40  # client messages at once
PATIENCE = 20  # messages over the limit until the socket is closed
SOCKETS_PER_USER = 20  # of one process
OUTBOX_FRAMES = 1_500  # events waiting for a slow client: more than one full replay
OUTBOX_BYTES = 8 * 1024 * 1024
INBOX_MESSAGES = 64  # client messages waiting for their turn


class Pace(Enum):
    FINE = "fine"
    TOO_FAST = "too fast"
    ENOUGH = "enough"


class Bucket:
    """A token bucket; `take` says whether a message may pass, must be refused, or is one too many."""

    def __init__(self, rate: float = RATE, burst: int = BURST, *, clock: Callable[[], float] = monotonic) -> None:
        self.rate, self.burst, self.clock = rate, burst, clock
        self.tokens, self.at, self.refused = float(burst), clock(), 0

    def take(self, price: float = 1.0) -> Pace:
        now = self.clock()
        self.tokens, self.at = min(self.burst, self.tokens + (now - self.at) * self.rate), now
        if self.tokens >= self.burst / 2:
            self.refused = 0
        if self.tokens >= price:
            self.tokens -= price
            return Pace.FINE
        self.refused += 1
        return Pace.TOO_FAST if self.refused <= PATIENCE else Pace.ENOUGH
