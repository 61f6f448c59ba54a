"""What does the weekly mail to owners and admins say, and to whom does it go, once? Counts alone: nobody whom we speak with is in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.utils import formataddr
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.timezone import localtime, now

from analytics.models import EventKind, Watermark
from analytics.ranges import Asked, Range
from analytics.services.overview import OUTCOMES, Overview, overview
from enterprisehub.errors import Invalid
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.access import RUNS_IT
from enterprisehub.tenants.models import Membership, Tenant
from enterprisehub.tenants.scope import current, scope, unscoped
from enterprisehub.tenants.work import later

log = structlog.get_logger(__name__)
MONDAY, HOUR = 0, 7  # in the tenant's zone
SETTING: Final = "digest"  # Tenant.settings["digest"] = {"weekly": false} switches it off


@dataclass(frozen=True)
class Digest:
    """One week's mail, the same for everybody who gets it."""

    subject: str
    text: str
    html: str


def wanted(tenant: Tenant) -> bool:
    """It comes unless somebody who runs the brokerage has switched it off."""
    own = tenant.settings.get(SETTING) if isinstance(tenant.settings, dict) else None
    return not (isinstance(own, dict) and own.get("weekly") is False)


def switch(tenant_id: UUID, *, on: bool) -> None:
    """In the scope of the tenant."""
    tenant = Tenant.objects.select_for_update().get(pk=tenant_id)
    tenant.settings = {**tenant.settings, SETTING: {"weekly": on}}
    tenant.save(update_fields=["settings"])
    record("digest.switch", tenant, on=on)


def everybody() -> int:
    """Ask for the mail of each tenant whose Monday morning has come and that has not had it; how many."""
    moment, asked = now(), 0
    with unscoped("every tenant has its own Monday"):
        tenants = [tenant for tenant in Tenant.objects.all() if wanted(tenant) and _is_due(tenant, moment)]
        done = set(Watermark.objects.filter(name__startswith="digest:").values_list("tenant_id", "name"))
    for tenant in tenants:
        week = _monday(tenant, moment)
        if (tenant.pk, _name(week)) not in done:
            with scope(tenant.pk):
                later("analytics.digest", durable=False, week=week.isoformat())
            asked += 1
    return asked


def week_of(text: str) -> date:
    """The Monday on which a mail goes out, as a task was given it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("A week is named by its Monday.", field="week") from None


def send(monday: date) -> int:
    """The week before this Monday, to each owner and admin once, however often it is asked for; how many went out. Runs named.

    A mail server that refuses one leaves that one to be sent by the next round.
    """
    with scope(current()):
        tenant = Tenant.objects.get(pk=current())
        if not wanted(tenant):
            return 0
        mail = compose(tenant, monday)
        rows = Membership.objects.filter(role__in=RUNS_IT, is_active=True, user__is_active=True).select_related("user")
        people = [(one.pk, one.user.name, one.user.email) for one in rows]
    sent = [_send_one(mail, person, monday=monday) for person in people]
    if None not in sent:
        with scope(current()):
            Watermark.objects.get_or_create(name=_name(monday), defaults={"at": now()})
    return sum(1 for one in sent if one)


def compose(tenant: Tenant, monday: date) -> Digest:
    """In the scope of the tenant; the seven days before this Monday beside the seven before them."""
    week = Range(monday - timedelta(days=7), monday - timedelta(days=1))
    found = overview(Asked(week, span="custom"))
    context = {**_context(found), "tenant": tenant, "week": week, "link": _link(week)}
    subject = f"{tenant.name}: the week of {week.first.day} {week.first:%B}"
    return Digest(
        " ".join(subject.split()),
        render_to_string("analytics/digest.txt", context),
        render_to_string("analytics/digest.html", context),
    )


def latest_monday(tenant: Tenant) -> date:
    """The Monday of this week, in the tenant's zone."""
    return _monday(tenant, now())


def _context(found: Overview) -> dict[str, Any]:
    return {
        "found": found,
        "empty": found.empty,
        "outcomes": [(EventKind(kind).label, found.now.get(kind, 0), found.before.get(kind, 0)) for kind in OUTCOMES],
        "stages": [step for step in found.stages if step.reached or step.before],
    }


def _link(week: Range) -> str:
    query = f"?from={week.first.isoformat()}&to={week.last.isoformat()}"
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse('results')}{query}" if settings.PUBLIC_URL else ""


def _send_one(mail: Digest, person: tuple[UUID, str, str], *, monday: date) -> bool | None:
    """True when it went out now, False when it had before, None when the mail server refused it."""
    pk, name, address = person
    try:
        with scope(current()), transaction.atomic():
            Watermark.objects.create(name=f"digest:{monday:%Y%m%d}:{pk.hex[8:]}", at=now())
            message = EmailMultiAlternatives(mail.subject, mail.text, to=[formataddr((name, address))])
            message.attach_alternative(mail.html, "text/html")
            message.send()
            record("digest.sent", f"membership:{pk}", week=monday.isoformat())
    except IntegrityError:
        return False
    except OSError as error:  # smtplib's errors are OSErrors too
        log.warning("digest_refused", error=type(error).__name__)
        return None
    return True


def _name(monday: date) -> str:
    return f"digest:{monday:%Y%m%d}"


def _monday(tenant: Tenant, moment: datetime) -> date:
    today = localtime(moment, ZoneInfo(tenant.timezone)).date()
    return today - timedelta(days=today.weekday())


def _is_due(tenant: Tenant, moment: datetime) -> bool:
    """From Monday seven o'clock until the end of Tuesday: a worker that was down catches up, and an old week does not come late."""
    here = localtime(moment, ZoneInfo(tenant.timezone))
    return (here.weekday() == MONDAY and here.hour >= HOUR) or here.weekday() == MONDAY + 1
