"""Requests made up from the schema, good and bad, as two callers: no 5xx, no status and no shape that is not told.

FUZZ_EXAMPLES=200 asks for more per operation; 8 keep the suite quick.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as pace
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.programs import CONSENTS, LEADS_READ, LEADS_WRITE, READ, WRITE, Program, browser
from tests.world import World

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "8"))
HELD = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """As Django's own test client does: a request does not hang up the test's connection."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def credentials(world: World, who: str) -> dict[str, dict[str, str]]:
    if who == "key":
        return {"headers": Program(world.alice, WRITE, READ, LEADS_WRITE, LEADS_READ, *CONSENTS, of_all=True).headers}
    token = "a" * 32
    session = browser(world.rita).client.cookies[settings.SESSION_COOKIE_NAME].value
    cookies = {settings.SESSION_COOKIE_NAME: session, settings.CSRF_COOKIE_NAME: token}
    return {"headers": {"X-CSRFToken": token}, "cookies": cookies}


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["good", "bad"])
@pytest.mark.parametrize("who", ["key", "auditor"])
def test_every_operation_keeps_to_the_schema(world: World, settings: Any, who: str, mode: GenerationMode) -> None:
    settings.API_RATE_PER_MINUTE = settings.API_TENANT_RATE_PER_MINUTE = 1_000_000
    told = schemathesis.openapi.from_wsgi("/api/schema/?format=json", WSGIHandler())
    let_in, seen = credentials(world, who), Counter[int]()
    for found in told.get_all_operations():
        operation = found.ok()
        if mode == GenerationMode.NEGATIVE and not (operation.body or operation.query or operation.path_parameters):
            continue

        @pace(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(mode))
        def ask(case: Any) -> None:
            seen[case.call_and_validate(**let_in, checks=HELD).status_code] += 1

        ask()
    print(f"\n{who}, {mode.value}: {seen.total()} requests, {dict(sorted(seen.items()))}")
    assert seen[401] == 0, "the credentials were good"
    assert seen[200] > 0 or mode == GenerationMode.NEGATIVE
