"""What do a seeded tenant's people keep: a qualification, the pipeline's meaning, a filter, a file that came in, scoring models?"""

from __future__ import annotations

import json
import random
from datetime import timedelta
from functools import lru_cache

from django.utils.timezone import now

from enterprisehub.seeding import Made, Plan, script
from enterprisehub.tenants.access import Role
from enterprisehub.tenants.models import Membership
from enterprisehub.tenants.scope import scope
from enterprisehub.tenants.work import withheld
from leads.learning.choosing import Wish
from leads.learning.live import Made as ScoringMade
from leads.learning.live import of_file
from leads.learning.table import read
from leads.models import Flow, Lead, LeadImport, PipelineStage, SavedFilter, ScoringModel
from leads.scorecards import dumps
from leads.services import qualifying

PAST_LEADS = 400  # rows that the small model is trained on


def keep(plan: Plan, made: Made) -> None:
    """Rows of all that people make themselves; asked again, what is there stays."""
    with withheld(), scope(made.tenant.pk):
        owner = Membership.objects.filter(role=Role.OWNER).order_by("created_at")[0]
        _qualification(plan, made)
        _pipeline(plan, made)
        _filter(plan, made, owner)
        _import(plan, made, owner)
        _models(plan, made, owner)


def _qualification(plan: Plan, made: Made) -> None:
    """The first lead's, begun as an integration would; it asks what is not known yet, or hands over."""
    lead = Lead.objects.filter(pk=plan.key("lead", made.tenant.slug, 0)).first()
    if lead is not None and not Flow.objects.filter(lead=lead).exists():
        qualifying.start(made.tenant, qualifying.Opening(lead.contact_id), by=qualifying.Asker(lead.agent))


def _pipeline(plan: Plan, made: Made) -> None:
    for name, stage in script()["pipeline"].items():
        PipelineStage.objects.get_or_create(
            pk=plan.key("pipeline", made.tenant.slug, name),
            defaults={"pipeline": f"Sales {made.mark}", "name": name, "stage": stage},
        )


def _filter(plan: Plan, made: Made, owner: Membership) -> None:
    SavedFilter.objects.get_or_create(
        pk=plan.key("filter", made.tenant.slug),
        defaults={"owner": owner, "name": f"Talking now {made.mark}", "query": {"stage": "engaged"}},
    )


def _import(plan: Plan, made: Made, owner: Membership) -> None:
    """A file that was taken in: all of its rows are settled, two of them refused."""
    at, rows = now() - timedelta(days=20), plan.leads + 2
    LeadImport.objects.get_or_create(
        pk=plan.key("import", made.tenant.slug),
        defaults={
            "file_name": f"open house {made.mark}.csv",
            "columns": {"fields": {"0": "name", "1": "email", "2": "phone"}, "policy": "fill"},
            "state": LeadImport.State.DONE,
            "rows": rows,
            "position": rows,
            "created": plan.leads,
            "refused": 2,
            "problems": [
                {"row": 3, "column": "E-mail", "problem": "This is no e-mail address."},
                {"row": 5, "column": "Full name", "problem": "There is neither a name nor an address."},
            ],
            "owner": owner,
            "created_at": at,
            "ended_at": at + timedelta(seconds=9),
        },
    )


def _models(plan: Plan, made: Made, owner: Membership) -> None:
    """One that was learned and waits to be promoted, and one whose file was too short."""
    made_of = _learned(plan.seed)
    numbers = json.loads(dumps(made_of.model))
    ready = {
        "name": f"Last year's leads {made.mark}",
        "state": ScoringModel.State.READY,
        "progress": 100,
        "numbers": numbers,
        "live": made_of.live,
        "card": {
            **numbers["card"],
            "version": numbers["version"],
            "tenant": made.tenant.name,
            "live": made_of.card,
        },
    }
    failed = {
        "name": f"This month's leads {made.mark}",
        "state": ScoringModel.State.FAILED,
        "problem": "Too little to learn from: a model needs 300 leads with an outcome, 40 of each kind; "
        "here are 3 that converted and 27 that did not.",
    }
    for part, values in (("ready", ready), ("failed", failed)):
        ScoringModel.objects.get_or_create(
            pk=plan.key("scoring", made.tenant.slug, part), defaults={**values, "outcome": "won", "owner": owner}
        )


@lru_cache(maxsize=4)
def _learned(seed: int) -> ScoringMade:
    """A small model of made-up leads; every seeded tenant gets the same numbers."""
    return of_file(read(_past(seed)), Wish("won"), {}, told=lambda _: None)


def _past(seed: int) -> bytes:
    """A CSV in which visits, replies, the time of the move and where a lead came in tell who converts."""
    chance = random.Random(seed)
    lines = ["lead_source,site_visits,replies,timeline,won"]
    for _ in range(PAST_LEADS):
        source = chance.choice(("website", "open house", "referral"))
        visits, replies, soon = chance.randrange(1, 25), chance.randrange(8), chance.random() < 0.5
        odds = 0.05 + 0.01 * visits + 0.04 * replies + 0.2 * soon + 0.1 * (source == "referral")
        timeline = "0-3" if soon else "12+"
        lines.append(f"{source},{visits},{replies},{timeline},{'yes' if chance.random() < odds else 'no'}")
    return "\n".join(lines).encode()
