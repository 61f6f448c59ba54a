"""What does the stand-in's reply look like on the wire? The events of the Messages API, in their order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final

from enterprisehub.engines.standin.refusals import blocks_of

CHARACTERS_PER_TOKEN: Final = 2.5
LEAST_CACHEABLE: Final = 512  # tokens
# Faults that end in the middle of the text.
HALF: Final = frozenset(
    {"stall", "stall_pinging", "disconnect", "stream_error", "stream_api_error", "no_stop", "refusal", "max_tokens"}
)
_STOPS: Final = {"refusal": "refusal", "refusal_empty": "refusal", "max_tokens": "max_tokens", "tool_use": "tool_use"}
_REFUSED: Final = {"type": "refusal", "category": "general_harms", "explanation": "The stand-in was asked to refuse."}


def event(name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


def start(body: dict[str, Any], used: dict[str, Any]) -> bytes:
    opening = {**_shell(body), "content": [], "stop_reason": None, "usage": {**used, "output_tokens": 1}}
    return event("message_start", {"type": "message_start", "message": opening})


def block_start() -> bytes:
    block = {"type": "text", "text": ""}
    return event("content_block_start", {"type": "content_block_start", "index": 0, "content_block": block})


def delta(text: str) -> bytes:
    given = {"type": "text_delta", "text": text}
    return event("content_block_delta", {"type": "content_block_delta", "index": 0, "delta": given})


def ending(text: str, used: dict[str, Any], fault: str) -> Iterator[bytes]:
    """What follows the text: the stop reason and the final count, or whatever the fault puts in their place."""
    if fault in ("disconnect", "no_stop"):
        return
    if fault in ("stream_error", "stream_api_error"):
        kind = "overloaded_error" if fault == "stream_error" else "api_error"
        yield event("error", {"type": "error", "error": {"type": kind, "message": "as asked for"}})
        return
    yield event("content_block_stop", {"type": "content_block_stop", "index": 0})
    reason = _STOPS.get(fault, "end_turn")
    stop = {"stop_reason": reason, "stop_sequence": None, "stop_details": _REFUSED if reason == "refusal" else None}
    counted = {**used, "output_tokens": tokens_of(text)}
    yield event("message_delta", {"type": "message_delta", "delta": stop, "usage": counted})
    if fault != "no_message_stop":
        yield event("message_stop", {"type": "message_stop"})


def message(body: dict[str, Any], text: str, used: dict[str, Any], fault: str) -> dict[str, Any]:
    """The whole reply at once, for requests that do not stream."""
    reason = _STOPS.get(fault, "end_turn")
    shown = "" if fault == "refusal_empty" else text[: len(text) // 2] if fault in HALF else text
    return {
        **_shell(body),
        "content": [{"type": "text", "text": shown}] if shown else [],
        "stop_reason": reason,
        "stop_details": _REFUSED if reason == "refusal" else None,
        "usage": {**used, "output_tokens": tokens_of(shown)},
    }


def tokens_of(text: str) -> int:
    return max(1, round(len(text) / CHARACTERS_PER_TOKEN))


def prefix_of(body: dict[str, Any]) -> list[Any]:
    """What a prompt-cache entry covers: model, format and effort, and all blocks up to the last mark."""
    blocks = list(blocks_of(body))
    last = max((place for place, block in enumerate(blocks) if block.get("cache_control")), default=-1)
    return [body.get("model"), body.get("output_config"), body.get("thinking"), *blocks[: last + 1]]


def tokens(body: dict[str, Any]) -> tuple[int, int]:
    """Tokens of the cacheable beginning and of the rest."""
    blocks = list(blocks_of(body))
    covered = len(prefix_of(body)) - 3
    sizes = [tokens_of(json.dumps(block, ensure_ascii=False)) for block in blocks]
    return sum(sizes[:covered]), sum(sizes[covered:])


def usage(prefix: int, rest: int, text: str, *, warm: bool) -> dict[str, Any]:
    written = 0 if warm else prefix
    return {
        "input_tokens": rest,
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": prefix if warm else 0,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": written},
        "output_tokens": tokens_of(text),
        "service_tier": "standard",
        "inference_geo": "stand-in",
    }


def _shell(body: dict[str, Any]) -> dict[str, Any]:
    stamp = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:22]
    return {
        "id": f"msg_standin_{stamp}",
        "type": "message",
        "role": "assistant",
        "model": body.get("model", ""),
        "stop_sequence": None,
        "stop_details": None,
    }
