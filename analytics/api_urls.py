"""Which API path leads to which analytics endpoint?"""

from __future__ import annotations

from django.urls import URLPattern, path

from analytics.api import agents, effect, events, predictions, returns, trials

urlpatterns: list[URLPattern] = [
    path("analytics/events", events.Events.as_view(), name="api_analytics_events"),
    path("analytics/experiments", trials.Experiments.as_view(), name="api_experiments"),
    path("analytics/experiments/<experiment_id>", trials.OneExperiment.as_view(), name="api_experiment"),
    path("analytics/experiments/<experiment_id>/start", trials.Start.as_view(), name="api_experiment_start"),
    path("analytics/experiments/<experiment_id>/stop", trials.Stop.as_view(), name="api_experiment_stop"),
    path("analytics/experiments/<experiment_id>/roll-back", trials.RollBack.as_view(), name="api_experiment_back"),
    path("analytics/roi", returns.Roi.as_view(), name="api_roi"),
    path("analytics/predictions/<str:lead_id>", predictions.Predictions.as_view(), name="api_predictions"),
    path("analytics/agents/<str:agent_id>", agents.OneAgent.as_view(), name="api_agent"),
    path("analytics/agents/<str:agent_id>/plan", agents.PlanOfAgent.as_view(), name="api_agent_plan"),
    path("analytics/effectiveness", effect.Effectiveness.as_view(), name="api_effectiveness"),
    path("analytics/competition", effect.Competition.as_view(), name="api_competition"),
]
