"""What may be said of a lead's chances, hours and media? Counted each night from the tenant's past, asked at any time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.timezone import localtime, now

from analytics import predicting
from analytics.measures import Rate
from analytics.models import Event, EventKind, Foretold, PastRates
from analytics.predicting import HORIZONS, OPEN, Looks, Past, Rates, Reckoned
from analytics.services import past
from analytics.strategy import Standing, Strategy, strategy
from coaching.models import Suggestion
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import current, scope, unscoped
from enterprisehub.tenants.work import later
from leads.contact.facts import Ask
from leads.contact.hours import closed
from leads.contact.passing import clocks_of
from leads.models import Conversation, Lead, Medium, Message, Overlay, Speaker, Stage, StageMove
from leads.services.reachable import facts_of

EVERY: Final = 7  # days between two chances of the same lead that are kept
PRICE: Final = ("price", "affordability")  # kinds of objection


@dataclass(frozen=True)
class Outlook:
    """All that is foretold of one lead; what is thin is left open, with the reason."""

    chances: tuple[predicting.Chance, ...]
    hours: predicting.Hours
    liking: predicting.Liking
    sensitivity: predicting.Sensitivity
    timeline: tuple[dict[str, Any], ...]  # slots with their quotes
    strategy: Strategy
    zone: str
    made_at: datetime | None  # when the past was last counted


def wake() -> int:
    """Ask for a count in each tenant that has leads; how many were asked for."""
    with unscoped("the past of every tenant is counted once a night"):
        found = list(Tenant.objects.filter(pk__in=Lead.objects.values("tenant")).values_list("pk", flat=True))
    for tenant in found:
        with scope(tenant):
            later("analytics.predict")
    return len(found)


def count() -> PastRates:
    """Count the tenant's past anew, keep what is foretold this week, and write down what came of what was foretold."""
    moment = now()
    closings = predicting.learn(past.lives(moment), now=moment)
    kept, _ = PastRates.objects.update_or_create(
        defaults={
            "closings": [[*cell, *vars(looks).values()] for cell, looks in sorted(closings.cells.items())],
            "hours": past.hours(moment),
            "media": past.media(Message.objects.filter(at__gt=moment - past.HABITS), moment),
            "leads": Lead.objects.filter(created_at__gt=moment - past.LOOKS_BACK).count(),
            "made_at": moment,
        }
    )
    settle(moment)
    foretell(closings, moment, {int(hour): n for hour, n in kept.hours.items()})
    return kept


def foretell(rates: Rates, moment: datetime, hours: Mapping[int, int]) -> int:
    """Keep this week's chance of every open lead, so that it can be held against what happens; how many were kept.

    The ninety days' chance and the best hour go to the lead itself, for Today.
    """
    today = localtime(moment).date()
    zone = Tenant.objects.values_list("timezone", flat=True).get(pk=current())
    kept_of = set(Foretold.objects.filter(day__gt=today - timedelta(days=EVERY)).values_list("lead", flat=True))
    kept, after = 0, None
    leads = Lead.objects.filter(stage__in=OPEN, overlay=Overlay.NONE, deleted_at=None).order_by("pk")
    while chunk := list((leads.filter(pk__gt=after) if after else leads)[: past.CHUNK]):
        after = chunk[-1].pk
        words = past.words_of([lead.pk for lead in chunk])
        rows: list[Foretold] = []
        changed: list[Lead] = []
        for lead in chunk:
            said = words[lead.pk]
            since = Past(lead.pk, moment, words=tuple(said[-1:])).since_words(moment)
            chances = predicting.chances(rates, stage=lead.stage, since=since)
            best = predicting.best_hours(said, hours, zone=past.zone_of(lead.timezone, zone), legal=range(8, 21))
            told = _told(chances, best)
            if told != lead.outlook:
                lead.outlook = told
                changed.append(lead)
            if lead.pk not in kept_of:
                rows += _rows(lead, chances, today)
        Foretold.objects.bulk_create(rows, ignore_conflicts=True)
        Lead.objects.bulk_update(changed, ["outlook"], batch_size=past.CHUNK)
        kept += len(rows)
    return kept


def _told(chances: tuple[predicting.Chance, ...], best: predicting.Hours) -> dict[str, Any]:
    """What Today shows of it."""
    chance = next((one for one in chances if one.horizon == 90 and one.value is not None), None)
    told: dict[str, Any] = {"hour": best.best[0]} if best.own and best.best else {}
    return {**told, "chance": round(chance.value or 0.0, 3), "why": chance.why} if chance is not None else told


def _rows(lead: Lead, chances: tuple[predicting.Chance, ...], today: date) -> list[Foretold]:
    return [
        Foretold(
            tenant_id=current(),
            lead=lead,
            day=today,
            horizon=chance.horizon,
            chance=chance.value,
            due=today + timedelta(days=chance.horizon),
        )
        for chance in chances
        if chance.value is not None
    ]


def settle(moment: datetime) -> int:
    """Write down what came of chances whose time is over; how many."""
    today = localtime(moment).date()
    due = Foretold.objects.filter(happened=None, due__lt=today)
    moves = StageMove.objects.filter(to_stage=Stage.CLOSED, lead__in=due.values("lead")).order_by("-at")
    told = Event.objects.filter(kind=EventKind.CLOSING, lead__in=due.values("lead")).order_by("-at")
    closed: dict[UUID, date] = {}
    for lead_id, at in (*moves.values_list("lead_id", "at"), *told.values_list("lead_id", "at")):
        day = localtime(at).date()
        closed[lead_id] = min(day, closed.get(lead_id, day))
    rows = list(due)
    for row in rows:
        day_closed = closed.get(row.lead_id)
        row.happened = day_closed is not None and row.day <= day_closed <= row.due
    Foretold.objects.bulk_update(rows, ["happened"], batch_size=past.CHUNK)
    return len(rows)


def reckoned(horizon: int) -> Reckoned:
    """How good the chances of this horizon were that are over by now."""
    rows = Foretold.objects.filter(horizon=horizon).exclude(happened=None).order_by()
    return predicting.reckon([(chance, bool(happened)) for chance, happened in rows.values_list("chance", "happened")])


def last_count() -> tuple[PastRates | None, Rates]:
    """The count of last night, as it is kept and as it is thought with."""
    kept: PastRates | None = PastRates.objects.first()
    if kept is None:
        return None, Rates()
    return kept, Rates({(row[0], row[1], row[2]): Looks(*row[3:]) for row in kept.closings})


def outlook(lead: Lead, tenant: Tenant, *, at: datetime | None = None) -> Outlook:
    """What is foretold of this lead now."""
    moment = at or now()
    kept, rates = last_count()
    said = list(Message.objects.filter(lead=lead, speaker=Speaker.PROSPECT).order_by("at").values_list("at", flat=True))
    facts = facts_of(lead, at=moment, tenant=tenant)
    zone = past.zone_of(lead.timezone, facts.where.zones[0] if len(facts.where.zones) == 1 else tenant.timezone)
    since = Past(lead.pk, lead.created_at, words=tuple(said)).since_words(moment)
    open_ = lead.overlay == Overlay.NONE
    chances = predicting.chances(rates, stage=lead.stage, since=since) if open_ else ()
    legal = _legal_hours(facts, moment, zone)
    hours = predicting.best_hours(
        said, {int(h): n for h, n in (kept.hours if kept else {}).items()}, zone=zone, legal=legal
    )
    liking = predicting.best_medium(
        _rates(past.media(Message.objects.filter(lead=lead), moment)),
        _rates(kept.media if kept else {}),
        allowed=[medium.value for medium in Medium if _is_open(lead, medium)],
    )
    sensitivity = _sensitivity(lead, len(said))
    timeline = tuple(entry for entry in lead.profile if entry.get("name") in ("timeframe", "deadline"))
    standing = Standing(lead.stage, lead.overlay, since)
    plan = strategy(standing, hours=hours, liking=liking, sensitivity=sensitivity)
    return Outlook(chances, hours, liking, sensitivity, timeline, plan, str(zone), kept.made_at if kept else None)


def _rates(media: dict[str, list[int]]) -> dict[str, Rate]:
    return {medium: Rate(hits, n) for medium, (hits, n) in media.items()}


def _is_open(lead: Lead, medium: Medium) -> bool:
    """Whether there is an address for it, and they did not refuse it."""
    if lead.overlay == Overlay.DNC or medium.value in lead.dnd:
        return False
    needs = {"sms": lead.phone, "call": lead.phone, "email": lead.email}
    return bool(needs.get(medium.value, True))


def _legal_hours(facts: Any, moment: datetime, zone: ZoneInfo) -> list[int]:
    """The hours of the lead's own day today in which a call is not forbidden by the clock."""
    day = moment.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    found = []
    for hour in range(24):
        at = day.replace(hour=hour)
        if closed(clocks_of(facts, Ask("call", "marketing", at)), at) is None:
            found.append(hour)
    return found


def _sensitivity(lead: Lead, words: int) -> predicting.Sensitivity:
    quotes = Suggestion.objects.filter(conversation__lead=lead, kind__in=PRICE).order_by("created_at")
    limit = next((entry["value"] for entry in lead.profile if entry.get("name") == "price_max"), None)
    listing = Conversation.objects.filter(lead=lead).exclude(listing_price=None).order_by("-created_at").first()
    asked = float(listing.listing_price) if listing is not None and listing.listing_price is not None else None
    wanted = float(limit) if isinstance(limit, int | float) and not isinstance(limit, bool) and limit > 0 else None
    return predicting.price_sensitivity(
        [why for why in quotes.values_list("why", flat=True) if why], words, wanted=wanted, asked=asked
    )


def horizons() -> list[tuple[int, Reckoned]]:
    """How good each horizon's chances were."""
    return [(horizon, reckoned(horizon)) for horizon in HORIZONS]
