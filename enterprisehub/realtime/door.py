"""May this handshake become a socket? Origin, subprotocol, and a session cookie or a ticket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.http.cookie import parse_cookie
from django.http.request import validate_host

from enterprisehub.errors import HubError, Invalid, NotAllowed, TooMany
from enterprisehub.realtime import logins, tickets
from enterprisehub.realtime.events import HTML_PROTOCOL, JSON_PROTOCOL, TICKET_PROTOCOL
from enterprisehub.realtime.logins import Login, NobodyThere

NOT_SIGNED_IN, NOT_ALLOWED, UNKNOWN_PROTOCOL, TOO_SLOW, TOO_MUCH = 4401, 4403, 4406, 4408, 4429
TOO_BIG, TRY_LATER = 1009, 1013
CODES: dict[type[HubError], int] = {
    NobodyThere: NOT_SIGNED_IN,
    NotAllowed: NOT_ALLOWED,
    Invalid: UNKNOWN_PROTOCOL,
    TooMany: TOO_MUCH,
}
MOST_SEQ_DIGITS = 18


@dataclass(frozen=True)
class Entry:
    """A handshake that may become a socket. `protocol` is what we answer, None when the client asked for none."""

    login: Login
    protocol: str | None
    last_seq: int | None


def enter(scope: dict[str, Any]) -> Entry:
    """Who wants to come in; raises NobodyThere, NotAllowed or Invalid. Touches Postgres, and Redis for tickets."""
    headers = {name: value.decode("latin1") for name, value in scope.get("headers", ())}
    asked = parse_qs(scope.get("query_string", b"").decode("latin1"))
    offered = [str(one) for one in scope.get("subprotocols", ())]
    ticket = next(iter(asked.get("ticket", ())), "") or _ticket_among(offered)
    _insist_on_origin(headers.get(b"origin"), needed=not ticket)
    protocol = _protocol(offered)
    return Entry(_login(headers, ticket), protocol, _number(next(iter(asked.get("last_seq", ())), "")))


def _login(headers: dict[bytes, str], ticket: str) -> Login:
    if ticket:
        return tickets.redeem(ticket)
    return logins.of_session(parse_cookie(headers.get(b"cookie", "")).get(settings.SESSION_COOKIE_NAME, ""))


def _ticket_among(offered: list[str]) -> str:
    return next((one.removeprefix(TICKET_PROTOCOL) for one in offered if one.startswith(TICKET_PROTOCOL)), "")


def _protocol(offered: list[str]) -> str | None:
    wanted = [one for one in offered if not one.startswith(TICKET_PROTOCOL)]
    chosen = next((one for one in wanted if one in (JSON_PROTOCOL, HTML_PROTOCOL)), None)
    if wanted and chosen is None:
        raise Invalid(f"The subprotocol is {JSON_PROTOCOL} or {HTML_PROTOCOL}.")
    # Who offers only a ticket speaks JSON; a browser insists that we choose one of those offered.
    return chosen or (offered[0] if offered else None)


def _insist_on_origin(origin: str | None, *, needed: bool) -> None:
    """A cookie is sent by whatever page is open, so its socket must come from a page of ours; a ticket needs no page."""
    if origin is None:
        if needed:
            raise NotAllowed("A socket opened with a cookie needs an Origin.")
        return
    host = urlsplit(origin).hostname or ""
    if origin not in settings.CSRF_TRUSTED_ORIGINS and not validate_host(host, settings.ALLOWED_HOSTS):
        raise NotAllowed("This origin is not ours.")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_SEQ_DIGITS else None


def code_of(error: HubError) -> int:
    """The close code that tells the client why it may not come in."""
    return next((code for kind, code in CODES.items() if isinstance(error, kind)), NOT_ALLOWED)
