"""How does HighLevel say no? Statuses and texts as they were seen, the message a string or a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from enterprisehub.ghl.sandbox.wire import Reply


class Refused(Exception):
    """An answer that is not what was asked for."""

    def __init__(
        self, status: int, message: str | list[str], *, error: str = "", more: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(str(message))
        self.status = status
        self.value: dict[str, Any] = {"statusCode": status, "message": message}
        if error:
            self.value["error"] = error
        self.value.update(more or {})

    def reply(self) -> Reply:
        return Reply(self.status, self.value)


def no_version() -> Refused:
    return Refused(401, "version header was not found.")


def bad_version(given: str) -> Refused:
    return Refused(400, f"Invalid API version segment '{given[:40]}' at position 0")


def bad_token() -> Refused:
    return Refused(401, "Invalid token: access token is invalid", error="Unauthorized")


def no_scope() -> Refused:
    return Refused(401, "The token is not authorized for this scope.", error="Unauthorized")


def wrong_type() -> Refused:
    return Refused(401, "Token's user type mismatch!", error="Unauthorized")


def wrong_class() -> Refused:
    text = "This authClass type is not allowed to access this scope. Please try with a different token."
    return Refused(401, text, error="Unauthorized")


def foreign() -> Refused:
    return Refused(403, "The token does not have access to this location.")


def paused() -> Refused:
    return Refused(400, "Location is not active")


def spent() -> Refused:
    return Refused(400, "Invalid grant: refresh token is invalid")


def bad_code() -> Refused:
    """A code that is unknown, used or too old; this one has no statusCode."""
    refusal = Refused(401, "")
    refusal.value = {"error": "UnAuthorized!", "error_description": "Authorization code not found"}
    return refusal


def unprocessable(*messages: str) -> Refused:
    return Refused(422, list(messages), error="Unprocessable Entity")


def no_route(method: str, path: str) -> Refused:
    return Refused(404, f"Cannot {method} {path}", error="Not Found")


def too_many() -> Refused:
    return Refused(429, "Too Many Requests")
