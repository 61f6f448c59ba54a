"""What time is it in the sandbox? The machine's clock, which a test may put forward, and how times are written there."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Seconds since 1970; `ahead` is how far it was put forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> float:
        return time.time() + self.ahead

    def text(self) -> str:
        """This moment as HighLevel writes it."""
        return written(self.now())


def written(seconds: float) -> str:
    """ISO 8601 in UTC with milliseconds, such as 2026-11-20T12:46:45.953Z."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(text: str) -> float:
    """The moment that such a text means; without a zone it is UTC."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
