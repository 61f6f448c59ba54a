"""How does a trial read: its arms with their figures, what it waits for, what may be done with it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analytics import trials
from analytics.charts import BarChart, Point, bar_chart
from analytics.measures import Lift, Rate
from analytics.models import Experiment
from analytics.services import trial_cases, trial_life
from coaching.models import PlaybookVersion

Status = Experiment.Status


@dataclass(frozen=True)
class ShownArm:
    name: str
    told: str
    share: int  # per cent of the draw
    cases: int
    ripe: int
    rate: Rate | None  # None while it may not be read
    lift: Lift | None
    verdict: str


@dataclass(frozen=True)
class Shown:
    """Everything that the page and the API say of one trial."""

    row: Experiment
    reading: trials.Reading
    arms: tuple[ShownArm, ...]
    chart: BarChart | None
    headline: str
    skew: str
    winner: str
    may: frozenset[str]

    @property
    def percent(self) -> int:
        return min(100, round(100 * self.reading.reached / self.reading.needed)) if self.reading.needed else 0


def show(row: Experiment) -> Shown:
    """Figures only where the plan lets them be read."""
    found = trial_cases.arms(row)
    reading = trial_cases.reading(row, found)
    open_ = reading.readable and row.started_at is not None
    versions = _versions(row)
    arms = tuple(_arm(row, arm, reading if open_ else None, versions) for arm in found)
    winner = trials.won(reading, trial_cases.plan_of(row)) if open_ else ""
    return Shown(
        row,
        reading,
        arms,
        _chart(row, found) if open_ else None,
        _headline(row, reading, winner),
        _skew(reading.balance) if reading.balance.skewed else "",
        winner,
        _may(row, reading),
    )


def _arm(row: Experiment, arm: trials.Arm, reading: trials.Reading | None, versions: dict[str, str]) -> ShownArm:
    given = next(one for one in row.arms if one["name"] == arm.name)
    whole = sum(int(one["weight"]) for one in row.arms) or 1
    found = reading.lifts.get(arm.name) if reading else None
    return ShownArm(
        arm.name,
        _told(row, given, versions),
        round(100 * arm.weight / whole),
        arm.cases,
        arm.ripe,
        arm.rate(row.metric) if reading else None,
        found,
        _verdict(found),
    )


def _told(row: Experiment, arm: dict[str, Any], versions: dict[str, str]) -> str:
    if row.kind == Experiment.Kind.HOLDOUT:
        return "No card is shown, except where the law needs one" if arm["name"] == "held" else "Coached as ever"
    if arm.get("playbook"):
        return versions.get(arm["playbook"], "A version that is gone")
    if arm.get("prompt"):
        return f"Prompt {arm['prompt']}"
    return "As everybody is coached"


def _versions(row: Experiment) -> dict[str, str]:
    wanted = [arm["playbook"] for arm in row.arms if arm.get("playbook")]
    rows = PlaybookVersion.objects.filter(pk__in=wanted) if wanted else []
    return {str(one.pk): f"Playbook version {one.number}" for one in rows}


def _verdict(found: Lift | None) -> str:
    if found is None:
        return ""
    if not found.clear:
        return "No difference that can be told from chance"
    return "More than the control" if found.points > 0 else "Fewer than the control"


def _chart(row: Experiment, found: list[trials.Arm]) -> BarChart:
    points = []
    for arm in found:
        rate = arm.rate(row.metric)
        if rate.enough:
            points.append(Point(arm.name, rate.value, rate.interval.low, rate.interval.high, rate.n))
        else:
            points.append(Point(arm.name, None, note=f"too few cases ({rate.n})"))
    return bar_chart(f"{row.get_metric_display()} by arm, with 95 % intervals", points, unit="percent")


def _headline(row: Experiment, reading: trials.Reading, winner: str) -> str:
    if row.status == Status.DRAFT:
        return f"A draft. It needs {reading.needed:,} cases in each arm of an even draw."
    if reading.state == trials.State.SKEWED:
        return "Nothing may be read: the arms have not the cases that the draw should have given them."
    if reading.state == trials.State.WAITING:
        return f"Not yet to be read: {reading.reached:,} of {reading.needed:,} cases in the arm that is behind."
    early = "" if reading.state == trials.State.READY else "The days are over before the cases were in. "
    if row.kind == Experiment.Kind.AA:
        alarm = trials.alarms(reading, trial_cases.plan_of(row))
        return early + ("The two equal arms look different: look at the draw before you trust other experiments."
                        if alarm else "The two equal arms look equal, as they should.")  # fmt: skip
    return early + (f"“{winner}” is better by more than chance." if winner else "No arm is better by more than chance.")


def _skew(found: trials.Balance) -> str:
    return f"Chi-square {found.chi2:.1f}; so uneven a split comes by chance in fewer than 1 of {round(1 / max(found.p, 1e-9)):,} draws."


def _may(row: Experiment, reading: trials.Reading) -> frozenset[str]:
    """Which buttons there are."""
    found = set()
    if row.status == Status.DRAFT:
        found.add("start")
    if row.status == Status.RUNNING:
        found.add("stop")
        if reading.readable:
            found.add("decide")
    if row.status == Status.STOPPED:
        found.add("decide")
    if row.status in (Status.RUNNING, Status.STOPPED, Status.FINISHED):
        found.add("roll_back")
    return frozenset(found)


def guards(row: Experiment) -> list[dict[str, Any]]:
    """The last look at each guard, in words."""
    last = row.looks[-1]["guards"] if row.looks else []
    return [
        {
            "name": trial_life.GUARDS.get(one["metric"], one["metric"]),
            "arm": one["arm"],
            "worse": one["worse"],
            "others": one["others"],
            "stops": one["stops"],
        }
        for one in last
    ]
