"""How does a brokerage get its line to HighLevel, change its token, and lose the line again?"""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.timezone import now

from enterprisehub.errors import Conflict, Invalid, NotFound
from enterprisehub.ghl import oauth, settling, tokens
from enterprisehub.ghl.client import Client
from enterprisehub.ghl.models import Agency, Connection, Kind, OutboundCall, Standing, State
from enterprisehub.ghl.oauth import Location, Pair
from enterprisehub.ghl.refusals import HighLevelError, NotConnected, ScopeMissing
from enterprisehub.privacy.audit import record
from enterprisehub.privacy.crypto import seal_into, unseal_from
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import current, scope
from enterprisehub.tenants.work import later

OVERLAP = timedelta(days=7)  # HighLevel keeps a token that was rotated "expire later" for so long
TOKEN = re.compile(r"pit-[A-Za-z0-9-]{8,200}")
LOCATION_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
LOOK = "ghl.look"
# A question that changes nothing, for each right to read: what a private token may do, nobody says.
PROBES: Final[tuple[tuple[str, str, dict[str, Any]], ...]] = (
    ("contacts.readonly", "contact.search", {"pageLimit": 1}),
    ("conversations.readonly", "conversation.search", {"limit": 1}),
    ("opportunities.readonly", "pipeline.list", {}),
    ("calendars.readonly", "calendar.list", {}),
    ("users.readonly", "user.search", {"limit": 1}),
    ("locations/customFields.readonly", "field.list", {"model": "contact"}),
)


def by_app(pair: Pair) -> Connection:
    """Connect the current tenant with the location of these tokens. Conflict when one of the two belongs elsewhere."""
    if not pair.location_id:
        raise Invalid("These tokens belong to no location.", field="location_id")
    _claim(pair.location_id)
    row = _row(pair.location_id)
    _without_former(row)
    row.kind, row.connected_at = Kind.OAUTH, now()
    tokens.keep(row, pair)
    _connected(row)
    return row


def by_token(location_id: str, token: str) -> Connection:
    """Connect by a private integration token, after HighLevel has answered to it for this very location.

    In the tenant's name, as `rotate` and `by_agency`: HighLevel is waited for without a transaction, then the answer is kept.
    """
    location_id, token = _readable(location_id, token)
    with scope(current()):
        _may_claim(Tenant.objects.get(pk=current()), location_id)
    company = _answers(location_id, token)
    with scope(current()):
        _claim(location_id)
        row = _row(location_id)
        _without_former(row)
        seal_into(row, "access_sealed", token)
        row.refresh_sealed, row.expires_at, row.scopes = None, None, []
        row.kind, row.standing, row.trouble, row.company_id = Kind.PIT, Standing.ACTIVE, "", company
        row.version, row.connected_at = row.version + 1, now()
        row.save()
        _connected(row)
    return row


def rotate(token: str) -> Connection:
    """A new private token beside the former one, which is good for seven days more; the new one must answer first."""
    with scope(current()):
        location_id, seen = _rotated(token)
    location_id, token = _readable(location_id, token)
    _answers(location_id, token)
    with scope(current()):
        row = Connection.objects.select_for_update().filter(version=seen).first()
        if row is None:
            raise Conflict("Somebody changed the connection at the same moment. Look at it and try again.")
        seal_into(row, "former_sealed", unseal_from(row, "access_sealed"))
        seal_into(row, "access_sealed", token)
        row.former_until, row.version = now() + OVERLAP, row.version + 1
        row.standing, row.trouble = Standing.ACTIVE, ""
        row.save()
        record("highlevel.rotate", row, former_until=row.former_until.isoformat())
        _go_on()
    return row


def end(row: Connection, standing: Standing, *, at: datetime | None = None) -> int:
    """Forget the tokens and give up what waits to be written; how much that was. What HighLevel told us is kept."""
    row.access_sealed = row.refresh_sealed = row.expires_at = None
    _without_former(row)
    row.standing, row.trouble, row.version, row.connected_at = standing, "", row.version + 1, at or now()
    row.save()
    waiting = list(OutboundCall.objects.filter(state=State.WAITING).select_for_update(skip_locked=True))
    for call in waiting:
        settling.dead(call, standing)
    record("highlevel.end", row, standing=standing, given_up=len(waiting))
    return len(waiting)


def keep_agency(pair: Pair) -> Agency:
    """An agency's own tokens, kept for the whole installation: its locations' are minted from them."""
    if not pair.company_id:
        raise Invalid("These tokens belong to no agency.", field="company_id")
    agency, _ = Agency.objects.select_for_update().get_or_create(company_id=pair.company_id)
    tokens.keep(agency, pair)
    return agency


def places(company_id: str) -> list[Location]:
    """Where this agency has the app installed. Raises HighLevelError."""
    return oauth.installed_locations(_agencys(company_id), company_id=company_id)


def by_agency(company_id: str, location_id: str) -> Connection:
    """Connect the current tenant with one of the agency's locations, by tokens minted for it."""
    if location_id not in {one.id for one in places(company_id)}:
        raise NotFound("The app is not installed in this location.")
    pair = oauth.mint(_agencys(company_id), company_id=company_id, location_id=location_id)
    with scope(current()):
        return by_app(pair)


def look(tenant_id: UUID) -> list[str]:
    """Ask what the token may read, and keep it; in the tenant's name, since the network is waited for."""
    client = Client.of(tenant_id)
    granted: list[str] = []
    missing = False
    for name, operation, arguments in PROBES:
        try:
            client.call(operation, **arguments)
        except ScopeMissing:
            missing = True
            continue
        except NotConnected:
            raise
        except HighLevelError:
            pass  # it was not refused for its rights
        granted.append(name)
    with scope(tenant_id):
        row = Connection.objects.select_for_update().get()
        if client.kind == Kind.PIT:  # what the app was granted, its tokens say
            row.scopes = [*granted, "locations.readonly"]
        if not missing and row.trouble == ScopeMissing.code:
            row.trouble = ""
        row.save(update_fields=["scopes", "trouble"])
        return list(row.scopes)


def ask_to_look() -> None:
    """Have the worker look, once the open transaction commits."""
    later(LOOK, durable=False)


def told(pair: Pair) -> dict[str, object]:
    """The pair as it can be sealed and put aside until somebody says to which tenant it goes."""
    return {**asdict(pair), "expires_at": pair.expires_at.isoformat(), "scopes": list(pair.scopes)}


def read(told_: dict[str, object]) -> Pair:
    return Pair(
        access=str(told_["access"]),
        refresh=str(told_["refresh"]),
        expires_at=datetime.fromisoformat(str(told_["expires_at"])),
        scopes=tuple(str(one) for one in told_["scopes"]),  # type: ignore[attr-defined]
        user_type=str(told_["user_type"]),
        company_id=str(told_["company_id"]),
        location_id=str(told_["location_id"]),
    )


def _agencys(company_id: str) -> str:
    """The agency's own access token."""
    with scope(current()):
        return unseal_from(Agency.objects.get(company_id=company_id), "access_sealed") or ""


def _may_claim(tenant: Tenant, location_id: str) -> None:
    if tenant.location_id and tenant.location_id != location_id:
        raise Conflict("This brokerage belongs to another HighLevel location; the platform's staff can change that.")


def _claim(location_id: str) -> None:
    """The location is this tenant's from now on, and nobody else's."""
    tenant = Tenant.objects.select_for_update().get(pk=current())
    _may_claim(tenant, location_id)
    if tenant.location_id == location_id:
        return
    tenant.location_id = location_id
    try:
        with transaction.atomic():
            tenant.save(update_fields=["location_id"])
    except IntegrityError:
        raise Conflict("This HighLevel location belongs to another brokerage.") from None


def _row(location_id: str) -> Connection:
    row = Connection.objects.select_for_update().first()
    if row is None:
        return Connection(location_id=location_id)
    row.location_id = location_id
    return row


def _rotated(token: str) -> tuple[str, int]:
    """The location and the version of the tokens to which a private token is to be added; refused when there is none, or it is this."""
    row = Connection.objects.filter(kind=Kind.PIT).exclude(access_sealed=None).first()
    if row is None:
        raise NotFound("There is no private token to rotate.")
    if token.strip() == unseal_from(row, "access_sealed"):
        raise Invalid("This is the token that is in use already.", field="token")
    return row.location_id, row.version


def _answers(location_id: str, token: str) -> str:
    """The location's company, told by HighLevel to this token. Raises HighLevelError when it answers something else."""
    client = Client(
        tenant_id=current(), location_id=location_id, company_id="", kind=Kind.PIT, version=-1, expires_at=None,
        access=token, patience=2.0,
    )  # fmt: skip
    location = client.call("location.get").get("location") or {}
    company = location.get("companyId")
    # An agency's token reads locations too, but no contacts (CONTRACT §2.3); without contacts there is nothing to do here.
    client.call("contact.search", pageLimit=1)
    return company if isinstance(company, str) else ""


def _readable(location_id: str, token: str) -> tuple[str, str]:
    location_id, token = location_id.strip(), token.strip()
    if not LOCATION_ID.fullmatch(location_id):
        raise Invalid("A location's id is made of letters and digits.", field="location_id")
    if not TOKEN.fullmatch(token):
        raise Invalid("A private integration token begins with pit- and has no spaces.", field="token")
    return location_id, token


def _without_former(row: Connection) -> None:
    row.former_sealed = row.former_until = None


def _connected(row: Connection) -> None:
    record("highlevel.connect", row, kind=row.kind, location=row.location_id)
    ask_to_look()
    _go_on()


def _go_on() -> None:
    """What waited for the line is due."""
    OutboundCall.objects.filter(state=State.WAITING, begun_at=None).update(next_at=now())
