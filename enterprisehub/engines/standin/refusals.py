"""Which requests would the real Messages API refuse? API version 2026-10-21, as documented on 2026-11-23."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

MODELS = (
    "claude-haiku-5-5",
    "claude-sonnet-5-5",
    "claude-opus-5-5",
    "claude-fable-5-1",
    "claude-fable-5-2",
    "claude-haiku-4-5",
)
FIELDS = frozenset(
    {
        *("model", "max_tokens", "messages", "system", "stream", "metadata", "stop_sequences", "tools", "tool_choice"),
        *("thinking", "output_config", "cache_control", "service_tier", "inference_geo", "container", "diagnostics"),
    }
)
EFFORTS = ("low", "medium", "high", "xhigh", "max")
THINKING = ("adaptive", "disabled", "enabled", "between_tools")
MOST_TOKENS = 128_000
# JSON Schema keywords that the grammar cannot hold.
NOT_IN_A_SCHEMA = frozenset(
    {
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength"),
        *("maxItems", "uniqueItems", "minProperties", "maxProperties", "patternProperties"),
    }
)


class Refused(NamedTuple):
    status: int
    type: str
    message: str


def refused(headers: Mapping[str, str], body: Any) -> Refused | None:
    """Why the API would not take this request; None when it would. Header names are in lower case."""
    if not headers.get("authorization", "").removeprefix("Bearer ").strip() and not headers.get("x-api-key"):
        return Refused(401, "authentication_error", "x-api-key or Authorization header is required")
    if not headers.get("anthropic-version"):
        return Refused(400, "invalid_request_error", "anthropic-version: header is required")
    if not isinstance(body, dict):
        return Refused(400, "invalid_request_error", "the body must be a JSON object")
    if isinstance(body.get("model"), str) and body["model"] not in MODELS:
        return Refused(404, "not_found_error", f"model: {body['model'][:80]}")
    complaint = next(_complaints(body), None)
    return Refused(400, "invalid_request_error", complaint) if complaint else None


def _complaints(body: dict[str, Any]) -> Iterator[str]:
    for name in ("temperature", "top_p", "top_k"):
        if name in body:
            yield f"{name}: this parameter is not supported on this API version"
    for name in sorted(body.keys() - FIELDS):
        yield f"{name}: Extra inputs are not permitted"
    if not isinstance(body.get("model"), str):
        yield "model: Field required"
    tokens = body.get("max_tokens")
    if not isinstance(tokens, int) or isinstance(tokens, bool):
        yield "max_tokens: Field required"
    elif not 0 < tokens <= MOST_TOKENS:
        yield f"max_tokens: must be between 1 and {MOST_TOKENS}"
    yield from _about_messages(body)
    yield from _about_thinking(body)
    yield from _about_output(body)
    yield from _about_caching(body)
    user = (body.get("metadata") or {}).get("user_id", "")
    if not isinstance(user, str) or len(user) > 256:
        yield "metadata.user_id: must be a string of at most 256 characters"


def _about_messages(body: dict[str, Any]) -> Iterator[str]:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        yield "messages: at least one message is required"
        return
    for place, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("role") not in ("user", "assistant", "system"):
            yield f"messages.{place}.role: Input should be 'user' or 'assistant'"
            return
        if not message.get("content"):
            yield f"messages.{place}.content: must not be empty"
    if messages[0]["role"] != "user":
        yield "messages: first message must use the user role"
    if messages[-1]["role"] == "assistant":
        yield "messages: prefilling the assistant's turn is not supported with this model"
    yield from _about_tools(body, messages)


def _about_tools(body: dict[str, Any], messages: list[dict[str, Any]]) -> Iterator[str]:
    open_uses: set[str] = set()
    any_use = False
    for place, message in enumerate(messages):
        blocks = message["content"] if isinstance(message["content"], list) else []
        results = {block.get("tool_use_id") for block in blocks if block.get("type") == "tool_result"}
        if results != open_uses:
            yield f"messages.{place}: each tool_use block must have a tool_result block in the next message, and no other"
        open_uses = {block.get("id") for block in blocks if block.get("type") == "tool_use"}
        any_use = any_use or bool(open_uses)
        if any(block.get("type") == "text" and not str(block.get("text", "")).strip() for block in blocks):
            yield f"messages.{place}.content: text content blocks must be non-empty"
        if message["role"] == "assistant" and any(block.get("type") == "document" for block in blocks):
            yield f"messages.{place}: document blocks are not allowed in assistant turns"
    if any_use and not body.get("tools"):
        yield "tools: requests which include tool_use or tool_result blocks must define tools"
    forced = (body.get("tool_choice") or {}).get("type") in ("any", "tool")
    if forced and body.get("model") in ("claude-sonnet-5-5", "claude-opus-5-5"):
        yield "tool_choice: forcing a tool is not supported on this model"


def _about_thinking(body: dict[str, Any]) -> Iterator[str]:
    kind = (body.get("thinking") or {}).get("type")
    model, effort = str(body.get("model")), (body.get("output_config") or {}).get("effort")
    if kind is None:
        return
    if kind not in THINKING:
        yield f"thinking.type: Input should be one of {', '.join(THINKING)}"
    if kind == "disabled" and ("sonnet-5" in model or "opus-5" in model or "fable-5" in model):
        yield "thinking.type: 'disabled' is not supported on this model"
    if kind == "between_tools" and "sonnet-5" not in model:
        yield "thinking.type: 'between_tools' is not supported on this model"
    if kind in ("disabled", "between_tools") and effort in ("xhigh", "max"):
        yield f"thinking.type: {kind!r} requires effort 'high' or lower"


def _about_output(body: dict[str, Any]) -> Iterator[str]:
    config = body.get("output_config") or {}
    if config.get("effort") is not None and config["effort"] not in EFFORTS:
        yield f"output_config.effort: Input should be one of {', '.join(EFFORTS)}"
    wanted = config.get("format")
    if wanted is None:
        return
    if wanted.get("type") != "json_schema" or not isinstance(wanted.get("schema"), dict):
        yield "output_config.format: must be a json_schema with a schema"
        return
    yield from _about_schema(wanted["schema"], "output_config.format.schema")


def _about_schema(schema: Any, where: str) -> Iterator[str]:
    if isinstance(schema, list):
        for place, inner in enumerate(schema):
            yield from _about_schema(inner, f"{where}.{place}")
    if not isinstance(schema, dict):
        return
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        yield f"{where}: for 'object' type, 'additionalProperties' must be explicitly set to false"
    for name in sorted(schema.keys() & NOT_IN_A_SCHEMA):
        yield f"{where}: for {schema.get('type')!r} type, property {name!r} is not supported"
    for name, inner in schema.items():
        if name in ("properties", "$defs") and isinstance(inner, dict):
            for key, value in inner.items():
                yield from _about_schema(value, f"{where}.{name}.{key}")
        elif name in ("items", "anyOf", "allOf"):
            yield from _about_schema(inner, f"{where}.{name}")


def _about_caching(body: dict[str, Any]) -> Iterator[str]:
    marks = [mark for block in blocks_of(body) if (mark := block.get("cache_control"))]
    if len(marks) > 4:
        yield "a maximum of 4 blocks with cache_control may be provided"
    lives = [mark.get("ttl", "5m") for mark in marks]
    if any(life not in ("5m", "1h") for life in lives):
        yield "cache_control.ttl: Input should be '5m' or '1h'"
    elif lives != sorted(lives):  # "1h" sorts before "5m"
        yield "a ttl='1h' cache_control block must not come after a ttl='5m' one"


def blocks_of(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every block in the order in which a prompt is rendered: tools, system, messages."""
    yield from (tool for tool in body.get("tools") or () if isinstance(tool, dict))
    system = body.get("system")
    yield from system if isinstance(system, list) else ([{"type": "text", "text": system}] if system else [])
    for message in body.get("messages") or ():
        content = message.get("content")
        yield from content if isinstance(content, list) else [{"type": "text", "text": content}]
