"""Postgres stops and starts again under a running product: nothing accepted is lost, nobody sees an error of ours, all goes on."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2
import psycopg
import pytest
from django.conf import settings
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin, Subprotocol

from enterprisehub.ops import embedded
from tests.fakes import eventually
from tests.servers import Server, web

REAL_TIME = "/api/v1/claude/coaching/real-time"
AWAY = 5.0  # seconds; longer than a request waits
PATIENCE = 120.0  # seconds until what never comes is a failure, however slow the machine
PAGES = ("/", "/accounts/login/")


class House:
    """A product of its own: embedded services that keep what they are told, seeded, behind one web process."""

    def __init__(self) -> None:
        self.stack = embedded.Stack(embedded.throwaway_folder())
        # Nothing of the suite's own services: a child must not find them.
        bare = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
        self.env = {**bare, **self.stack.start()}
        self.run("migrate", "-v", "0", DATABASE_ROLE="owner")
        told = self.run("seed_demo", "--json", "--tenants", "1", "--agents", "1", "--leads", "2")
        self.tenant = json.loads(told)["tenants"][0]
        self.key = next(key["key"] for key in self.tenant["api_keys"] if key["agent_id"])
        self.agent = next(user for user in self.tenant["users"] if user["role"] == "agent")

    def run(self, *command: str, **more: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=settings.BASE_DIR,
            env={**self.env, **more},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2_000:]
        return done.stdout

    def postgres_stops(self, how: signal.Signals) -> None:
        child, _ = self.stack._children.pop()
        child.send_signal(how)
        child.wait(PATIENCE)

    def postgres_starts(self) -> None:
        assert self.stack._sockets is not None
        self.stack._start_postgres(self.stack._sockets)

    def messages(self) -> list[str]:
        """The sender's ids of everything that is kept, as Postgres itself tells."""
        with psycopg.connect(self.env["DATABASE_URL"]) as line:
            line.execute("select set_config('app.tenant', %s, true)", [self.tenant["id"]])
            return [row[0] for row in line.execute("select client_id from leads_message").fetchall()]

    def signed_in(self, server: Server) -> httpx2.Client:
        person = httpx2.Client(base_url=server.url, timeout=PATIENCE, headers={"Origin": server.url})
        person.get("/accounts/login/")
        form = {
            "login": self.agent["email"],
            "password": self.agent["password"],
            "csrfmiddlewaretoken": person.cookies["csrftoken"],
        }
        assert person.post("/accounts/login/", data=form).status_code == 302
        return person


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    house = House()
    yield house
    house.stack.stop()
    shutil.rmtree(house.stack.data, ignore_errors=True)


@pytest.fixture(scope="module")
def server(house: House) -> Iterator[Server]:
    with web(house.env) as server:
        yield server


@dataclass
class Program:
    """Sends one message after the other, each until it is accepted, as a program does that was told to try again."""

    house: House
    url: str
    stopping: threading.Event
    accepted: list[str] = field(default_factory=list)
    answers: list[httpx2.Response] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        return any(answer.status_code == 503 for answer in list(self.answers))

    def work(self) -> None:
        with httpx2.Client(base_url=self.url, timeout=PATIENCE) as line:
            while not self.stopping.is_set():
                given = f"restart-{uuid4().hex}"
                while (answer := self._send(line, given)).status_code != 200 and not self.stopping.is_set():
                    time.sleep(0.2)
                if answer.status_code == 200:
                    self.accepted.append(given)

    def _send(self, line: httpx2.Client, given: str) -> httpx2.Response:
        body = {
            "conversation_context": {"lead_id": self.house.tenant["leads"][0], "stage": "engaged"},
            "prospect_message": "Honestly, that is too expensive for us.",
            "message_id": given,
        }
        headers = {"Authorization": f"Bearer {self.house.key}", "Idempotency-Key": given}
        answer = line.post(REAL_TIME, json=body, headers=headers)
        self.answers.append(answer)
        return answer


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["in good order", "crashing"])
def test_programs_are_told_to_wait_and_nothing_that_was_accepted_is_lost(
    house: House, server: Server, how: signal.Signals
) -> None:
    stopping = threading.Event()
    programs = [Program(house, server.url, stopping) for _ in range(4)]
    threads = [threading.Thread(target=program.work) for program in programs]
    for thread in threads:
        thread.start()
    assert eventually(lambda: all(program.accepted for program in programs), PATIENCE)
    house.postgres_stops(how)
    time.sleep(AWAY)
    assert eventually(lambda: all(program.refused for program in programs), PATIENCE)
    before = [len(program.accepted) for program in programs]
    house.postgres_starts()
    assert eventually(
        lambda: all(len(one.accepted) >= had + 3 for one, had in zip(programs, before, strict=True)), PATIENCE
    ), "it did not go on"
    stopping.set()
    for thread in threads:
        thread.join(PATIENCE)

    assert min(before) > 0
    answers = [answer for program in programs for answer in program.answers]
    assert {answer.status_code for answer in answers} == {200, 503}
    for refused in (answer for answer in answers if answer.status_code == 503):
        assert refused.headers["content-type"] == "application/problem+json"
        assert int(refused.headers["retry-after"]) > 0
        assert refused.json()["code"] == "unavailable"
        assert refused.json()["request_id"] == refused.headers["x-request-id"]
    kept = house.messages()
    accepted = [given for program in programs for given in program.accepted]
    assert set(accepted) <= set(kept)
    assert len(kept) == len(set(kept))


def test_a_person_gets_a_page_that_says_so_and_goes_on_afterwards(house: House, server: Server) -> None:
    with closing(house.signed_in(server)) as person:
        assert person.get("/").status_code == 200
        house.postgres_stops(signal.SIGINT)
        try:
            page = person.get("/")
            piece = person.get("/", headers={"HX-Request": "true"})
            assert person.get("/healthz").status_code == 200
            ready = person.get("/readyz")
        finally:
            house.postgres_starts()
        assert (page.status_code, page.headers["retry-after"]) == (503, "2")
        assert "A short pause." in page.text
        assert (piece.status_code, "<html" in piece.text) == (503, False)
        assert (ready.status_code, ready.json()["dependencies"]["postgres"]) == (503, "down")
        assert [person.get(path).status_code for path in PAGES] == [200, 302]
        assert eventually(lambda: person.get("/readyz").status_code == 200)


async def told(line: ClientConnection, state: str, wait: float = PATIENCE) -> dict[str, Any]:
    async with asyncio.timeout(wait):
        while True:
            event: dict[str, Any] = json.loads(await line.recv())
            assert event["type"] != "error", event
            if event["type"] == "status" and event["payload"].get("state") == state:
                return event


async def test_a_socket_stays_open_and_what_is_said_meanwhile_is_heard_once_in_order(
    house: House, server: Server
) -> None:
    person = await asyncio.to_thread(house.signed_in, server)

    def screen() -> connect:
        return connect(
            server.socket,
            additional_headers={"Cookie": f"sessionid={person.cookies['sessionid']}"},
            origin=Origin(server.url),
            subprotocols=[Subprotocol("ehub.json.v1")],
        )

    async def say(line: ClientConnection, given: str) -> None:
        words = {"text": "Fine, thank you.", "speaker": "agent", "lead": house.tenant["leads"][1]}
        await line.send(json.dumps({"type": "hear", "id": given, **words}))

    ids = [f"socket-{number}-{uuid4().hex}" for number in range(4)]
    async with screen() as line:
        await say(line, ids[0])
        first = (await told(line, "heard"))["seq"]
        house.postgres_stops(signal.SIGINT)
        await say(line, ids[1])
        await say(line, ids[2])
        with pytest.raises(InvalidStatus):
            async with screen():
                pass
        house.postgres_starts()
        assert [(await told(line, "heard"))["seq"] for _ in range(2)] == [first + 1, first + 2]
        await say(line, ids[3])
        assert (await told(line, "heard"))["seq"] == first + 3
        async with screen() as other:
            await told(other, "connected")
    assert [given for given in house.messages() if given in ids] == ids
    person.close()
