"""Would Claude be asked, if somebody asked now? For the badge on every page; nothing is asked or spent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from enterprisehub.engines import breaker, budget, ledger, policies, prices
from enterprisehub.engines.base import Capability, Outcome, Policy, StoreDown
from enterprisehub.tenants.scope import current


def standing(capability: Capability[Any, Any]) -> Outcome:
    """OK, or why the gate would leave the current tenant's question to the local engine.

    Two looks into Redis and one query. A breaker that is waiting for its probe counts as open: nobody knows better yet.
    """
    key = policies.credential()
    if key is None:
        return Outcome.NO_KEY
    terms = policies.terms()
    if not terms.enabled:
        return Outcome.AI_OFF
    policy = policies.policy_of(capability, terms, deadline=None)
    try:
        if breaker.state(key.fingerprint, policy.model).state != "closed":
            return Outcome.BREAKER_OPEN
        spent = budget.spent(current(), booked=ledger.booked)
    except StoreDown:
        return Outcome.STORE_DOWN
    return Outcome.OK if _affordable(policy, terms.limits, spent) else Outcome.BUDGET


def _affordable(policy: Policy, limits: budget.Limits, spent: budget.Spent) -> bool:
    """Whether at least the reply to an empty question could be paid for."""
    least = prices.most(0, policy.max_tokens, policy.model, on=datetime.now(UTC).date())
    pairs = ((limits.month, spent.month), (limits.day, spent.day))
    return all(limit is None or used + least <= limit for limit, used in pairs)
