"""What may an endpoint answer besides success? Every operation of the schema says so."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, OpenApiParameter

from enterprisehub.tenants.api.once import HEADER
from enterprisehub.tenants.api.problems import CONTENT_TYPE, Problem

ALWAYS = {
    401: "No key or session, or one that is no longer good.",
    403: "The caller is known but may not do this, or the CSRF token is missing.",
    429: "Asked too often; `Retry-After` says when to come back.",
    500: "A fault of ours; the request id finds it in the logs.",
    503: "The database, or every engine, is away; `Retry-After` says when to come back.",
}
WITH_A_BODY = {
    400: "The body, or a field of it, cannot be read as what it should be.",
    413: "The body is too large.",
    415: "The body is not `application/json`.",
}
WITH_AN_ID = {404: "There is no such thing, or not for this caller: both look the same."}
WRITES = {409: "Something else is known under this id or Idempotency-Key."}

ONCE = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="Makes a repeated request safe: for 24 hours the same key gets the first answer again. 1 to 200 visible characters.",
)
RATE = [
    OpenApiParameter(name, int, OpenApiParameter.HEADER, response=True, description=told)
    for name, told in (
        ("RateLimit-Limit", "Requests per minute that this caller may make."),
        ("RateLimit-Remaining", "What is left of them."),
        ("RateLimit-Reset", "Seconds until the window is over."),
    )
]


class Schema(AutoSchema):
    """Adds the problems that an operation can answer with, and the headers that go with every answer."""

    def get_override_parameters(self) -> list[Any]:
        return [*super().get_override_parameters(), *RATE]

    def _get_response_bodies(self, direction: Direction = "response") -> Any:
        bodies = super()._get_response_bodies(direction=direction)
        for status, told in sorted(self._problems().items()):
            if str(status) not in bodies:
                body: Any = self._get_response_for_code(Problem, str(status), [CONTENT_TYPE])  # type: ignore[no-untyped-call]
                bodies[str(status)] = {**body, "description": told}
        return dict(sorted(bodies.items()))

    def _problems(self) -> dict[int, str]:
        found = dict(ALWAYS)
        view, names = self.view, {parameter["name"] for parameter in self._get_parameters()}
        takes = self.method in ("POST", "PATCH")
        if takes or names - {HEADER}:
            found |= WITH_A_BODY if takes else {400: "A parameter cannot be read as what it should be."}
        if self.method in getattr(view, "names_things", ()):
            found |= WITH_AN_ID
        if HEADER in names:
            found |= WRITES
        return found
