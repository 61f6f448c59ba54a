"""What can go wrong that the caller should hear about: one small tree, mapped to each door once."""

from __future__ import annotations


class HubError(Exception):
    """An error with a stable code and a sentence that a person can act on; never holds personal data."""

    code = "error"

    def __init__(self, message: str = "", *, field: str = "") -> None:
        super().__init__(message or self.code)
        self.message = message or self.code
        self.field = field


class NotAllowed(HubError):
    """The caller is known but may not do this."""

    code = "not_allowed"


class NotFound(HubError):
    """No such thing, or not in this tenant: both look the same."""

    code = "not_found"


class Conflict(HubError):
    """The thing is no longer in the state that the caller assumed."""

    code = "conflict"


class Invalid(HubError):
    """The input cannot be read as what it should be."""

    code = "invalid"


class TooMany(HubError):
    """The caller is asking faster than it may."""

    code = "too_many"


class EngineDown(HubError):
    """No engine could answer."""

    code = "engine_down"
