"""What follows when HighLevel says that our app was installed or thrown out, in whichever order that is told?"""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.utils.timezone import now

from enterprisehub.ghl import connecting, oauth
from enterprisehub.ghl.models import Agency, Connection, Kind, Standing, UnmappedEvent
from enterprisehub.ghl.refusals import HighLevelError
from enterprisehub.ghl.schemas import Event
from enterprisehub.privacy.crypto import unseal_from
from enterprisehub.tenants.scope import current, scope, unscoped
from enterprisehub.tenants.work import later

log = structlog.get_logger(__name__)
MINT = "ghl.mint"
# Tokens come a moment before or after the event that belongs to them; nobody throws an app out within it.
SAME_TIME = timedelta(seconds=30)
PENDING = timedelta(days=2)


def installed(event: Event) -> None:
    """For the event table. Connected already: nothing to do. Thrown out before: minted anew where the agency is known.

    The tokens of a first installation come through the callback; the event may be here before them, then it waits
    among the unmapped ones (`pending`) or is given to the tenant by then.
    """
    row = Connection.objects.select_for_update().first()
    if row is None or row.standing != Standing.UNINSTALLED or event.occurred_at < row.connected_at:
        return
    row.trouble = "installed_again"
    row.save(update_fields=["trouble"])
    later(MINT)


def uninstalled(event: Event) -> None:
    """For the event table: the tokens are forgotten, what waits is given up. An old event ends no newer connection."""
    row = Connection.objects.select_for_update().first()
    if row is None or row.kind != Kind.OAUTH or row.standing in (Standing.UNINSTALLED, Standing.DISCONNECTED):
        return
    if event.occurred_at < row.connected_at - SAME_TIME:
        return
    connecting.end(row, Standing.UNINSTALLED, at=event.occurred_at)


def mint() -> None:
    """The app is back in a location that we knew: its agency's token gives it a new pair. In the tenant's name."""
    with scope(current()):
        row = Connection.objects.filter(standing=Standing.UNINSTALLED).first()
        agency = (
            Agency.objects.filter(company_id=row.company_id or "-", standing=Standing.ACTIVE).first() if row else None
        )
        access = unseal_from(agency, "access_sealed") if agency else None
    if row is None or not access:
        return  # somebody connects again by hand; the page says so
    pair = oauth.mint(access, company_id=row.company_id, location_id=row.location_id)
    with scope(row.tenant_id):
        connecting.by_app(pair)


def pending(location_ids: set[str] | None = None, company_id: str = "") -> list[UnmappedEvent]:
    """Installations that HighLevel told of and that nobody has taken to a brokerage yet, newest first."""
    rows = UnmappedEvent.objects.filter(type="INSTALL", received_at__gt=now() - PENDING)
    if company_id:
        rows = rows.filter(company_id=company_id)
    if location_ids is not None:
        rows = rows.filter(location_id__in=location_ids)
    return list(rows.order_by("-received_at")[:100])


def agencies_gone() -> int:
    """An agency that throws the app out says so once, for all its locations, and names none: end them; how many."""
    ended = 0
    told = UnmappedEvent.objects.filter(type="UNINSTALL", location_id="", received_at__gt=now() - PENDING)
    for company_id, at in told.exclude(company_id="").values_list("company_id", "occurred_at"):
        Agency.objects.filter(company_id=company_id, changed_at__lt=at).update(
            standing=Standing.UNINSTALLED, access_sealed=None, refresh_sealed=None
        )
        with unscoped("an agency has tenants, and throws the app out of all"):
            gone = Connection.objects.filter(company_id=company_id, kind=Kind.OAUTH, connected_at__lt=at)
            tenants = list(gone.exclude(standing=Standing.UNINSTALLED).values_list("tenant_id", flat=True))
        for tenant_id in tenants:
            with scope(tenant_id):
                connecting.end(Connection.objects.select_for_update().get(), Standing.UNINSTALLED, at=at)
            ended += 1
    return ended


def minted_quietly() -> None:
    """`mint` for the worker: a refusal is on the page, and no reason to try it for ever."""
    try:
        mint()
    except HighLevelError as error:
        log.warning("ghl_not_minted", code=error.code, trace_id=error.trace_id)
