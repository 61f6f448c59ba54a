"""In which medium and when may a proposed action be done, as the gate sees it?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from django.utils.timezone import now

from leads.contact import Facts, Verdict, may_contact
from leads.models import Lead
from leads.planning.drafts import draft, title
from leads.planning.plan import Proposal
from leads.planning.situation import Situation
from leads.services.contacting import facts_of

# Where the medium is refused for good: what to try instead, and with which verb where the verb names its medium.
_OTHERS: Final = {"sms": ("email", "call"), "email": ("sms", "call"), "chat": ("sms", "email"), "call": ("email", "sms"), "social": ("sms", "email")}  # fmt: skip
_VERBS: Final = {"text": {"email": "email", "call": "call"}, "email": {"sms": "text", "call": "call"}, "call": {"sms": "text", "email": "email"}}  # fmt: skip


def fitted(lead: Lead, proposal: Proposal, situation: Situation) -> tuple[Proposal, dict[str, Any]]:
    """The proposal with the verdict at its hour: later where the hour is quiet, in another medium where this one is closed."""
    then = proposal.next
    if not then.medium:
        return proposal, {}
    facts = facts_of(lead, at=now())
    told = may_contact(facts, medium=then.medium, purpose=then.purpose, at=then.due)
    if told.allow:
        return proposal, rendered(told)
    if told.next_at is not None:
        due = told.next_at.astimezone(situation.now.tzinfo)
        at_due = may_contact(facts, medium=then.medium, purpose=then.purpose, at=told.next_at)
        return replace(proposal, next=replace(then, due=due)), rendered(at_due)
    other = _other(proposal, situation, facts)
    return other if other is not None else (proposal, rendered(told))


def _other(proposal: Proposal, situation: Situation, facts: Facts) -> tuple[Proposal, dict[str, Any]] | None:
    then = proposal.next
    for medium in _OTHERS.get(then.medium, ()):
        if medium not in situation.reachable or medium in situation.blocked:
            continue
        told = may_contact(facts, medium=medium, purpose=then.purpose, at=then.due)
        if told.allow:
            verb = _VERBS.get(then.verb, {}).get(medium, then.verb)
            changed = replace(then, medium=medium, verb=verb)
            words = draft(verb, situation, medium=medium)
            return replace(proposal, next=changed, draft=words, title=title(verb, situation)), rendered(told)
    return None


def rendered(told: Verdict) -> dict[str, Any]:
    """A verdict as it is kept with an action and shown: may it go, why not, and from when."""
    later = told.next_at.isoformat() if told.next_at is not None else None
    return {
        "allow": told.allow,
        "reason": told.reason,
        "text": "" if told.sends else told.words,
        "by_hand": told.by_hand,
        "next_at": later,
        "at": now().isoformat(),
    }
