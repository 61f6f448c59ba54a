"""Is this program who it says it is? API keys: made once, shown once, kept as prefix and hash."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone
from rest_framework_api_key.crypto import KeyGenerator

from enterprisehub.tenants.models import ApiKey
from enterprisehub.tenants.scope import unscoped

MARK = "ehk_"
USED_STEP = timedelta(minutes=5)  # last_used_at is precise to this, so that reading does not write each time
_generator = KeyGenerator(prefix_length=8, secret_key_length=40)


def issue(key: ApiKey) -> str:
    """Give an unsaved key its secret and save it; the returned text is shown once and never again."""
    text, prefix, hashed = _generator.generate()
    key.prefix, key.hashed_key = prefix, hashed
    key.save()
    return MARK + text


def presented(request: HttpRequest) -> str:
    """The key in `Authorization: Bearer ehk_…`, or empty."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if scheme.lower() == "bearer" and text.strip().startswith(MARK) else ""


def check(text: str) -> ApiKey | None:
    """The valid key behind this text; None for an unknown, wrong, expired or revoked one, in the same time."""
    prefix, _, _ = text.removeprefix(MARK).partition(".")
    with unscoped("an API key says which tenant it belongs to"):
        key = ApiKey.objects.select_related("tenant", "agent").filter(prefix=prefix).first()
        hashed = key.hashed_key if key else _DECOY
        right = _generator.verify(text.removeprefix(MARK), hashed)
        if key is None or not right or not key.is_valid():
            return None
        now = timezone.now()
        if key.last_used_at is None or now - key.last_used_at > USED_STEP:
            ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
        return key


_DECOY = _generator.hash(secrets.token_hex(20))
