"""May this request come in? Its version, its token, its pace, its scope and its body are looked at, in this order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from enterprisehub.ghl.sandbox import refusals
from enterprisehub.ghl.sandbox.pace import Pace
from enterprisehub.ghl.sandbox.routes import Call, Route
from enterprisehub.ghl.sandbox.shapes import troubles
from enterprisehub.ghl.sandbox.tokens import Token
from enterprisehub.ghl.sandbox.world import World

VERSIONS: Final = ("v3", "2023-02-21", "2021-07-28", "2021-04-15", "legacy")
_GONE_IN_V3: Final = ("/oauth/locationToken", "/oauth/installedLocations")


class Gate:
    """Lets requests in, and counts them by location."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.paces: dict[str, Pace] = {}

    def token(self, headers: Mapping[str, str]) -> Token:
        """Whose request it is."""
        word, _, key = headers.get("authorization", "").partition(" ")
        found = self._world.tokens.of_access(key.strip()) if word.lower() == "bearer" else None
        if found is None:
            raise refusals.bad_token()
        return found

    def version(self, headers: Mapping[str, str], path: str) -> None:
        given = headers.get("version", "")
        if not given:
            raise refusals.no_version()
        if given not in VERSIONS:
            raise refusals.bad_version(given)
        if given == "v3" and path in _GONE_IN_V3:
            text = f"Endpoint {path} not available in API version v3. This endpoint was removed in version v3."
            raise refusals.Refused(400, text)

    def pace(self, token: Token) -> Pace:
        """Of the location or the company: more tokens do not give more."""
        return self.paces.setdefault(token.location_id or token.company_id, Pace())

    def check(self, call: Call, route: Route) -> None:
        """Whether this token may use this operation, with this body."""
        token = call.token
        if token is not None:
            _may(token, route)
            if token.location_id and not self._world.locations[token.location_id].active:
                raise refusals.paused()
        if route.body is not None:
            body = call.request.json
            if call.request.body and body is None:
                raise refusals.Refused(400, "Unexpected token in JSON")
            if wrong := troubles(route.body, body if call.request.body else {}):
                raise refusals.unprocessable(*wrong)


def _may(token: Token, route: Route) -> None:
    private = not token.refresh
    if route.opens == "agency" and token.user_type == "Location":
        raise refusals.wrong_class()
    if route.opens == "location" and token.user_type == "Company":
        if not private:
            raise refusals.wrong_class()
        raise refusals.wrong_type() if route.scope.startswith("users") else refusals.no_scope()
    if route.scope and route.scope not in token.scopes:
        raise refusals.no_scope()
