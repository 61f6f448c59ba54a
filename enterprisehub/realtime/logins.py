"""Who is at this socket, and may they still be? Session or ticket at the door, one question for all of them afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY
from django.contrib.auth import SESSION_KEY as USER_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.utils.crypto import constant_time_compare

from enterprisehub.errors import NotAllowed
from enterprisehub.realtime.events import Address
from enterprisehub.tenants.access import KEY_SCOPES, Role, key_may, may
from enterprisehub.tenants.middleware import SESSION_KEY, choose
from enterprisehub.tenants.models import Agent, ApiKey, Membership, User
from enterprisehub.tenants.scope import unscoped

LISTEN = "coaching.listen"


class NobodyThere(NotAllowed):
    """No login, an expired one, or one that was taken back."""

    code = "not_signed_in"


@dataclass
class Login:
    """One person, or program, at one socket. `mark` changes when the agent's or tenant's row does."""

    agent: Agent
    user_id: UUID
    role: str | None = None
    session_key: str = ""
    key_id: UUID | None = None
    key_scopes: list[str] = field(default_factory=list)
    password_tag: str = ""
    mark: str = ""

    @property
    def address(self) -> Address:
        return Address(self.agent.tenant_id, self.agent.pk)

    def may(self, operation: str) -> bool:
        """Asked of the same table as every other door."""
        return key_may(self.key_scopes, operation) if self.key_id else may(self.role, operation)

    def insist(self, operation: str) -> None:
        """Raises NotAllowed unless it may."""
        if not self.may(operation):
            raise NotAllowed(f"You may not do this ({operation}).")


def password_tag(user: User) -> str:
    """Changes with the password, and cannot be turned back into it or its hash."""
    return hashlib.sha256(user.password.encode()).hexdigest()


def of_session(session_key: str) -> Login:
    """The login behind a session cookie; raises NobodyThere, or NotAllowed for people who coach nobody."""
    # The database's word, not the cache's: a session that was ended a moment ago must not open a socket.
    session = SessionStore(session_key)
    with unscoped("a session says who is signed in"):
        user = _signed_in(session) if session_key else None
        if user is None:
            raise NobodyThere("Sign in first.")
        membership = choose(user, session.get(SESSION_KEY))
        return _admitted(user, membership, session_key)


def _signed_in(session: SessionStore) -> User | None:
    user_id, backend = session.get(USER_KEY), session.get(BACKEND_SESSION_KEY)
    if user_id is None or backend not in settings.AUTHENTICATION_BACKENDS:
        return None
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return None
    proof = session.get(HASH_SESSION_KEY, "")
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return user if any(constant_time_compare(proof, one) for one in hashes) else None


def _admitted(user: User, membership: Membership | None, session_key: str) -> Login:
    agent: Agent | None = membership.found_agent if membership else None
    if membership is None or agent is None or not may(membership.role, LISTEN):
        raise NotAllowed("Only agents have a coaching socket.")
    agent.tenant = membership.tenant
    return confirmed(Login(agent, user.pk, membership.role, session_key=session_key, password_tag=password_tag(user)))


def of_person(user_id: UUID, agent_id: UUID, *, session_key: str = "", tag: str) -> Login:
    """The login of a ticket that a signed-in person asked for."""
    with unscoped("a ticket says who asked for it"):
        agent = _agent(agent_id)
        if agent is None or agent.user_id != user_id:
            raise NobodyThere("The ticket is no longer valid.")
        membership = Membership.objects.filter(user_id=user_id, tenant_id=agent.tenant_id, is_active=True).first()
        role = membership.role if membership else None
        if not may(role, LISTEN):
            raise NotAllowed("Only agents have a coaching socket.")
        return confirmed(Login(agent, user_id, role, session_key=session_key, password_tag=tag))


def of_key(key_id: UUID, agent_id: UUID) -> Login:
    """The login of a ticket that a program asked for with its API key."""
    with unscoped("a ticket says which key asked for it"):
        agent, key = _agent(agent_id), ApiKey.objects.filter(pk=key_id).first()
        if agent is None or key is None or key.tenant_id != agent.tenant_id:
            raise NobodyThere("The ticket is no longer valid.")
        if key.agent_id not in (None, agent.pk) or not key_may(key.scopes, LISTEN):
            raise NotAllowed("This key has no coaching socket.")
        return confirmed(Login(agent, agent.user_id, key_id=key.pk, key_scopes=list(key.scopes)))


def _agent(agent_id: UUID) -> Agent | None:
    found: Agent | None = Agent.objects.select_related("tenant").filter(pk=agent_id, is_active=True).first()
    return found


def confirmed(login: Login) -> Login:
    """The login with its mark, after the same question that every heartbeat asks; raises NobodyThere."""
    for found in check([(login, -1)]):
        if not found.good:
            raise NobodyThere("The login is no longer valid.")
        login.mark = found.mark
    return login


@dataclass(frozen=True)
class Finding:
    """What became of one login: still good or not, whether its rows changed, the last number of its agent's stream."""

    place: int
    good: bool
    mark: str
    seq: int


# One statement for every socket of the process. A row comes back only for a login that ended, whose agent or tenant was
# changed, or whose socket has sent less than there is; so the usual answer is empty, however many sockets there are.
QUESTION = """
WITH asked AS (
    SELECT * FROM unnest(%s::int[], %s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[])
    AS a(place, user_id, tenant_id, agent_id, session_key, key_id, tag, mark, sent)),
looked AS (
    SELECT place, a.mark, a.sent,
        coalesce(u.is_active AND g.is_active AND CASE
            WHEN a.key_id <> '' THEN EXISTS (
                SELECT FROM tenants_apikey k WHERE k.id = a.key_id::uuid AND k.tenant_id = a.tenant_id AND k.revoked_at IS NULL
                AND (k.expires_at IS NULL OR k.expires_at > now()) AND (k.agent_id IS NULL OR k.agent_id = a.agent_id)
                AND k.scopes && %s::varchar[])
            ELSE m.is_active AND m.role = ANY (%s) AND encode(sha256(convert_to(u.password, 'UTF8')), 'hex') = a.tag
                AND (a.session_key = '' OR EXISTS (
                    SELECT FROM django_session s WHERE s.session_key = a.session_key AND s.expire_date > now()))
            END, false) AS good,
        md5(concat(g::text, t::text, m.role)) AS fresh, coalesce(f.seq, 0) AS seq
    FROM asked a
    LEFT JOIN tenants_agent g ON g.id = a.agent_id AND g.tenant_id = a.tenant_id
    LEFT JOIN tenants_tenant t ON t.id = a.tenant_id
    LEFT JOIN tenants_user u ON u.id = a.user_id
    LEFT JOIN tenants_membership m ON m.user_id = a.user_id AND m.tenant_id = a.tenant_id
    LEFT JOIN realtime_stream f ON f.agent_id = a.agent_id)
SELECT place, good, fresh, seq FROM looked WHERE NOT good OR fresh <> mark OR seq > sent
"""


def check(logins: Sequence[tuple[Login, int]]) -> list[Finding]:
    """Look at (login, last number sent) of many sockets in one query; only what needs doing comes back."""
    columns: list[list[Any]] = [
        list(range(len(logins))),
        [login.user_id for login, _ in logins],
        [login.agent.tenant_id for login, _ in logins],
        [login.agent.pk for login, _ in logins],
        [login.session_key for login, _ in logins],
        [str(login.key_id or "") for login, _ in logins],
        [login.password_tag for login, _ in logins],
        [login.mark for login, _ in logins],
        [sent for _, sent in logins],
    ]
    scopes = [name for name, opens in KEY_SCOPES.items() if LISTEN in opens]
    roles = [str(role) for role in Role if may(role, LISTEN)]
    with unscoped("are the logins of these sockets still good"), connection.cursor() as cursor:
        cursor.execute(QUESTION, [*columns, scopes, roles])
        return [Finding(*row) for row in cursor.fetchall()]


def refreshed(login: Login) -> Login:
    """The same login with its agent, tenant and role as they are now."""
    if login.key_id:
        return of_key(login.key_id, login.agent.pk)
    return of_person(login.user_id, login.agent.pk, session_key=login.session_key, tag=login.password_tag)
