"""How does a process of its own work on messages as they come, so that the web process only has to keep them?"""

from __future__ import annotations

import time
from typing import Final

import structlog
from redis.exceptions import RedisError

from enterprisehub.ghl import hints
from enterprisehub.ghl.lane import Lane

log = structlog.get_logger(__name__)

IN_HAND: Final = 2  # contacts for each thread; what is beyond that is left to other processes
LOOK: Final = 0.25  # seconds that it waits for a hint before it looks around
SAY_EACH: Final = 1.0  # seconds between two words that it is there
REST: Final = 0.5  # seconds after Redis failed


class Follower:
    """Follows the hints from one thread, works on several. `stop` may be called from anywhere, a signal's handler too."""

    def __init__(self, threads: int) -> None:
        self._lane = Lane(threads)
        self._most = threads * IN_HAND
        self._stopping = False
        self._said_at = float("-inf")

    def stop(self) -> None:
        self._stopping = True

    def run(self) -> None:
        """Returns once stopped, when what was begun is done; what was not stays for others."""
        while not self._stopping:
            try:
                self._turn()
            except RedisError as error:
                log.warning("no_hints", error=type(error).__name__)
                time.sleep(REST)
        try:
            hints.say_gone()
        except RedisError as error:
            log.warning("not_said_gone", error=type(error).__name__)
        self._lane.close()

    def _turn(self) -> None:
        if time.monotonic() - self._said_at >= SAY_EACH:
            hints.say_alive()
            self._said_at = time.monotonic()
        if room := self._lane.room(self._most, within=LOOK):
            for hint in hints.take(room, within=LOOK):
                self._lane.start(hint)
