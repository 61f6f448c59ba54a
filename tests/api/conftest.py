"""What does every test of the API stand on? The cast."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # Django is not set up yet when pytest reads this file
    from tests.world import World


@pytest.fixture
def world(db: None) -> World:
    from tests.world import World

    return World()
