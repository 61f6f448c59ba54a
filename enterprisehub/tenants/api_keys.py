"""Is this program who it says it is? API keys: made once, shown once, kept as prefix and hash."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string

from enterprisehub.errors import Invalid
from enterprisehub.tenants import trail
from enterprisehub.tenants.access import KEY_SCOPES
from enterprisehub.tenants.models import ApiKey
from enterprisehub.tenants.scope import unscoped

MARK = "ehk_"
USED_STEP = timedelta(minutes=5)  # last_used_at is precise to this, so that reading does not write each time
PREFIX_LENGTH, SECRET_LENGTH = 8, 40  # the secret holds about 238 bits, so one round of SHA-512 is enough to keep it
LONGEST = 200  # characters of a presented key that are looked at


def issue(key: ApiKey) -> str:
    """Give an unsaved key its secret and save it; the returned text is shown once and never again."""
    return adopt(key, f"{get_random_string(PREFIX_LENGTH)}.{get_random_string(SECRET_LENGTH)}")


def adopt(key: ApiKey, secret: str) -> str:
    """Save an unsaved key with a secret that was made elsewhere (`prefix.secret`), and return the whole text."""
    if unknown := set(key.scopes) - KEY_SCOPES.keys():
        raise Invalid(f"There is no scope {min(unknown)!r}.", field="scopes")
    key.prefix, key.hashed_key = secret.partition(".")[0], _hash(secret)
    key.save()
    trail.note("key.issue", key, scopes=sorted(key.scopes), agent=str(key.agent_id or ""))
    return MARK + secret


def revoke(key: ApiKey) -> None:
    """From the next request on this key opens nothing."""
    if ApiKey.objects.select_for_update().filter(pk=key.pk, revoked_at=None).exists():
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])  # saved, not updated: open sockets of this key hear of it
        trail.note("key.revoke", key)


def presented(request: HttpRequest) -> str:
    """The key in `Authorization: Bearer ehk_…`, or empty."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip()[:LONGEST] if scheme.lower() == "bearer" and text.strip().startswith(MARK) else ""


def check(text: str) -> ApiKey | None:
    """The valid key behind this text; None for an unknown, wrong, expired or revoked one, in the same time."""
    secret = text.removeprefix(MARK).replace("\x00", "?")  # Postgres would not take it
    prefix = secret.partition(".")[0]
    with unscoped("an API key says which tenant it belongs to"):
        key: ApiKey | None = ApiKey.objects.select_related("tenant", "agent").filter(prefix=prefix).first()
        right = constant_time_compare(_hash(secret), key.hashed_key if key else _DECOY)
        if key is None or not right or not key.is_valid():
            return None
        now = timezone.now()
        if key.last_used_at is None or now - key.last_used_at > USED_STEP:
            ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
        return key


def _hash(secret: str) -> str:
    return "sha512$$" + hashlib.sha512(secret.encode()).hexdigest()


_DECOY = _hash(secrets.token_hex(20))
