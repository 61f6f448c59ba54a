"""How does the stand-in take batches? Handed in, open for one look, then ended with a line for each question."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from enterprisehub.engines.standin import replies
from enterprisehub.engines.standin.faults import WRITTEN, Faults
from enterprisehub.engines.standin.line import Request
from enterprisehub.engines.standin.refusals import refused
from enterprisehub.engines.standin.writing import write

PATH = "/v1/messages/batches"
_number = count(1)
Refusal = tuple[int, str, str]
Usage = Callable[[dict[str, Any], str], dict[str, Any]]


@dataclass
class Batch:
    """`rows` are the results, known from the beginning; `looks` is how often it is still said to be in progress."""

    id: str
    rows: list[dict[str, Any]]
    looks: int = 1


def answer(
    kept: dict[str, Batch], request: Request, *, faults: Faults, usage: Usage, base: str
) -> dict[str, Any] | bytes | Refusal:
    """The API's answer to one request about batches."""
    if request.method == "POST" and request.path == PATH:
        taken: dict[str, Any] | Refusal = _taken(kept, request, faults=faults, usage=usage, base=base)
        return taken
    name, _, rest = request.path.removeprefix(f"{PATH}/").partition("/")
    batch = kept.get(name)
    if batch is None or request.method != "GET" or rest not in ("", "results"):
        return 404, "not_found_error", request.path
    if rest == "results":
        if batch.looks > 0:
            return 404, "not_found_error", "the batch has not ended"
        return "".join(json.dumps(row) + "\n" for row in batch.rows).encode()
    told = _told(batch, base)
    batch.looks -= 1
    return told


def _taken(kept: dict[str, Batch], request: Request, *, faults: Faults, usage: Usage, base: str) -> Any:
    rows = request.json.get("requests") if isinstance(request.json, dict) else None
    if not isinstance(rows, list) or not rows:
        return 400, "invalid_request_error", "requests: at least one is required"
    names = [row.get("custom_id") for row in rows]
    if len(set(names)) != len(names):
        return 400, "invalid_request_error", "requests: custom_id must be unique"
    batch = Batch(f"msgbatch_standin{next(_number)}", [])
    for row in rows:
        result = _result(request, row["params"], fault=faults.next(), usage=usage)
        batch.rows.insert(0, {"custom_id": row["custom_id"], "result": result})  # in no order that may be relied on
    kept[batch.id] = batch
    return _told(batch, base)


def _result(request: Request, body: dict[str, Any], *, fault: str, usage: Usage) -> dict[str, Any]:
    complaint = refused(request.headers, body)
    if complaint or fault == "batch_errored":
        kind, said = (complaint.type, complaint.message) if complaint else ("api_error", "as asked for")
        return {"type": "errored", "error": {"type": "error", "error": {"type": kind, "message": said}}}
    if fault in ("batch_expired", "batch_canceled"):
        return {"type": fault.removeprefix("batch_")}
    value = write(body)
    text = WRITTEN[fault](value) if fault in WRITTEN else value if isinstance(value, str) else json.dumps(value)
    return {"type": "succeeded", "message": replies.message(body, text, usage(body, text), fault)}


def _told(batch: Batch, base: str) -> dict[str, Any]:
    ended = batch.looks <= 0
    kinds = ("succeeded", "errored", "canceled", "expired")
    counts = {kind: sum(row["result"]["type"] == kind for row in batch.rows) if ended else 0 for kind in kinds}
    return {
        "id": batch.id,
        "type": "message_batch",
        "processing_status": "ended" if ended else "in_progress",
        "request_counts": {"processing": 0 if ended else len(batch.rows), **counts},
        "created_at": "2026-11-25T12:00:00Z",
        "expires_at": "2026-11-26T12:00:00Z",
        "ended_at": "2026-11-25T12:01:00Z" if ended else None,
        "archived_at": None,
        "cancel_initiated_at": None,
        "results_url": f"{base}{PATH}/{batch.id}/results" if ended else None,
    }
