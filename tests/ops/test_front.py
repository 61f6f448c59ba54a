"""Do probes answer before the product does, does each request carry an id, and is what is counted nobody's?"""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest
from prometheus_client import REGISTRY

from enterprisehub.ops import front, health
from enterprisehub.ops.front import Front
from enterprisehub.ops.logs import request_id


async def _fetch(app: Any, path: str, *, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    sent: list[Any] = []
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"q=secret",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    names = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], names, b"".join(message.get("body", b"") for message in sent[1:])


async def product(scope: Any, receive: Any, send: Any) -> None:
    """Stands where Django stands: answers with the request's id."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": request_id().encode()})


async def stuck(scope: Any, receive: Any, send: Any) -> None:
    await asyncio.sleep(60)


async def test_liveness_needs_nothing_but_the_process() -> None:
    assert (await _fetch(Front(stuck), "/healthz"))[::2] == (200, b'{"status": "ok"}')


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that is there may take longer on a busy machine; one that refuses is as quick as ever."""
    monkeypatch.setattr(health, "WITHIN", 60.0)


async def test_readiness_names_every_dependency(unhurried: None) -> None:
    status, _, body = await _fetch(Front(stuck), "/readyz")
    assert status == 200
    assert json.loads(body) == {
        "status": "ok",
        "dependencies": {"postgres": "ok", "cache": "ok", "broker": "ok", "channels": "ok"},
    }


@pytest.mark.parametrize(
    ("setting", "name", "address"),
    [
        ("DATABASE_URL", "postgres", "postgresql://u:hunter2@127.0.0.1:9/x"),
        ("CACHE_REDIS_URL", "cache", "redis://:hunter2@127.0.0.1:9/0"),
        ("BROKER_REDIS_URL", "broker", "redis://:hunter2@127.0.0.1:9/1"),
        ("CHANNEL_REDIS_URL", "channels", "redis://:hunter2@127.0.0.1:9/2"),
    ],
)
async def test_readiness_says_which_one_is_down_and_tells_no_secret(
    unhurried: None, settings: Any, caplog: pytest.LogCaptureFixture, setting: str, name: str, address: str
) -> None:
    setattr(settings, setting, address)
    status, _, body = await _fetch(Front(stuck), "/readyz")
    assert status == 503
    assert [key for key, answer in json.loads(body)["dependencies"].items() if answer == "down"] == [name]
    assert b"hunter2" not in body
    assert "hunter2" not in caplog.text


async def test_a_dependency_that_hangs_is_down_within_a_second() -> None:
    async def fine() -> None:
        return None

    async def hangs() -> None:
        await asyncio.sleep(60)

    many = [f"hanging-{number}" for number in range(50)]
    started = time.monotonic()
    assert await health.ask({"fine": fine, **dict.fromkeys(many, hangs)}) == {
        "fine": "ok",
        **dict.fromkeys(many, "down"),
    }
    assert health.WITHIN < 1
    assert time.monotonic() - started < 20  # at the same time; one after the other it would be 40 s


async def test_a_crowd_of_probes_asks_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0

    async def count() -> None:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.01)

    monkeypatch.setattr(health, "dependencies", lambda: {"postgres": count})
    readiness = health.Readiness()
    await asyncio.gather(*(readiness.report() for _ in range(50)))
    assert asked == 1


async def test_each_answer_carries_the_requests_id() -> None:
    _, headers, body = await _fetch(Front(product), "/anything")
    assert headers["x-request-id"] == body.decode()
    assert len(headers["x-request-id"]) == 36


async def test_a_proxys_id_is_kept_and_a_strange_one_is_not() -> None:
    assert (await _fetch(Front(product), "/", x_request_id="edge-12345678"))[1]["x-request-id"] == "edge-12345678"
    assert (await _fetch(Front(product), "/", x_request_id="<b>me@example.com"))[1][
        "x-request-id"
    ] != "<b>me@example.com"


async def test_what_is_counted_holds_no_id_and_no_query() -> None:
    await _fetch(Front(product), "/accounts/password/reset/key/abc-one-time-key/")
    await _fetch(Front(product), "/nobody@example.com")
    status, _, body = await _fetch(Front(product), "/metrics")
    assert status == 200
    assert b"ehub_http_requests_total{" in body
    for word in (b"one-time-key", b"nobody", b"secret"):
        assert word not in body


async def test_measurements_can_be_closed_with_a_token(settings: Any) -> None:
    settings.METRICS_TOKEN = "brass"
    assert (await _fetch(Front(product), "/metrics"))[0] == 401
    assert (await _fetch(Front(product), "/metrics", authorization="Bearer ink"))[0] == 401
    assert (await _fetch(Front(product), "/metrics", authorization="Bearer brass"))[0] == 200


async def test_open_sockets_are_counted_and_made_up_close_codes_are_not_labels() -> None:
    def opened() -> float:
        return REGISTRY.get_sample_value("ehub_sockets_open") or 0

    def closed(code: str) -> float:
        return REGISTRY.get_sample_value("ehub_sockets_closed_total", {"code": code}) or 0

    during: list[float] = []
    before, others = opened(), closed("other")

    async def consumer(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})
        during.append(opened())
        await receive()

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.disconnect", "code": 4999}

    async def send(message: Any) -> None:
        return None

    await Front(consumer)({"type": "websocket", "path": "/ws/coaching/", "headers": []}, receive, send)
    assert during == [before + 1]
    assert opened() == before
    assert closed("other") == others + 1
    assert closed("4999") == 0


async def test_an_error_is_counted_as_one_and_passed_on() -> None:
    def failed() -> float:
        labels = {"method": "GET", "route": "unknown", "status": "500"}
        return REGISTRY.get_sample_value("ehub_http_requests_total", labels) or 0

    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise LookupError

    before = failed()
    with pytest.raises(LookupError):
        await _fetch(Front(broken), "/no/such/page")
    assert failed() == before + 1


async def test_start_and_end_of_the_process_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    settled: list[bool] = []
    monkeypatch.setattr(front, "settle", lambda: settled.append(True))
    asked = iter(("lifespan.startup", "lifespan.shutdown"))
    told: list[str] = []

    async def receive() -> dict[str, Any]:
        return {"type": next(asked)}

    async def send(message: Any) -> None:
        told.append(message["type"])

    await Front(product)({"type": "lifespan"}, receive, send)
    assert told == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert settled == [True]


async def gone(scope: Any, receive: Any, send: Any) -> None:
    """Stands where Django stands when the browser went away meanwhile: it ends without a word."""


async def broken(scope: Any, receive: Any, send: Any) -> None:
    raise RuntimeError("a fault of ours")


def counted(status: str) -> float:
    return (
        REGISTRY.get_sample_value("ehub_http_requests_total", {"method": "GET", "route": "unknown", "status": status})
        or 0.0
    )


async def test_who_hung_up_before_the_answer_is_counted_as_no_fault_of_ours() -> None:
    before = counted("499"), counted("500")
    with pytest.raises(IndexError):  # nothing was sent, so there is nothing to read
        await _fetch(Front(gone), "/nowhere-at-all")
    with pytest.raises(RuntimeError):
        await _fetch(Front(broken), "/nowhere-at-all")
    assert (counted("499"), counted("500")) == (before[0] + 1, before[1] + 1)
