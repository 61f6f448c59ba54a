"""What do the tests of HighLevel's room share? Two brokerages with a location each, a door, and a sender whose key it trusts; and a HighLevel that does as it is told."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from enterprisehub.ghl.sandbox.remote import Remote
from enterprisehub.ghl.sandbox.running import on_a_thread
from tests.ghl import contract, settled
from tests.ghl.sender import PEM, TABLE, Sender

if TYPE_CHECKING:
    from tests.world import World


async def nobody(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("this was the door's")


@pytest.fixture
def trusted(settings: Any) -> Any:
    settings.GHL_WEBHOOK_PUBLIC_KEYS = [PEM]
    settings.GHL_EVENT_TABLE = TABLE
    return settings


@pytest.fixture
def world(transactional_db: None, trusted: Any) -> World:
    """Committed: the door has a connection of its own."""
    from django.core.cache import cache

    from tests.world import World  # the settings come before the models: see tests/conftest.py

    cache.clear()
    return World()


@pytest.fixture
async def sender(world: World) -> AsyncIterator[Sender]:
    from enterprisehub.ghl.door import Door

    door = Door(nobody)
    yield Sender(door)
    await door.close()


@pytest.fixture(scope="session")
def _one_sandbox() -> Iterator[Remote]:
    with on_a_thread() as url:
        remote = Remote(url)
        yield remote
        remote.close()


@pytest.fixture
def sandbox(_one_sandbox: Remote) -> Remote:
    """A sandbox as new: the location loc-oakwood without a contact, searches 0.05 s behind, events told to nobody."""
    _one_sandbox.reset(lag=0.05)
    return _one_sandbox


@pytest.fixture
def highlevel(sandbox: Remote, settings: Any) -> Iterator[Remote]:
    """The sandbox as the HighLevel that our client asks; every request of this process is one that its OpenAPI allows."""
    from enterprisehub.ghl import pace, wire

    settings.GHL_API_BASE = settings.GHL_OAUTH_BASE = sandbox.url
    app = sandbox.app
    settings.GHL_CLIENT_ID, settings.GHL_CLIENT_SECRET = app["client_id"], app["client_secret"]
    settings.GHL_APP_VERSION_ID = app["version_id"]
    pace._own_rest.clear()
    wire._http.cache_clear()
    if contract.path_of_the_file():
        wire._http(os.getpid()).event_hooks = {"request": [contract.check], "response": []}
    yield sandbox
    wire._http.cache_clear()


@pytest.fixture
def tables(settings: Any) -> Any:
    """The tables above this room, empty, for a test to fill: what is told when a write is settled, what may still be made."""
    settings.GHL_SETTLED_TABLE, settings.GHL_STILL_TABLE = "tests.ghl.settled.SETTLED", "tests.ghl.settled.STILL"
    settled.SETTLED.clear()
    settled.STILL.clear()
    return settled
