"""What did the engines cost, for what and for whom? Read from the ledger's roll-up, which is made here too."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils.timezone import now

from analytics.models import LedgerDay, Watermark
from analytics.ranges import Asked
from analytics.spending import LOOK_BACK, Bar, Forecast, forecast, spared
from coaching.models import Feedback, Suggestion
from enterprisehub.engines import budget, ledger, policies
from enterprisehub.engines.base import StoreDown
from enterprisehub.engines.models import EngineCall
from enterprisehub.engines.prices import Usage
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import current, scope, unscoped
from enterprisehub.tenants.work import later
from leads.models import ActionPlan, Conversation

SOURCE = "ledger"
OVERLAP = timedelta(minutes=10)  # a call is booked in a transaction of its own; none lasts as long
SUMS = ("n", "input", "cache_read", "cache_write", "output", "cost", "saved")
COLUMNS = (
    "capability", "model", "source", "outcome", "stand_in", "subject", "input", "cache_read", "cache_write_5m",
    "cache_write_1h", "output", "cost",
)  # fmt: skip


def wake() -> int:
    """Ask for a roll-up for each tenant whose ledger grew since its last one; how many were asked for."""
    with unscoped("the ledger of every tenant grows"):
        newest = EngineCall.objects.filter(tenant=OuterRef("pk")).order_by("-created_at").values("created_at")[:1]
        read = Watermark.objects.filter(tenant=OuterRef("pk"), name=SOURCE).values("at")[:1]
        tenants = Tenant.objects.annotate(newest=Subquery(newest), read=Subquery(read)).exclude(newest=None)
        found = list(tenants.filter(Q(read=None) | Q(newest__gt=F("read"))).values_list("pk", flat=True))
    for tenant in found:
        with scope(tenant):
            later("analytics.roll_up_ledger", durable=False)
    return len(found)


def roll_up() -> int:
    """Make each day anew whose ledger grew since the last time; how many days those were."""
    mark = Watermark.objects.filter(name=SOURCE).first()
    fresh = EngineCall.objects.order_by()
    if mark is not None:
        fresh = fresh.filter(created_at__gte=mark.at - OVERLAP)
    upto = now()
    days = sorted({moment.astimezone(UTC).date() for moment in fresh.datetimes("created_at", "hour", tzinfo=UTC)})
    for day in days:
        roll(day)
    Watermark.objects.update_or_create(name=SOURCE, defaults={"at": upto}, create_defaults={"at": upto})
    return len(days)


@transaction.atomic
def roll(day: date) -> None:
    """One day of the current tenant's ledger, from scratch; two at once wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"ledger {current()} {day}"])
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    calls = EngineCall.objects.filter(created_at__gte=start, created_at__lt=start + timedelta(days=1)).order_by()
    agents = _agents({subject for subject in calls.values_list("subject", flat=True).distinct() if subject})
    summed: dict[tuple[Any, ...], dict[str, int]] = defaultdict(lambda: dict.fromkeys(SUMS, 0))
    for call in calls.values(*COLUMNS).iterator(chunk_size=2000):
        usage = Usage(*(call[name] for name in ("input", "cache_read", "cache_write_5m", "cache_write_1h", "output")))
        key = (*(call[name] for name in COLUMNS[:5]), agents.get(call["subject"]))
        for name, value in _sums(call, usage, day).items():
            summed[key][name] += value
    LedgerDay.objects.filter(day=day).delete()
    names = (*COLUMNS[:5], "agent_id")
    LedgerDay.objects.bulk_create(
        LedgerDay(tenant_id=current(), day=day, **dict(zip(names, key, strict=True)), **sums)
        for key, sums in summed.items()
    )


def _sums(call: dict[str, Any], usage: Usage, day: date) -> dict[str, int]:
    return {
        "n": 1,
        "input": usage.input,
        "cache_read": usage.cache_read,
        "cache_write": usage.cache_write_5m + usage.cache_write_1h,
        "output": usage.output,
        "cost": call["cost"],
        "saved": spared(usage, call["model"], on=day),
    }


def _agents(subjects: set[str]) -> dict[str, UUID]:
    """Whose card, feedback, plan or conversation a call was about."""
    ids = [UUID(subject) for subject in subjects if _is_id(subject)]
    found: dict[str, UUID] = {}
    sources: tuple[Any, ...] = (Suggestion, Feedback, ActionPlan, Conversation)
    for source in sources:
        rows = source.objects.filter(pk__in=ids).exclude(agent=None).order_by().values_list("pk", "agent_id")
        found.update({str(pk): agent for pk, agent in rows})
    return found


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@dataclass
class Line:
    """Sums of one feature, agent or day; money in micro-USD."""

    name: str
    n: int = 0
    claude: int = 0  # answered by Claude
    remembered: int = 0  # answered from the response cache
    tokens_in: int = 0  # the whole prompt, cached or not
    tokens_cached: int = 0  # of these, read from the prompt cache
    tokens_out: int = 0
    cost: int = 0
    saved: int = 0  # by the prompt cache
    spared: int = 0  # by remembered answers, at what Claude's cost on average

    @property
    def each(self) -> float | None:
        """Micro-USD for an answer of Claude's."""
        return self.cost / self.claude if self.claude else None


@dataclass
class Spending:
    """All of it for the days asked about, and how this month stands."""

    total: Line
    features: list[Line]
    agents: list[Line]
    days: dict[date, int]
    bars: list[Bar] = field(default_factory=list)
    forecast: Forecast = field(default_factory=lambda: Forecast(None, None))
    counted: bool = True  # False when Redis does not answer: the bars are the ledger's then
    stand_in: bool = False


def spending(asked: Asked, *, names: dict[UUID, str]) -> Spending:
    """What was spent in these days (UTC); `names` are the agents that may be named, the rest is summed as others."""
    rows = LedgerDay.objects.filter(day__gte=asked.range.first, day__lte=asked.range.last)
    if asked.agent:
        rows = rows.filter(agent=asked.agent)
    groups: list[dict[str, Any]] = list(
        rows.order_by()  # type: ignore[arg-type]
        .values("day", "capability", "agent_id", "source", "stand_in")
        .annotate(**{f"sum_{name}": Sum(name) for name in SUMS})
    )
    each = _average(groups)
    total, features, agents = Line("All"), dict[str, Line](), dict[str, Line]()
    days: dict[date, int] = defaultdict(int)
    for group in groups:
        who = names.get(group["agent_id"], "Nobody in particular")
        feature, agent = group["capability"], who
        lines = (total, features.setdefault(feature, Line(feature)), agents.setdefault(agent, Line(agent)))
        for line in lines:
            _add(line, group, each.get(feature, 0.0))
        days[group["day"]] += group["sum_cost"]
    found = Spending(total, _dearest(features), _dearest(agents), dict(days))
    found.stand_in = any(group["stand_in"] for group in groups)
    found.bars, found.counted = bars()
    found.forecast = month_end()
    return found


def _average(groups: list[dict[str, Any]]) -> dict[str, float]:
    """Micro-USD that an answer of Claude's cost on average, by feature."""
    cost: dict[str, int] = defaultdict(int)
    n: dict[str, int] = defaultdict(int)
    for group in groups:
        if group["source"] == "claude":
            cost[group["capability"]] += group["sum_cost"]
            n[group["capability"]] += group["sum_n"]
    return {name: cost[name] / n[name] for name in n if n[name]}


def _add(line: Line, group: dict[str, Any], each: float) -> None:
    line.n += group["sum_n"]
    line.claude += group["sum_n"] if group["source"] == "claude" else 0
    line.remembered += group["sum_n"] if group["source"] == "cache" else 0
    line.tokens_in += group["sum_input"] + group["sum_cache_read"] + group["sum_cache_write"]
    line.tokens_cached += group["sum_cache_read"]
    line.tokens_out += group["sum_output"]
    line.cost += group["sum_cost"]
    line.saved += group["sum_saved"]
    line.spared += round(each * group["sum_n"]) if group["source"] == "cache" else 0


def _dearest(lines: dict[str, Line]) -> list[Line]:
    return sorted(lines.values(), key=lambda line: (-line.cost, line.name))


def bars() -> tuple[list[Bar], bool]:
    """This month's and this day's budget (UTC), and whether Redis could say; else the ledger does."""
    limits = policies.terms().limits
    try:
        spent, counted = budget.spent(current(), booked=ledger.booked), True
    except StoreDown:
        spent, counted = ledger.booked(), False
    return [Bar("This month", spent.month, limits.month), Bar("Today", spent.day, limits.day)], counted


def month_end() -> Forecast:
    """This month's cost by its end, from the roll-up."""
    today = now().astimezone(UTC).date()
    first = min(today.replace(day=1), today - timedelta(days=LOOK_BACK))
    return forecast(_daily(LedgerDay.objects.filter(day__gte=first)), today=today)


def _daily(rows: QuerySet[LedgerDay]) -> dict[date, float]:
    return dict(rows.order_by().values_list("day").annotate(Sum("cost")))
