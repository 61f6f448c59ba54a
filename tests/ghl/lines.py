"""How does a test connect a brokerage with the sandbox, and wait for what others do?"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.utils.timezone import now

from enterprisehub.ghl import oauth, tokens, writing
from enterprisehub.ghl.client import Client
from enterprisehub.ghl.models import Connection, Kind, OutboundCall, State
from enterprisehub.ghl.oauth import SCOPES
from enterprisehub.ghl.sandbox.remote import Remote
from enterprisehub.privacy.crypto import seal_into
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import named, scope

LOCATION, COMPANY = "loc-oakwood", "SandboxCompany000001"
BACK = "https://hub.example/highlevel/callback/"


def private(tenant: Tenant, sandbox: Remote, **more: Any) -> Connection:
    """Connected by a private integration token."""
    with scope(tenant.pk):
        row = Connection(kind=Kind.PIT, location_id=LOCATION, company_id=COMPANY)
        seal_into(row, "access_sealed", sandbox.private_token(**more))
        row.save()
    return row


def installed(tenant: Tenant, sandbox: Remote) -> Connection:
    """Connected by the app: a pair of tokens that turns."""
    back = sandbox.consent(oauth.choose_location(state="s", back=BACK))
    code = back.partition("code=")[2].partition("&")[0]
    pair = oauth.exchange(code, back=BACK)
    with scope(tenant.pk):
        row = Connection(kind=Kind.OAUTH, location_id=pair.location_id, scopes=list(SCOPES))
        tokens.keep(row, pair)
    return row


def line(tenant: Tenant, **more: Any) -> Client:
    return Client.of(tenant.pk, **more)


def write_all(tenant: Tenant) -> int:
    """What the worker does when it is woken."""
    with named(tenant.pk):
        return writing.drain()


def due_now(tenant: Tenant) -> None:
    """Everything that rests is due: the test does not wait for the rests."""
    with scope(tenant.pk):
        OutboundCall.objects.filter(state=State.WAITING).update(next_at=now())


def outbox(tenant: Tenant) -> list[OutboundCall]:
    with scope(tenant.pk):
        return list(OutboundCall.objects.order_by("pk"))


def until(true: Callable[[], bool], *, within: float = 20.0) -> None:
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)
