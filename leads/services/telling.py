"""Whose screens hear that a lead, or many at once, have changed? Its agent's, and those of whoever looks at it and may."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q
from redis.exceptions import RedisError

from enterprisehub.ops.stores import cache_redis
from enterprisehub.realtime.push import Told, tell_each
from enterprisehub.tenants import keys
from enterprisehub.tenants.access import OPERATIONS
from enterprisehub.tenants.models import Agent
from enterprisehub.tenants.scope import current
from leads.handoff import HandOff
from leads.models import Lead
from leads.qualification import Question
from leads.services.learning import question_for, recent, sheet_of

LOOKS = 12 * 3600  # seconds for which a page that was opened counts as looked at
NAMED = 100  # leads that one event names; how many there are, it says in any case
REST = 5.0  # seconds without trying Redis after it failed: then only the lead's own agent hears

_down_until = 0.0


def looks(lead: Lead, agent: Agent | None) -> None:
    """This agent has opened a page that shows what is known of the lead."""
    global _down_until
    if agent is None or time.monotonic() < _down_until:
        return
    name = keys.of(lead.tenant_id, "looking", lead.pk)
    try:
        with cache_redis().pipeline(transaction=False) as line:
            line.zadd(name, {agent.pk.bytes: time.time()})
            line.expire(name, LOOKS)
            line.execute()
    except RedisError:
        _down_until = time.monotonic() + REST


def tell_known(lead: Lead, then: Question | HandOff | None = None, *, also: Iterable[UUID | None] = ()) -> None:
    """What is known now, to everybody who should see it; `then` as `settle` found it, None asks for it anew.

    Once in a transaction, at its end: the streams of several agents are taken in one order then. `also` names agents who
    hear it if they may see the lead.
    """
    who = audience(lead, also=also)
    if who:
        known = sheet_of(lead, then or question_for(lead, history=recent(lead)))
        told: Sequence[Told] = [("status", {"state": "understood", "known": known})]
        tell_each(dict.fromkeys(who, told))


def tell_many(changed: Mapping[UUID, Collection[UUID | None]], what: str) -> None:
    """Many leads changed at once (`what`: assigned, overlay, imported): one event for each agent, about those leads that this
    agent sees, or saw until now. `changed` says of each lead whose it was and is.
    """
    here = Agent.objects.filter(is_active=True, user__memberships__tenant=current(), user__memberships__is_active=True)
    told: dict[UUID, Sequence[Told]] = {}
    for agent_id, role in here.values_list("pk", "user__memberships__role") if changed else ():
        everyone = role in OPERATIONS["leads.read.all"]
        mine = [lead for lead, whose in changed.items() if everyone or agent_id in whose or None in whose]
        if mine:
            ids = [str(lead) for lead in mine[:NAMED]]
            told[agent_id] = [("status", {"state": "leads_changed", "what": what, "count": len(mine), "leads": ids})]
    tell_each(told)


def audience(lead: Lead, *, also: Iterable[UUID | None] = ()) -> frozenset[UUID]:
    """The lead's agent, and of those who look at it (and of `also`) whoever may see it; one query, if anybody else does."""
    own = frozenset({lead.agent_id} if lead.agent_id else ())
    others = (_lookers(lead) | {one for one in also if one}) - own
    return own | _allowed(lead, others) if others else own


def _lookers(lead: Lead) -> frozenset[UUID]:
    global _down_until
    if time.monotonic() < _down_until:
        return frozenset()
    try:
        found: Any = cache_redis().zrangebyscore(keys.of(current(), "looking", lead.pk), time.time() - LOOKS, "+inf")
    except RedisError:
        _down_until = time.monotonic() + REST
        return frozenset()
    return frozenset(UUID(bytes=raw) for raw in found)


def _allowed(lead: Lead, agents: Iterable[UUID]) -> frozenset[UUID]:
    """Nobody's lead is seen by every agent of the tenant, somebody else's by who sees everybody's."""
    here = Q(user__memberships__tenant=current(), user__memberships__is_active=True)
    if lead.agent_id is not None:
        here &= Q(user__memberships__role__in=OPERATIONS["leads.read.all"])
    found = Agent.objects.filter(here, pk__in=list(agents), is_active=True)
    return frozenset(found.values_list("pk", flat=True))
