"""What do the engines' tests share? A Claude that does as it is told, and one capability to ask it for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from enterprisehub.engines import claude as engine
from enterprisehub.engines import shared
from tests.fakes import FakeClaude, playing_claude


@pytest.fixture(autouse=True)
def _redis_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "_down_until", 0.0)


@pytest.fixture
def tenant() -> UUID:
    """Somebody of whom nothing is counted yet."""
    return uuid4()


@pytest.fixture(scope="session")
def _one_claude() -> Iterator[FakeClaude]:
    engine.warm()
    with playing_claude() as fake:
        yield fake


@pytest.fixture
def claude(_one_claude: FakeClaude) -> FakeClaude:
    """A stand-in with no faults and an empty log."""
    _one_claude.forget()
    return _one_claude


@pytest.fixture
def connected(claude: FakeClaude, settings: Any) -> FakeClaude:
    """The product speaks with the stand-in, and nothing that earlier tests counted in Redis is left."""
    settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL = f"key-{uuid4().hex}", claude.url
    return claude
