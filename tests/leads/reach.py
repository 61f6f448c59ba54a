"""A brokerage that may reach people: registered for texts, with a postal address, and connected; and what somebody agreed to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import time_machine

from enterprisehub.ghl.models import Connection, Kind
from enterprisehub.tenants.scope import scope
from leads.services.contacting import Statement
from tests.world import World

NOON: Final = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)  # Wednesday: 13:00 in New York, noon in Austin
OPEN: Final = {"contact": {"ten_dlc": "registered", "postal_address": "1 Oak Street, Austin, TX 78701"}}
AGREED: Final = Statement(source="form", medium="sms", text="I agree to receive texts about homes from Oakwood Realty.")


def registered() -> Iterator[World]:
    """The world at NOON, inside Oakwood's scope: for a fixture to yield from."""
    with time_machine.travel(NOON, tick=False):
        here = World()
        here.oakwood.settings = OPEN
        with scope(here.oakwood.pk):
            here.oakwood.save()
            Connection.objects.create(kind=Kind.OAUTH, location_id="loc-oakwood")
            here.alice.agent.tenant = here.oakwood
            yield here
