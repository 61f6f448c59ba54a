"""What does HighLevel mean by its refusal, and what is to be done about it? One tree, read off one table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from enterprisehub.errors import HubError


class HighLevelError(HubError):
    """A call that did not succeed. `code` and `trace_id` may be logged; what HighLevel wrote may not: it repeats input."""

    code = "highlevel"
    again: ClassVar[bool] = False  # the same call may succeed later
    reached: ClassVar[bool] = False  # it may have been done all the same

    def __init__(self, *, status: int = 0, trace_id: str = "", detail: str = "", wait: float = 0.0) -> None:
        super().__init__(f"HighLevel: {self.code}{': ' + detail if detail else ''}")
        self.status, self.trace_id, self.detail, self.wait = status, trace_id, detail, wait
        self.heard: Mapping[str, str] = {}  # the answer's headers, for who counts

    @property
    def reason(self) -> str:
        """For the tables: the code, and which property it was about."""
        return f"{self.code}:{self.detail}"[:200] if self.detail else self.code


class NotConnected(HighLevelError):
    """This tenant has no usable connection."""

    code = "not_connected"


class Paced(HighLevelError):
    """Our own limit: nothing was sent, and `wait` seconds from now there is room."""

    code, again = "paced", True


class Unreachable(HighLevelError):
    """No connection came about: nothing was sent."""

    code, again = "unreachable", True


class Unanswered(HighLevelError):
    """It was sent, and nothing usable came back: whether it was done is not known."""

    code, again, reached = "unanswered", True, True


class ServerFault(HighLevelError):
    """5xx, or an answer that is none (a redirect, a page): it may have been done."""

    code, again, reached = "server_fault", True, True


class Busy(HighLevelError):
    """429: too many calls in these ten seconds."""

    code, again = "busy", True


class DaySpent(Busy):
    """429 with nothing left of the day: nothing goes until tomorrow."""

    code = "day_spent"


class Refused(HighLevelError):
    """4xx: asking again in the same words is of no use."""

    code = "refused"


class TokenRefused(Refused):
    """The access token is expired or revoked: refresh once, try once."""

    code = "token_refused"


class GrantLost(Refused):
    """The refresh token is spent or revoked: somebody must connect again."""

    code = "grant_lost"


class LocationPaused(Refused):
    """The location is paused at HighLevel (billing); the same tokens work again later, so they are kept."""

    code = "location_paused"


class CodeRefused(Refused):
    """The code of an installation is unknown, used or too old."""

    code = "code_refused"


class VersionRefused(Refused):
    """The version header is missing or wrong: our bug, and no reason to refresh."""

    code = "version_refused"


class ScopeMissing(Refused):
    """The token was not given this scope: somebody must consent again."""

    code = "scope_missing"


class WrongKindOfToken(Refused):
    """An agency's token where a location's is needed: connected wrongly."""

    code = "wrong_kind_of_token"


class AgencyToken(Refused):
    """The agency's token of the app: a location token must be minted from it."""

    code = "agency_token"


class WrongLocation(Refused):
    """The token belongs to another location: an alarm, since that must never happen."""

    code = "wrong_location"


class Missing(Refused):
    """It does not exist (any more)."""

    code = "missing"


class Duplicate(Refused):
    """The location allows no second contact of this address; `detail` is the id of the one that exists, if it was told."""

    code = "duplicate"


class Unprocessable(Refused):
    """422: a property is not as it must be; creating may have happened all the same (CONTRACT §4)."""

    code = "unprocessable"


# Status and what the message holds, in lower case (CONTRACT §2.2 and §2.4); the first that fits.
MEANINGS: Final[tuple[tuple[int, str, type[Refused]], ...]] = (
    (401, "version header", VersionRefused),
    (400, "api version", VersionRefused),
    (401, "not authorized for this scope", ScopeMissing),
    (401, "user type mismatch", WrongKindOfToken),
    (401, "authclass", AgencyToken),
    (401, "authorization code", CodeRefused),
    (400, "authorization code", CodeRefused),
    (401, "", TokenRefused),
    (403, "does not have access to this location", WrongLocation),
    (400, "invalid grant", GrantLost),
    (400, "location is not active", LocationPaused),
    (400, "duplicated contacts", Duplicate),
    (400, "duplicate contact", Duplicate),
    (404, "", Missing),
    (422, "", Unprocessable),
)
PROPERTY = re.compile(r"\b(?:property )?([a-z][A-Za-z]{1,30})(?= should not exist| must | should )")


def refusal(status: int, body: Any, headers: Mapping[str, str]) -> HighLevelError:
    """The error that this answer is. Words of HighLevel's are read, never kept."""
    facts: dict[str, Any] = {"status": status, "trace_id": trace_of(body)}
    if status == 429:
        spent = headers.get("x-ratelimit-daily-remaining") == "0"
        return (DaySpent if spent else Busy)(**facts, wait=interval(headers))
    if status >= 500 or status < 400:
        return ServerFault(**facts)
    said = _said(body).lower()
    kind = next((kind for code, words, kind in MEANINGS if code == status and words in said), Refused)
    return kind(**facts, detail=_detail(kind, body))


def interval(headers: Mapping[str, str]) -> float:
    """Seconds until the window is over, from the headers; ten when they do not say."""
    told = headers.get("x-ratelimit-interval-milliseconds", "")
    return min(60.0, int(told) / 1000) if told.isascii() and told.isdigit() and len(told) < 9 else 10.0


def trace_of(body: Any) -> str:
    trace = body.get("traceId") if isinstance(body, dict) else None
    return trace[:64] if isinstance(trace, str) else ""


def _said(body: Any) -> str:
    """The message of any of the shapes: a string, a list, OAuth's error_description, v3's error object."""
    if not isinstance(body, dict):
        return ""
    inner = body.get("error")
    told = body.get("message") or body.get("error_description")
    if isinstance(inner, dict):
        told = [inner.get("message"), inner.get("code"), inner.get("details")]
    parts = told if isinstance(told, list) else [told]
    return " · ".join(str(part) for part in parts if part)[:2_000]


def _detail(kind: type[Refused], body: Any) -> str:
    """What may be kept of it: names of properties, or the id of the contact that exists."""
    if kind is Duplicate:
        meta = body.get("meta")
        known = meta.get("contactId") if isinstance(meta, dict) else None
        return known if isinstance(known, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,64}", known) else ""
    if kind is Unprocessable:
        return ",".join(dict.fromkeys(PROPERTY.findall(_said(body))))[:150]
    return ""
