"""Every endpoint asks who calls: no credential, a spoilt one, a narrow one, another tenant's, a role that may not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils.timezone import now

from enterprisehub.tenants import api_keys
from enterprisehub.tenants.models import Agent, Membership
from enterprisehub.tenants.scope import scope
from tests.api.programs import LEADS_READ, LEADS_WRITE, READ, ROOT, WRITE, Caller, Program, browser, message
from tests.world import World

COACHING = ["real-time", "objections", "next-question", "sessions", f"sessions/{uuid4()}/end", "feedback", "tickets"]
SEMANTIC = ["/semantic/intent", "/semantic/preferences", "/semantic/qualification", "/semantic/questions"]
FLOW, LEAD, ACTION = f"/qualification/{uuid4()}", f"/leads/{uuid4()}", f"/actions/{uuid4()}"
PLANNING = ["/actions/plan", "/actions/urgency", "/actions/follow-up"]  # without a lead they record nothing
DECISIONS = [f"{ACTION}/{verb}" for verb in ("approve", "snooze", "complete", "dismiss")]
POSTS = [
    *COACHING,
    *SEMANTIC,
    "/qualification/start",
    f"{FLOW}/responses",
    f"{FLOW}/end",
    f"{LEAD}/facts",
    *PLANNING,
    *DECISIONS,
]
GETS = ["sessions", f"sessions/{uuid4()}", FLOW, "/leads", LEAD, f"{LEAD}/score", "/actions", ACTION]
NOT_RECORDED = {"objections", "next-question", *SEMANTIC, *PLANNING}


def statuses(caller: Caller) -> set[int]:
    asked = {caller.post(path).status_code for path in POSTS} | {caller.get(path).status_code for path in GETS}
    return asked | {caller.patch(LEAD).status_code}


def test_nobody_gets_in_without_a_credential(world: World) -> None:
    assert statuses(Caller(Client())) == {401}
    answer = Caller(Client()).post("real-time")
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json()["code"] == "not_authenticated"


@pytest.mark.parametrize(
    "text", ["ehk_", "ehk_x", "ehk_abcdefgh.ijkl", "ehk_" + "x" * 5_000, "ehk_\x7f.é", "nonsense", ""]
)
def test_what_is_no_key_opens_nothing(world: World, text: str) -> None:
    assert statuses(Caller(Client(), {"Authorization": f"Bearer {text}"})) == {401}


def test_a_spoilt_key_is_refused_even_with_a_good_session(world: World) -> None:
    caller = browser(world.alice)
    caller.headers = {"Authorization": "Bearer ehk_abcdefgh.ijkl"}
    assert statuses(caller) == {401}


def test_an_expired_or_revoked_key_opens_nothing_at_once(world: World) -> None:
    expired = Program(world.alice, WRITE, READ, expires_at=now() - timedelta(seconds=1))
    assert statuses(expired) == {401}
    good = Program(world.alice, WRITE, READ)
    assert good.get("sessions").status_code == 200
    with scope(world.oakwood.pk):
        api_keys.revoke(good.key)
    assert statuses(good) == {401}


def test_a_key_of_an_agent_who_left_opens_nothing(world: World) -> None:
    program = Program(world.alice, WRITE, READ)
    with scope(world.oakwood.pk):
        Agent.objects.filter(pk=world.alice.agent.pk).update(is_active=False)
    assert statuses(program) == {401}


def test_a_key_without_scopes_may_nothing(world: World) -> None:
    assert statuses(Program(world.alice)) == {403}


def test_a_reading_key_writes_nothing_and_a_writing_key_reads_nothing(world: World) -> None:
    reads = Program(world.alice, READ, LEADS_READ)
    writes = Program(world.alice, WRITE, LEADS_WRITE)
    recorded = [path for path in POSTS if path not in NOT_RECORDED]
    assert reads.patch(LEAD).status_code == 403
    assert {reads.post(path).status_code for path in recorded} == {403}
    assert {writes.get(path).status_code for path in GETS} == {403}


def test_an_auditor_changes_nothing(world: World) -> None:
    rita = browser(world.rita)
    recorded = [path for path in POSTS if path not in NOT_RECORDED]
    assert rita.patch(LEAD).status_code == 403
    assert {rita.post(path).status_code for path in recorded} == {403}


def test_a_suspended_member_gets_nothing(world: World) -> None:
    caller = browser(world.alice)
    with scope(world.oakwood.pk):
        Membership.objects.filter(pk=world.alice.membership.pk).update(is_active=False)
    assert statuses(caller) == {403}


def test_a_person_without_the_csrf_token_changes_nothing(world: World) -> None:
    lead = world.conversation(world.alice).lead.pk
    caller = browser(world.alice, strict=True)
    answer = caller.post("real-time", message(lead))
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    plain = caller.client.post(ROOT + "real-time", "{}", content_type="text/plain")
    assert plain.status_code == 403
    caller.client.get("/accounts/login/")
    token = "a" * 32
    caller.client.cookies["csrftoken"] = token
    assert caller.post("real-time", message(lead), **{"X-CSRFToken": token}).status_code == 200


def test_a_key_needs_no_csrf_token(world: World) -> None:
    program = Program(world.alice, WRITE)
    program.client = Client(enforce_csrf_checks=True)
    assert program.post("tickets").status_code == 201


@pytest.mark.parametrize("path", ["real-time", "sessions"])
def test_foreign_and_unknown_leads_and_agents_look_the_same(world: World, path: str) -> None:
    foreign, own = world.conversation(world.charlie).lead.pk, world.conversation(world.alice).lead.pk

    def body(lead: Any, **more: Any) -> dict[str, Any]:
        return message(lead, **more) if path == "real-time" else {"lead_id": str(lead), **more}

    for caller in (Program(world.alice, WRITE), browser(world.alice), browser(world.tess)):
        leads = [caller.post(path, body(lead)) for lead in (foreign, uuid4())]
        agents = [caller.post(path, body(own, agent_id=str(one))) for one in (world.charlie.agent.pk, uuid4())]
        assert {answer.status_code for answer in (*leads, *agents)} == {404}
        assert leads[0].content == leads[1].content
        assert agents[0].content == agents[1].content
    assert Program(world.charlie, WRITE).post(path, body(foreign)).status_code in (200, 201), "the positive control"


@pytest.mark.parametrize("field", ["tenant", "tenant_id", "location_id", "role", "is_staff", "id", "created_by"])
def test_nothing_can_be_assigned_that_is_not_named(world: World, field: str) -> None:
    lead = world.conversation(world.alice).lead.pk
    answer = Program(world.alice, WRITE).post("real-time", message(lead, **{field: str(world.elm.pk)}))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "unknown_field")
