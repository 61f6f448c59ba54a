"""What do the tests of HighLevel's room share? Two brokerages with a location each, a door, and a sender whose key it trusts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest

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
