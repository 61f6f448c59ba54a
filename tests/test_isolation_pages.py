"""Is every page closed to strangers, and does a neighbour's id look like one that does not exist? The pages are found by walking the urls."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.kept import kept
from tests.neighbours import Neighbours, nobodys, plain

# Whoever is not signed in may open these and no others.
PUBLIC = {
    "account_login", "account_logout", "account_signup", "account_inactive", "account_confirm_email",
    "account_email_verification_sent", "account_reset_password", "account_reset_password_done",
    "account_reset_password_from_key", "account_reset_password_from_key_done", "account_confirm_login_code",
    "mfa_authenticate", "schema", "docs", "jsi18n", "healthz", "readyz", "metrics",
}  # fmt: skip
METHODS = ("get", "head", "options", "post", "put", "patch", "delete")
PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>|\(\?P<(?P<group>\w+)>(?P<pattern>(?:[^()]|\[[^\]]*\])*)\)")


def walk(resolver: Any, before: str = "") -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        path = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from walk(entry, path)
        elif isinstance(entry, URLPattern):
            yield path, entry.name or ""


ROUTES = sorted({(path, name) for path, name in walk(get_resolver())})
PAGES = [(path, name) for path, name in ROUTES if not path.startswith(("admin/", "accounts/"))]
NAMED = {"prompt-replay"}  # what they name is the product's own, not a row of a tenant's
WITH_IDS = [path for path, name in PAGES if PARAMETER.search(path) and name not in NAMED]


def filled_in(route: str, key: object) -> str:
    """The route with every parameter set to this id (a number where the route wants one)."""
    path = PARAMETER.sub(lambda match: "7" if match["kind"] == "int" else str(key), route)
    return "/" + path.replace("^", "").replace("$", "").replace("\\", "").replace("(?i)", "")


@pytest.fixture(scope="module")
def neighbours(django_db_setup: None, django_db_blocker: Any) -> Iterator[Neighbours]:
    yield from kept(django_db_blocker, Neighbours.move_in)


@pytest.fixture
def there(db: None, neighbours: Neighbours) -> Neighbours:
    cache.clear()
    neighbours.come_back()
    return neighbours


# Fields that fit every form of ours, so that a form's own checks do not stand in the way.
FORM = {
    "verdict": "used",
    "score": "5",
    "text": "Hello there",
    "speaker": "prospect",
    "name": "Pat",
    "medium": "chat",
    "do": "opt_out",
}

# The same for operations of the API that want something said, by the end of their path.
BODIES = {
    "facts": {"do": "correct", "name": "beds", "value": "3"},
    "responses": {"user_message": "Hello there"},
    "consents": {"given": True, "medium": "sms", "purpose": "marketing", "source": "form"},
    "snooze": {"until": "2027-01-01T12:00:00Z"},
}


def ask(client: Client, method: str, path: str) -> Any:
    if method == "post" and not path.startswith("/api/"):
        return client.post(path, {**FORM, "client_id": uuid4().hex, "id": uuid4().hex})
    if method in ("post", "put", "patch"):
        body = json.dumps(BODIES.get(path.rpartition("/")[2], {}))
        return getattr(client, method)(path, body, content_type="application/json")
    return getattr(client, method)(path)


def test_there_are_pages_to_look_at() -> None:
    assert len(PAGES) >= 15
    assert len(WITH_IDS) >= 5
    assert {"live", "leads", "sessions", "switch"} <= {name for _, name in PAGES}


@pytest.mark.parametrize(("route", "name"), ROUTES, ids=lambda value: str(value)[:60])
def test_strangers_are_sent_to_the_sign_in_page_or_refused(db: None, route: str, name: str) -> None:
    if name in PUBLIC:
        return
    for method in ("get", "post", "delete"):
        response = ask(Client(raise_request_exception=False), method, filled_in(route, uuid4()))
        if response.status_code in (301, 302):
            target = response["Location"]
            if not target.startswith("/accounts/login/"):
                target = Client().get(target, follow=True).request["PATH_INFO"]
            assert target.startswith("/accounts/login/"), (method, route, target)
        else:
            assert response.status_code in (401, 403, 404, 405), (method, route, response.status_code)


@pytest.mark.parametrize("route", WITH_IDS)
@pytest.mark.parametrize("who", ["owner", "agent"])
def test_a_neighbours_id_looks_like_one_that_does_not_exist(there: Neighbours, route: str, who: str) -> None:
    client, before, canaries = getattr(there, who), there.elm_rows(), there.canaries()
    for method in METHODS:
        nothing = nobodys()
        expected = plain(ask(client, method, filled_in(route, nothing)), nothing)
        for key in there.theirs if method in ("get", "post") else there.theirs[:1]:
            seen = plain(ask(client, method, filled_in(route, key)), key)
            assert seen == expected, (method, route)
            assert seen[0] < 500, (method, route)
            assert not [c for c in canaries if c in seen[2]], (method, route)
    assert there.elm_rows() == before


@pytest.mark.parametrize("route", WITH_IDS)
def test_an_own_id_is_found_so_the_refusals_above_mean_something(there: Neighbours, route: str) -> None:
    def found(client: Client, method: str) -> bool:
        nothing = nobodys()
        expected = plain(ask(client, method, filled_in(route, nothing)), nothing)
        return any(plain(ask(client, method, filled_in(route, key)), key) != expected for key in there.ours)

    # what only a supervisor may open is found by the owner
    assert any(found(client, method) for client in (there.agent, there.owner) for method in ("get", "post")), route


@pytest.mark.parametrize("route", [path for path, _ in PAGES if not PARAMETER.search(path)])
def test_no_list_or_filter_shows_the_neighbour(there: Neighbours, route: str) -> None:
    keys, canaries = there.theirs, there.canaries()
    filters = [
        "",
        f"?tenant={there.elm.pk}",
        f"?tenant_id={there.elm.pk}",
        "?q=canary",
        "?page=9999",
        "?location_id=elm",
    ]
    filters += [f"?{name}={keys[-1]}" for name in ("lead", "agent", "session", "cursor", "before")]
    for query in filters:
        for client in (there.owner, there.agent):
            response = client.get(filled_in(route, "") + query, follow=True)
            text = plain(response)[2]
            assert response.status_code < 500, (route, query)
            assert not [c for c in canaries if c in text], (route, query)


def test_the_tenant_in_a_header_or_form_changes_nothing(there: Neighbours) -> None:
    headers = {"x-tenant": str(there.elm.pk), "x-tenant-id": str(there.elm.pk), "x-location-id": "elm"}
    response = there.owner.get("/leads/", headers=headers)
    assert response.wsgi_request.tenant_id == there.filled.oakwood.pk
