"""The endpoints of experiments: parse, call the service that the pages call, render."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api import shapes_trials as shapes
from analytics.api import told_trials as told
from analytics.models import Experiment
from analytics.services import showing_trials, trial_life
from analytics.services.trial_life import Wanted
from enterprisehub.tenants.api.door import Door
from enterprisehub.tenants.api.once import once
from leads.api import known_id

READ, MANAGE = ("analytics.read",), ("analytics.manage",)


class Experiments(Door):
    operations = {"GET": READ, "POST": MANAGE}
    names_things = ("POST",)

    @told.experiments
    def get(self, request: Request) -> Response:
        """All experiments, the newest first. Figures are null until the plan lets them be read."""
        shown = [showing_trials.show(row) for row in trial_life.listed()]
        return Response(shapes.ExperimentsAnswer({"results": shown}).data)

    @told.plan
    @once
    def post(self, request: Request) -> Response:
        """Keep a plan as a draft; how many cases it needs is reckoned. People only: keys do not plan experiments."""
        wanted = _wanted(self.given(shapes.PlanRequest, request))
        return _answer(trial_life.plan(wanted, by=None), status=201)


class OneExperiment(Door):
    operations = {"GET": READ}
    names_things = ("GET",)

    @told.experiment
    def get(self, request: Request, experiment_id: str) -> Response:
        """One experiment."""
        return _answer(_found(experiment_id))


class Start(Door):
    operations = {"POST": MANAGE}
    names_things = ("POST",)

    @told.start
    @once
    def post(self, request: Request, experiment_id: str) -> Response:
        """Draw from now on. 409 when a version that is compared would make coaching worse, or another trial of its kind runs."""
        return _answer(trial_life.start(_found(experiment_id)))


class Stop(Door):
    operations = {"POST": MANAGE}
    names_things = ("POST",)

    @told.stop
    @once
    def post(self, request: Request, experiment_id: str) -> Response:
        """Draw no longer; everybody is coached alike again."""
        return _answer(trial_life.stop(_found(experiment_id)))


class RollBack(Door):
    operations = {"POST": MANAGE}
    names_things = ("POST",)

    @told.roll_back
    @once
    def post(self, request: Request, experiment_id: str) -> Response:
        """Draw no longer, and coach with what coached when it started."""
        return _answer(trial_life.roll_back(_found(experiment_id)))


def _found(experiment_id: str) -> Experiment:
    return trial_life.find(known_id(experiment_id, "experiment_id"))


def _answer(row: Experiment, *, status: int = 200) -> Response:
    return Response(shapes.ExperimentAnswer(showing_trials.show(row)).data, status=status)


def _wanted(given: dict[str, Any]) -> Wanted:
    guards = given.get("guards", ["outcome.opt_out"])
    return Wanted(
        name=given["name"],
        kind=given["kind"],
        metric=given["metric"],
        question=given["question"],
        share=given["share_percent"],
        playbook=str(given.get("playbook_version_id", "")),
        prompt=given["prompt"],
        base=given["base_percent"] / 100,
        effect=given["effect_percent"] / 100,
        max_days=given["max_days"],
        guards=dict.fromkeys(guards, 0.0),
    )
