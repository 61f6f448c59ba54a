"""Which searches of the leads list does a person keep under a name?"""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction

from enterprisehub.errors import Conflict, Invalid, NotFound
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.models import Membership
from leads.lists.wanted import Wanted
from leads.models import SavedFilter

MOST = 30  # of one person


def of(membership: Membership) -> list[SavedFilter]:
    """This person's own, by name."""
    return list(SavedFilter.objects.filter(owner=membership))


@transaction.atomic
def save(membership: Membership, name: str, wish: Wanted) -> SavedFilter:
    """Keep the search; one of the same name becomes this one."""
    called = " ".join("".join(c for c in name if c.isprintable()).split())[:60]
    if not called:
        raise Invalid("Give the filter a name.", field="name")
    if not wish.parameters():
        raise Invalid("Narrow or sort the list first, then save how you see it.", field="name")
    mine = SavedFilter.objects.select_for_update().filter(owner=membership)
    if mine.exclude(name=called).count() >= MOST:
        raise Conflict(f"You have {MOST} saved filters. Delete one first.", field="name")
    try:
        with transaction.atomic():
            row, _ = SavedFilter.objects.update_or_create(
                owner=membership, name=called, defaults={"query": wish.parameters()}
            )
    except IntegrityError as error:
        raise Conflict("There is a filter of this name already.", field="name") from error
    record("leads.filter.save", row, parameters=sorted(wish.parameters()))
    return row


@transaction.atomic
def drop(membership: Membership, filter_id: UUID) -> None:
    """Forget one's own; another person's looks as if there were none."""
    row = SavedFilter.objects.filter(pk=filter_id, owner=membership).first()
    if row is None:
        raise NotFound("There is no such filter.")
    record("leads.filter.drop", row)
    row.delete()
