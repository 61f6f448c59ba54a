"""The cast, and a browserless visitor for each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.test import Client

if TYPE_CHECKING:  # Django is not set up yet when pytest reads this file
    from tests.world import Person, World


@pytest.fixture(autouse=True)
def _no_limits_left_over() -> Iterator[None]:
    """Sessions and rate limits live in the cache; each test begins without them."""
    from django.core.cache import cache

    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def world(db: None) -> World:
    from tests.world import World

    return World()


@pytest.fixture
def as_(world: World) -> Callable[[Person], Client]:
    """Sign this person in: `as_(world.alice).get("/")`."""

    def sign_in(person: Person) -> Client:
        client = Client()
        client.force_login(person.user)
        return client

    return sign_in
