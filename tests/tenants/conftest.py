"""Who plays in the tests of tenants and people, and how do they sign in?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.world import World


@pytest.fixture
def world(db: None) -> World:
    from tests.world import World  # models can be imported only once the settings stand

    return World()


@pytest.fixture(autouse=True)
def _no_limits_left_over() -> Iterator[None]:
    """Rate limits and sessions live in the cache; each test begins without them."""
    from django.core.cache import cache

    cache.clear()
    yield
    cache.clear()
