"""Which paths belong to analytics?"""

from __future__ import annotations

from django.urls import URLPattern, path

from analytics.views import (
    agents,
    coaching,
    cost,
    digest,
    outcomes,
    overview,
    practice,
    predictions,
    returns,
    scorecards,
    trials,
    value,
)

urlpatterns: list[URLPattern] = [
    path("results/", overview.overview_page, name="results"),
    path("results/experiments/", trials.index, name="experiments"),
    path("results/experiments/new/", trials.new, name="experiment-new"),
    path("results/experiments/<uuid:experiment_id>/", trials.one, name="experiment"),
    path("results/replays/<uuid:version_id>/", trials.version, name="replay"),
    path("results/replays/<uuid:version_id>/progress/", trials.progress, name="replay-progress"),
    path("results/prompts/<str:name>/", trials.prompt, name="prompt-replay"),
    path("results/return/", returns.index, name="return"),
    path("results/return/terms/", returns.terms, name="return-terms"),
    path("results/predictions/", predictions.index, name="results-predictions"),
    path("results/predictions/<uuid:lead_id>/", predictions.lead, name="lead-outlook"),
    path("results/cost/", cost.index, name="results-cost"),
    path("results/digest/", digest.digest, name="results-digest"),
    path("leads/<uuid:lead_id>/outcomes/", outcomes.outcomes, name="lead-outcomes"),
    path("leads/<uuid:lead_id>/outcomes/<uuid:outcome_id>/take-back/", outcomes.take_back, name="outcome-take-back"),
    path("results/agents/", agents.index, name="results-agents"),
    path("results/agents/leaderboard/", agents.leaderboard, name="results-leaderboard"),
    path("results/agents/<uuid:agent_id>/", agents.one, name="results-agent"),
    path("results/agents/<uuid:agent_id>/plan/", agents.begin, name="results-agent-plan"),
    path("results/me/", agents.me, name="results-me"),
    path("results/scorecards/<uuid:conversation_id>/", scorecards.one, name="results-scorecard"),
    path("results/practice/<uuid:drill_id>/", practice.drill, name="results-practice"),
    path("results/coaching/", coaching.index, name="results-coaching"),
    path("results/coaching/themes/", coaching.all_themes, name="results-themes"),
    path("results/coaching/proposals/", coaching.all_proposals, name="results-proposals"),
    path("results/coaching/<uuid:analysis_id>/", coaching.progress, name="results-coaching-progress"),
    path("results/value/", value.index, name="results-value"),
]
