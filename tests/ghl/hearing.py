"""What would a table do that lets an inbound message be heard? Just enough to see its card."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from coaching.services.hearing import Words, hear
from enterprisehub.ghl.schemas import Event
from enterprisehub.tenants.models import Agent
from leads.models import Lead


def heard(event: Event) -> None:
    lead = Lead.objects.get(contact_id=event.subject)
    agent = Agent.objects.select_related("tenant").get(pk=lead.agent_id)
    hear(agent, Words(lead=lead.pk, text=event.body["body"], client_id=event.body["messageId"], speaker="prospect"))


def seen(event: Event) -> None:
    Lead.objects.filter(contact_id=event.subject).update(source="seen")


table: dict[str, Callable[[Event], Any]] = {"InboundMessage": heard, "ContactTagUpdate": seen}
