"""What does HighLevel's own OpenAPI say of a request and of its answer? The document lies beside the project, or is absent."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

ROOT = Path(__file__).resolve().parents[2]
HOST = "https://services.leadconnectorhq.com"


@cache
def folder() -> Path | None:
    """`shared/ghl` beside the repository; beside its main checkout when this is a worktree of it."""
    common = subprocess.run(
        ["git", "rev-parse", "--path-format=absolute", "--git-common-dir"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    ).stdout.strip()  # fmt: skip
    for place in (ROOT, *([Path(common).parent] if common else [])):
        if (place.parent / "shared" / "ghl").is_dir():
            return place.parent / "shared" / "ghl"
    return None


needs_contract = pytest.mark.skipif(folder() is None, reason="HighLevel's OpenAPI document is not beside this project")


@cache
def document() -> dict[str, Any]:
    found = folder()
    assert found is not None
    return dict(json.loads((found / "openapi" / "highlevel-v2.patched.json").read_text("utf-8")))


@cache
def openapi() -> OpenAPI:
    """About four seconds, once."""
    return OpenAPI.from_dict(document())


class Asked:
    """A request in the words of openapi-core."""

    def __init__(self, request: httpx2.Request) -> None:
        parts = urlsplit(str(request.url))
        self.host_url, self.path, self.method = HOST, parts.path, request.method.lower()
        self.content_type = request.headers.get("content-type", "application/json").partition(";")[0]
        self.body = request.content or None
        query = ImmutableMultiDict(parse_qsl(parts.query, keep_blank_values=True))
        self.parameters = RequestParameters(query=query, header=Headers(dict(request.headers)))


class Answered:
    """An answer in the words of openapi-core."""

    def __init__(self, answer: httpx2.Response, *, status: int = 0) -> None:
        self.status_code, self.data = status or answer.status_code, answer.content
        self.content_type = answer.headers.get("content-type", "").partition(";")[0]
        self.headers: Mapping[str, Any] = Headers(dict(answer.headers))


def check_request(request: httpx2.Request) -> bool:
    """True; raises, saying why, when HighLevel's document does not allow it."""
    openapi().validate_request(Asked(request))
    return True


def check_answer(answer: httpx2.Response, *, status: int = 0) -> bool:
    """True; raises when it is not what the document promises; `status` when another one than the document's was seen."""
    openapi().validate_response(Asked(answer.request), Answered(answer, status=status))
    return True
