"""Is a request of ours one that HighLevel's own OpenAPI allows? Read from the shared folder, where it exists."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

FILE = Path(__file__).resolve().parents[3] / "shared" / "ghl" / "openapi" / "highlevel-v2.patched.json"
SERVER = "https://services.leadconnectorhq.com"


@dataclass
class Sent:
    """A request in the shape in which openapi-core looks at one."""

    method: str
    path: str
    body: bytes | None
    content_type: str
    parameters: RequestParameters = field(default_factory=RequestParameters)
    host_url: str = SERVER


def path_of_the_file() -> Path | None:
    return FILE if FILE.exists() else None


@cache
def contract() -> OpenAPI:
    """Loading takes seconds: once."""
    place = path_of_the_file()
    assert place is not None
    return OpenAPI.from_dict(json.loads(place.read_text()), config=Config(spec_validator_cls=None))


def check(request: httpx2.Request) -> None:
    """Raises what HighLevel would refuse."""
    contract().validate_request(_seen(request))


def _seen(request: httpx2.Request) -> Any:
    headers = Headers([(name, value) for name, value in request.headers.items()])
    return Sent(
        method=request.method.lower(),
        path=request.url.path,
        body=request.read() or None,
        content_type=request.headers.get("content-type", ""),
        parameters=RequestParameters(query=ImmutableMultiDict(list(request.url.params.multi_items())), header=headers),
    )
