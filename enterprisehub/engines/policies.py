"""How may this tenant ask Claude: with which key and model, within which limits, and may it at all?"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import structlog
from django.conf import settings

from enterprisehub.engines.base import Capability, Policy
from enterprisehub.engines.budget import Limits
from enterprisehub.engines.calls import Credential
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import current, scope

log = structlog.get_logger(__name__)
MICRO = 1_000_000
MODELS = ("claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5")
_CHOICES: dict[str, tuple[str, ...]] = {
    "model": MODELS,
    "thinking": ("disabled", "between_tools", "adaptive"),
    "effort": ("low", "medium", "high"),
}
_MOST: dict[str, float] = {"max_tokens": 16_000, "first_text": 60, "total": 300, "cache_seconds": 86_400}


@dataclass(frozen=True)
class Terms:
    """What holds for one tenant: `Tenant.settings["engines"]` over the installation's settings."""

    enabled: bool
    limits: Limits
    keep_transcripts: bool
    policies: dict[str, Any]


def terms() -> Terms:
    """The current tenant's terms (one query)."""
    with scope(current()):
        return terms_of(Tenant.objects.filter(pk=current()).values_list("settings", flat=True).first() or {})


def terms_of(own: dict[str, Any]) -> Terms:
    """The terms in a tenant's settings. Values that cannot be read are as if they were not there."""
    given = _object(own, "engines")
    return Terms(
        enabled=given.get("enabled") is not False,
        limits=Limits(
            _dollars(given, "month_usd", settings.ENGINE_MONTH_USD), _dollars(given, "day_usd", settings.ENGINE_DAY_USD)
        ),
        keep_transcripts=given.get("keep_transcripts") is True,
        policies=_object(given, "policies"),
    )


def credential() -> Credential | None:
    """The installation's key, or None. Tenants have no keys of their own: their settings are no place for secrets."""
    key = settings.ANTHROPIC_API_KEY
    return Credential(key, settings.ANTHROPIC_BASE_URL) if key else None


def policy_of(capability: Capability[Any, Any], own: Terms, *, deadline: float | None) -> Policy:
    """The capability's policy, the installation's changes over it, and the tenant's over those; never longer than `deadline` seconds."""
    policy = capability.policy
    for layer in (settings.ENGINE_POLICIES, own.policies):
        policy = _changed(policy, layer.get(capability.name))
    if deadline is not None:
        policy = replace(policy, total=min(policy.total, deadline), first_text=min(policy.first_text, deadline))
    return policy


def _changed(policy: Policy, changes: object) -> Policy:
    if not isinstance(changes, dict):
        return policy
    kinds = {field.name: type(getattr(policy, field.name)) for field in fields(Policy)}
    good = {name: value for name, value in changes.items() if name in kinds and _fits(name, value, kinds[name])}
    if len(good) < len(changes):
        log.warning("engine_policy_ignored", fields=sorted(str(name)[:40] for name in set(changes) - set(good)))
    return replace(policy, **good)


def _fits(name: str, value: object, kind: type) -> bool:
    if name in _CHOICES:
        return value in _CHOICES[name]
    if kind is bool:
        return isinstance(value, bool)
    number = not isinstance(value, bool) and isinstance(value, int if kind is int else int | float)
    return number and 0 < value <= _MOST[name]  # type: ignore[operator]


def _object(given: Any, name: str) -> dict[str, Any]:
    found = given.get(name) if isinstance(given, dict) else None
    return found if isinstance(found, dict) else {}


def _dollars(given: dict[str, Any], name: str, otherwise: float) -> int:
    value = given.get(name)
    readable = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1_000_000
    return int((value if readable else otherwise) * MICRO)  # type: ignore[operator]
