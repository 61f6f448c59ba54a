"""How does a program open the socket without a cookie? With a ticket: signed, short-lived, for one use."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.core import signing
from redis.exceptions import RedisError

from enterprisehub.ops.stores import cache_redis
from enterprisehub.tenants import keys

LIFE = 60  # seconds
SALT = "enterprisehub.socket-ticket"


@dataclass(frozen=True)
class Ticket:
    """Who may listen with it: an agent of a tenant, through a person or an API key."""

    tenant: UUID
    agent: UUID
    user: UUID | None
    key: UUID | None


def issue(ticket: Ticket) -> str:
    """The ticket's text; it holds ids only."""
    parts = [ticket.tenant, ticket.agent, ticket.user or "", ticket.key or "", uuid4()]
    return signing.dumps([str(part) for part in parts], salt=SALT)


def redeem(text: str) -> Ticket | None:
    """The ticket behind this text, once; None for a forged, old or used one.

    While Redis is down a ticket cannot be remembered as used: then its 60 seconds are its only limit.
    """
    try:
        tenant, agent, user, key, nonce = signing.loads(text, salt=SALT, max_age=LIFE)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    ticket = Ticket(UUID(tenant), UUID(agent), UUID(user) if user else None, UUID(key) if key else None)
    try:
        fresh = cache_redis().set(keys.of(ticket.tenant, "ticket", nonce), b"used", nx=True, ex=2 * LIFE)
    except RedisError:
        return ticket
    return ticket if fresh else None
