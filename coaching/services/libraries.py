"""Which lines coach here: the base library, the tenant's published ones over it, or those of a comparison's arm?"""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from coaching.models import PlaybookVersion
from coaching.playbooks import Library
from enterprisehub.tenants.models import Tenant


def library_of(tenant: Tenant, arm: str = "") -> Library:
    """The base library with the tenant's published lines over it; no query while this process remembers the version.

    `arm` is the version that a running comparison coaches with instead; one that is gone is as if it was not named.
    """
    if arm:
        try:
            return _published(tenant.pk, UUID(arm))
        except (ValueError, PlaybookVersion.DoesNotExist):
            pass
    return Library.base() if tenant.playbook_version is None else _published(tenant.pk, tenant.playbook_version)


@lru_cache(maxsize=512)
def _published(tenant_id: UUID, version_id: UUID) -> Library:
    # A version never changes once it is made, so it may be remembered for good; the tenant is part of the key.
    version = PlaybookVersion.objects.get(pk=version_id, tenant_id=tenant_id)
    return Library.base().merged(version.content)
