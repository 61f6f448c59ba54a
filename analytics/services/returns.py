"""What do we pay, what do we earn by it, and against what is that compared? Terms kept, figures gathered for the think module."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.db import transaction
from django.db.models import Sum

from analytics import roi
from analytics.measures import Mean, Rate
from analytics.models import EventKind, Experiment, LedgerDay, ReturnTerms
from analytics.ranges import Asked, Range
from analytics.roi import Against, Figures, Method, Return, Terms, Used
from analytics.services import counting, trial_cases
from enterprisehub.errors import Invalid
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.models import Agent, Membership

COHORT: Final = "engaged"  # the stage from which a lead is a case
WORTH_OVER: Final = 365  # days that tell how many of an outcome become closings
CURRENCIES: Final = ("USD", "CAD", "MXN", "EUR", "GBP", "AUD")
_NAMES = {
    EventKind.REPLY: "replies",
    EventKind.APPOINTMENT: "appointments",
    EventKind.AGREEMENT: "agreements",
    EventKind.OFFER: "offers",
    EventKind.CLOSING: "closings",
}


@dataclass(frozen=True)
class Told:
    """The return, what it was reckoned with, and the holdout that it stands on."""

    result: Return
    terms: ReturnTerms
    against: Against
    used: Used
    range: Range
    baseline: Range | None
    holdout: Experiment | None
    note: str


def terms() -> ReturnTerms:
    """What holds now; an unsaved row of defaults where nothing was stated."""
    return ReturnTerms.objects.select_related("created_by__user").first() or ReturnTerms()


@transaction.atomic
def state(given: dict[str, str], *, by: Membership) -> ReturnTerms:
    """Keep new terms beside the old ones. Raises Invalid, naming the field."""
    currency = given.get("currency", "USD")
    if currency not in CURRENCIES:
        raise Invalid(f"One of {', '.join(CURRENCIES)}.", field="currency")
    row = ReturnTerms(
        currency=currency,
        per_usd=_number(given, "per_usd", places=4) or Decimal(1),
        licence=_number(given, "licence"),
        minute=_number(given, "minute", places=4),
        commission=_number(given, "commission"),
        baseline=_baseline(given),
        created_by=by,
    )
    row.save()
    record("return.terms", row, baseline=row.baseline.get("kind", ""))
    return row


def reckon(asked: Asked) -> Told:
    """The return in these days, against the holdout if one may be read, else against the stated baseline."""
    row = terms()
    used = _used(asked)
    baseline = _period(row)
    now_, before = _figures(asked), _figures(asked.over(baseline)) if baseline else Figures()
    holdout, against, note = _randomised(asked, now_, before)
    if against is None:
        against = _stated(row, now_, before)
    plain = Terms(row.currency, float(row.per_usd), _float(row.licence), _float(row.minute), _float(row.commission))
    return Told(roi.reckon(plain, used, against), row, against, used, asked.range, baseline, holdout, note)


def _used(asked: Asked) -> Used:
    days = LedgerDay.objects.filter(day__gte=asked.range.first, day__lte=asked.range.last)
    spent = days.order_by().aggregate(cost=Sum("cost"))["cost"] or 0
    sessions = counting.counts(asked, kinds=[EventKind.SESSION])
    minutes = sum(one.total for one in sessions.values())
    return Used(asked.range.days, Agent.objects.filter(is_active=True).count(), spent, minutes)


def _figures(asked: Asked) -> Figures:
    kinds = [EventKind.STAGE, EventKind.CLOSING, EventKind.QUALIFIED, EventKind.LEADS]
    counted = counting.counts(asked, "reason", kinds=kinds[:3])
    cohort = sum(one.n for (kind, reason), one in counted.items() if kind == EventKind.STAGE and reason == COHORT)
    closings = counting.total(counted, EventKind.CLOSING)
    qualified = [one for (kind, _), one in counted.items() if kind == EventKind.QUALIFIED]
    days = counting.counts(asked, "day", "agent", kinds=kinds[3:])
    return Figures(
        Rate(min(closings, cohort), cohort),
        Mean(sum(q.n for q in qualified), sum(q.total for q in qualified), sum(q.squares for q in qualified)),
        roi.day_means([float(one.n) for key, one in days.items() if key[2] is not None]),
    )


def _randomised(asked: Asked, now_: Figures, before: Figures) -> tuple[Experiment | None, Against | None, str]:
    """Against the newest holdout, where its plan lets it be read; else why not."""
    holdouts = Experiment.objects.filter(kind=Experiment.Kind.HOLDOUT, started_at__isnull=False)
    row = holdouts.order_by("-started_at").first()
    if row is None:
        return None, None, "No holdout has run yet."
    found = trial_cases.arms(row)
    reading = trial_cases.reading(row, found)
    if not reading.readable:
        return row, None, f"The holdout “{row.name}” may not be read yet: {reading.reached} of {reading.needed} cases."
    held, coached = found[0], found[1]
    figures = [
        Figures(arm.rate(row.metric), one.qualified, one.per_day) for arm, one in ((coached, now_), (held, before))
    ]
    worth = 1.0 if row.metric == EventKind.CLOSING else _worth(asked, row.metric)
    against = Against(Method.RANDOMISED, figures[0], figures[1], _NAMES[EventKind(row.metric)], worth)
    return row, against, f"Against the holdout “{row.name}”."


def _worth(asked: Asked, metric: str) -> float | None:
    """How many closings stand behind one outcome, over the year; None while there are too few."""
    year = asked.over(Range(asked.range.last - timedelta(days=WORTH_OVER - 1), asked.range.last))
    counted = counting.counts(year, kinds=[metric, EventKind.CLOSING])
    rate = counting.rate(counted, EventKind.CLOSING, metric)
    return rate.value if rate.enough else None


def _stated(row: ReturnTerms, now_: Figures, before: Figures) -> Against:
    kind = row.baseline.get("kind")
    if kind == "period":
        return Against(Method.BEFORE_AFTER, now_, before)
    if kind == "figures":
        told = Figures(Rate(int(row.baseline["closings"]), int(row.baseline["leads"])))
        return Against(Method.IMPORTED, now_, told)
    return Against(Method.NONE, now_, before)


def _period(row: ReturnTerms) -> Range | None:
    if row.baseline.get("kind") != "period":
        return None
    return Range(date.fromisoformat(row.baseline["first"]), date.fromisoformat(row.baseline["last"]))


def _baseline(given: dict[str, str]) -> dict[str, Any]:
    kind = given.get("baseline", "")
    if kind == "period":
        try:
            first, last = date.fromisoformat(given.get("first", "")), date.fromisoformat(given.get("last", ""))
        except ValueError:
            raise Invalid("A day is written as 2026-05-31.", field="first") from None
        if first > last:
            raise Invalid("The first day is after the last one.", field="first")
        return {"kind": "period", "first": first.isoformat(), "last": last.isoformat()}
    if kind == "figures":
        closings, leads = (_number(given, name, places=0) for name in ("closings", "leads"))
        if closings is None or not leads or closings > leads:
            raise Invalid("Say how many leads there were, and how many of them closed.", field="leads")
        source = given.get("source", "").strip()[:200]
        if not source:
            raise Invalid("Say where the figures come from.", field="source")
        return {"kind": "figures", "closings": int(closings), "leads": int(leads), "source": source}
    return {}


def _number(given: dict[str, str], name: str, *, places: int = 2) -> Decimal | None:
    text = (given.get(name) or "").strip().replace(",", "")
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise Invalid("This is no number.", field=name) from None
    if not value.is_finite() or not 0 <= value <= 100_000_000:
        raise Invalid("A number from 0 to a hundred million.", field=name)
    return round(value, places)


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
