"""What does another process do in these tests? It asks, or writes, as fast as it is let: `python -m tests.ghl.hammer ask|write TENANT N`."""

from __future__ import annotations

import os
import sys
from uuid import UUID

import django


def ask(tenant: UUID, times: int) -> None:
    from enterprisehub.ghl.client import Client

    client = Client.of(tenant, patience=60)
    for _ in range(times):
        client.call("location.get")


def write(tenant: UUID, times: int) -> None:
    from django.conf import settings

    from enterprisehub.ghl import writing
    from enterprisehub.tenants.scope import named

    settings.GHL_SETTLED_TABLE, settings.GHL_STILL_TABLE = "tests.ghl.settled.SETTLED", "tests.ghl.settled.STILL"
    with named(tenant):
        for _ in range(times):
            writing.drain()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enterprisehub.settings")
    django.setup()
    print("ready", flush=True)
    sys.stdin.readline()  # everybody begins at once
    {"ask": ask, "write": write}[sys.argv[1]](UUID(sys.argv[2]), int(sys.argv[3]))


if __name__ == "__main__":
    main()
