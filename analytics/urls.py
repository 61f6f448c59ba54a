"""Which paths belong to analytics?"""

from __future__ import annotations

from django.urls import path

from analytics.views import agents, practice, scorecards

urlpatterns = [
    path("results/agents/", agents.index, name="results-agents"),
    path("results/agents/leaderboard/", agents.leaderboard, name="results-leaderboard"),
    path("results/agents/<uuid:agent_id>/", agents.one, name="results-agent"),
    path("results/agents/<uuid:agent_id>/plan/", agents.begin, name="results-agent-plan"),
    path("results/me/", agents.me, name="results-me"),
    path("results/scorecards/<uuid:conversation_id>/", scorecards.one, name="results-scorecard"),
    path("results/practice/<uuid:drill_id>/", practice.drill, name="results-practice"),
]
