"""What do the tests of HighLevel's room share? Two brokerages with a location each, a door, and a sender whose key it trusts; and a HighLevel that does as it is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from enterprisehub.ghl.sandbox.remote import Remote
from enterprisehub.ghl.sandbox.running import on_a_thread
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
