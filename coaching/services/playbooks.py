"""Which lines does a tenant coach with? Versions drafted, published, retired and rolled back."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import now

from coaching.models import Playbook, PlaybookVersion
from coaching.playbooks import Library
from coaching.services import replays
from coaching.services.libraries import library_of
from enterprisehub.errors import Conflict
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.models import Membership, Tenant

__all__ = ["draft", "library_of", "publish", "retire", "roll_back"]
Status = PlaybookVersion.Status


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


def publish(version: PlaybookVersion) -> PlaybookVersion:
    """Make this draft the one that coaches from now on; the one before is retired.

    Conflict, with the reasons, when its replay says that coaching would get worse: there is no way past it.
    """
    if version.status == Status.DRAFT:
        replays.require(version)
    return _go_live(version)


@transaction.atomic
def _go_live(version: PlaybookVersion) -> PlaybookVersion:
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
    """Publish an older version's lines anew, as a version of its own.

    They coached before, and the way back must be open at once: no replay is asked for.
    """
    if version.published_at is None:
        raise Conflict("A draft was never published, so there is nothing to go back to.")
    return _go_live(draft(version.content, by=by, note=f"Back to version {version.number}"))


@transaction.atomic
def retire(version: PlaybookVersion) -> None:
    """Coach with the base library alone again."""
    if version.status != Status.PUBLISHED:
        raise Conflict(f"Version {version.number} is {version.status}; only the published one can be retired.")
    PlaybookVersion.objects.filter(pk=version.pk).update(status=Status.RETIRED)
    Tenant.objects.filter(pk=version.tenant_id).update(playbook_version=None)
    record("playbook.retire", version, number=version.number)
