"""How does the brokerage stand to figures that it brought from outside, and what did people do by hand? Counted for the analysis."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Avg, Count, Sum
from django.utils.timezone import get_current_timezone, localdate

from analytics.competition import COLUMNS, METRICS, Figure, Own, Refused, figure, missing, own_mean, own_rate, position
from analytics.measures import Mean, Rate
from analytics.models import Benchmark, Daily, EventKind
from analytics.ranges import Range
from analytics.value import Training
from coaching.models import CardVerdict, Suggestion
from enterprisehub.errors import Invalid
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.models import Membership
from leads.importing import csvfile
from leads.models import Lead, Overlay, Stage, StageMove
from leads.models.acting import Action, ActionState

MOST_ROWS: Final = 2_000
USES: Final = ("use.said", "use.edited", "use.asked", "use.dismissed", "use.wrong", "use.none")


def between(days: Range, field: str = "created_at") -> dict[str, datetime]:
    """The days in the current zone, as a filter on a time."""
    zone = get_current_timezone()
    first = datetime.combine(days.first, time.min, tzinfo=zone)
    after = datetime.combine(days.last + timedelta(days=1), time.min, tzinfo=zone)
    return {f"{field}__gte": first, f"{field}__lt": after}


def training(days: Range) -> list[Training]:
    """How cards of each kind were taken, and how sure the engine was of them."""
    rows = Daily.objects.filter(day__gte=days.first, day__lte=days.last, kind__in=USES).exclude(card_kind="").order_by()
    judged, wrong = Counter[str](), Counter[str]()
    for kind, what, n in rows.values_list("card_kind", "kind").annotate(Sum("n")):
        judged[kind] += n
        wrong[kind] += n if what == EventKind.USE_WRONG else 0
    cards = Suggestion.objects.filter(**between(days)).exclude(kind="").order_by()
    sure = {kind: (mean, n) for kind, mean, n in cards.values_list("kind").annotate(Avg("confidence"), Count("pk"))}
    kinds = sorted(judged.keys() | sure.keys())
    return [
        Training(kind, Rate(wrong[kind], judged[kind]), sure.get(kind, (None, 0))[0], sure.get(kind, (None, 0))[1])
        for kind in kinds
    ]


def by_hand(days: Range) -> dict[str, int]:
    """What people did themselves again and again: actions that were carried out, cards that were put in own words."""
    done = Action.objects.filter(state=ActionState.DONE, **between(days, "done_at")).order_by()
    found = {verb.replace("_", " "): n for verb, n in done.values_list("verb").annotate(Count("pk"))}
    edited = Suggestion.objects.filter(verdict=CardVerdict.EDITED, **between(days)).order_by()
    for kind, n in edited.values_list("kind").annotate(Count("pk")):
        found[f"rewording cards of {kind.replace('_', ' ')}"] = n
    return found


def own(days: Range) -> dict[str, Own]:
    """The brokerage's own figure for each metric, of these days."""
    rows = Daily.objects.filter(day__gte=days.first, day__lte=days.last).order_by()
    sums = {
        kind: Mean(n or 0, total or 0.0, squares or 0.0)
        for kind, n, total, squares in rows.exclude(arm="held")
        .values_list("kind")
        .annotate(Sum("n"), Sum("total"), Sum("squares"))
    }
    nothing = Mean(0, 0.0, 0.0)
    shown, replied = sums.get(EventKind.CARD_SHOWN, nothing).n, sums.get(EventKind.AFTER_REPLY, nothing).n
    leads = Lead.objects.filter(**between(days), deleted_at=None)
    reached = StageMove.objects.filter(lead__in=leads).order_by()
    count = dict(reached.values_list("to_stage").annotate(Count("lead", distinct=True)))
    n = leads.count()
    out = reached.filter(to_overlay=Overlay.DNC).values("lead").distinct().count()
    return {
        "response_time": own_mean(sums.get(EventKind.RESPONSE, nothing)),
        "qualification_time": own_mean(sums.get(EventKind.QUALIFIED, nothing)),
        "reply_rate": own_rate(Rate(min(replied, shown), shown)),
        "appointment_rate": own_rate(Rate(count.get(Stage.APPOINTMENT, 0), n)),
        "agreement_rate": own_rate(Rate(count.get(Stage.REPRESENTED, 0), n)),
        "closing_rate": own_rate(Rate(count.get(Stage.CLOSED, 0), n)),
        "opt_out_rate": own_rate(Rate(out, n)),
    }


def positions(days: Range) -> list[dict[str, Any]]:
    """The newest benchmark of each metric, segment and source, with where the brokerage stands to it."""
    mine, today, seen = own(days), localdate(), set[tuple[str, str, str]]()
    found = []
    for row in Benchmark.objects.order_by("metric", "segment", "source", "-date"):
        key = (row.metric, row.segment, row.source)
        if key in seen or row.metric not in METRICS:
            continue
        seen.add(key)
        given = Figure(row.metric, row.value, row.unit, row.segment, row.source, row.date)
        stands = position(given, mine.get(row.metric), today=today)
        found.append(
            {
                **asdict(given), "date": row.date.isoformat(), "label": METRICS[row.metric].label,
                "share": METRICS[row.metric].share, "own": stands.own.value,
                "own_low": stands.own.interval.low if stands.own.interval else None,
                "own_high": stands.own.interval.high if stands.own.interval else None,
                "own_n": stands.own.n, "standing": stands.standing, "sentence": stands.sentence, "age": stands.age,
            }
        )  # fmt: skip
    return found


@dataclass(frozen=True)
class Looked:
    """What a file says, row by row; nothing of it is kept yet."""

    figures: tuple[Figure, ...]
    refused: tuple[Refused, ...]
    again: int  # rows that are known already, or stand twice


def look(content: bytes) -> Looked:
    """Read the file without keeping anything. Raises Invalid for a file that is no table of benchmarks."""
    sheet = csvfile.read(content)
    if lacking := missing(sheet.header):
        raise Invalid(f"The first row does not name {', '.join(lacking)}. It takes {', '.join(COLUMNS)}.", field="file")
    names = [name.strip().casefold() for name in sheet.header]
    figures: dict[tuple[object, ...], Figure] = {}
    refused, again = [], 0
    known = set(Benchmark.objects.values_list("metric", "segment", "source", "date"))
    for count, record_ in enumerate(csvfile.records(sheet)):
        if count >= MOST_ROWS:
            raise Invalid(f"The file has more than {MOST_ROWS:,} rows.", field="file")
        if record_.problem:
            refused.append(Refused(record_.number, (record_.problem,)))
            continue
        one = figure(dict(zip(names, record_.cells, strict=False)), row=record_.number, today=localdate())
        if isinstance(one, Refused):
            refused.append(one)
            continue
        key = (one.metric, one.segment, one.source, one.date)
        again += key in known or key in figures
        figures[key] = one
    return Looked(tuple(figures.values()), tuple(refused), again)


@transaction.atomic
def bring(content: bytes, *, by: Membership) -> Looked:
    """Keep the file's good rows; the same metric, segment, source and date is kept once, with the newest value."""
    looked = look(content)
    rows = [Benchmark(**asdict(one), brought_by=by) for one in looked.figures]
    Benchmark.objects.bulk_create(
        rows, update_conflicts=True, update_fields=["value", "unit", "brought_by", "brought_at"],
        unique_fields=["tenant", "metric", "segment", "source", "date"],
    )  # fmt: skip
    record("benchmarks.import", "benchmarks", rows=len(rows), refused=len(looked.refused))
    return looked


def taken_away(benchmark_ids: list[Any]) -> int:
    """Forget these benchmarks; how many there were."""
    n, _ = Benchmark.objects.filter(pk__in=benchmark_ids).delete()
    record("benchmarks.forget", "benchmarks", rows=n)
    return n
