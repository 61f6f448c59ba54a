"""How many requests may a location make, and what is it told about that?"""

from __future__ import annotations

import time
from collections import deque

from enterprisehub.ghl.sandbox.options import Options

DAY = 86_400.0


class Pace:
    """The requests of one location. The clock is the machine's own: to put the sandbox's forward frees nobody."""

    def __init__(self) -> None:
        self._let_in: deque[float] = deque()
        self._came: deque[float] = deque()
        self.today = 0
        self.refused = 0
        self.most = 0  # requests that came within one interval, at worst, the refused ones too

    def ask(self, options: Options) -> bool:
        """Whether this request may come in."""
        now = time.monotonic()
        for times in (self._let_in, self._came):
            while times and times[0] <= now - options.rate_seconds:
                times.popleft()
        self._came.append(now)
        self.most = max(self.most, len(self._came))
        if len(self._let_in) >= options.rate_max or self.today >= options.daily_max:
            self.refused += 1
            return False
        self._let_in.append(now)
        self.today += 1
        return True

    def headers(self, options: Options) -> dict[str, str]:
        return {
            "X-RateLimit-Limit-Daily": str(options.daily_max),
            "X-RateLimit-Daily-Remaining": str(max(0, options.daily_max - self.today)),
            "X-RateLimit-Interval-Milliseconds": str(int(options.rate_seconds * 1000)),
            "X-RateLimit-Max": str(options.rate_max),
            "X-RateLimit-Remaining": str(max(0, options.rate_max - len(self._let_in))),
        }

    def told(self) -> dict[str, int]:
        return {"most": self.most, "today": self.today, "refused": self.refused}
