"""How do leads that nobody writes to get the score of the model that was just promoted, or gone back to?"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from enterprisehub.tenants.scope import current, scope
from enterprisehub.tenants.work import later
from leads.models import Lead
from leads.services.learning import own_vertical, recent, score_again

CHUNK: Final = 20  # leads of one transaction: whoever writes to one of them meanwhile waits for that long
MOST: Final = 2_000  # leads of one piece of work; then the next is asked for


def score_leads(after: UUID | None) -> None:
    """Score the tenant's leads that had been scored before, in the order of their ids; runs named, not scoped."""
    for _ in range(MOST // CHUNK):
        with scope(current()):
            after = _next(after)
        if after is None:
            return
    with scope(current()):
        later("leads.score_again", after=str(after))


def _next(after: UUID | None) -> UUID | None:
    """The next chunk; the last id of it, None when there were no more."""
    known = Lead.objects.exclude(score_told={}).order_by("pk").values_list("pk", flat=True)
    ids = list(known.filter(pk__gt=after)[:CHUNK] if after else known[:CHUNK])
    # one that is held is being heard: it gets its score there
    leads = list(Lead.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk__in=ids))
    vertical = own_vertical()
    for lead in leads:
        score_again(lead, recent(lead), vertical=vertical)
    Lead.objects.bulk_update(leads, ["score", "score_told"])
    return ids[-1] if ids else None
