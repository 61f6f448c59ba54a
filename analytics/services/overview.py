"""What happened in these days, and what in as many days before? Counts, shares with their intervals, medians; from roll-ups alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import Sum

from analytics.measures import Lift, Rate, fair_lift
from analytics.models import EventKind, Spread, SpreadTotal
from analytics.ranges import Asked, Range
from analytics.services import counting
from analytics.services.counting import Counts
from analytics.spread import quantile
from leads.models import Stage

USED: Final = (EventKind.USE_SAID, EventKind.USE_EDITED, EventKind.USE_ASKED)
SETTLED: Final = (*USED, EventKind.USE_NONE, EventKind.USE_DISMISSED, EventKind.USE_WRONG)
OUTCOMES: Final = (
    EventKind.REPLY, EventKind.APPOINTMENT, EventKind.AGREEMENT, EventKind.OFFER, EventKind.CLOSING, EventKind.OPT_OUT,
    EventKind.LOST,
)  # fmt: skip
FOLLOWED: Final = (EventKind.AFTER_REPLY, EventKind.AFTER_APPOINTMENT, EventKind.AFTER_OPT_OUT)
SIMPLE: Final = (
    EventKind.CARD_SHOWN, EventKind.CARD_HELD, EventKind.MESSAGE_IN, EventKind.MESSAGE_OUT, EventKind.RESPONSE,
    EventKind.SESSION, EventKind.QUALIFIED, EventKind.LEADS, EventKind.CONVERSATIONS,
)  # fmt: skip
DAYS_AS_WEEKS: Final = 14  # a longer range is drawn by weeks: a day has too few cases for a share
MOST_KINDS: Final = 10
OF_CARDS: Final = frozenset({"card_kind", "playbook_version", "prompt_version", "engine"})


@dataclass(frozen=True)
class Compared:
    """One share now and before, and whether they differ clearly."""

    now: Rate
    before: Rate

    @property
    def change(self) -> Lift | None:
        return fair_lift(self.now, self.before)


@dataclass(frozen=True)
class Step:
    """A stage: how many reached it, how many of these went on by now, and how long the step to it took (median seconds)."""

    name: str
    reached: int
    before: int
    went_on: Rate
    took: float | None
    took_n: int


@dataclass(frozen=True)
class Arms:
    """What followed shown cards against what followed cards that chance held back; `lift` only where both have cases enough."""

    kind: str
    shown: Rate
    held: Rate

    @property
    def lift(self) -> Lift | None:
        return fair_lift(self.shown, self.held)


@dataclass(frozen=True)
class Days:
    """The counts of one day or one week, whose first day this is."""

    first: date
    counts: Mapping[str, int]

    def rate(self, hits: tuple[str, ...], of: tuple[str, ...]) -> Rate:
        cases = sum(self.counts.get(kind, 0) for kind in of)
        return Rate(min(cases, sum(self.counts.get(kind, 0) for kind in hits)), cases)


@dataclass(frozen=True)
class Overview:
    asked: Asked
    now: Mapping[str, int]  # kind -> how often
    before: Mapping[str, int]
    used: Compared
    followed: Mapping[str, Compared]  # of the shown cards, by what followed
    response: tuple[float | None, int, float | None, int]  # median seconds and cases, now and before
    amounts: list[tuple[str, Decimal, Decimal]]  # currency, commission now and before
    stages: list[Step]
    kinds: list[tuple[str, int, Rate]]  # card kind, shown, used of those settled
    arms: list[Arms]
    days: list[Days]

    @property
    def empty(self) -> bool:
        return not any(self.now.values()) and not any(self.before.values())


def overview(asked: Asked) -> Overview:
    """Six questions to the roll-ups, however many events there were."""
    both = asked.over(Range(asked.range.before.first, asked.range.last))
    daily = counting.counts(both, "day", "arm", kinds=(*SIMPLE, *SETTLED, *OUTCOMES, *FOLLOWED))
    now, before = _sums(daily, asked.range), _sums(daily, asked.range.before)
    steps = _steps(asked)
    response = _median(asked, EventKind.RESPONSE), _median(asked.over(asked.range.before), EventKind.RESPONSE)
    return Overview(
        asked=asked,
        now=now,
        before=before,
        used=Compared(_share(now, USED, SETTLED), _share(before, USED, SETTLED)),
        followed={
            kind: Compared(_share(now, (kind,), (EventKind.CARD_SHOWN,)), _share(before, (kind,), (EventKind.CARD_SHOWN,)))
            for kind in FOLLOWED
        },
        response=(*response[0], *response[1]),
        amounts=_amounts(asked),
        stages=steps,
        kinds=_kinds(asked),
        arms=_arms(daily, asked.range),
        days=_by_day(daily, asked.range),
    )  # fmt: skip


def only_cards(asked: Asked) -> bool:
    """Whether the filters leave only what belongs to a card: messages and outcomes have no card kind or prompt."""
    return any(name in OF_CARDS for name, _ in asked.by)


def _sums(daily: Counts, days: Range) -> dict[str, int]:
    """Per kind; what followed a held card is no credit of the shown ones."""
    found: dict[str, int] = defaultdict(int)
    for (kind, day, arm), one in daily.items():
        if days.first <= day <= days.last and not (arm == "held" and kind.startswith("after.")):
            found[kind] += one.n
    return found


def _share(counts: Mapping[str, int], hits: tuple[str, ...], of: tuple[str, ...]) -> Rate:
    return Days(date.min, counts).rate(hits, of)


def _by_day(daily: Counts, days: Range) -> list[Days]:
    """Each day, or each week of seven days that ends with the range; days without anything are there too."""
    step = 7 if days.days > DAYS_AS_WEEKS else 1
    found: dict[date, dict[str, int]] = {}
    first = days.last - timedelta(days=step * (-(-days.days // step)) - 1)
    while first <= days.last:
        found[first] = defaultdict(int)
        first += timedelta(days=step)
    starts = sorted(found)
    for (kind, day, arm), one in daily.items():
        if days.first <= day <= days.last and not (arm == "held" and kind.startswith("after.")):
            found[starts[(day - starts[0]).days // step]][kind] += one.n
    return [Days(max(day, days.first), counts) for day, counts in found.items()]


def _steps(asked: Asked) -> list[Step]:
    kinds = (EventKind.STAGE, EventKind.WENT_ON)
    now = counting.counts(asked, "reason", kinds=kinds)
    before = counting.counts(asked.over(asked.range.before), "reason", kinds=(EventKind.STAGE,))
    spread = _spreads(asked, EventKind.STAGE)
    return [
        Step(
            name=stage.label,
            reached=_n(now, EventKind.STAGE, stage),
            before=_n(before, EventKind.STAGE, stage),
            went_on=counting.rate(now, EventKind.WENT_ON, EventKind.STAGE, stage.value),
            took=quantile(spread.get(stage.value, {})),
            took_n=sum(spread.get(stage.value, {}).values()),
        )
        for stage in Stage
    ]


def _n(counts: Counts, kind: str, reason: str) -> int:
    return next((one.n for key, one in counts.items() if key == (kind, reason)), 0)


def _median(asked: Asked, kind: str) -> tuple[float | None, int]:
    all_of_it: dict[int, int] = defaultdict(int)
    for counts in _spreads(asked, kind).values():
        for bucket, n in counts.items():
            all_of_it[bucket] += n
    return quantile(all_of_it), sum(all_of_it.values())


def _spreads(asked: Asked, kind: str) -> dict[str, dict[int, int]]:
    """reason -> bucket -> how many; nothing for filters that a spread does not know."""
    if only_cards(asked):
        return {}
    whole = asked.agent is None and asked.team is None and not asked.by
    source: Any = SpreadTotal if whole else Spread
    rows = source.objects.filter(kind=kind, day__gte=asked.range.first, day__lte=asked.range.last, **dict(asked.by))
    rows = rows.filter(agent=asked.agent) if asked.agent else rows
    rows = rows.filter(team=asked.team) if asked.team else rows
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for reason, bucket, n in rows.order_by().values_list("reason", "bucket").annotate(Sum("n")):
        found[reason][bucket] = n
    return found


def _amounts(asked: Asked) -> list[tuple[str, Decimal, Decimal]]:
    found: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for place, days in enumerate((asked.range, asked.range.before)):
        rows = counting.rows(asked.over(days), "currency").filter(kind=EventKind.CLOSING, amount__gt=0).order_by()
        for currency, amount in rows.values_list("currency").annotate(Sum("amount")):
            found[currency][place] += amount
    return [(currency, now, before) for currency, (now, before) in sorted(found.items())]


def _kinds(asked: Asked) -> list[tuple[str, int, Rate]]:
    counts = counting.counts(asked, "card_kind", kinds=(EventKind.CARD_SHOWN, *SETTLED))
    shown = {key[1]: one.n for key, one in counts.items() if key[0] == EventKind.CARD_SHOWN}
    most = sorted(shown, key=lambda kind: (-shown[kind], kind))[:MOST_KINDS]
    return [(kind, shown[kind], counting.rate(counts, USED, SETTLED, kind)) for kind in most]


def _arms(daily: Counts, days: Range) -> list[Arms]:
    """Nothing without a holdout: then no card was held back by chance."""
    n: dict[tuple[str, str], int] = defaultdict(int)
    for (kind, day, arm), one in daily.items():
        if days.first <= day <= days.last:
            n[kind, arm] += one.n
    held = n[EventKind.CARD_HELD, "held"]
    coached = n[EventKind.CARD_SHOWN, "coached"]
    if not held:
        return []
    return [
        Arms(
            label_of(kind),
            Rate(min(coached, n[kind, "coached"]), coached),
            Rate(min(held, n[kind, "held"]), held),
        )
        for kind in FOLLOWED
    ]


def label_of(kind: str) -> str:
    """What followed: "Reply" of after.reply."""
    return EventKind(kind.replace("after.", "outcome.")).label


def table(found: Overview) -> tuple[list[str], list[list[Any]]]:
    """A row for each day or week, a column for each kind: the page's figures as a file."""
    kinds = [kind for kind in (*SIMPLE, *SETTLED, *OUTCOMES, *FOLLOWED) if any(d.counts.get(kind) for d in found.days)]
    header = ["First day", *(EventKind(kind).label for kind in kinds)]
    return header, [[one.first, *(one.counts.get(kind, 0) for kind in kinds)] for one in found.days]


def narrowed(asked: Asked, **changes: Any) -> Asked:
    return replace(asked, **changes)
