"""A caller that asks too often is told to wait; nobody else is."""

from __future__ import annotations

from typing import Any

import pytest

from enterprisehub.ops.stores import cache_redis
from enterprisehub.tenants import pacing
from tests.api.programs import READ, Program
from tests.world import World


@pytest.fixture(autouse=True)
def clean() -> None:
    for key in cache_redis().scan_iter("ehub:pace*"):
        cache_redis().delete(key)


def ask(program: Program) -> Any:
    return program.post("next-question", {})


def test_each_answer_says_what_is_left(world: World, settings: Any) -> None:
    settings.API_RATE_PER_MINUTE = 10
    program = Program(world.alice, READ)
    left = [int(ask(program)["RateLimit-Remaining"]) for _ in range(3)]
    assert left == [9, 8, 7]
    answer = ask(program)
    assert answer["RateLimit-Limit"] == "10"
    assert 0 <= int(answer["RateLimit-Reset"]) <= 60


def test_who_asks_too_often_waits_and_hurts_nobody_else(world: World, settings: Any) -> None:
    settings.API_RATE_PER_MINUTE = 3
    greedy, colleague, neighbour = (Program(person, READ) for person in (world.alice, world.bob, world.charlie))
    answers = [ask(greedy) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    assert answers[-1]["RateLimit-Remaining"] == "0"
    assert answers[-1].json()["code"] == "throttled"
    assert ask(colleague).status_code == ask(neighbour).status_code == 200


def test_a_tenants_many_keys_share_its_limit_and_no_others(world: World, settings: Any) -> None:
    settings.API_TENANT_RATE_PER_MINUTE = 4
    statuses = [ask(Program(world.alice, READ)).status_code for _ in range(6)]
    assert statuses == [200] * 4 + [429] * 2
    assert ask(Program(world.charlie, READ)).status_code == 200


def test_without_redis_each_process_counts_for_itself(
    world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.API_RATE_PER_MINUTE = 3
    settings.CACHE_REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(pacing, "_down_until", 0.0)
    program = Program(world.alice, READ)
    assert [ask(program).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
