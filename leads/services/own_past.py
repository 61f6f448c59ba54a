"""What did the tenant's own leads look like before they closed or were lost? One row of words for each, as the score saw it then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils.timezone import now

from enterprisehub.tenants.scope import current, scope
from leads.completeness import Fact
from leads.features import Features
from leads.learning.table import Table
from leads.models import Lead, Message, Overlay, SlotFact, Speaker, Stage, StageMove
from leads.own_scoring import cells
from leads.packs import pack_of
from leads.profile import learned_facts
from leads.scoring import abstains
from leads.services.learning import own_vertical
from leads.services.scored import WINDOW, features_at

OUTCOME, SETTLED_AT = "closed within a year", "settled at"
YEAR: Final = timedelta(days=365)  # what the score speaks of
CHUNK: Final = 300  # leads read at once
MOMENTS: Final = 24  # of a lead's messages, how many are looked at for one to learn from
_LOST: Final = (Overlay.LOST, Overlay.OTHER_AGENT)
_NEVER: Final = (Overlay.INVALID, Overlay.DUPLICATE)  # no leads at all


@dataclass
class _Life:
    """A lead with all that is on record of it, oldest first."""

    lead: Lead
    moves: list[StageMove] = field(default_factory=list)
    facts: list[SlotFact] = field(default_factory=list)
    said: dict[UUID, list[Message]] = field(default_factory=lambda: defaultdict(list))

    def first(self, *, stages: Sequence[str] = (), overlays: Sequence[str] = ()) -> datetime | None:
        """When it first came to one of these."""
        return next((one.at for one in self.moves if one.to_stage in stages or one.to_overlay in overlays), None)

    def stood(self, at: datetime) -> tuple[str, str]:
        """Stage and overlay at that moment."""
        past = [move for move in self.moves if move.at <= at]
        if past:
            return past[-1].to_stage, past[-1].to_overlay
        if self.moves:
            return self.moves[0].from_stage, self.moves[0].from_overlay
        return self.lead.stage, self.lead.overlay


def table() -> Table:
    """Every lead of the tenant whose end is known; runs named, not scoped: each chunk is a transaction of its own."""
    rows: list[dict[str, str]] = []
    after: UUID | None = None
    while True:
        with scope(current()):
            lives = _lives(after)
            vertical = own_vertical()
            rows += [row for life in lives if (row := _row(life, vertical))]
        if not lives:
            break
        after = lives[-1].lead.pk
    names = [OUTCOME, SETTLED_AT, *cells(Features())]
    columns = {name: [row[name] for row in rows] for name in names}
    return Table(columns, list(range(2, len(rows) + 2)), "")


def _lives(after: UUID | None) -> list[_Life]:
    leads = Lead.objects.exclude(overlay__in=_NEVER).order_by("pk").only("stage", "overlay", "side", "vertical")
    chunk = list(leads.filter(pk__gt=after)[:CHUNK] if after else leads[:CHUNK])
    lives = {lead.pk: _Life(lead) for lead in chunk}
    for move in StageMove.objects.filter(lead__in=lives).order_by("at", "pk"):
        lives[move.lead_id].moves.append(move)
    for fact in SlotFact.objects.filter(lead__in=lives).defer("quote").order_by("at", "pk"):
        lives[fact.lead_id].facts.append(fact)
    # of messages only who wrote when: what was written is not even read
    said = Message.objects.filter(lead__in=lives).only("lead", "conversation", "speaker", "at", "position")
    for message in said.order_by("conversation", "position"):
        lives[message.lead_id].said[message.conversation_id].append(message)
    return list(lives.values())


def _row(life: _Life, vertical: str) -> dict[str, str] | None:
    """The lead at one moment at which it was scored, and how it ended; None when neither is known."""
    closed, lost = life.first(stages=[Stage.CLOSED]), life.first(overlays=_LOST)
    over = min((at for at in (closed, lost) if at), default=now())
    seen = [found for found in _moments(life, over, vertical) if not abstains(found[1])]
    if not seen:
        return None
    # the same moment each time, and by nothing that was said: one row per lead, so that no lead counts more than another
    at, features = seen[life.lead.pk.int % len(seen)]
    ended = _end(at, closed, lost)
    if ended is None:
        return None
    won, settled = ended
    return {OUTCOME: "yes" if won else "no", SETTLED_AT: settled.strftime("%Y-%m-%d %H:%M:%S"), **cells(features)}


def _end(at: datetime, closed: datetime | None, lost: datetime | None) -> tuple[bool, datetime] | None:
    """Whether it closed within a year of that moment, and since when that is known; None while it may still."""
    if closed is not None and closed <= at + YEAR:
        return True, closed
    if lost is not None and closed is None:
        return False, min(lost, at + YEAR)
    return (False, at + YEAR) if at + YEAR <= now() else None


def _moments(life: _Life, over: datetime, vertical: str) -> Iterator[tuple[datetime, Features]]:
    """What the score saw when the prospect wrote, before it was over."""
    places = [
        (said, place)
        for said in life.said.values()
        for place, message in enumerate(said)
        if message.speaker == Speaker.PROSPECT and message.at < over
    ]
    lead = life.lead
    pack = pack_of(lead.side, lead.vertical if lead.vertical != "any" else vertical)
    step = max(1, -(-len(places) // MOMENTS))
    for said, place in places[life.lead.pk.int % step :: step]:
        at = said[place].at
        facts = [fact for fact in life.facts if fact.at <= at]
        window = said[max(0, place + 1 - WINDOW) : place + 1]
        yield at, features_at(life.stood(at), _known(facts), window, pack=pack, at=at)


def _known(facts: Sequence[SlotFact]) -> list[Fact]:
    return learned_facts([_told(fact) for fact in facts])


def _told(fact: SlotFact) -> dict[str, Any]:
    names = ("name", "value", "earlier", "confidence", "change", "at")
    return {name: getattr(fact, name) for name in names}
