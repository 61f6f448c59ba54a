"""What does a search see? Rows as they were a while ago: an index runs behind what was written."""

from __future__ import annotations

from collections import deque
from typing import Any

from enterprisehub.ghl.sandbox.clock import Clock

Row = dict[str, Any]


class Index:
    """Copies of rows that become visible once the lag has passed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._coming: deque[tuple[float, str, Row | None]] = deque()
        self._seen: dict[str, Row] = {}

    def put(self, key: str, row: Row | None, *, lag: float) -> None:
        """A row was written, or with None taken away."""
        self._coming.append((self._clock.now() + lag, key, None if row is None else dict(row)))

    def rows(self) -> list[Row]:
        """What can be found now."""
        while self._coming and self._coming[0][0] <= self._clock.now():
            _, key, row = self._coming.popleft()
            if row is None:
                self._seen.pop(key, None)
            else:
                self._seen[key] = row
        return list(self._seen.values())
