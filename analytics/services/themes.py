"""What does low feedback have in common, who fixes it, and did the fix work? Open until it was measured."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils.timezone import now

from analytics.measures import Rate
from analytics.models import Theme
from analytics.themes import measured
from coaching.models import CardVerdict, Feedback, Improvement, PlaybookVersion
from coaching.services.feedback import GOOD_ENOUGH
from enterprisehub.errors import Conflict, Invalid, NotFound
from enterprisehub.privacy.audit import record

State = Theme.State
LOW = Q(verdict=CardVerdict.WRONG) | Q(score__lt=GOOD_ENOUGH)
JUDGED = Q(score__isnull=False) | ~Q(verdict="")


def gather() -> int:
    """A theme for each theme and kind of card that findings name; a closed one that comes back is opened. How many there are."""
    rows = (
        Improvement.objects.exclude(feedback__suggestion=None)
        .order_by()
        .values_list("theme", "feedback__suggestion__kind")
        .annotate(Count("pk"), Max("created_at"))
    )
    known = {(one.theme, one.card_kind): one for one in Theme.objects.select_for_update()}
    for name, kind, n, newest in rows:
        theme = known.get((name, kind))
        if theme is None:
            theme = known[name, kind] = Theme(theme=name, card_kind=kind)
        # A theme that was closed is open again when as much came since as was let pass once.
        if theme.state == State.CLOSED and newest and theme.closed_at and newest > theme.closed_at and n >= theme.n + 3:
            theme.state, theme.fix, theme.fixed_at, theme.version, theme.closed_at = State.OPEN, "", None, None, None
            theme.verdict = "It came back after it was closed."
            theme.n, theme.newest_at = n, newest
        elif theme.state != State.CLOSED:
            theme.n, theme.newest_at = n, newest
        theme.updated_at = now()
        theme.save()
    return len(known)


@transaction.atomic
def start(theme_id: UUID, fix: str, *, version: UUID | None = None) -> Theme:
    """Somebody fixes it: `fix` says how; with a playbook version the fix is live once that is published."""
    theme = _of(theme_id)
    words = fix.replace("\x00", "").strip()[:200]
    if not words:
        raise Invalid("Say what is to be changed.", field="fix")
    if theme.state not in (State.OPEN, State.FIXING):
        raise Conflict(f"This theme is {theme.get_state_display().lower()}.")
    chosen = PlaybookVersion.objects.filter(pk=version).first() if version else None
    if version and chosen is None:
        raise NotFound("There is no such playbook version.", field="version")
    theme.state, theme.fix, theme.version, theme.verdict = State.FIXING, words, chosen, ""
    theme.save()
    record("theme.fixing", theme)
    return theme


@transaction.atomic
def live(theme_id: UUID) -> Theme:
    """The fix is live from now on, and is being measured."""
    theme = _of(theme_id)
    if theme.state != State.FIXING:
        raise Conflict("Only a theme that is being fixed can go live.")
    _go_live(theme, now())
    record("theme.live", theme)
    return theme


def measure() -> None:
    """What is fixed by a published version is live; what is live is held against the time before it."""
    for theme in Theme.objects.filter(state=State.FIXING, version__published_at__isnull=False).select_related(
        "version"
    ):
        assert theme.version is not None  # noqa: S101 - filtered
        assert theme.version.published_at is not None  # noqa: S101 - filtered
        _go_live(theme, theme.version.published_at)
    for theme in Theme.objects.filter(state=State.MEASURING).exclude(fixed_at=None):
        assert theme.fixed_at is not None  # noqa: S101 - filtered
        before, after = _rate(theme, before=theme.fixed_at), _rate(theme, since=theme.fixed_at)
        reading = measured(before, after)
        theme.before_n, theme.before_low, theme.after_n, theme.after_low = before.n, before.hits, after.n, after.hits
        theme.state, theme.verdict, theme.updated_at = reading.state, reading.sentence, now()
        theme.closed_at = now() if reading.state == State.CLOSED else None
        theme.save()
        if reading.state != State.MEASURING:
            record(f"theme.{reading.state}", theme, before=before.n, after=after.n)


def _go_live(theme: Theme, at: datetime) -> None:
    before = _rate(theme, before=at)
    theme.state, theme.fixed_at, theme.updated_at = State.MEASURING, at, now()
    theme.before_n, theme.before_low = before.n, before.hits
    theme.save()


def _rate(theme: Theme, *, before: datetime | None = None, since: datetime | None = None) -> Rate:
    """Feedback on such cards by when the card was made, and how much of it was low with this theme."""
    rows = Feedback.objects.filter(JUDGED, suggestion__kind=theme.card_kind)
    if before is not None:
        rows = rows.filter(suggestion__created_at__lt=before)
    if since is not None:
        rows = rows.filter(suggestion__created_at__gte=since)
    low = rows.filter(LOW, improvement__theme=theme.theme).count()
    return Rate(low, rows.count())


def _of(theme_id: UUID) -> Theme:
    theme = Theme.objects.select_for_update().filter(pk=theme_id).first()
    if theme is None:
        raise NotFound("There is no such theme.")
    return theme


def counts() -> dict[str, int]:
    """How many themes stand where."""
    return dict(Counter(Theme.objects.values_list("state", flat=True)))


def samples(themes: list[Theme], *, most: int = 3) -> dict[UUID, list[dict[str, Any]]]:
    """The newest findings of each theme, with what the agent wrote about the card."""
    by = {(one.theme, one.card_kind): one.pk for one in themes}
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    rows = Improvement.objects.filter(theme__in={name for name, _ in by}).select_related("feedback__suggestion")
    for row in rows.order_by("-created_at")[:400]:
        card = row.feedback.suggestion
        pk = by.get((row.theme, card.kind)) if card else None
        if card is not None and pk is not None and len(found[pk]) < most:
            found[pk].append(
                {"finding": row.finding, "comment": row.feedback.comment, "session": row.feedback.session_id}
            )
    return found
