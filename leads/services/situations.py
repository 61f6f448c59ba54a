"""What is known of a lead when a plan is made for it? Loaded in five queries, as the planner takes it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.timezone import now

from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import current
from leads.handoff import HandOff
from leads.models import Action, ActionState, Agreement, Conversation, Lead, Message
from leads.planning.hours import hours_of
from leads.planning.situation import DISMISSED, Done, Home, Known, Situation, Turn
from leads.services.learning import Past, clock, question_for, vertical_of

TURNS = 40  # messages that are looked at
LOOKS_BACK = timedelta(days=400)  # how far back done actions count
DECIDED = (ActionState.APPROVED, ActionState.SENT, ActionState.DONE, ActionState.DISMISSED)


def situation_of(lead: Lead, *, tenant: Tenant | None = None, at: datetime | None = None) -> Situation:
    """Everything that a plan may depend on, at this moment in the lead's zone (the tenant's where theirs is not known)."""
    tenant = tenant or Tenant.objects.get(pk=current())
    moment = clock(lead, at or now(), tenant.timezone)
    said = _said(lead)
    past = [Past(message.pk, message.speaker, message.text, message.at) for message in said]
    vertical = vertical_of(lead, tenant)
    question = question_for(lead, history=past[-12:], vertical=vertical)
    agreement = lead.agreement == Agreement.SIGNED
    return Situation(
        now=moment,
        stage=lead.stage,
        overlay=lead.overlay,
        side=lead.side,
        vertical=vertical,
        language=lead.language or "en",
        first_name=lead.name.split()[0] if lead.name.split() else "",
        agent=lead.agent.display_name.split()[0] if lead.agent and lead.agent.display_name.split() else "",
        brokerage=tenant.name,
        slots=tuple(_known(entry) for entry in lead.profile),
        turns=tuple(Turn(one.speaker, one.text, one.at, one.conversation.medium, str(one.pk)) for one in said),
        done=_done(lead),
        hand_off=lead.hand_off,
        score=lead.score if lead.score is not None else lead.outlook.get("chance"),
        agreement=agreement,
        exception="" if agreement else lead.agreement,
        began=lead.created_at,
        since=lead.stage_since,
        home=home_of(lead),
        question="" if question is None or isinstance(question, HandOff) else question.text,
        reachable=_reachable(lead, said),
        blocked=frozenset(medium for medium, how in lead.dnd.items() if isinstance(how, dict) and how.get("on")),
        hours=hours_of(tenant.settings, tenant.timezone),
        own=tenant.settings,
    )


def home_of(lead: Lead) -> Home:
    """The property that was talked about last, and what a person entered about it."""
    talk = Conversation.objects.filter(lead=lead).exclude(listing="").order_by("-last_message_at").first()
    if talk is None:
        return Home(facts=lead.facts)
    price = float(talk.listing_price) if talk.listing_price is not None else None
    return Home(talk.listing, price, talk.currency, lead.facts)


def _said(lead: Lead) -> list[Message]:
    """The newest messages, oldest first."""
    rows = Message.objects.filter(lead=lead).select_related("conversation").order_by("-at", "-position")
    return list(rows[:TURNS])[::-1]


def _known(entry: dict[str, Any]) -> Known:
    return Known(
        name=entry["name"],
        value=entry["value"],
        quote=entry.get("quote") or "",
        message=entry.get("message") or "",
        confidence=float(entry.get("confidence") or 0.0),
        at=parse_datetime(str(entry.get("at") or "")),
        earlier=entry.get("earlier"),
        contradiction=bool(entry.get("contradiction")),
    )


def _done(lead: Lead) -> tuple[Done, ...]:
    """What was done, sent or dismissed, oldest first."""
    rows = Action.objects.filter(lead=lead, state__in=DECIDED, created_at__gte=now() - LOOKS_BACK)
    found = [
        Done(verb, done or decided or begun, DISMISSED if state == ActionState.DISMISSED else outcome, medium)
        for verb, done, decided, begun, state, outcome, medium in rows.values_list(
            "verb", "done_at", "decided_at", "created_at", "state", "outcome", "medium"
        )
    ]
    return tuple(sorted(found, key=lambda one: one.at))


def _reachable(lead: Lead, said: list[Message]) -> frozenset[str]:
    """By phone, by e-mail, and wherever they wrote; everything where nothing is known."""
    ways = {message.conversation.medium for message in said if message.speaker == "prospect"}
    ways |= {"call", "sms"} if lead.phone else set()
    ways |= {"email"} if lead.email else set()
    return frozenset(ways or {"call", "sms", "email"})


def rows_of(value: object) -> list[dict[str, Any]]:
    """The objects of a list that is kept as JSON; whatever else was written there is not shown."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
