"""Which leads does this person see in the list, page by page?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.timezone import now

from enterprisehub.tenants.access import may
from enterprisehub.tenants.models import Agent, Membership, Vertical
from leads.lists.wanted import COMPLETENESS, NOBODY, SCORES, TOO_LITTLE, Place, Wanted
from leads.models import Conversation, Lead, Overlay, Side, Stage

PAGE = 50
CHOICES = {
    "stage": frozenset(Stage.values),
    "overlay": frozenset(Overlay.values),
    "side": frozenset(Side.values),
    "vertical": frozenset(Vertical.values),
}
_KEYS = {
    "spoken": "spoken_at",
    "newest": "created_at",
    "score": "score",
    "completeness": "completeness",
    "name": "name",
}
_SHOWN = (
    "name", "email", "phone", "stage", "overlay", "side", "vertical", "completeness", "score", "hand_off", "created_at",
    "spoken_at", "agent__display_name",
)  # fmt: skip
_WORDS = 6  # of a search that are looked for
_FEW = 300  # leads that a search may find for them to be read one by one; more are met soon in any order
_BATCH = 500  # leads of an export that are read at once


@dataclass(frozen=True)
class Reader:
    """Who looks: everybody's leads, or only those of the agent and nobody's."""

    agent: Agent | None
    everyone: bool

    @classmethod
    def of(cls, membership: Membership, agent: Agent | None) -> Reader:
        return cls(agent, may(membership.role, "leads.read.all"))


@dataclass(frozen=True)
class Page:
    """One page of the list, each lead with `spoken` (time of the last words or None); cursors of its neighbours, "" = none."""

    leads: list[Lead]
    before: str = ""
    after: str = ""


def visible(reader: Reader) -> QuerySet[Lead]:
    """The leads that this person may see at all."""
    rows: QuerySet[Lead] = Lead.objects.all()
    if reader.everyone:
        return rows
    return rows.filter(Q(agent=reader.agent) | Q(agent=None)) if reader.agent else rows.none()


def found(reader: Reader, wish: Wanted) -> QuerySet[Lead]:
    """The leads of the list, in no order."""
    rows = visible(reader)
    for name in ("stage", "overlay", "side", "vertical"):
        if value := getattr(wish, name):
            rows = rows.filter(**{name: value})
    if wish.agent:
        rows = rows.filter(agent=None) if wish.agent == NOBODY else rows.filter(agent_id=UUID(wish.agent))
    if wish.score:
        rows = rows.filter(score=None) if wish.score == TOO_LITTLE else rows.filter(_band("score", SCORES[wish.score]))
    if wish.completeness:
        rows = rows.filter(_band("completeness", COMPLETENESS[wish.completeness]))
    if wish.handoff:
        rows = rows.exclude(hand_off="")
    if wish.days:
        rows = rows.filter(_spoken_since(now() - timedelta(days=int(wish.days))))
    return rows.filter(named(wish.q)) if wish.q else rows


def page(reader: Reader, wish: Wanted, place: Place | None = None, size: int = PAGE) -> Page:
    """One page of the list, from a place on (or up to it)."""
    back = place is not None and place.back
    rows = _sorted(found(reader, wish), wish.sort, back=back)
    if place is not None:
        rows = rows.filter(_beyond(place))
    leads: list[Any] = list(rows.select_related("agent").only(*_SHOWN).annotate(spoken=_last_words())[: size + 1])
    more = len(leads) > size
    leads = leads[:size][::-1] if back else leads[:size]
    has_before, has_after = (more, True) if back else (place is not None, more)
    return Page(
        leads,
        before=_beside(leads[0], wish.sort, back=True) if leads and has_before else "",
        after=_beside(leads[-1], wish.sort) if leads and has_after else "",
    )


def batch(
    reader: Reader, wish: Wanted, place: Place | None = None, ids: Sequence[UUID] | None = None
) -> tuple[list[Lead], Place | None]:
    """The next some hundred leads of the list (of these `ids` alone, if given) with all that an export tells, and where to go on (None = at the end)."""
    rows = found(reader, wish) if ids is None else visible(reader).filter(pk__in=ids)
    rows = _sorted(rows, wish.sort)
    rows = rows.filter(_beyond(place)) if place else rows
    leads = list(rows.select_related("agent__user").defer("profile", "facts", "score_told")[:_BATCH])
    return leads, _place(leads[-1], wish.sort) if len(leads) == _BATCH else None


def agents() -> list[Agent]:
    """Whom leads can belong to."""
    return list(Agent.objects.filter(is_active=True).only("display_name"))


def _band(name: str, band: tuple[str, float, float]) -> Q:
    _, least, below = band
    return Q(**{f"{name}__gte": least, f"{name}__lt": below})


def _spoken_since(moment: datetime) -> Q:
    """Words fell after that; a lead that came then and never spoke does not count."""
    return Q(spoken_at__gte=moment, spoken_at__gt=F("created_at") + timedelta(seconds=1))


def named(words: str) -> Q:
    """Leads that these words are part of. Where they are few they are found first, by the index alone, and then read."""
    said = Q()
    for word in words.lower().split()[:_WORDS]:
        said &= Q(found_by__contains=word)
    digits = "".join(c for c in words if c.isdigit())
    if len(digits) >= 3 and digits != words and not any(c.isalpha() for c in words):
        said |= Q(found_by__contains=digits)  # however the number is written
    few = list(Lead.objects.filter(said).order_by().values_list("pk", flat=True)[: _FEW + 1])
    return Q(pk__in=few) if len(few) <= _FEW else said


def _sorted(rows: QuerySet[Lead], sort: str, *, back: bool = False) -> QuerySet[Lead]:
    key = F(_KEYS[sort])
    rising = (sort == "name") != back
    if sort == "score":  # who has none comes last
        return rows.order_by(
            key.asc(nulls_first=True) if rising else key.desc(nulls_last=True), "id" if rising else "-id"
        )
    return rows.order_by(key.asc() if rising else key.desc(), "id" if rising else "-id")


def _beyond(place: Place) -> Q:
    """On the far side of the place, in the order of its list."""
    name, key = _KEYS[place.sort], place.key
    rising = (place.sort == "name") != place.back
    step, also = ("gt", "gte") if rising else ("lt", "lte")
    tie = Q(**{f"id__{step}": place.lead})
    if key is None:
        return (Q(score=None) & tie) | (Q(score__isnull=False) if place.back else Q(pk__in=[]))
    beyond = Q(**{f"{name}__{also}": key}) & (Q(**{f"{name}__{step}": key}) | tie)
    return beyond | Q(score=None) if place.sort == "score" and not place.back else beyond


def _place(lead: Lead, sort: str, *, back: bool = False) -> Place:
    key: Any = getattr(lead, _KEYS[sort])
    return Place(sort, key.isoformat() if isinstance(key, datetime) else key, lead.pk, back)


def _beside(lead: Lead, sort: str, *, back: bool = False) -> str:
    return _place(lead, sort, back=back).cursor()


def _last_words() -> Subquery:
    """When a lead's latest words fell: `spoken_at` is when they came where there are none."""
    talks = Conversation.objects.filter(lead=OuterRef("pk"), last_message_at__isnull=False)
    return Subquery(talks.order_by("-last_message_at").values("last_message_at")[:1])
