"""Do socket messages and tasks reach no neighbour? Message types and tasks are found in the tables that run them."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from inspect import signature
from typing import Any

import pytest
from celery import current_app
from channels.testing import WebsocketCommunicator
from django.core.cache import cache
from django.core.exceptions import ObjectDoesNotExist

from enterprisehub.asgi import application
from enterprisehub.errors import HubError
from enterprisehub.realtime.limits import Bucket
from enterprisehub.realtime.threads import in_thread
from enterprisehub.routing import websockets
from enterprisehub.schedule import schedule
from enterprisehub.tenants.scope import is_open
from enterprisehub.tenants.work import INSTALLATION, TENANT
from tests.neighbours import Neighbours, nobodys

# What the installation does for every tenant at once; it opens everything with a reason and hands nothing out.
CHORES = {
    "analytics.digests",
    "analytics.gather_all",
    "analytics.gather_trials",
    "analytics.develop_all",
    "analytics.score_all",
    "ghl.prune",
    "analytics.wake_ledgers",
    "analytics.wake_predictions",
    "analytics.wake_samples",
    "ghl.refresh_ahead",
    "ghl.sweep",
    "ghl.sweep_outbox",
    "leads.escalate",
    "leads.keep_plans",
    "leads.plan_what_changed",
    "leads.reconcile_all",
    "leads.word_plans",
    "realtime.prune",
    "tenants.forget_answers",
    "tenants.sweep",
}
TASKS = {name: work for name, work in current_app.tasks.items() if not name.startswith(("celery.", "tests."))}
TENANTS_TASKS = sorted(name for name, work in TASKS.items() if getattr(work, "serves", "") == TENANT)


@pytest.fixture
def there(transactional_db: None) -> Neighbours:
    cache.clear()
    return Neighbours.move_in()


def test_every_task_says_whom_it_serves() -> None:
    assert {name: getattr(work, "serves", None) for name, work in TASKS.items() if name not in CHORES} == dict.fromkeys(
        TENANTS_TASKS, TENANT
    )
    assert {name for name, work in TASKS.items() if getattr(work, "serves", "") == INSTALLATION} == CHORES
    assert len(TENANTS_TASKS) >= 2


def test_the_clock_starts_only_tasks_that_are_known_to_serve_all() -> None:
    assert {entry["task"] for entry in schedule.values()} <= CHORES


@pytest.mark.parametrize("name", TENANTS_TASKS)
def test_a_task_does_not_run_without_a_tenant(db: None, name: str) -> None:
    with pytest.raises(TypeError, match="tenant"):
        TASKS[name]()
    for wrong in ("", "x", "*"):
        with pytest.raises(ValueError, match="UUID"):
            TASKS[name](tenant=wrong)


@pytest.mark.parametrize("name", TENANTS_TASKS)
def test_a_task_of_ours_with_ids_of_theirs_changes_and_tells_nothing_of_theirs(there: Neighbours, name: str) -> None:
    before = there.elm_rows()
    arguments = list(signature(TASKS[name].run.__wrapped__).parameters)
    for key in there.theirs:
        with suppress(ObjectDoesNotExist, HubError):
            TASKS[name](tenant=str(there.filled.oakwood.pk), **dict.fromkeys(arguments, str(key)))
        assert not is_open()
    assert there.elm_rows() == before


def consumers() -> list[tuple[str, Any]]:
    return [(str(route.pattern), route.callback.consumer_class) for route in websockets]


def fields_with_ids(model: Any) -> list[str]:
    """The message's fields that may hold an id: whatever takes a text."""
    return [
        name
        for name, part in model.model_json_schema()["properties"].items()
        if any(kind.get("type") in ("string", "array") for kind in part.get("anyOf", [part]))
    ]


def values(model: Any, name: str, key: object) -> dict[str, Any]:
    """A message in which this field holds the id."""
    given: dict[str, Any] = {
        "id": nobodys().hex,
        "lead": str(nobodys()),
        "text": "Hello",
        "last_seq": 0,
        "seq": 0,
        "score": 5,
    }
    given = {field: value for field, value in given.items() if field in model.model_fields}
    shape = model.model_json_schema()["properties"][name]
    is_list = any(kind.get("type") == "array" for kind in shape.get("anyOf", [shape]))
    return {**given, name: [f"claude.{key}.suggestion"] if is_list else str(key)}


def test_there_are_messages_to_look_at() -> None:
    known = {kind for _, consumer in consumers() for kind in consumer.messages}
    assert known >= {"hear", "subscribe", "resume", "ack", "feedback", "typing"}


@pytest.mark.parametrize(("path", "consumer"), consumers())
def test_no_message_reaches_a_neighbour(
    there: Neighbours, monkeypatch: pytest.MonkeyPatch, path: str, consumer: Any
) -> None:
    # How many may come in a second is not what is tested here.
    monkeypatch.setattr("enterprisehub.realtime.consumer.Bucket", lambda: Bucket(1e9, 10**9))
    before, canaries = there.elm_rows(), there.canaries()
    told = asyncio.run(_say_everything(there, path, consumer))
    assert len(told) > 50
    for kind, name, key, foreign, nobody in told:
        assert shape_of(foreign, key) == shape_of(nobody, key), (kind, name)
        assert not [c for c in canaries if c in foreign], (kind, name)
    assert there.elm_rows() == before


def shape_of(frames: str, key: str) -> Any:
    """What an answer says, without ids, numbers and times."""
    kept = []
    for frame in json.loads(frames):
        payload = frame["payload"]
        kept.append((frame["type"], sorted(payload), payload.get("state"), payload.get("code"), payload.get("field")))
    return kept


async def _say_everything(there: Neighbours, path: str, consumer: Any) -> list[tuple[str, str, str, str, str]]:
    cookie = there.agent.cookies["sessionid"].value
    headers = [(b"cookie", f"sessionid={cookie}".encode()), (b"origin", b"http://testserver")]
    line = WebsocketCommunicator(application, f"/{path}", headers=headers, subprotocols=["ehub.json.v1"])
    accepted, _ = await line.connect(60)
    assert accepted
    await line.receive_from(60)
    told = []
    there_ids = await in_thread(lambda: there.theirs)
    for kind, model in consumer.messages.items():
        for name in fields_with_ids(model):
            nobody = await _answers(line, kind, values(model, name, nobodys()))
            for key in there_ids:
                foreign = await _answers(line, kind, values(model, name, key))
                told.append((kind, name, str(key), foreign, nobody))
    assert await line.receive_nothing(0.5), "something came late"
    await line.disconnect()
    return told


async def _answers(line: WebsocketCommunicator, kind: str, message: dict[str, Any]) -> str:
    """Whatever comes back to one message until the next, of which the answer is known, has been answered."""
    await line.send_to(text_data=json.dumps({"type": kind, **message}))
    await line.send_to(text_data=json.dumps({"type": "ack", "seq": 10**9}))
    frames: list[Any] = []
    while (frame := json.loads(await line.receive_from(60)))["payload"].get("field") != "seq":
        frames.append(frame)
    return json.dumps(frames)


def test_a_socket_without_a_login_is_refused(db: None) -> None:
    async def knock(path: str) -> tuple[bool, int | None]:
        line = WebsocketCommunicator(application, f"/{path}", headers=[(b"origin", b"http://testserver")])
        accepted, code = await line.connect(60)
        return accepted, code

    for path, _ in consumers():
        assert asyncio.run(knock(path)) in [(False, 4401), (False, 1000)]
