"""What would the coach say to these words? Asked without a conversation, so nothing is recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace

from coaching.cards import Card, CoachQuestion
from coaching.kinds import KINDS
from coaching.objections import Objection
from coaching.services.libraries import library_of
from coaching.suggestions import COACH
from enterprisehub.engines.gate import instant
from enterprisehub.tenants.models import Tenant


@dataclass(frozen=True)
class Advice:
    """The objections in the words, best first, and a card when there is one to meet them with."""

    objections: tuple[Objection, ...]
    overcomable: bool
    unsure: bool
    card: Card | None
    source: str


def advise(tenant: Tenant, question: CoachQuestion) -> Advice:
    """Ask the coach that the live doors ask, with the tenant's playbook and, unless told otherwise, its vertical."""
    vertical = tenant.vertical if question.vertical == "any" else question.vertical
    answer = instant(COACH, replace(question, vertical=vertical, playbook=library_of(tenant)))
    found, card = answer.value.objections, answer.value.card
    objections = found.objections
    met = card if card is not None and card.kind in KINDS else None
    if met is not None and met.compliance and met.kind not in {one.kind for one in objections}:
        # The law's second pair of eyes saw it, not the objection reader.
        seen = Objection(met.kind, met.group, met.confidence, met.why, met.why_start, met.why_end, False)
        objections = (seen, *objections)[:2]
    return Advice(objections, all(one.overcomable for one in objections), found.unsure, met, answer.source)
