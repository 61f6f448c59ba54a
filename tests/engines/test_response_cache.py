"""An answer that is remembered is used only while it is whole: a damaged one is asked for again."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from enterprisehub.engines import cache
from enterprisehub.engines.base import Outcome
from enterprisehub.ops.stores import cache_redis
from enterprisehub.tenants import keys
from tests.engines.test_gate import a_card, refined
from tests.fakes import FakeClaude, nobody_listens
from tests.world import World

DAMAGED = {
    "empty": b"",
    "cut off": b'{"headline": "Guards',
    "no text": b"\xff\xfe\x00",
    "no object": b'["headline"]',
    "a number": b"7",
    "nothing": b"null",
    "endlessly nested": b"[" * 200_000,
}
STRANGE: dict[str, Any] = {
    "another shape": {"colour": "red"},
    "wrong types": {"headline": 7, "say": None, "ask": []},
    "of a later version": {"version": 2, "draft": {}},
}


@pytest.fixture
def name() -> str:
    return keys.of(uuid4(), "answer", "test")


@pytest.mark.parametrize("bytes_", DAMAGED.values(), ids=DAMAGED)
def test_what_is_no_answer_is_none(name: str, bytes_: bytes) -> None:
    cache_redis().set(name, bytes_)
    assert cache.get(name) is None


def test_a_key_that_holds_something_else_is_none(name: str) -> None:
    cache_redis().rpush(name, "headline")
    assert cache.get(name) is None


def test_an_answer_is_kept_for_as_long_as_it_was_said(name: str) -> None:
    cache.put(name, {"say": "¿Qué le preocupa más?"}, seconds=60)
    assert cache.get(name) == {"say": "¿Qué le preocupa más?"}
    assert 0 < cache_redis().ttl(name) <= 60
    cache.put(name + "x", {"say": "no"}, seconds=0)
    assert cache.get(name + "x") is None


def test_without_redis_nothing_is_remembered_and_nobody_is_disturbed(name: str, settings: Any) -> None:
    settings.CACHE_REDIS_URL = nobody_listens().replace("http", "redis")
    cache.put(name, {"say": "yes"}, seconds=60)
    assert cache.get(name) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "kept", [*DAMAGED.values(), *(json.dumps(one).encode() for one in STRANGE.values())], ids=[*DAMAGED, *STRANGE]
)
def test_claude_is_asked_again_and_the_damage_is_mended(connected: FakeClaude, kept: bytes) -> None:
    world = World()
    first, second, third = (a_card(world) for _ in range(3))
    assert refined(first)[2].source == "claude"
    (name,) = cache_redis().scan_iter(keys.of(world.oakwood.pk, "answer", "*"))
    cache_redis().set(name, kept)
    outcome, card, row = refined(second)
    assert (outcome, card.source, row.source) == (Outcome.OK, "claude", "claude")
    assert row.cost > 0
    assert refined(third)[2].source == "cache"
    assert len(connected.requests) == 2
