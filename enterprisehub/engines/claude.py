"""How is Claude asked, and what became of it? The one file that knows Anthropic's SDK."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import cache
from time import perf_counter
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from enterprisehub.engines.base import Outcome, Policy
from enterprisehub.engines.calls import Call, Credential, Unsent, Wanted
from enterprisehub.engines.layout import body
from enterprisehub.engines.prices import Usage

if TYPE_CHECKING:
    import anthropic
    from pydantic import BaseModel

KEEPALIVE_SECONDS = 120  # the SDK's own five would open a connection for nearly every card
CONNECT_SECONDS = 2.0
BATCH_SECONDS = 30.0  # to hand a batch in, to look at it, to fetch it
LONGEST_REPLY = 16_384  # characters at least; a reply beyond this, or beyond what max_tokens allows, is broken
RETRY_AFTER_MOST = 300.0  # seconds: the header may ask for weeks

_BY_CODE = {
    "contract_spend_limit_reached": Outcome.SPEND_LIMIT,
    "enforced_spend_limit_reached": Outcome.SPEND_LIMIT,
    "linked_organization_spend_limit_reached": Outcome.SPEND_LIMIT,
    "ramp_limit_exceeded": Outcome.RATE_LIMITED,
}
_BY_TYPE = {
    "overloaded_error": Outcome.OVERLOADED,
    "rate_limit_error": Outcome.RATE_LIMITED,
    "api_error": Outcome.SERVER_ERROR,
    "timeout_error": Outcome.SERVER_ERROR,
    "authentication_error": Outcome.AUTH,
    "permission_error": Outcome.AUTH,
    "billing_error": Outcome.AUTH,
    "invalid_request_error": Outcome.BAD_REQUEST,
    "not_found_error": Outcome.BAD_REQUEST,
    "request_too_large": Outcome.BAD_REQUEST,
}
_BY_STATUS = {
    401: Outcome.AUTH,
    402: Outcome.AUTH,
    403: Outcome.AUTH,
    429: Outcome.RATE_LIMITED,
    529: Outcome.OVERLOADED,
}
_BY_STOP = {
    "refusal": Outcome.REFUSAL,
    "max_tokens": Outcome.TRUNCATED,
    "model_context_window_exceeded": Outcome.TRUNCATED,
    "tool_use": Outcome.INVALID_OUTPUT,
    "pause_turn": Outcome.INCOMPLETE,
}


class _TooLong(Exception):
    """The reply does not end."""


async def converse(wanted: Wanted, credential: Credential, call: Call, on_words: Callable[[str], None]) -> None:
    """Ask once, without retries, within the policy's deadlines; `call` tells what came of it.

    `on_words` gets all of the text so far, on the event loop: it must not wait. Cancelling closes the connection.
    """
    client, request = _client(credential), body(wanted, _schema(wanted.draft))  # before the clock starts
    began, policy = perf_counter(), wanted.policy
    try:
        async with asyncio.timeout(policy.total), asyncio.timeout(policy.first_text or None) as patience:
            await _listen(client.messages.create, request, call, patience=patience, on_words=on_words, policy=policy)
        call.outcome = _ended(call)
    except asyncio.CancelledError:
        call.outcome = Outcome.SUPERSEDED
        raise
    except TimeoutError:
        # A connection that stays open after the last event takes nothing away from the reply.
        call.outcome = _ended(call) if call.finished else Outcome.TIMEOUT
    except Exception as error:
        _blame(call, error)
    finally:
        call.total_ms = (perf_counter() - began) * 1000


async def send_batch(wanted: Mapping[str, Wanted], credential: Credential) -> str:
    """Hand in questions under names of ours, to be answered within a day at half the price; the batch's id. Raises Unsent."""
    rows: Any = [{"custom_id": name, "params": body(one, _schema(one.draft))} for name, one in wanted.items()]
    client = _client(credential)
    return str(await _told(lambda: client.messages.batches.create(requests=rows, timeout=BATCH_SECONDS), "id"))


async def batch_state(batch: str, credential: Credential) -> str:
    """in_progress, canceling or ended. Raises Unsent."""
    client = _client(credential)
    return str(await _told(lambda: client.messages.batches.retrieve(batch, timeout=BATCH_SECONDS), "processing_status"))


async def batch_results(batch: str, credential: Credential) -> dict[str, Call]:
    """What came of each question by its name, in no order: answered, errored, canceled or expired. Raises Unsent."""
    client, found = _client(credential), dict[str, Call]()
    try:
        async for row in await client.messages.batches.results(batch, timeout=BATCH_SECONDS):
            found[row.custom_id] = _of_batch(row.result)
    except Exception as error:
        raise _unsent(error) from None
    return found


async def _told(ask: Callable[[], Any], name: str) -> Any:
    try:
        return getattr(await ask(), name)
    except Exception as error:
        raise _unsent(error) from None


def _unsent(error: Exception) -> Unsent:
    call = Call()
    _blame(call, error)
    return Unsent(call)


def _of_batch(result: Any) -> Call:
    call = Call()
    if result.type == "succeeded":
        message = result.message
        call.started = call.counted = call.finished = True
        call.text = "".join(block.text for block in message.content if block.type == "text")
        call.stop_reason, call.usage = message.stop_reason or "", _usage(message.usage, Usage())
        call.outcome = _ended(call)
    elif result.type == "errored":
        call.error_type = getattr(getattr(result.error, "error", result.error), "type", "") or ""
        call.outcome = _BY_TYPE.get(call.error_type, Outcome.SERVER_ERROR)
    else:  # expired: not begun within a day; canceled: by somebody with the key. Neither is billed.
        call.outcome = Outcome.TIMEOUT if result.type == "expired" else Outcome.SUPERSEDED
    return call


def warm() -> None:
    """Import the SDK now, if it is not. It takes seconds, which no deadline should pay for."""
    _sdk()


@cache
def _sdk() -> Any:
    import anthropic  # takes seconds: on first use only, never with the settings or the models

    for name in ("anthropic", "httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.WARNING)  # at DEBUG they print whole prompts
    return anthropic


@cache
def _schema(draft: type[BaseModel]) -> dict[str, Any]:
    return _sdk().transform_schema(draft)  # type: ignore[no-any-return]


_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, anthropic.AsyncAnthropic]] = WeakKeyDictionary()


def _client(credential: Credential) -> anthropic.AsyncAnthropic:
    """This loop's client for the credential: a client cannot move between loops, and making one takes 40 ms."""
    import httpx2

    mine = _clients.setdefault(asyncio.get_running_loop(), {})
    if credential.fingerprint not in mine:
        sdk = _sdk()
        limits = httpx2.Limits(max_connections=200, max_keepalive_connections=64, keepalive_expiry=KEEPALIVE_SECONDS)
        mine[credential.fingerprint] = sdk.AsyncAnthropic(
            api_key=credential.key,
            base_url=credential.base_url,
            max_retries=0,
            http_client=sdk.DefaultAsyncHttpxClient(limits=limits),
            open_telemetry={"traces": {"content_mode": "metadata_only"}, "propagation": False},
        )
    return mine[credential.fingerprint]


async def _listen(
    create: Callable[..., Any],
    request: dict[str, Any],
    call: Call,
    *,
    patience: asyncio.Timeout,
    on_words: Callable[[str], None],
    policy: Policy,
) -> None:
    import httpx2

    began, clock = perf_counter(), asyncio.get_running_loop().time
    gap = policy.first_text or policy.total
    most = max(LONGEST_REPLY, policy.max_tokens * 16)
    stream = await create(**request, stream=True, timeout=httpx2.Timeout(policy.total, connect=CONNECT_SECONDS))
    async with stream:
        call.status = stream.response.status_code
        call.request_id = stream.response.headers.get("request-id", "")
        async for event in stream:
            before = len(call.text)
            _note(call, event)
            if len(call.text) > most:
                raise _TooLong
            if len(call.text) > before:
                if call.first_text_ms is None:
                    call.first_text_ms = (perf_counter() - began) * 1000
                patience.reschedule(clock() + gap)
                on_words(call.text)
            if call.finished:
                # Read on to the end, so that the connection can be used again; but not for long.
                patience.reschedule(clock() + 0.25)


def _note(call: Call, event: Any) -> None:
    """Take in one event of the stream; kinds that we do not know are passed over."""
    kind = getattr(event, "type", "")
    if kind == "message_start":
        call.started = True
        call.usage = _usage(event.message.usage, Usage())
    elif kind == "content_block_delta" and getattr(event.delta, "type", "") == "text_delta":
        call.text += event.delta.text
    elif kind == "message_delta":
        call.stop_reason = event.delta.stop_reason or ""
        call.refusal_category = getattr(getattr(event.delta, "stop_details", None), "category", None) or ""
        call.usage, call.counted = _usage(event.usage, call.usage), True
    elif kind == "message_stop":
        call.finished = True


def _usage(given: Any, before: Usage) -> Usage:
    """The API's count; what a later event leaves out keeps its earlier value."""

    def number(owner: Any, name: str, otherwise: int) -> int:
        value = getattr(owner, name, None)
        return int(value) if value is not None else otherwise

    created = getattr(given, "cache_creation", None)
    written = number(given, "cache_creation_input_tokens", before.cache_write_5m + before.cache_write_1h)
    hour = number(created, "ephemeral_1h_input_tokens", min(before.cache_write_1h, written))
    details = getattr(given, "output_tokens_details", None)
    return Usage(
        input=number(given, "input_tokens", before.input),
        cache_read=number(given, "cache_read_input_tokens", before.cache_read),
        cache_write_5m=number(created, "ephemeral_5m_input_tokens", max(written - hour, 0)),
        cache_write_1h=hour,
        output=number(given, "output_tokens", before.output),
        thinking=number(details, "thinking_tokens", before.thinking),
    )


def _ended(call: Call) -> Outcome:
    if not call.started:
        return Outcome.GARBAGE
    if not call.stop_reason:
        return Outcome.INCOMPLETE
    return _BY_STOP.get(call.stop_reason, Outcome.OK)


def _blame(call: Call, error: Exception) -> None:
    """Name what went wrong. Messages of errors are not kept: they may quote the prompt."""
    import httpx2

    sdk = _sdk()
    call.error = type(error).__name__
    if isinstance(error, sdk.APIStatusError):
        call.status, call.request_id = error.status_code, error.request_id or call.request_id
        call.error_type, call.error_code = error.type or "", error.error_code or ""
        call.retry_after = _seconds(error.response.headers.get("retry-after", ""))
        call.outcome = _status_outcome(call)
    elif isinstance(error, sdk.APITimeoutError | httpx2.TimeoutException):
        call.outcome = Outcome.TIMEOUT
    elif isinstance(error, sdk.APIConnectionError | httpx2.TransportError):
        call.outcome = Outcome.UNREACHABLE
    elif isinstance(error, _TooLong):
        call.outcome = Outcome.INVALID_OUTPUT
    elif isinstance(error, TypeError) and not call.status:
        call.outcome = Outcome.BAD_REQUEST  # the SDK refused our own arguments
    else:
        call.outcome = Outcome.GARBAGE


def _status_outcome(call: Call) -> Outcome:
    # An error inside a stream carries status 200: the code and the type say more than the status.
    found = _BY_CODE.get(call.error_code) or _BY_TYPE.get(call.error_type) or _BY_STATUS.get(call.status)
    if found:
        return found
    if call.status >= 500 or call.status < 400:
        return Outcome.SERVER_ERROR
    return Outcome.BAD_REQUEST


def _seconds(header: str) -> float:
    try:
        return min(max(float(header), 0.0), RETRY_AFTER_MOST)
    except ValueError:
        return 0.0
