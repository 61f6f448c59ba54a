"""How does a thread that waits for Claude hear its words as they come, and hang up when nobody wants them any more?"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from time import monotonic
from typing import TYPE_CHECKING, Any

from enterprisehub.engines import claude
from enterprisehub.engines.base import Outcome
from enterprisehub.engines.calls import Call, Credential, Wanted
from enterprisehub.engines.partial import settled, so_far
from enterprisehub.ops import loops
from enterprisehub.privacy.injection import cleaned
from enterprisehub.privacy.redaction import Pseudonyms, each_text

if TYPE_CHECKING:
    from pydantic import BaseModel

LOOK_EVERY = 0.4  # seconds between two looks at the words so far, and whether the answer is still wanted
GRACE = 2.0  # seconds beyond the deadline until a call that does not end is given up


@dataclass(frozen=True)
class Listener:
    """Who hears the answer while it is written, and whether it is still wanted; either may be absent."""

    on_text: Callable[[dict[str, Any]], None] | None = None
    still_wanted: Callable[[], bool] | None = None


def talk(wanted: Wanted, credential: Credential, call: Call, *, listener: Listener, restore: Pseudonyms) -> None:
    """Make the call on the process' event loop; `listener` is served in this thread. `call` tells what came of it."""
    words: queue.SimpleQueue[str] = queue.SimpleQueue()
    ended = threading.Event()
    schema = _schema(wanted.draft)

    async def conversation() -> None:
        try:
            await claude.converse(wanted, credential, call, words.put)
        finally:
            ended.set()

    claude.warm()
    future = loops.spawn(conversation())
    give_up = monotonic() + wanted.policy.total + GRACE
    try:
        while not ended.wait(LOOK_EVERY):
            if monotonic() > give_up:
                call.outcome = Outcome.TIMEOUT
                break
            _pass_on(words, schema, listener, restore)
            if listener.still_wanted is not None and not listener.still_wanted():
                break
    finally:
        if not ended.is_set():
            why = call.outcome
            future.cancel()
            ended.wait(GRACE)
            call.outcome = why if call.outcome is Outcome.SUPERSEDED else call.outcome


@cache
def _schema(draft: type[BaseModel]) -> dict[str, Any]:
    return draft.model_json_schema()


def _pass_on(words: queue.SimpleQueue[str], schema: dict[str, Any], listener: Listener, restore: Pseudonyms) -> None:
    newest = ""
    while not words.empty():
        newest = words.get_nowait()
    if newest and listener.on_text is not None and (value := so_far(newest)) is not None:
        listener.on_text(restore.restore_all(each_text(settled(value, schema), cleaned), partial=True))
