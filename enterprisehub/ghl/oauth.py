"""How does HighLevel give tokens? Its page for choosing a location, and its token endpoint, in both of its spellings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.utils.timezone import now

from enterprisehub.ghl import wire
from enterprisehub.ghl.calls import CONTACTS
from enterprisehub.ghl.refusals import NotConnected, ServerFault

SCOPES: Final = (
    "contacts.readonly", "contacts.write", "conversations.readonly", "conversations.write",
    "conversations/message.readonly", "conversations/message.write", "opportunities.readonly", "opportunities.write",
    "calendars.readonly", "calendars/events.readonly", "calendars/events.write", "users.readonly", "locations.readonly",
    "locations/customFields.readonly", "locations/customFields.write", "locations/tags.readonly", "locations/tags.write",
    "locations/tasks.readonly", "workflows.readonly",
)  # fmt: skip
# An agency that installs the app gives a token of its own, from which its locations' are minted.
ASKED: Final = (*SCOPES, "oauth.readonly", "oauth.write")
COMPANY, LOCATION = "Company", "Location"
PAGE = 100  # locations per question
MOST_PAGES = 20


@dataclass(frozen=True)
class Pair:
    """An access token and what renews it, as HighLevel gave them. Never shown: the tokens are left out of `repr`."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: datetime
    scopes: tuple[str, ...]
    user_type: str
    company_id: str
    location_id: str


@dataclass(frozen=True)
class Location:
    """A location in which an agency has the app installed."""

    id: str
    name: str


def is_configured() -> bool:
    return bool(settings.GHL_CLIENT_ID and settings.GHL_CLIENT_SECRET)


def app_id() -> str:
    """What HighLevel calls the app: its client id up to the first hyphen."""
    return str(settings.GHL_CLIENT_ID).partition("-")[0]


def choose_location(*, state: str, back: str) -> str:
    """The address of HighLevel's page where a person chooses the location; it comes back to `back` with a code."""
    query = {
        "response_type": "code",
        "client_id": settings.GHL_CLIENT_ID,
        "redirect_uri": back,
        "scope": " ".join(ASKED),
        "state": state,
        "loginWindowOpenMode": "self",
    }
    if settings.GHL_APP_VERSION_ID:
        query["version_id"] = settings.GHL_APP_VERSION_ID
    return f"{settings.GHL_OAUTH_BASE.rstrip('/')}/v2/oauth/chooselocation?{urlencode(query)}"


def exchange(code: str, *, back: str) -> Pair:
    """The tokens for the code of an installation; used once. An agency's installation gives a Company token."""
    return _token(grant_type="authorization_code", code=code, user_type=LOCATION, redirect_uri=back)


def renew(refresh: str, *, user_type: str) -> Pair:
    """A new pair for this refresh token, which is spent by it. Only ghl/tokens.py may call this: it lets one in at a time."""
    return _token(grant_type="refresh_token", refresh_token=refresh, user_type=user_type)


def mint(access: str, *, company_id: str, location_id: str) -> Pair:
    """A location's own tokens, made from its agency's access token."""
    answer = wire.ask(
        "POST",
        "/oauth/locationToken",
        headers=_headers(access),
        data={"companyId": company_id, "locationId": location_id},
    )
    return _pair({"companyId": company_id, "locationId": location_id, **answer.body})


def installed_locations(access: str, *, company_id: str) -> list[Location]:
    """Where the agency has our app installed."""
    found: list[Location] = []
    for page in range(MOST_PAGES):
        query = {
            "companyId": company_id, "appId": app_id(), "isInstalled": "true",
            "skip": str(page * PAGE), "limit": str(PAGE),
        }  # fmt: skip
        body = wire.ask("GET", "/oauth/installedLocations", headers=_headers(access), query=query).body
        rows = body.get("locations") or body.get("items") or []
        found += [
            Location(str(row.get("_id") or row.get("id")), str(row.get("name") or ""))
            for row in rows
            if isinstance(row, dict) and (row.get("_id") or row.get("id")) and row.get("isInstalled", True)
        ]
        if len(rows) < PAGE:
            break
    return found


def _token(**grant: str) -> Pair:
    if not is_configured():
        raise NotConnected(detail="no_app")
    form = {"client_id": settings.GHL_CLIENT_ID, "client_secret": settings.GHL_CLIENT_SECRET, **grant}
    return _pair(wire.ask("POST", "/oauth/token", headers={"Accept": "application/json"}, data=form).body)


def _headers(access: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {access}", "Version": CONTACTS, "Accept": "application/json"}


def _pair(body: Mapping[str, Any]) -> Pair:
    """Reads both spellings: access_token as today, accessToken as in v3."""

    def word(snake: str, camel: str) -> str:
        value = body.get(snake) or body.get(camel)
        return value if isinstance(value, str) else ""

    seconds = body.get("expires_in", body.get("expiresIn"))
    access = word("access_token", "accessToken")
    if not access or not isinstance(seconds, int | float) or not 0 < seconds < 10**8:
        raise ServerFault(detail="token_unreadable")
    return Pair(
        access=access,
        refresh=word("refresh_token", "refreshToken"),
        expires_at=now() + timedelta(seconds=seconds),
        scopes=tuple(word("scope", "scopes").split()),
        user_type=word("userType", "user_type"),
        company_id=word("companyId", "company_id"),
        location_id=word("locationId", "location_id"),
    )
