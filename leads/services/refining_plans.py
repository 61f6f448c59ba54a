"""How do a plan's words get better once Claude has read the conversation?"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.timezone import now

from enterprisehub.engines import seats
from enterprisehub.engines.base import Answer, Outcome
from enterprisehub.engines.gate import ask
from enterprisehub.realtime.push import tell
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import current, scope
from leads.models import Action, ActionPlan, ActionState, Lead
from leads.planning.plan import Plan
from leads.planning.refining import PLAN
from leads.planning.situation import Situation
from leads.services.planning import columns, told, words_of
from leads.services.situations import situation_of


@dataclass(frozen=True)
class _Work:
    """What is needed while Claude thinks and no transaction is open."""

    plan: UUID
    lead: UUID
    situation: Situation
    names: tuple[str, ...]


def refine(plan_id: UUID) -> Outcome:
    """Ask Claude about this plan; runs named, not scoped: nothing is held while the network is waited for.

    Cards come first: while this process asks about many of them, or about other plans, it is left for the next round.
    The local plan stands meanwhile, and for good when the answer is late, refused, or not borne out.
    """
    with seats.behind() as free:
        if not free:
            return Outcome.BUSY
        work = _load(plan_id)
        if work is None:
            return Outcome.SUPERSEDED
        answer = ask(PLAN, work.situation, names=work.names, subject=str(plan_id))
    if answer.source == "local":
        return answer.outcome
    with scope(current()):
        return _apply(work, answer)


def guarded(text: str, lead: Lead, tenant: Tenant) -> str:
    """What fair housing has against these words where they are said, as one sentence; "" when nothing."""
    if lead.agent is None or not text.strip():
        return ""
    lead.agent.tenant = tenant
    flags = import_string(settings.DRAFT_GUARD)(text, lead.agent)
    return (
        str(flags[0].get("instead") or flags[0].get("why") or flags[0].get("quote") or "fair housing") if flags else ""
    )


def _load(plan_id: UUID) -> _Work | None:
    with scope(current()):
        mine = ActionPlan.objects.filter(pk=plan_id, superseded_at=None, revision=0)
        if not mine.filter(asked_at=None).update(asked_at=now()):
            return None
        row = mine.select_related("lead__agent").first()
        if row is None or not _open(row):
            return None
        lead = row.lead
        situation = situation_of(lead, at=row.made_at)
        names = tuple(word for word in (lead.name, lead.email, lead.phone, situation.home.name) if word)
        return _Work(row.pk, lead.pk, situation, names) if situation.turns else None


def _open(row: ActionPlan) -> Action | None:
    """The plan's action, while nobody has touched it."""
    found: Action | None = Action.objects.filter(plan=row, state=ActionState.PROPOSED, decided_at=None).first()
    return found


def _apply(work: _Work, answer: Answer[Plan]) -> Outcome:
    lead = Lead.objects.select_for_update(of=("self",)).select_related("agent").filter(pk=work.lead).first()
    row = ActionPlan.objects.filter(pk=work.plan, superseded_at=None, revision=0).first()
    action = _open(row) if row is not None else None
    if lead is None or row is None or action is None or answer.value.action is None:
        return Outcome.SUPERSEDED
    words = words_of(answer.value.action, work.situation)
    if guarded(words["draft"], lead, Tenant.objects.get(pk=current())):
        return Outcome.UNGROUNDED
    for name, value in columns(answer.value).items():
        setattr(row, name, value)
    row.source, row.revision = answer.source, 1
    row.save(update_fields=[*columns(answer.value), "source", "revision"])
    if action.verb == answer.value.action.next.verb:  # the gate may have chosen another medium, and with it other words
        for name, value in words.items():
            setattr(action, name, value)
        action.save(update_fields=list(words))
    if lead.agent_id is not None:
        tell(lead.agent_id, ("status", told(lead, action)))
    return answer.outcome
