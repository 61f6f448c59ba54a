"""Which lines does a tenant coach with? Versions drafted, published, retired and rolled back."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import now

from coaching.models import Playbook, PlaybookVersion
from coaching.playbooks import Library
from enterprisehub.errors import Conflict
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.models import Membership, Tenant

Status = PlaybookVersion.Status


def library_of(tenant: Tenant) -> Library:
    """The base library with the tenant's published lines over it; no query while this process remembers the version."""
    return Library.base() if tenant.playbook_version is None else _published(tenant.pk, tenant.playbook_version)


@lru_cache(maxsize=512)
def _published(tenant_id: UUID, version_id: UUID) -> Library:
    # A published version never changes, so it may be remembered for good; the tenant is part of the key.
    version = PlaybookVersion.objects.get(pk=version_id, tenant_id=tenant_id)
    return Library.base().merged(version.content)


@transaction.atomic
def draft(content: dict[str, Any], *, by: Membership | None = None, note: str = "") -> PlaybookVersion:
    """Keep new lines as a draft; content that cannot be a playbook is refused with every reason."""
    Library.base().merged(content)
    playbook, _ = Playbook.objects.get_or_create(name="House playbook")
    highest = playbook.versions.aggregate(highest=Max("number"))["highest"] or 0
    version: PlaybookVersion = PlaybookVersion.objects.create(
        playbook=playbook, number=highest + 1, content=content, created_by=by, note=note
    )
    record("playbook.draft", version, number=version.number)
    return version


@transaction.atomic
def publish(version: PlaybookVersion) -> PlaybookVersion:
    """Make this draft the one that coaches from now on; the one before is retired."""
    current = PlaybookVersion.objects.select_for_update().get(pk=version.pk)
    if current.status != Status.DRAFT:
        raise Conflict(f"Version {current.number} is {current.status}; only a draft can be published.")
    Library.base().merged(current.content)
    PlaybookVersion.objects.filter(status=Status.PUBLISHED).update(status=Status.RETIRED)
    current.status, current.published_at = Status.PUBLISHED, now()
    current.save(update_fields=["status", "published_at"])
    Tenant.objects.filter(pk=current.tenant_id).update(playbook_version=current.pk)
    record("playbook.publish", current, number=current.number)
    return current


@transaction.atomic
def roll_back(version: PlaybookVersion, *, by: Membership | None = None) -> PlaybookVersion:
    """Publish an older version's lines anew, as a version of its own."""
    if version.status == Status.DRAFT:
        raise Conflict("A draft was never published, so there is nothing to go back to.")
    return publish(draft(version.content, by=by, note=f"Back to version {version.number}"))


@transaction.atomic
def retire(version: PlaybookVersion) -> None:
    """Coach with the base library alone again."""
    if version.status != Status.PUBLISHED:
        raise Conflict(f"Version {version.number} is {version.status}; only the published one can be retired.")
    PlaybookVersion.objects.filter(pk=version.pk).update(status=Status.RETIRED)
    Tenant.objects.filter(pk=version.tenant_id).update(playbook_version=None)
    record("playbook.retire", version, number=version.number)
