"""What comes of it when many threads do the same at the same moment?"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

R = TypeVar("R")


def at_once(many: int, do: Callable[[], R]) -> list[R]:
    """What each of so many threads got; none begins before all are there."""
    line = threading.Barrier(many)

    def one(_: int) -> R:
        line.wait(60)
        return do()

    with ThreadPoolExecutor(many) as threads:
        return list(threads.map(one, range(many)))
