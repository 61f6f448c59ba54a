"""Must a running trial stop by itself? Its guards are looked at whenever another tenth of its cases is in."""

from __future__ import annotations

from uuid import UUID

from analytics.models import Experiment
from analytics.services import trial_cases, trial_life
from analytics.trials import Guarding


def watch(experiment_id: UUID) -> Guarding | None:
    """Gather its cases and look; the guard that stopped it, if one did."""
    found = trial_cases.look(experiment_id)
    if found is not None:
        trial_life.alarm(Experiment.objects.get(pk=experiment_id), because(found))
    return found


def because(found: Guarding) -> str:
    """12 of 80 in “new”, 3 of 82 in the control: more than chance."""
    name = trial_life.GUARDS.get(found.metric, found.metric)
    return (
        f"{name}: {found.worse.hits} of {found.worse.n} in “{found.arm}”, {found.others.hits} of {found.others.n} "
        "in the control. That is more than the plan puts up with."
    )
