"""What does an agent see of whether a lead may be contacted: by medium, why, when next on both clocks, and the ledger?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.timezone import now

from enterprisehub.tenants.models import Tenant
from leads.contact import Facts, Verdict, may_contact
from leads.contact.whereabouts import Whereabouts
from leads.models import Lead, Medium, Purpose
from leads.services.consents import lines
from leads.services.reachable import facts_of

ASKED: Final = (Medium.SMS, Medium.CALL, Medium.EMAIL, Medium.CHAT, Medium.SOCIAL)
TOLD_FROM: Final = {"timezone": "their time zone", "state": "their state", "phone": "their area code"}


@dataclass(frozen=True)
class Row:
    """One medium: an answer to them, and an offer, each with its verdict and the next time on their clock and on ours."""

    medium: str
    label: str
    answer: Verdict
    offer: Verdict
    theirs: str = ""
    ours: str = ""


def sheet(lead: Lead, tenant: Tenant, *, at: datetime | None = None) -> dict[str, Any]:
    """`rows`, `ledger` (newest first), `clock` and where they are taken to be; four queries."""
    at = at or now()
    facts = facts_of(lead, at=at, tenant=tenant)
    return {
        "rows": [_row(facts, medium, at) for medium in ASKED],
        "ledger": lines(lead),
        "clock": at.astimezone(ZoneInfo(facts.where.zones[0])) if len(facts.where.zones) == 1 else None,
        "places": _places(facts.where),
        "told_from": [TOLD_FROM[name] for name in facts.where.told],
    }


def _row(facts: Facts, medium: Medium, at: datetime) -> Row:
    answer, offer = (
        may_contact(facts, medium=medium.value, purpose=purpose.value, at=at)
        for purpose in (Purpose.REPLY, Purpose.MARKETING)
    )
    later = offer.next_at or answer.next_at
    if later is None:
        return Row(medium.value, str(medium.label), answer, offer)
    theirs = facts.where.zones[0] if facts.where.told else ""
    return Row(medium.value, str(medium.label), answer, offer, _told(later, theirs), _told(later, facts.zone))


def _told(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%a %-d %b, %H:%M} {_city(zone)}" if zone else ""


def _places(where: Whereabouts) -> str:
    if not where.told:
        return "anywhere in the United States"
    return ", ".join(_city(zone) for zone in where.zones)


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")
