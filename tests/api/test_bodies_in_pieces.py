"""In front of a real server: a body that comes in pieces is as good as one that tells its length, and has an end."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from tests.servers import Server, of_the_test, web

if TYPE_CHECKING:
    from tests.world import World


@pytest.fixture
def world(transactional_db: None) -> World:
    from tests.world import World

    return World()


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[Server]:
    with web(of_the_test()) as server:
        yield server


def pieces(text: str, size: int = 7) -> Iterator[bytes]:
    raw = text.encode()
    yield from (raw[at : at + size] for at in range(0, len(raw), size))


def test_pieces_are_put_together(world: World, server: Server) -> None:
    from enterprisehub.tenants.scope import scope
    from leads.models import Message
    from tests.api.programs import ROOT, WRITE, Program, message

    lead = world.conversation(world.alice, price=485_000).lead
    program = Program(world.alice, WRITE)
    headers = {**program.headers, "Content-Type": "application/json"}
    words = "¿Schön? 🏡 Honestly, that is too expensive for us."

    def post(body: Any, **more: str) -> httpx2.Response:
        return httpx2.post(f"{server.url}{ROOT}real-time", content=body, headers={**headers, **more}, timeout=60)

    text = json.dumps(message(lead.pk, words), ensure_ascii=False)
    whole, in_pieces = post(text.encode()), post(pieces(text))
    assert "content-length" not in in_pieces.request.headers
    assert (whole.status_code, in_pieces.status_code) == (200, 200)
    assert in_pieces.json()["suggestions"][0]["headline"]
    with scope(world.oakwood.pk):
        assert list(Message.objects.values_list("text", flat=True)) == [words, words]

    nothing, broken = post(iter(())), post(pieces('{"conversation_context": '))
    assert (nothing.status_code, broken.status_code) == (400, 400)
    assert broken.json()["code"] == "not_json"

    endless = post(b"[" + b"1," * 65_536 for _ in range(40))  # 5 MB
    assert (endless.status_code, endless.json()["code"]) == (413, "too_large")
    assert endless.headers["content-type"] == "application/problem+json"
    assert endless.json()["request_id"] == endless.headers["x-request-id"]
    assert post(pieces(text)).status_code == 200


def test_a_sender_that_goes_away_and_one_that_says_two_lengths_hurt_nobody(world: World, server: Server) -> None:
    start = b"POST /api/v1/claude/coaching/real-time HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as line:
        line.sendall(start + b'Transfer-Encoding: chunked\r\n\r\n5\r\n{"con\r\n')
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as line:
        line.sendall(start + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")
        assert line.recv(200).split()[1] in (b"400", b"401", b"403")
    assert httpx2.get(f"{server.url}/healthz", timeout=60).status_code == 200
    assert httpx2.get(f"{server.url}/accounts/login/", timeout=60).status_code == 200


def test_a_form_in_pieces_is_read_too(world: World, server: Server) -> None:
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    from tests.world import PASSWORD

    world.alice.user.password = PBKDF2PasswordHasher().encode(
        PASSWORD, "salt"
    )  # the server does not know the tests' own
    world.alice.user.save()
    with httpx2.Client(base_url=server.url, timeout=60) as person:
        person.get("/accounts/login/")
        form = f"csrfmiddlewaretoken={person.cookies['csrftoken']}&login={world.alice.user.email}&password={PASSWORD}"
        answer = person.post(
            "/accounts/login/",
            content=pieces(form.replace(" ", "+").replace("@", "%40")),
            headers={"Content-Type": "application/x-www-form-urlencoded", "Origin": server.url},
        )
        assert answer.status_code == 302
        assert person.cookies["sessionid"]
