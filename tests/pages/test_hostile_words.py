"""Nothing that a prospect, a colleague or an address says becomes markup, script or template code."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from coaching.frames import html_frame
from coaching.wire import card_payload, message_payload
from enterprisehub.tenants.scope import scope
from tests.world import Person, World

As = Callable[[Person], Client]
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
CODE = "{{7*7}}{% debug %}"
HOSTILE = f"That is too expensive for us. {SCRIPT}{CODE} \" ' onfocus=alert(3) autofocus"


@pytest.fixture
def heard(world: World):  # type: ignore[no-untyped-def]
    return world.says(world.alice, world.conversation(world.alice, f"Eve {SCRIPT}{CODE}").lead, HOSTILE)


@pytest.mark.parametrize(
    "path", ["/", "/leads/", "/leads/{lead}/", "/sessions/", "/sessions/{session}/", "/leads/?q={q}"]
)
def test_hostile_words_and_names_are_shown_as_words(world: World, as_: As, heard, path: str) -> None:  # type: ignore[no-untyped-def]
    where = path.format(lead=heard.message.lead_id, session=heard.session.pk, q=f"Eve {SCRIPT}")
    page = as_(world.alice).get(where).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert ">49" not in page


def test_the_socket_sends_the_same_words_escaped_too(world: World, heard) -> None:  # type: ignore[no-untyped-def]
    assert heard.suggestion is not None
    with scope(world.oakwood.pk):
        payload = {
            "message": message_payload(heard.message),
            "card": card_payload(heard.suggestion),
            "lead_name": SCRIPT,
        }
    frame = html_frame("suggestion", {**payload, "state": "heard"}, seq=1)
    assert "<script>" not in frame
    assert "&lt;script&gt;" in frame
    assert CODE in frame
    assert '<mark class="evidence">' in frame


def test_an_error_frame_escapes_what_it_repeats() -> None:
    frame = html_frame("error", {"code": SCRIPT, "message": SCRIPT, "id": '"><script>'})
    assert "<script>" not in frame


@pytest.mark.parametrize(
    "path", ["/", "/leads/", "/accounts/login/", "/nowhere/", "/conversations/new/", "/accounts/2fa/"]
)
def test_every_page_forbids_inline_code(world: World, as_: As, path: str) -> None:
    answer = as_(world.alice).get(path, follow=True)
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    body = answer.content.decode()
    assert " style=" not in body
    assert "<style" not in body
    assert "onclick=" not in body
    assert body.count("<script") == body.count("<script src=") + body.count('<script type="module" src=')


def test_a_form_without_its_token_is_refused_with_our_own_page(world: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.alice.user)
    answer = strict.post("/conversations/new/", {"name": "Pat"})
    assert answer.status_code == 403
    assert "This form has grown old" in answer.content.decode()


def test_a_form_does_not_lead_to_another_site(world: World, as_: As) -> None:
    lead = world.conversation(world.alice).lead
    form = {"text": "Hello there", "id": "x1", "speaker": "prospect", "next": "https://evil.example/"}
    answer = as_(world.alice).post(f"/leads/{lead.pk}/words/", form)
    assert answer.status_code == 302
    assert answer["Location"] == f"/leads/{lead.pk}/"


@pytest.mark.parametrize(
    "path",
    ["/?c=nonsense", "/?c=%00", "/leads/?page=99999999999999999999", "/sessions/?page=-1", "/leads/?q=%00%F0%9F%92%A9"],
)
def test_nonsense_in_the_address_is_never_our_fault(world: World, as_: As, path: str) -> None:
    assert as_(world.alice).get(path).status_code in (200, 400, 404)


def test_the_pages_for_errors_need_neither_database_nor_sign_in() -> None:
    from django.template.loader import render_to_string

    for name in ("400", "403", "404", "429", "500", "403_csrf"):
        page = render_to_string(f"{name}.html")
        assert "EnterpriseHub" in page
        assert 'class="button"' in page
    assert settings.DEBUG is False
