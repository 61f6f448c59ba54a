"""Which function answers which method and path, who may ask, and what does it get to see?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from enterprisehub.ghl.sandbox.refusals import foreign, unprocessable
from enterprisehub.ghl.sandbox.shapes import Shape
from enterprisehub.ghl.sandbox.tokens import Token
from enterprisehub.ghl.sandbox.wire import Reply, Request
from enterprisehub.ghl.sandbox.world import Location, World


@dataclass
class Call:
    """A request that was let in."""

    world: World
    request: Request
    args: dict[str, str]
    token: Token | None = None

    @property
    def location(self) -> Location:
        """The location of the token."""
        token = self.token
        if token is None or token.location_id not in self.world.locations:
            raise foreign()
        return self.world.locations[token.location_id]

    @property
    def body(self) -> dict[str, Any]:
        return self.request.json if isinstance(self.request.json, dict) else {}

    def asked(self, name: str, default: str = "") -> str:
        return self.request.query.get(name, default)

    def needed(self, name: str) -> str:
        """A query parameter that must be there."""
        value = self.request.query.get(name, "")
        if not value:
            raise unprocessable(f"{name} should not be empty", f"{name} must be a string")
        return value

    def count(self, name: str, *, default: int, most: int) -> int:
        text = self.asked(name, str(default))
        if not text.isdigit() or not 0 <= int(text) <= most:
            raise unprocessable(f"{name} must not be greater than {most}")
        return int(text)

    def here(self, location_id: str) -> Location:
        """The token's location, which must be the one that is named."""
        if location_id != self.location.id:
            raise foreign()
        return self.location


Play = Callable[[Any], Any]  # of a Call; in the control API of an Order
Opens = Literal["location", "agency", "either", "nobody"]


class Route(NamedTuple):
    """One operation; `opens` is whose token may use it."""

    method: str
    path: str
    play: Play
    scope: str = ""
    status: int = 200
    body: Shape | None = None
    opens: Opens = "location"
    versioned: bool = True


class Match(NamedTuple):
    route: Route
    args: dict[str, str]


class Routes:
    """All routes, those with fewer parameters first; a trailing slash is part of a path."""

    def __init__(self, routes: Iterable[Route]) -> None:
        ordered = sorted(routes, key=lambda route: route.path.count("{"))
        self._rows = [
            (re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path) + r"\Z"), route) for route in ordered
        ]

    def match(self, method: str, path: str) -> Match | None:
        for pattern, route in self._rows:
            if route.method == method and (found := pattern.match(path)):
                return Match(route, found.groupdict())
        return None


def reply(value: Any, *, status: int) -> Reply:
    """What a route's function gave, as an answer."""
    return value if isinstance(value, Reply) else Reply(status, value)
