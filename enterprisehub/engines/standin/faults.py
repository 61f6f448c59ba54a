"""What can go wrong with Claude, by name, and when does the stand-in play it?"""

from __future__ import annotations

import json
import random
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple


class Status(NamedTuple):
    """An error answer: HTTP status, error type and code, and its own headers."""

    status: int
    type: str
    code: str = ""
    headers: tuple[tuple[str, str], ...] = ()


STATUSES: Final[dict[str, Status]] = {
    "400": Status(400, "invalid_request_error"),
    "401": Status(401, "authentication_error"),
    "402": Status(402, "billing_error"),
    "403": Status(403, "permission_error"),
    "404": Status(404, "not_found_error"),
    "413": Status(413, "request_too_large"),
    "429": Status(429, "rate_limit_error", headers=(("retry-after", "2"),)),
    "429_patient": Status(429, "rate_limit_error", headers=(("retry-after", "86400"),)),
    "429_ramp": Status(429, "rate_limit_error", "ramp_limit_exceeded"),
    "429_spend": Status(429, "rate_limit_error", "enforced_spend_limit_reached"),
    "429_contract": Status(429, "rate_limit_error", "contract_spend_limit_reached"),
    "500": Status(500, "api_error"),
    "502": Status(502, ""),  # a proxy's page, not the API's JSON
    "503": Status(503, "api_error"),
    "504": Status(504, "timeout_error"),
    "529": Status(529, "overloaded_error"),
}

# What happens on the line, before or while the reply is sent.
ON_THE_LINE: Final = (
    "hang",  # the connection is taken and nothing ever comes
    "hang_after_headers",
    "hang_pinging",  # pings keep coming, words never do
    "reset",  # the connection is cut before any answer
    "late",  # the first word comes after eight seconds
    "stall",  # half of the text, then silence
    "stall_pinging",  # half of the text, then pings only
    "disconnect",  # half of the text, then the connection is cut
    "stream_error",  # half of the text, then an overloaded_error event
    "stream_api_error",
    "no_stop",  # half of the text, then a clean end without message_delta and message_stop
    "no_message_stop",  # everything but the last event
    "stop_and_hold",  # everything, but the connection stays open
    "garbage",  # 200 with a web page
    "garbage_json",  # 200 with JSON that is no message
    "garbage_events",  # a stream whose data is not JSON
    "refusal",  # half of the text, then stop_reason refusal
    "refusal_empty",
    "max_tokens",  # half of the text, then stop_reason max_tokens
    "tool_use",
)


def _with(value: Any, **changes: Any) -> str:
    return json.dumps({**value, **changes} if isinstance(value, dict) else changes)


# What the model writes instead of what it was asked for: a good reply in, its text out.
WRITTEN: Final[dict[str, Callable[[Any], str]]] = {
    "not_json": lambda _: "I would suggest that the agent asks about the monthly payment.",
    "prose": lambda value: f"Here is the card you asked for:\n\n{json.dumps(value)}\n\nLet me know if it helps!",
    "fenced": lambda value: f"```json\n{json.dumps(value)}\n```",
    "wrong_types": lambda value: json.dumps({key: {"not": ["what", 1]} for key in value}),
    "missing_keys": lambda value: json.dumps(dict(list(value.items())[:1])),
    "extra_keys": lambda value: _with(value, invented="nobody asked for this", another=[1, 2, 3]),
    "nan": lambda value: _with(value, confidence=float("nan")),
    "infinite": lambda value: _with(value, confidence=float("inf")),
    "confidence_900": lambda value: _with(value, confidence=900),
    "unknown_words": lambda value: _with(value, urgency="purple", kind="purple", objection_type="purple"),
    "a_list": lambda value: json.dumps([value]),
    "empty": lambda _: "",
    "null": lambda _: "null",
    "deep": lambda _: '{"say":' + "[" * 6_000,
    "huge": lambda value: _with(value, say="very " * 400_000),
    "many": lambda value: _with(value, suggestions=[value] * 5_000),
}

# What can become of one question of a batch instead of an answer.
IN_A_BATCH: Final = ("batch_errored", "batch_expired", "batch_canceled")

NAMES: Final = (*STATUSES, *ON_THE_LINE, *WRITTEN, *IN_A_BATCH)


@dataclass
class Faults:
    """Which fault comes next: first the queued ones in order, then the standing one, then the dice."""

    always: str = ""
    queued: deque[str] = field(default_factory=deque)
    shares: Mapping[str, float] = field(default_factory=dict)
    dice: random.Random = field(default_factory=lambda: random.Random(0))

    @classmethod
    def from_text(cls, text: str, *, seed: int = 0) -> Faults:
        """ "529:0.1,stall:0.05" plays a tenth 529 and a twentieth stall; a bare name is played always."""
        shares: dict[str, float] = {}
        always = ""
        for part in filter(None, (part.strip() for part in text.split(","))):
            name, colon, share = part.partition(":")
            check(name)
            if colon:
                shares[name] = float(share)
            else:
                always = name
        return cls(always=always, shares=shares, dice=random.Random(seed))

    def next(self) -> str:
        """The fault to play for this request, "" for none."""
        if self.queued:
            return self.queued.popleft()
        if self.always:
            return self.always
        thrown = self.dice.random()
        for name, share in self.shares.items():
            if thrown < share:
                return name
            thrown -= share
        return ""


def check(name: str) -> str:
    """The name, if there is such a fault or it is "" for none; else ValueError."""
    if name and name not in NAMES:
        raise ValueError(f"there is no fault {name!r}; choose from {', '.join(NAMES)}")
    return name
