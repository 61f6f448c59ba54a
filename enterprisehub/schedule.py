"""What runs by the clock, and how often? Times are seconds."""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab

schedule: dict[str, dict[str, Any]] = {
    "send what the broker did not take": {"task": "tenants.sweep", "schedule": 20.0},
    "ask for work on events that nobody took": {"task": "ghl.sweep", "schedule": 5.0},
    "take old events of HighLevel away": {"task": "ghl.prune", "schedule": 3600.0},
    "take old screen events away": {"task": "realtime.prune", "schedule": 600.0},
    "write to HighLevel what nobody was woken for": {"task": "ghl.sweep_outbox", "schedule": 15.0},
    "renew HighLevel's tokens before they end": {"task": "ghl.refresh_ahead", "schedule": 300.0},
    "forget what writes were answered with": {"task": "tenants.forget_answers", "schedule": 3600.0},
    "find what HighLevel never told": {"task": "leads.reconcile_all", "schedule": 3600.0},
    "plan what has changed": {"task": "leads.plan_what_changed", "schedule": 20.0},
    "let Claude word the plans of talks that rest": {"task": "leads.word_plans", "schedule": 30.0},
    "let spent plans go": {"task": "leads.keep_plans", "schedule": 60.0},
    "gather what happened": {"task": "analytics.gather_all", "schedule": 60.0},
    "send the weekly mail where it is Monday morning": {"task": "analytics.digests", "schedule": 600.0},
    "gather the cases of experiments, and look at their guards": {"task": "analytics.gather_trials", "schedule": 300.0},
    "tell of new leads that wait": {"task": "leads.escalate", "schedule": 15.0},
    "fetch what Claude read of the samples": {"task": "analytics.wake_samples", "schedule": 60.0},
    "roll the engines' ledger up": {"task": "analytics.wake_ledgers", "schedule": 60.0},
    "count the past and foretell from it": {
        "task": "analytics.wake_predictions",
        "schedule": crontab(hour=8, minute=20),
    },
    "score conversations that rest": {"task": "analytics.score_all", "schedule": 120.0},
    "measure what agents practise, and begin the week's skill": {"task": "analytics.develop_all", "schedule": 3600.0},
}
