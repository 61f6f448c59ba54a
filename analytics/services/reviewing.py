"""What does a person say to a scorecard, and do people and the machine agree?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import now

from analytics import agreement
from analytics.agreement import Agreement, Pair
from analytics.models import Review, Scorecard
from analytics.rubric import BY_KEY, ITEMS
from analytics.services import seen
from enterprisehub.errors import Invalid, NotFound
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.models import Membership
from leads.models import Conversation

LONGEST = 300


@dataclass(frozen=True)
class Row:
    """One item as the page shows it: the machine's points, and what people gave instead, the newest first."""

    key: str
    label: str
    asks: str
    most: int
    scored: Mapping[str, Any]
    reviews: tuple[Review, ...]

    @property
    def points(self) -> int:
        """What counts: a person's word over the machine's."""
        return self.reviews[0].points if self.reviews else int(self.scored["points"])


@dataclass(frozen=True)
class Sheet:
    """A scorecard with people's word on it. `total` is the machine's, `reviewed` the one with their word, None without any."""

    card: Scorecard
    rows: tuple[Row, ...]

    @property
    def reviewed(self) -> int | None:
        if not any(row.reviews for row in self.rows):
            return None
        counted = [row for row in self.rows if row.scored.get("applies") or row.reviews]
        possible = sum(row.most for row in counted)
        return round(100 * sum(row.points for row in counted) / possible) if possible else None


def card_of(membership: Membership, conversation_id: UUID) -> Scorecard:
    """The newest scorecard of a conversation whose agent's figures this person may see; another one looks like none."""
    found = (
        Scorecard.objects.select_related("agent", "lead", "conversation")
        .filter(conversation=conversation_id, agent__in=seen.agents(membership))
        .order_by("-filled_at")
        .first()
    )
    if found is None:
        raise NotFound("There is no scorecard of this conversation.")
    return found


def unscored(membership: Membership, conversation_id: UUID) -> Conversation | None:
    """A conversation whose agent's figures this person may see, and that has no scorecard yet."""
    talks = Conversation.objects.select_related("lead", "agent").filter(agent__in=seen.agents(membership))
    return talks.filter(pk=conversation_id, scorecards=None).first()


def sheet(card: Scorecard) -> Sheet:
    """The card's items in the rubric's order; an item that an older rubric did not have is left out."""
    reviews: dict[str, list[Review]] = defaultdict(list)
    for one in card.reviews.select_related("by__user").order_by("-at"):
        reviews[one.item].append(one)
    told = {one.get("key"): one for one in card.items if isinstance(one, dict)}
    rows = tuple(
        Row(item.key, item.label, item.asks, item.points, told[item.key], tuple(reviews[item.key]))
        for item in ITEMS
        if item.key in told
    )
    return Sheet(card, rows)


@transaction.atomic
def review(membership: Membership, card: Scorecard, *, item: str, points: int, reason: str) -> Review:
    """Keep what this person gives the item instead; their earlier word on it is replaced, the machine's never."""
    row = next((row for row in sheet(card).rows if row.key == item), None)
    if row is None:
        raise Invalid("There is no such part of the scorecard.", field="item")
    if not 0 <= points <= BY_KEY[item].points:
        raise Invalid(f"{row.label} has 0 to {row.most} points.", field="points")
    reason = " ".join(reason.replace("\x00", "").split())
    if not reason or len(reason) > LONGEST:
        raise Invalid(f"Say why, in at most {LONGEST} characters.", field="reason")
    given = {"points": points, "machine": int(row.scored["points"]), "reason": reason, "at": now()}
    kept, _ = Review.objects.update_or_create(scorecard=card, item=item, by=membership, defaults=given)
    record("analytics.scorecard.review", card, item=item, points=points, machine=given["machine"])
    return kept


def with_machine(agents: Iterable[UUID]) -> Agreement:
    """People against the machine, over all reviews of these agents' scorecards."""
    rows = Review.objects.filter(scorecard__agent__in=list(agents)).values_list("item", "points", "machine")
    return agreement.between([Pair(p / BY_KEY[i].points, m / BY_KEY[i].points) for i, p, m in rows if i in BY_KEY])


def among_people(agents: Iterable[UUID]) -> Agreement:
    """People against each other, where two scored the same item of the same conversation."""
    by_place: dict[tuple[UUID, str], list[float]] = defaultdict(list)
    rows = Review.objects.filter(scorecard__agent__in=list(agents)).order_by("at")
    for card, item, points in rows.values_list("scorecard", "item", "points"):
        if item in BY_KEY:
            by_place[card, item].append(points / BY_KEY[item].points)
    return agreement.between([Pair(given[0], other) for given in by_place.values() for other in given[1:]])
