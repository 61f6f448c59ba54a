"""Does every API operation treat a neighbour's id like one that does not exist? The operations are read from the schema itself."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from functools import cache as once
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from tests.kept import kept
from tests.neighbours import Neighbours, nobodys, plain

ID = "\N{WHITE SQUARE}"  # stands where an id goes
NAMED = {"language": "en", "timezone": "America/Chicago"}
SHAPED = {"email": "somebody@oakwood.example", "date": "2026-01-01", "date-time": "2026-01-01T00:00:00Z"}


@once
def schema() -> dict[str, Any]:
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return found


def operations() -> list[tuple[str, str]]:
    return [
        (path, method) for path, methods in schema()["paths"].items() for method in methods if method != "parameters"
    ]


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part or "allOf" in part:
        part = (
            schema()["components"]["schemas"][part["$ref"].rpartition("/")[2]] if "$ref" in part else part["allOf"][0]
        )
    return part


def example(name: str, part: dict[str, Any]) -> Any:
    """A value that the schema allows; ID where an id is wanted."""
    part = resolved(part)
    if part.get("enum"):
        return part["enum"][0]
    if part.get("oneOf"):
        return example(name, part["oneOf"][0])
    kind = part.get("type")
    if kind == "object" or "properties" in part:
        return {key: example(key, value) for key, value in part.get("properties", {}).items()}
    if kind == "array":
        return [example(name, part["items"])]
    if name in NAMED:
        return NAMED[name]
    if part.get("format") in SHAPED:
        return SHAPED[part["format"]]
    if part.get("format") == "uuid" or (name.endswith("_id") and name not in ("message_id", "feedback_id")):
        return ID
    plain_values = {"integer": part.get("minimum", 1) or 1, "number": 1.0, "boolean": True}
    return plain_values.get(str(kind), f"text-{nobodys().hex}"[: part.get("maxLength", 80)])


def wanted(path: str, method: str) -> Any:
    content = schema()["paths"][path][method].get("requestBody", {}).get("content", {})
    body = content.get("application/json", {}).get("schema")
    return example("", body) if body else None


def places(value: Any, where: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where in the body ids stand."""
    if value == ID:
        yield where
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*where, key))


def with_ids(value: Any, chosen: dict[tuple[Any, ...], UUID], where: tuple[Any, ...] = ()) -> Any:
    """The body with these ids in their places; the other places stay out of it."""
    if isinstance(value, dict):
        filled = {key: with_ids(inner, chosen, (*where, key)) for key, inner in value.items()}
        return {key: inner for key, inner in filled.items() if inner != ID}
    if isinstance(value, list):
        return [with_ids(inner, chosen, (*where, n)) for n, inner in enumerate(value)]
    return str(chosen[where]) if value == ID and where in chosen else value


@pytest.fixture(scope="module")
def neighbours(django_db_setup: None, django_db_blocker: Any) -> Iterator[Neighbours]:
    yield from kept(django_db_blocker, Neighbours.move_in)


@pytest.fixture
def there(db: None, neighbours: Neighbours) -> Neighbours:
    cache.clear()
    neighbours.come_back()
    return neighbours


class Caller:
    """Asks the API as a person with a session or as a program with a key."""

    def __init__(self, client: Client, **headers: str) -> None:
        self.client, self.headers = client, headers

    def ask(self, path: str, method: str, body: Any = None) -> Any:
        cache.clear()  # the limits are not what is tested here
        data = json.dumps(body) if body is not None else ""
        return self.client.generic(method.upper(), path, data, "application/json", headers=self.headers)


def callers(there: Neighbours) -> list[Caller]:
    bearer = Caller(Client(raise_request_exception=False), authorization=f"Bearer {there.key}")
    return [Caller(there.agent), Caller(there.owner), bearer]


def in_path(path: str, key: object) -> str:
    return "/".join(str(key) if part.startswith("{") else part for part in path.split("/"))


def own_path(there: Neighbours, path: str) -> str:
    """The path with Oakwood's own ids: {lead_id} is its lead's."""
    own = {
        f"{{{model.__name__.lower()}_id}}": str(key)
        for (tenant, model), key in there.filled.ids.items()
        if tenant == there.filled.oakwood.pk
    }
    return "/".join(own.get(part, part) for part in path.split("/"))


def test_there_are_operations_to_look_at() -> None:
    assert len(operations()) >= 8
    assert any(places(wanted(*operation)) for operation in operations())


@pytest.mark.parametrize(("path", "method"), operations())
def test_without_a_login_or_with_a_bad_key_it_is_refused(db: None, path: str, method: str) -> None:
    for headers in ({}, {"authorization": "Bearer ehk_nobody00.wrong"}, {"authorization": "Bearer x"}):
        response = Caller(Client(), **headers).ask(in_path(path, nobodys()), method, wanted(path, method))
        assert response.status_code in (401, 403), (headers, response.status_code)


@pytest.mark.parametrize(("path", "method"), operations())
def test_a_neighbours_id_in_the_path_looks_like_none(there: Neighbours, path: str, method: str) -> None:
    if "{" not in path:
        return
    before, body = there.elm_rows(), with_ids(wanted(path, method), {})
    for caller in callers(there):
        nothing = nobodys()
        expected = plain(caller.ask(in_path(path, nothing), method, body), nothing)
        assert 400 <= expected[0] < 500
        for key in there.theirs:
            assert plain(caller.ask(in_path(path, key), method, body), key) == expected
    assert there.elm_rows() == before


@pytest.mark.parametrize(("path", "method"), operations())
def test_a_neighbours_id_in_the_body_looks_like_none(there: Neighbours, path: str, method: str) -> None:
    shape, before, canaries = wanted(path, method), there.elm_rows(), there.canaries()
    spots, path = list(places(shape)), own_path(there, path)
    for caller in callers(there):
        for spot in spots:
            nothing = nobodys()
            expected = plain(caller.ask(path, method, with_ids(shape, {spot: nothing})), nothing)
            for key in there.theirs:
                seen = plain(caller.ask(path, method, with_ids(shape, {spot: key})), key)
                assert seen[0] == expected[0], (spot, seen, expected)
                assert seen[0] < 500
                if seen[0] >= 400:
                    assert seen == expected, spot
                assert not [c for c in canaries if c in seen[2]], spot
    assert there.elm_rows() == before


@pytest.mark.parametrize(("path", "method"), [o for o in operations() if list(places(wanted(*o)))])
def test_an_own_id_in_the_body_is_found_so_the_refusals_above_mean_something(
    there: Neighbours, path: str, method: str
) -> None:
    shape, spots = wanted(path, method), list(places(wanted(path, method)))
    path = own_path(there, path)

    def found(caller: Caller, spot: tuple[Any, ...]) -> bool:
        expected = caller.ask(path, method, with_ids(shape, {spot: nobodys()})).status_code
        return any(caller.ask(path, method, with_ids(shape, {spot: key})).status_code != expected for key in there.ours)

    assert any(found(caller, spot) for caller, spot in itertools.product(callers(there)[:2], spots))


@pytest.mark.parametrize(("path", "method"), operations())
def test_filters_and_unknown_fields_reach_no_neighbour(there: Neighbours, path: str, method: str) -> None:
    before, canaries = there.elm_rows(), there.canaries()
    body = with_ids(wanted(path, method), {})
    forged = {"tenant": str(there.elm.pk), "tenant_id": str(there.elm.pk), "location_id": "elm", "is_staff": True}
    query = f"?tenant={there.elm.pk}&tenant_id={there.elm.pk}&agent_id={there.theirs[-1]}&before={there.theirs[-1]}"
    for caller in callers(there):
        response = caller.ask(in_path(path, nobodys()) + query, method, {**(body or {}), **forged})
        assert response.status_code < 500
        assert not [c for c in canaries if c in plain(response)[2]]
    assert there.elm_rows() == before
