"""Under a real Celery worker: a file is learned from while its progress is seen, a bad one fails in words, and a promoted model scores."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from enterprisehub.tenants.models import Job
from enterprisehub.tenants.scope import scope
from leads.models import ScoringModel
from tests.doors import staff
from tests.leads.past import past_deals
from tests.servers import of_the_test, worker
from tests.world import World

PATH = "/admin/leads/scoringmodel/"
WITHIN = 120.0  # seconds; a few on an idle machine


def hand_in(client: Client, name: str, content: bytes, **given: str) -> None:
    values = {
        "name": name,
        "source": "file",
        "outcome": "Won",
        "time_column": "Created",
        "left_out": "",
        "known_live": "",
    }
    file = SimpleUploadedFile("past.csv", content, "text/csv")
    response = client.post(f"{PATH}add/", {**values, **given, "csv": file})
    assert response.status_code == 302, response.context["adminform"].form.errors


def of(world: World, name: str) -> ScoringModel:
    with scope(world.oakwood.pk):
        found: ScoringModel = ScoringModel.objects.defer("content").get(name=name)
        return found


def until(reached: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + WITHIN
    while not reached():
        assert time.monotonic() < end, what
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_a_worker_learns_tells_how_far_it_is_and_scores_again() -> None:
    cache.clear()
    world = World()
    client = staff(world.ada)
    lead = world.conversation(world.alice).lead
    world.says(world.alice, lead, "We are pre-approved, our lease ends in June, and we need more space.")
    seen: set[tuple[str, int]] = set()

    def ready() -> bool:
        row = of(world, "Deals")
        seen.add((row.state, row.progress))
        assert row.state != "failed", row.problem
        return row.state == "ready"

    with worker(of_the_test()):
        hand_in(client, "Deals", past_deals(4_000))
        hand_in(client, "Short", past_deals(50))
        until(ready, "it was not learned from in time")
        until(lambda: of(world, "Short").state == "failed", "the short file did not fail in time")
        row = of(world, "Deals")
        client.post(f"{PATH}promote/?m={row.pk}")
        until(
            lambda: _version(world, lead.pk) == row.live["numbers"]["version"], "the lead was not scored again in time"
        )
        until(lambda: not _jobs(world), "work was left over")
    assert {state for state, _ in seen} >= {"training", "ready"}
    assert len({progress for state, progress in seen if state == "training"}) > 2
    assert "Too little to learn from" in of(world, "Short").problem


def _version(world: World, lead: object) -> str:
    from leads.models import Lead

    with scope(world.oakwood.pk):
        return str(Lead.objects.get(pk=lead).score_told["version"])


def _jobs(world: World) -> list[str]:
    with scope(world.oakwood.pk):
        return list(Job.objects.filter(name__startswith="leads.").values_list("name", flat=True))
