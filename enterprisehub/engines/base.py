"""One question, two minds: what an engine is, what it can be asked, and how an answer says where it came from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

if TYPE_CHECKING:
    from pydantic import BaseModel

Q = TypeVar("Q")
A = TypeVar("A")
Source = Literal["local", "cache", "claude"]


class StoreDown(Exception):
    """Redis cannot be asked, so nothing may be spent."""


class Outcome(StrEnum):
    """Why Claude did, or did not, answer; one value per row of the failure table in docs/architecture.md."""

    OK = "ok"
    LOCAL_ONLY = "local_only"
    NO_KEY = "no_key"
    AI_OFF = "ai_off"
    BUDGET = "budget"
    BREAKER_OPEN = "breaker_open"
    BUSY = "busy"
    REFUSAL = "refusal"
    TRUNCATED = "truncated"
    INVALID_OUTPUT = "invalid_output"
    INCOMPLETE = "incomplete"
    RATE_LIMITED = "rate_limited"
    SPEND_LIMIT = "spend_limit"
    OVERLOADED = "overloaded"
    SERVER_ERROR = "server_error"
    BAD_REQUEST = "bad_request"
    AUTH = "auth"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    GARBAGE = "garbage"
    SUPERSEDED = "superseded"
    UNGROUNDED = "ungrounded"
    STORE_DOWN = "store_down"


@dataclass(frozen=True)
class Policy:
    """How Claude is asked for one capability; every field can be overridden in settings and per tenant.

    Times are seconds; `first_text` bounds the wait for the first word, `total` the whole call.
    """

    model: str = "claude-haiku-5-5"
    thinking: str = "disabled"
    effort: str = "low"
    max_tokens: int = 600
    first_text: float = 1.5
    total: float = 6.0
    stream: bool = True
    cache_seconds: int = 3600


@dataclass(frozen=True)
class Capability(Generic[Q, A]):
    """What can be asked.

    `local` answers in the process, without network, in under 5 ms. `prompt` names `templates/prompts/<prompt>.md`;
    `draft` is the pydantic model that Claude fills; `brief` turns a question into the prompt's parts (see engines/claude.py);
    `adopt` turns a validated draft into an answer, or None when nothing in it is grounded. Without a prompt only the local engine answers.
    `said` gives what a question's people said, newest last: by it an answer that was given before is recognised at once.
    `parse` and `render` read and write the JSON of `manage.py think`.
    """

    name: str
    question: type[Q]
    answer: type[A]
    local: Callable[[Q], A]
    prompt: str = ""
    draft: type[BaseModel] | None = None
    brief: Callable[[Q], Brief] | None = None
    adopt: Callable[[Q, BaseModel], A | None] | None = None
    said: Callable[[Q], tuple[str, ...]] | None = None
    parse: Callable[[dict[str, Any]], Q] | None = None
    render: Callable[[A], dict[str, Any]] | None = None
    policy: Policy = field(default_factory=Policy)


@dataclass(frozen=True)
class Brief:
    """The parts of a prompt, from the most stable to the most volatile.

    `platform` is filled from the prompt file. `knowledge` is the tenant's playbook digest (stable until it is published anew).
    `situation` is what we say about now (trusted). `untrusted` is what the prospect and agent said: it is sent only as a tool result.
    `cache_key` holds the parts of the response-cache key that the question owns; empty = not cacheable. `sources` are the ids that an answer may cite.
    `prompt` names another prompt file than the capability's, for a comparison; its version is part of the cache key like any.
    """

    knowledge: str
    situation: dict[str, Any]
    untrusted: list[dict[str, str]]
    cache_key: tuple[str, ...] = ()
    sources: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    prompt: str = ""


@dataclass(frozen=True)
class Answer(Generic[A]):
    """What was answered, by whom, why not by Claude, and in how many milliseconds (measured)."""

    value: A
    source: Source
    outcome: Outcome
    ms: float
    prompt_version: str = ""
    first_text_ms: float | None = None
    call_id: str = ""
