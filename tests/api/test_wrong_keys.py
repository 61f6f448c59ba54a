"""Whoever keeps showing wrong keys is told to wait; whoever has a right one is let in, whatever the neighbours do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from enterprisehub.ops.stores import cache_redis
from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants import pacing
from enterprisehub.tenants.scope import unscoped
from tests.api.programs import READ, ROOT, Program, browser
from tests.world import World

Guess = Callable[..., Any]


@pytest.fixture(autouse=True)
def three(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.API_WRONG_KEYS_PER_MINUTE = 3
    monkeypatch.setattr(pacing, "_down_until", 0.0)
    pacing._own.cache_clear()
    for key in cache_redis().scan_iter("ehub:pace*"):
        cache_redis().delete(key)


def guess(key: str = "ehk_wrong123.key", address: str = "198.51.100.7") -> Any:
    """A program at this address asks with this key."""
    return Client(REMOTE_ADDR=address).post(
        ROOT + "next-question", {}, content_type="application/json", headers={"Authorization": f"Bearer {key}"}
    )


def statuses(many: int, **who: str) -> list[int]:
    return [guess(**who).status_code for _ in range(many)]


def test_after_so_many_wrong_keys_the_address_is_told_to_wait(world: World) -> None:
    assert statuses(5) == [401, 401, 401, 429, 429]
    told = guess()
    assert 1 <= int(told["Retry-After"]) <= 120
    assert told["Content-Type"] == "application/problem+json"
    assert (told.json()["code"], told.json()["status"]) == ("throttled", 429)
    assert "wrong keys" in told.json()["detail"]


def test_different_wrong_keys_are_counted_together(world: World) -> None:
    found = [guess(f"ehk_guess{number:03}.{'x' * 40}").status_code for number in range(4)]
    assert found == [401, 401, 401, 429]


def test_a_right_key_and_a_signed_in_person_are_let_in_from_the_same_address(world: World) -> None:
    program, person = Program(world.alice, READ), browser(world.bob)
    statuses(4, address="127.0.0.1")
    assert guess(address="127.0.0.1").status_code == 429
    assert program.post("next-question").status_code == 200
    assert guess(program.text, address="127.0.0.1").status_code == 200
    assert person.get("sessions").status_code == 200


def test_another_address_is_another_matter(world: World) -> None:
    statuses(4)
    assert statuses(1, address="198.51.100.8") == [401]


def test_a_household_counts_as_one_however_many_addresses_it_has(world: World) -> None:
    assert [guess(address=f"2001:db8:1:2::{number}").status_code for number in range(1, 5)] == [401, 401, 401, 429]
    assert statuses(1, address="2001:db8:1:3::1") == [401]


def test_who_says_a_false_address_in_a_header_gains_nothing(world: World) -> None:
    found = [
        Client(REMOTE_ADDR="198.51.100.7")
        .post(ROOT + "next-question", headers={"Authorization": "Bearer ehk_a.b", "X-Forwarded-For": f"10.0.0.{n}"})
        .status_code
        for n in range(4)
    ]
    assert found == [401, 401, 401, 429]


def test_the_trail_keeps_what_was_counted_and_is_spared_the_rest(world: World) -> None:
    statuses(10)
    with unscoped("the test looks at the installation's own trail"):
        assert AuditEvent.objects.filter(verb="key.refused", ip="198.51.100.7").count() == 3


def test_without_redis_wrong_keys_are_slowed_down_and_right_ones_are_not(world: World, settings: Any) -> None:
    program = Program(world.alice, READ)
    settings.CACHE_REDIS_URL = "redis://127.0.0.1:1/0"
    assert statuses(5) == [401, 401, 401, 429, 429]
    assert guess(program.text).status_code == 200
    assert program.post("next-question").status_code == 200
