"""Does the benchmark of webhooks count honestly, and does its client see what a server answers?"""

from __future__ import annotations

import base64
import json
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

from django.conf import settings

from enterprisehub import benchmark, benchmark_webhooks
from enterprisehub.benchmark_webhooks import Row, Signer
from enterprisehub.ghl.signature import Keys
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import scope
from leads.models import Lead


def test_its_events_are_signed_and_belong_to_its_own_tenants(db: None) -> None:
    signer = Signer()
    with benchmark.cast(4, 2) as made:
        benchmark_webhooks.connect_locations(made)
        planned = benchmark_webhooks.events(made, rate=200, seconds=3)
        with scope(made.tenants[0]):
            known = set(Lead.objects.values_list("contact_id", flat=True))
            location = Tenant.objects.get().location_id
        assert {event["locationId"] for _, event in planned} == {location}
        assert {event.get("contactId") or event["id"] for _, event in planned} <= known
        kinds = [event["type"] for _, event in planned]
        assert 0.1 < kinds.count("InboundMessage") / len(kinds) < 0.4, "fifty messages a second, the rest are changes"
        assert benchmark_webhooks.settle(made) == []
    post = signer.post(*planned[0])
    headers = [(name.encode(), value.encode()) for name, value in post["headers"].items()]
    Keys.of([signer.pem]).check(base64.b64decode(post["body"]), headers)


def test_lost_is_what_was_acknowledged_and_did_not_end() -> None:
    planned = [(float(n), {"webhookId": f"e{n}", "type": "InboundMessage"}) for n in range(4)]
    began = datetime(2026, 11, 25, tzinfo=UTC)
    seen = {
        "acks": {"e0": 0.01, "e1": 1.02, "e2": 2.03},
        "cards": {"e0": 0.05},
        "statuses": {"200": 3, "429": 1},
        "late": [0.1],
        "cpu_s": 0.4,
        "sending_s": 3.0,
        "lasted_s": 3.0,
    }
    rows = [
        Row("e0", "InboundMessage", "done", began + timedelta(seconds=0.01), began + timedelta(seconds=0.04)),
        Row("e1", "InboundMessage", "waiting", began, None),
    ]
    figures = benchmark_webhooks.judge(planned, seen, rows, began.timestamp())
    assert (figures["acked"], figures["lost"], figures["doubled"]) == (3, 2, 0)
    assert figures["ack"]["max_ms"] == 30.0
    assert figures["processed"]["p50_ms"] == 40.0
    assert figures["card"]["n"] == 1
    stages = {name: one["p50_ms"] for name, one in figures["stages"].items()}
    assert stages == {"kept": 10.0, "worked": 30.0, "shown": 10.0}, "together they are the card's own 50 ms"


def test_the_client_comes_again_when_it_is_told_to() -> None:
    """A server of three answers: busy, gone, taken."""
    asked: list[bytes] = []
    answers = [
        b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 2\r\n\r\nno",
        b"",
        b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
    ]
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for answer in answers:
                line, _ = server.accept()
                with line:
                    asked.append(line.recv(65536))
                    line.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        post = {"id": "e1", "at": 0.0, "path": "/x", "body": base64.b64encode(b"{}").decode(), "headers": {"x-a": "b"}}
        plan = {"host": "127.0.0.1", "port": server.getsockname()[1], "socket": "", "tickets": [], "connections": 0}
        plan |= {"connections": 1, "persistent": True, "posts": [post]}
        done = subprocess.run(
            [sys.executable, "-m", "enterprisehub.ops.posting"],
            cwd=settings.BASE_DIR, input=json.dumps(plan) + "\ngo\n", capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        thread.join(10)
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["statuses"] == {"429": 1, "0": 1, "200": 1}
    assert list(seen["acks"]) == ["e1"]
    assert asked[0].startswith(b"POST /x HTTP/1.1\r\n")
