"""What is one question to Claude made of, and what is known of the call that carries it?"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from enterprisehub.engines.base import Outcome, Policy
from enterprisehub.engines.prices import Usage, tokens_in

if TYPE_CHECKING:
    from pydantic import BaseModel


@dataclass(frozen=True)
class Credential:
    """Whose key, and where to. The fingerprint names both without telling the key."""

    key: str = field(repr=False)
    base_url: str

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"{self.base_url}\n{self.key}".encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Wanted:
    """One question to Claude, from the most stable part to the most volatile; personal data is gone already.

    `rules` are the platform's and `knowledge` the tenant's: both are cached for an hour. `untrusted` goes into a tool
    result and nowhere else. `user` is an opaque id for the provider's abuse checks.
    """

    policy: Policy
    draft: type[BaseModel]
    rules: str
    knowledge: str
    situation: dict[str, Any]
    untrusted: list[dict[str, str]]
    user: str = ""


@dataclass
class Call:
    """What is known of one call so far; readable at any moment, also after it was cancelled. Times are milliseconds."""

    outcome: Outcome = Outcome.SUPERSEDED
    text: str = ""
    usage: Usage = field(default_factory=Usage)
    started: bool = False  # the reply's first event has come, so its prompt is billed
    counted: bool = False  # the final token count has come
    finished: bool = False  # the reply's last event has come
    stop_reason: str = ""
    refusal_category: str = ""
    status: int = 0
    error: str = ""
    error_type: str = ""
    error_code: str = ""
    retry_after: float = 0.0
    request_id: str = ""
    first_text_ms: float | None = None
    total_ms: float = 0.0

    def billed(self) -> Usage:
        """The tokens to book: as counted, else as the reply's beginning said plus an estimate of what had come."""
        if self.counted or not self.started:
            return self.usage
        return Usage(**{**vars(self.usage), "output": max(self.usage.output, tokens_in(len(self.text)))})

    @property
    def estimated(self) -> bool:
        return self.started and not self.counted


class Unsent(Exception):
    """A batch could not be handed in, looked at or fetched; `call` says why."""

    def __init__(self, call: Call) -> None:
        super().__init__(call.outcome)
        self.call = call
