"""How does a program without a cookie open a socket? With a ticket: one use, one minute, one person, one agent."""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
import time
from dataclasses import dataclass
from uuid import UUID

from django.core import signing
from django.http import HttpRequest
from redis.exceptions import RedisError

from enterprisehub.errors import NotAllowed
from enterprisehub.ops.stores import cache_redis
from enterprisehub.realtime import logins
from enterprisehub.realtime.logins import Login, NobodyThere
from enterprisehub.tenants import keys
from enterprisehub.tenants.models import Agent, ApiKey, User

SECONDS = 60
MARK = "eht_"  # kept in Redis, used once in the whole installation
SIGNED_MARK = "ehs_"  # made while Redis was down: signed, used once per process
SALT = "enterprisehub.realtime.tickets"


@dataclass(frozen=True)
class Via:
    """On whose word a ticket is issued: a signed-in person (with their session), or an API key."""

    user_id: UUID
    session_key: str = ""
    key_id: UUID | None = None

    @classmethod
    def request(cls, request: HttpRequest) -> Via:
        """Whoever makes this API request."""
        key: ApiKey | None = getattr(request, "api_key", None)
        if key is not None:
            return cls(key.agent.user_id if key.agent else UUID(int=0), key_id=key.pk)
        if not isinstance(request.user, User):
            raise NotAllowed("Sign in first.")
        return cls(request.user.pk, request.session.session_key or "")


def issue(agent: Agent, via: Via) -> str:
    """A ticket for this agent's socket, good for SECONDS and one use; whether `via` may speak for the agent is checked
    here, and again when the ticket is used."""
    if via.key_id is None and agent.user_id != via.user_id:
        raise NotAllowed("A ticket opens your own socket only.")
    # Bound to the password too: a ticket must not outlive its change.
    tag = "" if via.key_id else logins.password_tag(User.objects.get(pk=via.user_id))
    owner, secret = agent.tenant_id.hex, secrets.token_urlsafe(32)
    facts = {
        "user": str(via.user_id),
        "agent": str(agent.pk),
        "session": via.session_key,
        "key": str(via.key_id) if via.key_id else "",
        "tag": tag,
    }
    try:
        cache_redis().set(_key(agent.tenant_id, secret), json.dumps(facts), ex=SECONDS)
    except RedisError:
        # Signed, not secret: it must not carry the session's key. Losing that binding for a minute is the price.
        return SIGNED_MARK + signing.dumps({**facts, "session": "", "once": secret}, salt=SALT)
    return f"{MARK}{owner}.{secret}"


def redeem(text: str) -> Login:
    """The login that the ticket stands for; raises NobodyThere for a wrong, used or old one. Touches Redis and Postgres."""
    facts = _signed(text) if text.startswith(SIGNED_MARK) else _kept(text)
    if facts["key"]:
        return logins.of_key(UUID(facts["key"]), UUID(facts["agent"]))
    return logins.of_person(UUID(facts["user"]), UUID(facts["agent"]), session_key=facts["session"], tag=facts["tag"])


def _kept(text: str) -> dict[str, str]:
    owner, _, secret = text.removeprefix(MARK).partition(".")
    try:
        found = cache_redis().getdel(_key(UUID(hex=owner), secret))
    except (ValueError, RedisError):
        found = None
    if not isinstance(found, bytes):
        raise NobodyThere("The ticket is wrong, used or too old.")
    facts: dict[str, str] = json.loads(found)
    return facts


def _key(tenant_id: UUID, secret: str) -> str:
    return keys.of(tenant_id, "ticket", hashlib.sha256(secret.encode()).hexdigest())


def _signed(text: str) -> dict[str, str]:
    try:
        facts: dict[str, str] = signing.loads(text.removeprefix(SIGNED_MARK), salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        raise NobodyThere("The ticket is wrong, used or too old.") from None
    if not _first_use(facts["once"]):
        raise NobodyThere("The ticket is wrong, used or too old.")
    return facts


_used: dict[str, float] = {}
_using = threading.Lock()


def _first_use(nonce: str) -> bool:
    now = time.monotonic()
    with _using:
        for old in [one for one, at in _used.items() if now - at > SECONDS + 1]:
            del _used[old]
        return _used.setdefault(nonce, now) == now
