"""What does every test of the socket stand on? The cast and one lead of Alice's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # Django is not set up yet when pytest reads this file
    from leads.models import Lead
    from tests.world import World


@pytest.fixture
def world(transactional_db: None) -> World:
    from tests.world import World

    return World()


@pytest.fixture
def lead(world: World) -> Lead:
    return world.conversation(world.alice, price=485_000).lead
