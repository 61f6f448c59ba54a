"""Does the door stay on its feet whatever a real or a strange sender does?"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coaching.models import Suggestion
from enterprisehub.ghl import door as highlevel
from enterprisehub.ghl.door import Door
from enterprisehub.ghl.models import InboundEvent, State
from enterprisehub.tenants.scope import scope
from leads.models import Lead, Message
from tests.fakes import eventually
from tests.ghl.conftest import nobody
from tests.ghl.sender import PAYLOADS, Sender, body, signed
from tests.ghl.test_door import in_thread
from tests.ghl.test_schemas import ANY_JSON, NAMES, SAMPLES
from tests.world import World


@pytest.mark.skipif(not SAMPLES, reason=f"the sample payloads are not in {PAYLOADS.name}")
async def test_every_sample_is_taken_and_settled(world: World, sender: Sender) -> None:
    for path in SAMPLES:
        event = {**json.loads(path.read_text()), "locationId": "loc-oakwood", "webhookId": path.parent.name + path.stem}
        assert (await sender.post(event))[:2] == (200, "kept"), path.name

    def kept() -> int:
        with scope(world.oakwood.pk):
            return InboundEvent.objects.count()

    assert await in_thread(kept) == len(SAMPLES)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), ANY_JSON, max_size=10), st.binary(max_size=60))
def test_whatever_is_signed_is_answered_with_200_or_as_the_future(
    world: World, event: dict[str, Any], raw: bytes
) -> None:
    async def post() -> list[int]:
        sender = Sender(Door(nobody))
        answers = [
            await sender.post({**event, "locationId": "loc-oakwood"}),
            await sender.post(event),
            await sender.post(raw),
        ]
        await sender.app.close()
        return [status for status, _, _ in answers]

    assert set(asyncio.run(post())) <= {200, 400}


async def test_a_body_that_never_ends_is_not_waited_for(
    world: World, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(highlevel, "READ_WITHIN", 0.05)
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(60)
        return {}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(k.encode(), v.encode()) for k, v in signed(b"{}").items()]
    await sender.app({"type": "http", "method": "POST", "path": "/webhooks/ghl/", "headers": headers}, receive, send)
    assert sent[0]["status"] == 408


async def test_who_hangs_up_is_not_answered(world: World, sender: Sender) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        raise AssertionError("nobody listens")

    await sender.app({"type": "http", "method": "POST", "path": "/webhooks/ghl/", "headers": []}, receive, send)


async def test_what_is_not_highlevels_goes_on_to_the_product(world: World) -> None:
    seen: list[str] = []

    async def product(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["path"])

    door = Door(product)
    for path in ("/", "/webhooks/", "/api/webhooks/ghl/"):
        await door({"type": "http", "method": "GET", "path": path, "headers": []}, None, None)  # type: ignore[arg-type]
    assert seen == ["/", "/webhooks/", "/api/webhooks/ghl/"]
    await door.close()


async def test_a_message_becomes_a_card_without_the_worker(world: World, sender: Sender, trusted: Any) -> None:
    trusted.GHL_EVENT_TABLE = "tests.ghl.hearing.table"

    def begin() -> None:
        lead = world.conversation(world.alice, price=485_000).lead
        with scope(world.oakwood.pk):
            Lead.objects.filter(pk=lead.pk).update(contact_id="c-pat")

    await in_thread(begin)
    event = body("InboundMessage", contactId="c-pat", body="Honestly, that is too expensive for us.", messageId="m1")
    await asyncio.gather(*(sender.post(event) for _ in range(5)))

    def card() -> bool:
        with scope(world.oakwood.pk):
            done = InboundEvent.objects.filter(state=State.DONE).count()
            return (done, Message.objects.count(), Suggestion.objects.count()) == (1, 1, 1)

    assert await in_thread(lambda: eventually(card, 60))
