"""How does a test get several processes that all begin at once?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings

from enterprisehub.ghl.sandbox.remote import Remote
from enterprisehub.tenants.models import Tenant
from tests.servers import of_the_test


@contextmanager
def crowd(number: int, what: str, *, tenant: Tenant, sandbox: Remote, times: int) -> Iterator[list[Any]]:
    """So many processes of tests/ghl/hammer.py, ready; `go` them with `begin`."""
    app = sandbox.app
    env = {
        **of_the_test(),
        "GHL_API_BASE": sandbox.url,
        "GHL_CLIENT_ID": app["client_id"],
        "GHL_CLIENT_SECRET": app["client_secret"],
        "LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "tests.ghl.hammer", what, str(tenant.pk), str(times)]
    children = [
        subprocess.Popen(command, env=env, cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(number)
    ]
    try:
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
        yield children
    finally:
        for child in children:
            child.kill()
            child.wait()


def begin(children: list[Any]) -> None:
    for child in children:
        child.stdin.write(b"\n")
        child.stdin.flush()


def ended_well(children: list[Any], *, within: float = 90.0) -> bool:
    return all(child.wait(within) == 0 for child in children)
