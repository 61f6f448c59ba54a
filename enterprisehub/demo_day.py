"""What lies on the demo's desks before the conversation begins: people who wrote, a lead that has just come, a plan for each."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.utils.timezone import now

from coaching.services import hearing
from enterprisehub.tenants.models import Agent
from enterprisehub.tenants.work import withheld
from leads.models import Lead, Medium, Message, Speaker, Stage
from leads.services import NewLead, begin, planning


def lay_out(agent: Agent, people: list[dict[str, Any]]) -> None:
    """In the scope of the agent's tenant; once."""
    if Lead.objects.filter(source="demo").exists():
        return
    with withheld():
        for person in people:
            planning.plan(_spoken_with(agent, person))
        new = Lead.objects.create(
            name="Robin Achebe", phone="+12125550142", stage=Stage.NEW, source="demo", agent=agent
        )
        planning.plan(new)


def _spoken_with(agent: Agent, person: dict[str, Any]) -> Lead:
    price = Decimal(person["price"]) if person["price"] else None
    new = NewLead(person["name"], Medium.SMS, person["listing"], price, person["language"], phone=person["phone"])
    lead = begin(agent, new).lead
    Lead.objects.filter(pk=lead.pk).update(source="demo")
    start = now() - timedelta(hours=person["hours"])
    for number, line in enumerate(person["lines"]):
        speaker = Speaker.PROSPECT if line.startswith("p:") else Speaker.AGENT
        at = start + timedelta(minutes=4 * number)
        words = hearing.Words(lead.pk, line[3:], f"day-{uuid4()}", speaker, at, Medium.SMS)
        Message.objects.filter(pk=hearing.hear(agent, words).message.pk).update(heard_at=at)
    lead.refresh_from_db()
    return lead
