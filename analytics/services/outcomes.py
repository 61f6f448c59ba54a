"""How is an outcome told through a form or the API, and taken back? Once per id, and counted at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.timezone import now

from analytics.models import LostReason, Outcome, Told
from analytics.services import gathering
from analytics.services.listing import visible_lead
from enterprisehub.errors import Conflict, Invalid, NotFound
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.models import Agent, Membership
from enterprisehub.tenants.work import later
from leads.models import Lead, Purpose
from leads.services import contacting
from leads.services.contacting import Statement

__all__ = ["Telling", "of_lead", "take_back", "tell", "visible_lead"]
OLDEST: Final = timedelta(days=3650)
AHEAD: Final = timedelta(minutes=5)  # clocks differ
WITH_AMOUNT: Final = frozenset({Told.OFFER, Told.CLOSING, Told.AGREEMENT})
LARGEST: Final = Decimal("999999999999.99")


@dataclass(frozen=True)
class Telling:
    """What is told: `client_id` is the teller's own and makes it count once; `amount` is in `currency` (ISO 4217)."""

    kind: str
    client_id: str
    told_by: str
    at: datetime | None = None
    amount: Decimal | None = None
    currency: str = ""
    reason: str = ""
    agent: Agent | None = None
    by: Membership | None = None


@transaction.atomic
def tell(lead: Lead, said: Telling) -> tuple[Outcome, bool]:
    """Keep it and count it; False when it had been told before. Conflict when the id stands for something else."""
    _check(said)
    try:
        with transaction.atomic():
            outcome: Outcome = Outcome.objects.create(
                lead=lead,
                kind=said.kind,
                at=said.at or now(),
                amount=said.amount,
                currency=said.currency.upper() if said.amount is not None else "",
                reason=said.reason or (LostReason.OTHER if said.kind == Told.LOST else ""),
                told_by=said.told_by,
                client_id=said.client_id,
                agent=said.agent or lead.agent,
                by=said.by,
            )
    except IntegrityError:
        return _known(lead, said), False
    record("outcome.tell", outcome, kind=said.kind, lead=str(lead.pk))
    if said.kind == Told.OPT_OUT:  # who counts an opt-out has heard one: nobody is contacted after it
        source = "agent" if said.told_by == "dashboard" else said.told_by
        contacting.take_back(lead, Statement(source=source, purpose=Purpose.OPT_OUT, by=said.by, at=outcome.at))
    _count(lead)
    return outcome, True


@transaction.atomic
def take_back(lead: Lead, outcome_id: UUID) -> Outcome:
    """It was told by mistake: it stays on record and counts no more. Taking back twice changes nothing."""
    outcome: Outcome | None = Outcome.objects.select_for_update().filter(pk=outcome_id, lead=lead).first()
    if outcome is None:
        raise NotFound("There is no such outcome.")
    if outcome.taken_back_at is None:
        outcome.taken_back_at = now()
        outcome.save(update_fields=["taken_back_at"])
        record("outcome.take_back", outcome, kind=outcome.kind, lead=str(lead.pk))
        _count(lead)
    return outcome


def of_lead(lead: Lead) -> list[Outcome]:
    """What was told of this lead through forms and the API, the latest first."""
    return list(Outcome.objects.filter(lead=lead).select_related("by__user", "agent")[:100])


def _count(lead: Lead) -> None:
    gathering.of_leads([lead.pk])
    later("analytics.roll_up", durable=False)


def _check(said: Telling) -> None:
    if said.kind not in Told.values:
        raise Invalid(f"The outcome is one of {', '.join(Told.values)}.", field="kind")
    if not said.client_id or len(said.client_id) > 80:
        raise Invalid("The id has 1 to 80 characters.", field="event_id")
    if said.at is not None and not now() - OLDEST <= said.at <= now() + AHEAD:
        raise Invalid("That is in the future, or more than ten years ago.", field="at")
    if said.reason and (said.kind != Told.LOST or said.reason not in LostReason.values):
        raise Invalid(f"A lost lead has one of these reasons: {', '.join(LostReason.values)}.", field="reason")
    _check_amount(said)


def _check_amount(said: Telling) -> None:
    if said.amount is None:
        return
    if said.kind not in WITH_AMOUNT:
        raise Invalid("Only an agreement, an offer or a closing has an amount.", field="amount")
    if not Decimal(0) <= said.amount <= LARGEST:
        raise Invalid("The amount is a number from 0 on.", field="amount")
    if len(said.currency) != 3 or not said.currency.isascii() or not said.currency.isalpha():
        raise Invalid("The currency has three letters, such as USD.", field="currency")


def _known(lead: Lead, said: Telling) -> Outcome:
    known: Outcome = Outcome.objects.get(client_id=said.client_id)
    if (known.lead_id, known.kind) != (lead.pk, said.kind):
        raise Conflict("This id belongs to another outcome.", field="event_id")
    return known
