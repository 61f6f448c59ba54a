"""Do workflow actions, which cannot sign, reach their own tenant and no other, once, and no longer than their secret?"""

from __future__ import annotations

import asyncio
import json

import pytest
from django.test import Client

from enterprisehub.errors import Conflict, NotFound
from enterprisehub.ghl import workflows
from enterprisehub.ghl.models import InboundEvent, WorkflowSecret
from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import scope
from tests.ghl.sender import PAYLOADS, Sender
from tests.ghl.test_door import in_thread
from tests.world import World

FREE = {
    "contact_id": "contact-9",
    "full_name": "Pat Doe",
    "tags": "buyer,hot",
    "location": {"name": "Oakwood", "id": "loc-oakwood"},
    "workflow": {"id": "w1", "name": "New lead"},
    "customData": {},
}


def secret_of(tenant: Tenant) -> str:
    with scope(tenant.pk):
        return workflows.make("Leads from the web site")


def events(tenant: Tenant) -> list[InboundEvent]:
    with scope(tenant.pk):
        return list(InboundEvent.objects.all())


async def test_the_free_action_comes_by_its_address_and_the_premium_one_by_a_header(
    world: World, sender: Sender
) -> None:
    token = await in_thread(lambda: secret_of(world.oakwood))
    premium = {"contact_id": "contact-9", "event": "asked"}
    place = "/webhooks/ghl/workflow/"
    assert (await sender.post(FREE, path=f"{place}{token}/", headers={}))[:2] == (200, "kept")
    assert (await sender.post(premium, path=place, headers={"authorization": f"Bearer {token}"}))[:2] == (200, "kept")
    assert (await sender.post({**premium, "n": 2}, path=place, headers={"x-enterprisehub-secret": token}))[0] == 200
    kept = await in_thread(lambda: events(world.oakwood))
    assert {(event.source, event.type, event.subject) for event in kept} == {("workflow", "workflow", "contact-9")}
    assert len(kept) == 3

    def used() -> bool:
        with scope(world.oakwood.pk):
            return WorkflowSecret.objects.exclude(last_used_at=None).exists()

    assert await in_thread(used)


async def test_the_same_words_within_minutes_are_one_event_and_other_words_another(
    world: World, sender: Sender
) -> None:
    token = await in_thread(lambda: secret_of(world.oakwood))
    path = f"/webhooks/ghl/workflow/{token}/"
    answers = await asyncio.gather(*(sender.post(FREE, path=path, headers={}) for _ in range(10)))
    assert sorted(code for _, code, _ in answers) == ["kept"] + ["known"] * 9
    assert (await sender.post({**FREE, "full_name": "Pat D."}, path=path, headers={}))[1] == "kept"


async def test_what_another_location_sends_with_our_secret_is_refused_and_not_kept(
    world: World, sender: Sender
) -> None:
    token = await in_thread(lambda: secret_of(world.oakwood))
    for place in ("loc-elm", "loc-nobody"):
        body = {**FREE, "location": {"id": place}}
        assert (await sender.post(body, path=f"/webhooks/ghl/workflow/{token}/", headers={}))[:2] == (
            403,
            "other_location",
        )
    assert await in_thread(lambda: events(world.oakwood)) == []
    assert await in_thread(lambda: events(world.elm)) == []


@pytest.mark.parametrize("token", ["", "x", "a" * 500, "%00", "../../admin"])
async def test_a_secret_that_is_nobodys_opens_nothing(world: World, sender: Sender, token: str) -> None:
    assert (await sender.post(FREE, path=f"/webhooks/ghl/workflow/{token}", headers={}))[0] in (401, 404)


async def test_two_secrets_work_at_once_and_a_revoked_one_stops_within_seconds(
    world: World, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflows, "FRESH", 0.05)
    old = await in_thread(lambda: secret_of(world.oakwood))
    new = await in_thread(lambda: secret_of(world.oakwood))

    def third() -> None:
        with scope(world.oakwood.pk), pytest.raises(Conflict):
            workflows.make("one too many")

    await in_thread(third)

    async def answer(token: str, number: int) -> int:
        return (await sender.post({**FREE, "n": number}, path=f"/webhooks/ghl/workflow/{token}/", headers={}))[0]

    assert [await answer(old, 1), await answer(new, 2)] == [200, 200]

    def revoke() -> None:
        with scope(world.oakwood.pk):
            workflows.revoke(WorkflowSecret.objects.order_by("created_at").values_list("pk", flat=True)[0])
        with scope(world.elm.pk), pytest.raises(NotFound):
            workflows.revoke(world.elm.pk)

    await in_thread(revoke)
    await asyncio.sleep(0.06)
    assert [await answer(old, 3), await answer(new, 4)] == [401, 200]


async def test_a_secret_that_is_used_too_often_is_asked_to_wait(
    world: World, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    from limits import RateLimitItemPerMinute

    monkeypatch.setattr(sender.app, "_rate", RateLimitItemPerMinute(3, namespace="workflow"))
    token = await in_thread(lambda: secret_of(world.oakwood))
    answers = [
        await sender.post({**FREE, "n": n}, path=f"/webhooks/ghl/workflow/{token}/", headers={}) for n in range(5)
    ]
    assert [status for status, _, _ in answers] == [200, 200, 200, 429, 429]
    assert int(answers[-1][2]["retry-after"]) > 0


async def test_captured_bodies_of_both_actions_are_taken(world: World, sender: Sender) -> None:
    found = sorted((PAYLOADS / "workflow-webhook").glob("*captured.json"))
    if not found:
        pytest.skip("the captured payloads are not here")
    token = await in_thread(lambda: secret_of(world.oakwood))
    for path in found:
        body = json.loads(path.read_text())
        if "location" in body:
            body["location"]["id"] = "loc-oakwood"
        assert (await sender.post(body, path=f"/webhooks/ghl/workflow/{token}/", headers={}))[:2] == (200, "kept")


def test_an_administrator_makes_sees_once_and_revokes(world: World) -> None:
    client = Client()
    client.force_login(world.ada.user)
    assert "None yet" in client.get("/highlevel/workflows/").content.decode()
    page = client.post("/highlevel/workflows/", {"do": "make", "label": "Web <b>leads</b>"})
    token = page.context["made"]
    assert token in page.content.decode()
    assert "<b>leads" not in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    assert token not in client.get("/highlevel/workflows/").content.decode()
    with scope(world.oakwood.pk):
        row = WorkflowSecret.objects.get()
        assert token not in row.hashed
    client.post("/highlevel/workflows/", {"do": "make"})
    assert client.post("/highlevel/workflows/", {"do": "make"}).status_code == 409
    client.post("/highlevel/workflows/", {"do": "revoke", "id": str(row.pk)})
    with scope(world.oakwood.pk):
        row.refresh_from_db()
        assert row.revoked_at
        verbs = list(
            AuditEvent.objects.filter(verb__startswith="workflow_secret").order_by("at").values_list("verb", flat=True)
        )
    assert verbs == ["workflow_secret.make", "workflow_secret.make", "workflow_secret.revoke"]
    assert client.post("/highlevel/workflows/", {"do": "revoke", "id": "x"}).status_code == 400


def test_who_does_not_run_the_brokerage_sees_no_secrets(world: World) -> None:
    client = Client()
    for person in (world.alice, world.rita):
        client.force_login(person.user)
        assert client.get("/highlevel/workflows/").status_code == 403
