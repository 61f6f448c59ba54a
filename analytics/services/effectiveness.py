"""Which advice preceded good outcomes? Asked for by a person or the API, answered by the worker, kept as an analysis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils.timezone import now, override

from analytics.effectiveness import Finding, judge, named, patterns, sentence
from analytics.models import Analysis, Daily, EventKind
from analytics.ranges import SPANS, Range, asked
from analytics.services import market, preceding, proposals, samples, themes
from analytics.value import UNSURE, effect_in_words, plan, where
from coaching.kinds import LABELS
from coaching.playbooks import Library
from coaching.services.playbooks import library_of
from enterprisehub.errors import Invalid
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.models import Membership, Tenant
from enterprisehub.tenants.scope import current, scope
from enterprisehub.tenants.work import later

GIVEN_UP: Final = timedelta(minutes=20)  # an analysis that moved nothing for so long lost its worker
MOST: Final = 400  # findings that are kept
OPEN: Final = (Analysis.State.QUEUED, Analysis.State.RUNNING)


@transaction.atomic
def ask(time_range: str, *, by: Membership | None = None) -> tuple[Analysis, bool]:
    """The open analysis of this range, or a new one (True) that the worker is asked for. Raises Invalid for another range."""
    days = _days(time_range)
    open_ = Analysis.objects.filter(time_range=time_range, state__in=OPEN).first()
    if open_ is not None and open_.asked_at > now() - GIVEN_UP:
        return open_, False
    if open_ is not None:
        Analysis.objects.filter(pk=open_.pk).update(state=Analysis.State.FAILED, error="NobodyWorked", ended_at=now())
    try:
        with transaction.atomic():
            made: Analysis = Analysis.objects.create(
                time_range=time_range, first=days.first, last=days.last, asked_by=by
            )
    except IntegrityError:  # somebody else asked in this moment
        return Analysis.objects.get(time_range=time_range, state__in=OPEN), False
    record("analytics.effectiveness", made, time_range=time_range)
    later("analytics.effectiveness", time_range=time_range)
    return made, True


def _days(time_range: str) -> Range:
    if time_range not in SPANS:
        raise Invalid(f"Say one of {', '.join(SPANS)}.", field="time_range")
    return asked({"range": time_range}, today=now().astimezone(_zone()).date()).range


def _zone() -> ZoneInfo:
    return ZoneInfo(Tenant.objects.get(pk=current()).timezone)


def latest(time_range: str = "", *, done: bool = False) -> Analysis | None:
    """The newest analysis (of this range); with `done` the newest that came to an end."""
    found = Analysis.objects.all()
    if time_range:
        found = found.filter(time_range=time_range)
    return found.filter(state=Analysis.State.DONE).first() if done else found.first()


def run(time_range: str) -> Analysis:
    """Do the open analysis of this range, or one of our own; each step is a transaction, so that its progress is seen.

    Runs named. The same events give the same result, however often.
    """
    with scope(current()):
        analysis = _open(time_range, _days(time_range))
        days, zone = Range(analysis.first, analysis.last), _zone()
    with override(zone):
        return _run(analysis, days)


def _run(analysis: Analysis, days: Range) -> Analysis:
    try:
        result: dict[str, Any] = {}
        for percent, words, step in _STEPS:
            with scope(current()):
                _say(analysis.pk, percent, words)
            with scope(current()):
                step(days, result)
        read = samples.read(analysis.pk, days, result)
    except Exception as error:
        with scope(current()):
            Analysis.objects.filter(pk=analysis.pk).update(
                state=Analysis.State.FAILED, error=type(error).__name__, ended_at=now()
            )
        raise
    with scope(current()):
        result.pop("_findings", None)
        Analysis.objects.filter(pk=analysis.pk).update(
            state=Analysis.State.DONE, progress=100, step="", result={**result, "samples": read}, ended_at=now()
        )
        return Analysis.objects.get(pk=analysis.pk)


def _open(time_range: str, days: Range) -> Analysis:
    known: Analysis | None = Analysis.objects.filter(time_range=time_range, state__in=OPEN).first()
    return known or Analysis.objects.create(time_range=time_range, first=days.first, last=days.last)


def _say(pk: UUID, percent: int, words: str) -> None:
    Analysis.objects.filter(pk=pk).update(state=Analysis.State.RUNNING, progress=percent, step=words)


Step = Callable[[Range, dict[str, Any]], None]


def _count(days: Range, result: dict[str, Any]) -> None:
    preceding.count(days)


def _judge(days: Range, result: dict[str, Any]) -> None:
    shown, held = preceding.tables(days)
    found = judge(shown, held)
    library = library_of(Tenant.objects.get(pk=current()))
    texts = {line.id: line.text for entry in library.entries() for line in (*entry.say, *entry.ask)}
    result["_findings"] = found
    result["talks"] = sum(counts.n for thing, counts in shown.items() if thing.sort == "all")
    result["held"] = sum(counts.n for thing, counts in held.items() if thing.sort == "all")
    result["tested"] = sum(one.verdict != "few" for one in found)
    result["few"] = sum(one.verdict == "few" for one in found)
    result["findings"] = [told(one, texts) for one in found[:MOST]]
    result["patterns"] = list(patterns(found))


def _examples(days: Range, result: dict[str, Any]) -> None:
    found = market.training(days)
    result["examples"] = [
        {"kind": one.kind, "label": kind_label(one.kind), "wrong": one.wrong.hits, "judged": one.wrong.n,
         "confidence": one.confidence, "cards": one.cards}
        for one in found
        if one.wrong.hits or (one.confidence is not None and one.confidence < UNSURE)
    ]  # fmt: skip


def _themes(days: Range, result: dict[str, Any]) -> None:
    themes.gather()
    themes.measure()
    result["themes"] = themes.counts()


def _proposals(days: Range, result: dict[str, Any]) -> None:
    result["proposed"] = proposals.make(result["_findings"], days)


def _value(days: Range, result: dict[str, Any]) -> None:
    steps = plan(result["_findings"], market.training(days), market.by_hand(days))
    result["plan"] = [{**asdict(step), "expected": effect_in_words(step)} for step in steps]
    result["market"] = market.positions(days)
    result["improve"] = _improve(result["_findings"])
    result["recommend"] = list(dict.fromkeys(f"{step.title}. {step.do}" for step in steps))[:6]


def _improve(findings: Sequence[Finding]) -> list[str]:
    """Where advice did worse, most certain first."""
    low = [one for one in findings if one.verdict == "low" and one.thing.sort in ("kind", "situation")]
    return [f"{thing_label(one)}: {sentence(one)}" for one in low[:5]]


_STEPS: tuple[tuple[int, str, Step], ...] = (
    (5, "Counting conversations", _count),
    (35, "Holding each line against the others", _judge),
    (55, "Looking for missing examples", _examples),
    (65, "Gathering low feedback into themes", _themes),
    (75, "Drafting proposals", _proposals),
    (85, "Making the plan", _value),
)


def told(one: Finding, texts: dict[str, str]) -> dict[str, Any]:
    """A finding as the stored result has it."""
    difference = one.lift
    return {
        "sort": one.thing.sort, "key": one.thing.key, "card_kind": one.thing.card_kind, "outcome": one.outcome,
        "label": texts.get(one.thing.key, "") or thing_label(one), "verdict": one.verdict, "basis": one.basis,
        "hits": one.rate.hits, "n": one.rate.n, "other_hits": one.others.hits, "other_n": one.others.n,
        "used": one.used.hits, "rate": one.rate.value if one.rate.enough else None,
        "low": one.rate.interval.low if one.rate.enough else None,
        "high": one.rate.interval.high if one.rate.enough else None,
        "shrunk": one.shrunk if one.rate.enough else None, "q": one.q,
        "points": difference.points if difference and one.verdict != "few" else None,
        "points_low": difference.interval.low if difference and one.verdict != "few" else None,
        "points_high": difference.interval.high if difference and one.verdict != "few" else None,
        "sentence": sentence(one),
    }  # fmt: skip


def thing_label(one: Finding) -> str:
    """What a finding is about, for a person."""
    if one.thing.sort == "situation":
        return where(one.thing.key, one.thing.card_kind).capitalize()
    if one.thing.sort == "kind":
        return kind_label(one.thing.key)
    if one.thing.sort in ("playbook", "prompt"):
        base = " (as delivered)" if one.thing.key == Library.base().version else ""
        return f"{one.thing.sort.capitalize()} {one.thing.key[:12]}{base}"
    return named(one.thing.key)


def kind_label(kind: str) -> str:
    return LABELS.get(kind) or named(kind).capitalize()


def busy(days: Range) -> int:
    """How many cards were shown in these days: what an empty page tells about."""
    rows = Daily.objects.filter(kind=EventKind.CARD_SHOWN, day__gte=days.first, day__lte=days.last)
    return sum(rows.values_list("n", flat=True))
