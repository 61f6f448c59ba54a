"""Who is at this socket, and may they still listen?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils.timezone import now

from enterprisehub.realtime import tickets
from enterprisehub.realtime.models import Stream
from enterprisehub.tenants.access import KEY_SCOPES, may
from enterprisehub.tenants.middleware import SESSION_KEY, choose
from enterprisehub.tenants.models import Agent, ApiKey, Membership, User
from enterprisehub.tenants.scope import scope, unscoped


@dataclass(frozen=True)
class Caller:
    """An agent's screen: through a person's session, a ticket of theirs, or a program's key."""

    tenant_id: UUID
    agent: Agent
    others: bool
    user_id: UUID | None = None
    membership_id: UUID | None = None
    session_key: str = ""
    auth_hash: str = ""
    key_id: UUID | None = None


def recognise(conversation: Mapping[str, Any]) -> Caller | None:
    """The caller behind a websocket's handshake; None when nobody we know, or nobody who may listen."""
    text = parse_qs(conversation.get("query_string", b"").decode("latin-1")).get("ticket", [""])[0]
    if text:
        return _by_ticket(text)
    user, session = conversation.get("user"), conversation.get("session")
    if user is None or not user.is_authenticated or session is None:
        return None
    user = User.objects.filter(pk=user.pk, is_active=True).first()
    membership = choose(user, session.get(SESSION_KEY)) if user else None
    if user is None or membership is None or membership.found_agent is None:
        return None
    return _person(user, membership, membership.found_agent, session.session_key or "")


def _person(user: User, membership: Membership, agent: Agent, session_key: str = "") -> Caller | None:
    if not may(membership.role, "coaching.listen"):
        return None
    return Caller(
        tenant_id=membership.tenant_id,
        agent=agent,
        others=may(membership.role, "coaching.hear_for_others"),
        user_id=user.pk,
        membership_id=membership.pk,
        session_key=session_key,
        auth_hash=user.get_session_auth_hash(),
    )


def _by_ticket(text: str) -> Caller | None:
    ticket = tickets.redeem(text)
    if ticket is None:
        return None
    with scope(ticket.tenant):
        agent = Agent.objects.select_related("tenant").filter(pk=ticket.agent, is_active=True).first()
        if agent is None:
            return None
        if ticket.key is not None:
            key = ApiKey.objects.filter(pk=ticket.key).first()
            granted = {operation for name in (key.scopes if key else []) for operation in KEY_SCOPES.get(name, ())}
            if key is None or not key.is_valid() or "coaching.listen" not in granted:
                return None
            return Caller(ticket.tenant, agent, "coaching.hear_for_others" in granted, key_id=key.pk)
        member = Membership.objects.select_related("user").filter(user=ticket.user, is_active=True).first()
        if member is None or not member.user.is_active:
            return None
        return _person(member.user, member, agent)


def still_welcome(callers: Sequence[Caller]) -> set[Caller]:
    """Those who may go on listening: one look at each table for all sockets of this process."""
    with unscoped("are the people and programs at the open sockets still allowed to listen"):
        members = {
            row.pk: row
            for row in Membership.objects.filter(
                pk__in={c.membership_id for c in callers if c.membership_id}, is_active=True, user__is_active=True
            ).select_related("user")
        }
        keys = {
            row.pk for row in ApiKey.objects.filter(pk__in={c.key_id for c in callers if c.key_id}) if row.is_valid()
        }
        agents = set(
            Agent.objects.filter(pk__in={c.agent.pk for c in callers}, is_active=True).values_list("pk", flat=True)
        )
        wanted = {c.session_key for c in callers if c.session_key}
        sessions = set(
            Session.objects.filter(session_key__in=wanted, expire_date__gt=now()).values_list("session_key", flat=True)
        )
    return {caller for caller in callers if caller.agent.pk in agents and _valid(caller, members, keys, sessions)}


def _valid(caller: Caller, members: Mapping[UUID, Membership], keys: set[UUID], sessions: set[str]) -> bool:
    if caller.key_id is not None:
        return caller.key_id in keys
    member = members.get(caller.membership_id) if caller.membership_id else None
    if member is None or not may(member.role, "coaching.listen"):
        return False
    if caller.session_key and caller.session_key not in sessions:
        return False
    return member.user.get_session_auth_hash() == caller.auth_hash


def newest(callers: Sequence[Caller]) -> dict[UUID, int]:
    """The last number told to each of these agents: what a lost push is found by."""
    with unscoped("which events did the open sockets of this process miss"):
        rows = Stream.objects.filter(Q(agent_id__in={caller.agent.pk for caller in callers}))
        return dict(rows.values_list("agent_id", "seq"))
