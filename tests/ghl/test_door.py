"""Does the door keep before it says yes, keep once, keep apart, and never break on what it is sent?"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from prometheus_client import REGISTRY

from enterprisehub.ghl import inbox
from enterprisehub.ghl.models import InboundEvent, State, UnmappedEvent
from enterprisehub.tenants.scope import scope, unscoped
from leads.models import Lead
from tests.fakes import eventually
from tests.ghl.sender import Sender, body, now, packed, signed
from tests.world import World


async def in_thread(function: Any) -> Any:
    """Django's work beside the event loop, its connection given back."""

    def run() -> Any:
        from django.db import connection

        try:
            return function()
        finally:
            connection.close()

    return await sync_to_async(run, thread_sensitive=False)()


async def events(world: World) -> list[InboundEvent]:
    def read() -> list[InboundEvent]:
        with scope(world.oakwood.pk):
            return list(InboundEvent.objects.order_by("received_at"))

    return await in_thread(read)  # type: ignore[no-any-return]


async def test_a_signed_event_is_kept_with_its_very_bytes_before_it_is_answered(world: World, sender: Sender) -> None:
    event = body("ContactCreate", id="contact-1")
    assert (await sender.post(event))[:2] == (200, "kept")
    (kept,) = await events(world)
    assert bytes(kept.body) == packed(event)
    assert (kept.type, kept.subject, kept.external_id) == ("ContactCreate", "contact-1", event["webhookId"])
    assert kept.occurred_at.isoformat(timespec="milliseconds").startswith(event["timestamp"][:-1])


async def test_the_same_event_a_hundred_times_at_once_is_kept_once(world: World, sender: Sender) -> None:
    event = body()
    answers = await asyncio.gather(*(sender.post(event) for _ in range(100)))
    assert {status for status, _, _ in answers} == {200}
    assert sorted(code for _, code, _ in answers) == ["kept"] + ["known"] * 99
    assert len(await events(world)) == 1


async def test_the_tenant_is_the_one_of_the_signed_location_and_nothing_else_counts(
    world: World, sender: Sender
) -> None:
    event = body(location="loc-elm", tenant=str(world.oakwood.pk), tenant_id=str(world.oakwood.pk))
    headers = {**signed(packed(event)), "x-tenant": str(world.oakwood.pk), "x-location-id": "loc-oakwood"}
    assert (await sender.post(event, headers=headers))[0] == 200
    assert await events(world) == []


async def test_many_tenants_events_share_a_commit_and_stay_apart(world: World, sender: Sender) -> None:
    mixed = [body(location=place) for _ in range(20) for place in ("loc-oakwood", "loc-elm", "loc-nobody")]
    answers = await asyncio.gather(*(sender.post(event) for event in mixed))
    assert [code for _, code, _ in answers] == ["kept", "kept", "unmapped"] * 20
    assert {e.external_id for e in await events(world)} == {
        e["webhookId"] for e in mixed if "oakwood" in e["locationId"]
    }


async def test_what_is_nobodys_yet_waits_for_its_tenant(world: World, sender: Sender) -> None:
    from enterprisehub.ghl import sweeping

    event = body(location="loc-new")
    assert (await sender.post(event))[:2] == (200, "unmapped")
    assert (await sender.post(event))[:2] == (200, "known")

    def connect() -> None:
        with unscoped("the test connects"):
            world.elm.location_id = "loc-new"
            world.elm.save()
        assert sweeping.sweep()["adopted"] == 1

    await in_thread(connect)

    def there() -> bool:
        with scope(world.elm.pk):
            return InboundEvent.objects.filter(external_id=event["webhookId"], state=State.WAITING).exists()

    assert await in_thread(there)
    assert (await sender.post(event))[:2] == (200, "known")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"not json", "not_json"),
        (b"\xff\xfe\x00", "not_json"),
        (b"", "not_json"),
        (b"[1]", "not_an_object"),
        (b'{"locationId": "loc-oakwood", "n": NaN}', "not_json"),
        (b'{"locationId": "loc-oakwood", "n": ' + b"9" * 5_000 + b"}", "not_json"),
        (b"[" * 100_000 + b"]" * 100_000, "too_deep"),
    ],
)
async def test_what_is_signed_but_makes_no_sense_is_kept_to_be_looked_at(
    world: World, sender: Sender, raw: bytes, reason: str
) -> None:
    assert (await sender.post(raw))[:2] == (200, "unmapped")

    def kept() -> list[bytes]:
        return [bytes(event.body) for event in UnmappedEvent.objects.all()]

    assert await in_thread(kept) == [raw]


async def test_an_event_of_ours_that_is_odd_is_ignored_with_a_reason(
    world: World, sender: Sender, trusted: Any
) -> None:
    trusted.GHL_CLIENT_ID = "app1-abc"
    deep: Any = "x"
    for _ in range(70):
        deep = [deep]
    for event in (body(type=None), body(appId="app2"), body(deep=deep), body(appId="app1")):
        assert (await sender.post(event))[0] == 200
    found = {(e.state, e.reason) for e in await events(world)}
    assert found >= {("ignored", "no_type"), ("ignored", "other_app")}
    assert sum(e.reason == "other_app" for e in await events(world)) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-ghl-signature": ""},
        {"x-ghl-signature": "N/A"},
        {"x-ghl-signature": "n/a"},
        {"x-ghl-signature": "%%%"},
        {"x-ghl-signature": "AAAA"},
        {"x-ghl-signature": "A" * 1_000_000},
        {"x-wh-signature": "A" * 684},
        [*signed(b"{}").items(), *signed(b"{}").items()],
    ],
)
async def test_what_is_not_signed_is_refused_counted_and_not_kept(world: World, sender: Sender, headers: Any) -> None:
    def failures() -> float:
        return sum(
            s.value for f in REGISTRY.collect() if "signature_fail" in f.name for s in f.samples if "_total" in s.name
        )

    before = failures()
    assert (await sender.post(b"{}", headers=headers))[0] == 401
    assert failures() == before + 1
    assert not await in_thread(UnmappedEvent.objects.exists)


async def test_the_same_words_written_differently_are_not_what_was_signed(world: World, sender: Sender) -> None:
    event = body()
    headers = signed(packed(event))
    assert (await sender.post(json.dumps(event).encode(), headers=headers))[0] == 401


async def test_old_events_are_taken_and_future_ones_are_not(world: World, sender: Sender) -> None:
    assert (await sender.post(body(timestamp=now(-8 * 86_400))))[0] == 200
    assert (await sender.post(body(timestamp=now(240))))[0] == 200
    assert (await sender.post(body(timestamp=now(400))))[:2] == (400, "from_the_future")
    assert len(await events(world)) == 2


async def test_too_much_is_refused_and_only_posting_is_understood(world: World, sender: Sender) -> None:
    assert (await sender.post(b"{" + b" " * 1_000_000 + b"}"))[:2] == (413, "too_large")
    assert (await sender.post(body(), method="GET"))[::2] == (405, {**(await sender.post(body(), method="GET"))[2]})
    assert (await sender.post(body(), path="/webhooks/ghl/other/"))[0] == 404


async def test_a_message_is_worked_on_at_once_by_the_doors_own_threads(world: World, sender: Sender) -> None:
    event = body("InboundMessage")
    await sender.post(event)

    def seen() -> bool:
        with scope(world.oakwood.pk):
            return Lead.objects.filter(name=event["webhookId"]).count() == 1

    assert await in_thread(lambda: eventually(seen))
    (kept,) = await events(world)
    assert (kept.state, kept.attempts) == (State.DONE, 1)


async def test_two_doors_and_a_worker_do_the_same_messages_once(world: World, sender: Sender) -> None:
    burst = [body("InboundMessage", contactId=f"c{n % 7}") for n in range(60)]
    await asyncio.gather(*(sender.post(event) for event in burst + burst[::3]))
    await in_thread(lambda: inbox.work(world.oakwood.pk, seconds=20))

    def counted() -> bool:
        with scope(world.oakwood.pk):
            return Lead.objects.count() == 60 and not InboundEvent.objects.filter(state=State.WAITING).exists()

    assert await in_thread(lambda: eventually(counted))
