"""Which changes does the analysis suggest, and what did a person decide about each? Nothing here is ever live by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import now

from analytics import proposing
from analytics.effectiveness import Finding
from analytics.models import Proposal, Theme
from analytics.proposing import Change, OwnWords
from analytics.ranges import Range
from analytics.services.market import between
from coaching.models import CardVerdict, Feedback, PlaybookVersion
from coaching.services import playbooks
from enterprisehub.engines import prompts
from enterprisehub.errors import Conflict, NotFound
from enterprisehub.privacy.audit import record
from enterprisehub.privacy.redaction import Pseudonyms
from enterprisehub.tenants.models import Membership, Tenant
from enterprisehub.tenants.scope import current

State = Proposal.State
PROMPT = "coaching.card"
MOST = 20  # open proposals of one analysis: more than a person decides about is none


def make(findings: Sequence[Finding], days: Range) -> int:
    """Keep what is new among the changes that the findings suggest; how many those are. What was decided stays decided."""
    library = playbooks.library_of(Tenant.objects.get(pk=current()))
    written = prompts.load(PROMPT)
    themes = Theme.objects.filter(state=Theme.State.OPEN).values_list("theme", "card_kind", "n")
    found = [
        *proposing.playbook(library, findings, _own_words(days)),
        *proposing.prompt(written.text, written.version, list(themes), name=PROMPT),
    ][:MOST]
    # What was suggested for a version that no longer coaches cannot be laid over the one that does.
    bases = {library.version, written.version}
    Proposal.objects.filter(state=State.PROPOSED).exclude(base__in=bases).delete()
    rows = [_row(one) for one in found]
    known = set(Proposal.objects.filter(mark__in=[row.mark for row in rows]).values_list("mark", flat=True))
    fresh = [row for row in rows if row.mark not in known]
    Proposal.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def _row(one: Change) -> Proposal:
    told = {"part": one.part, "title": one.title[:200], "reason": one.reason, "evidence": one.evidence}
    return Proposal(**told, mark=one.mark, base=one.base, change=one.change, diff=list(one.rows))


def _own_words(days: Range) -> list[OwnWords]:
    """What agents said instead of a line; words in which somebody is named or can be reached are nobody else's line."""
    rows = (
        Feedback.objects.filter(verdict=CardVerdict.EDITED, **between(days)).exclude(said="").exclude(suggestion=None)
    )
    rows = rows.select_related("agent", "suggestion__conversation__lead").order_by("created_at")
    found = []
    for row in rows[:5_000]:
        card = row.suggestion
        assert card is not None  # noqa: S101 - left out above
        if Pseudonyms((card.conversation.lead.name, row.agent.display_name)).hide(row.said) == row.said:
            found.append(OwnWords(card.kind, card.language, row.said))
    return found


@transaction.atomic
def accept(proposal_id: UUID, *, by: Membership) -> Proposal:
    """Make a draft of it; a person still has to publish that. Raises Conflict when it was decided, or its version is past."""
    one = _open(proposal_id)
    if one.part == Proposal.Part.PLAYBOOK:
        tenant = Tenant.objects.get(pk=current())
        if playbooks.library_of(tenant).version != one.base:
            raise Conflict("The playbook has changed since. The next analysis suggests anew.")
        one.draft = playbooks.draft(_over(tenant, one.change), by=by, note=one.title)
    _decide(one, State.ACCEPTED, by)
    return one


@transaction.atomic
def reject(proposal_id: UUID, *, by: Membership) -> Proposal:
    """Not this one; the same change is not suggested again for this version."""
    one = _open(proposal_id)
    _decide(one, State.REJECTED, by)
    return one


def _decide(one: Proposal, state: Proposal.State, by: Membership) -> None:
    one.state, one.decided_by, one.decided_at = state, by, now()
    one.save(update_fields=["state", "decided_by", "decided_at", "draft"])
    record(f"proposal.{state}", one, part=one.part)


def _open(proposal_id: UUID) -> Proposal:
    one = Proposal.objects.select_for_update().filter(pk=proposal_id).first()
    if one is None:
        raise NotFound("There is no such proposal.")
    if one.state != State.PROPOSED:
        raise Conflict(f"This proposal is {one.get_state_display().lower()} already.")
    return one


def _over(tenant: Tenant, change: dict[str, Any]) -> dict[str, Any]:
    """The tenant's own content with the change laid over it."""
    version = PlaybookVersion.objects.filter(pk=tenant.playbook_version).first() if tenant.playbook_version else None
    return _laid(version.content if version else {}, change)


def _laid(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    found = dict(under)
    for key, value in over.items():
        below = found.get(key)
        found[key] = _laid(below, value) if isinstance(value, dict) and isinstance(below, dict) else value
    return found
