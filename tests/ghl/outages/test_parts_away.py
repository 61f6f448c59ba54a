"""Does the real product keep its word to HighLevel while parts of it are down, and after they were killed?"""

from __future__ import annotations

import time

import httpx2
import psycopg
import pytest

from tests.fakes import eventually
from tests.ghl.outages.telling import effects, send
from tests.ghl.sender import body, packed, signed
from tests.load.burst import burst, ledger, planned
from tests.load.product import Product

WITHIN = 240.0  # seconds; the sweeper looks every 5, and a busy machine takes its time


def test_without_postgres_the_sender_is_told_to_come_again_and_afterwards_nothing_is_missing(product: Product) -> None:
    first, refused = body("InboundMessage", "load-0"), body("InboundMessage", "load-0")
    assert send(product, first).status_code == 200
    product.kill("postgres")
    try:
        for _ in range(3):
            began = time.monotonic()
            answer = send(product, refused)
            assert time.monotonic() - began < 10
            assert answer.status_code == 429
            assert int(answer.headers["retry-after"]) > 0
    finally:
        product.start_again("postgres")
    assert eventually(lambda: send(product, refused).status_code == 200, 20)
    assert send(product, first).json() == {"status": "known"}
    assert eventually(lambda: [effects(product, event) for event in (first, refused)] == [1, 1], WITHIN)


def test_without_redis_events_are_kept_and_worked_on_when_it_is_back(product: Product) -> None:
    message, change = body("InboundMessage", "load-1"), body("ContactUpdate", "load-1")
    product.kill("redis")
    try:
        assert [send(product, event).status_code for event in (message, change)] == [200, 200]
        assert eventually(lambda: effects(product, message) == 1, WITHIN), "messages do not wait for Redis"
    finally:
        product.start_again("redis")
    assert eventually(lambda: effects(product, change) == 1, WITHIN)


def test_killed_between_the_insert_and_the_commit_the_event_is_not_kept_and_comes_again(product: Product) -> None:
    event = body("InboundMessage", "load-2")
    raw = packed(event)
    with psycopg.connect(product.env["DATABASE_ADMIN_URL"]) as line:
        line.execute("LOCK TABLE ghl_inboundevent IN EXCLUSIVE MODE")
        with httpx2.Client() as hasty, pytest.raises(httpx2.TransportError):
            # It hangs on our lock; we hang up and kill.
            hasty.post(f"http://127.0.0.1:{product.port}/webhooks/ghl/", content=raw, headers=signed(raw), timeout=1)
        product.kill("web")
    product.start_again("web")
    product.await_web()
    assert send(product, event).status_code == 200
    assert eventually(lambda: effects(product, event) == 1, WITHIN)


def test_killed_right_after_the_commit_the_event_is_found_by_the_sweeper(product: Product) -> None:
    """What a web process leaves behind that dies before it could tell anybody: the row alone."""
    event = body("InboundMessage", "load-3")
    with psycopg.connect(product.env["DATABASE_ADMIN_URL"]) as line:
        line.execute("SELECT set_config('app.tenant', '*', true)")
        line.execute(
            "INSERT INTO ghl_inboundevent (id, tenant_id, source, external_id, type, subject, occurred_at, received_at, "
            "body, state, attempts, next_at, reason) SELECT gen_random_uuid(), id, 'app', %s, 'InboundMessage', 'c1', "
            "now(), now(), %s, 'waiting', 0, now(), '' FROM tenants_tenant WHERE slug = 'load-3'",
            [event["webhookId"], packed(event)],
        )
    assert send(product, event).json() == {"status": "known"}
    assert eventually(lambda: effects(product, event) == 1, WITHIN)


def test_what_waits_and_what_failed_to_prove_itself_can_be_looked_at(product: Product) -> None:
    address = f"http://127.0.0.1:{product.port}"
    assert httpx2.post(f"{address}/webhooks/ghl/", content=b"{}").status_code == 401
    told = httpx2.get(f"{address}/readyz").json()["highlevel"]
    assert told["signature_failures"] >= 1
    assert {
        "inbox_waiting",
        "inbox_dead",
        "inbox_oldest_seconds",
        "outbox_waiting",
        "outbox_dead",
        "unmapped_waiting",
    } <= told.keys()
    measured = httpx2.get(f"{address}/metrics").text
    assert 'ehub_box_rows{box="inbox",state="dead"} 0.0' in measured
    assert 'ehub_webhook_signature_failures_total{reason="missing"} 1.0' in measured
    assert 'ehub_http_requests_total{method="POST",route="webhooks/ghl/app",status="401"}' in measured


def test_a_burst_in_which_everything_is_killed_has_each_effect_once(product: Product) -> None:
    """The small sister of `python -m tests.load.burst --events 10000`."""
    posts, ids = planned(300, 40, seed=1)
    found = ledger(product, ids, burst(product, posts, ["worker", "inbox", "web", "redis", "inbox", "postgres", "web"]))
    assert (found["effects"], found["lost"], found["doubled"]) == (300, 0, 0), found
    assert set(found["statuses"]) <= {"200", "401", "429", "0"}, found
    assert found["slowest_refusal_s"] < 10
