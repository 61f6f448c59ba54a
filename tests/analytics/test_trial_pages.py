"""The pages of experiments and of the return open for whom they may, say why they are empty, and do what their buttons say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils.timezone import localdate, now

from analytics.models import Assignment, Daily, EventKind, Experiment, LedgerDay, ReturnTerms
from analytics.services import returns, trial_life
from analytics.services.trial_life import Wanted
from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants import api_keys
from enterprisehub.tenants.access import KEY_SCOPES
from enterprisehub.tenants.models import ApiKey
from enterprisehub.tenants.scope import scope
from tests.world import Person, World

As = Callable[[Person], Client]
PLAN = {
    "name": "Do cards help?", "kind": "holdout", "metric": "outcome.appointment", "share": "30", "base": "20",
    "effect": "40", "max_days": "90", "guard": ["outcome.opt_out"],
}  # fmt: skip
TERMS = {
    "currency": "USD", "per_usd": "1", "licence": "79", "minute": "0.02", "commission": "9,000", "baseline": "period",
    "first": "2026-01-01", "last": "2026-02-28",
}  # fmt: skip
API = "/api/v1/claude/analytics"


def sent(answer: Any) -> str:
    """A file that is sent piece by piece."""

    async def pieces() -> bytes:
        return b"".join([piece async for piece in answer.streaming_content])

    return asyncio.run(pieces()).decode()


def planned(world: World, **more: Any) -> Experiment:
    with scope(world.oakwood.pk):
        return trial_life.plan(
            Wanted(**{"name": "Do cards help?", "kind": "holdout", "metric": "outcome.appointment", **more}), by=None
        )


def ripened(world: World, row: Experiment, **shares: float) -> None:
    """As many cases of each arm as the plan wants, all of them a month old."""
    with scope(world.oakwood.pk):
        trial_life.start(row)
        lead = world.conversation(world.alice).lead
        for arm, share in shares.items():
            Assignment.objects.bulk_create(
                Assignment(
                    tenant=world.oakwood, experiment=row, agent=world.alice.agent, lead=lead, conversation=uuid4(), arm=arm,
                    at=now() - timedelta(days=30), followed=["outcome.appointment"] if n < share * row.per_arm * 2 else [],
                )
                for n in range(row.per_arm * 2)
            )  # fmt: skip


def day(world: World, days_ago: int, kind: str, n: int, **more: Any) -> None:
    with scope(world.oakwood.pk):
        Daily.objects.create(day=localdate() - timedelta(days=days_ago), kind=kind, n=n, **more)


class TestExperimentPages:
    @pytest.mark.parametrize(("name", "opens"), [("olivia", 200), ("tess", 200), ("rita", 200), ("alice", 403)])
    def test_an_empty_list_says_what_will_stand_there(self, world: World, as_: As, name: str, opens: int) -> None:
        page = as_(getattr(world, name)).get("/results/experiments/")
        assert page.status_code == opens
        if opens == 200:
            assert "No experiment yet." in page.content.decode()

    def test_it_is_planned_started_and_stopped_by_its_buttons(self, world: World, as_: As) -> None:
        owner = as_(world.olivia)
        made = owner.post("/results/experiments/new/", PLAN)
        assert made.status_code == 302
        path = made["Location"]
        assert "A draft. It needs 444 cases" in owner.get(path).content.decode()
        assert "Not yet to be read" in owner.post(path, {"do": "start"}, follow=True).content.decode()
        assert "Stopped by hand" in owner.post(path, {"do": "stop"}, follow=True).content.decode()
        assert "Rolled back" in owner.post(path, {"do": "roll_back"}, follow=True).content.decode()
        assert "There is nothing to go back from" in owner.post(path, {"do": "roll_back"}, follow=True).content.decode()
        assert "Do cards help?" in owner.get("/results/experiments/").content.decode()

    def test_a_wrong_plan_comes_back_with_its_words_and_the_reason(self, world: World, as_: As) -> None:
        page = as_(world.ada).post("/results/experiments/new/", {**PLAN, "share": "80"})
        assert page.status_code == 400
        assert "Between 5 and 50 per cent." in page.content.decode()
        assert "Do cards help?" in page.content.decode()
        assert as_(world.ada).post("/results/experiments/new/", {**PLAN, "effect": "x"}).status_code == 400

    def test_only_who_runs_the_house_moves_an_experiment(self, world: World, as_: As) -> None:
        row = planned(world)
        for person in (world.tess, world.rita):
            page = as_(person).get(f"/results/experiments/{row.pk}/").content.decode()
            assert 'value="start"' not in page
            assert as_(person).post(f"/results/experiments/{row.pk}/", {"do": "start"}).status_code == 403
            assert as_(person).get("/results/experiments/new/").status_code == 403
        assert as_(world.charlie).get(f"/results/experiments/{row.pk}/").status_code in (403, 404)

    def test_figures_are_read_charted_decided_and_exported(self, world: World, as_: As) -> None:
        row = planned(world, effect=0.6, share=50)
        ripened(world, row, held=0.2, coached=0.4)
        owner, path = as_(world.olivia), f"/results/experiments/{row.pk}/"
        page = owner.get(path).content.decode()
        assert "“coached” is better by more than chance." in page
        assert "chart__svg" in page
        text = sent(owner.get("/results/experiments/?format=csv"))
        assert "coached" in text
        assert "Say why" in owner.post(path, {"do": "decide", "choice": "", "why": ""}, follow=True).content.decode()
        done = owner.post(path, {"do": "decide", "choice": "", "why": "Cards stay"}, follow=True).content.decode()
        assert "Cards stay" in done
        with scope(world.oakwood.pk):
            row.refresh_from_db()
            assert row.status == "finished"
            assert AuditEvent.objects.filter(verb="analytics.export").exists()


class TestReturnPage:
    @pytest.mark.parametrize(("name", "opens"), [("olivia", 200), ("rita", 200), ("tess", 403), ("alice", 403)])
    def test_money_is_for_those_who_run_the_house(self, world: World, as_: As, name: str, opens: int) -> None:
        page = as_(getattr(world, name)).get("/results/return/")
        assert page.status_code == opens
        if opens == 200:
            assert "Nothing to compare with" in page.content.decode()

    def test_terms_are_stated_kept_and_checked(self, world: World, as_: As) -> None:
        owner = as_(world.olivia)
        assert owner.post("/results/return/terms/", TERMS).status_code == 302
        assert owner.post("/results/return/terms/", {**TERMS, "licence": "99"}).status_code == 302
        for wrong in ({"licence": "x"}, {"licence": "-1"}, {"minute": "NaN"}, {"currency": "ZZZ"}, {"first": "2027-01-01"},
                      {"last": "soon"}, {"baseline": "figures", "leads": "5", "closings": "9", "source": "s"},
                      {"baseline": "figures", "leads": "50", "closings": "9"}):  # fmt: skip
            assert owner.post("/results/return/terms/", {**TERMS, **wrong}).status_code == 400, wrong
        with scope(world.oakwood.pk):
            assert [row.licence for row in ReturnTerms.objects.all()] == [Decimal(99), Decimal(79)]
            assert AuditEvent.objects.filter(verb="return.terms").count() == 2
        assert 'value="99.00"' in owner.get("/results/return/terms/").content.decode()
        assert as_(world.rita).get("/results/return/terms/").status_code == 403

    def test_a_stated_period_is_before_and_after_and_called_so(self, world: World, as_: As) -> None:
        today = localdate()
        with scope(world.oakwood.pk):
            given = {**TERMS, "first": str(today - timedelta(days=90)), "last": str(today - timedelta(days=61))}
            returns.state(given, by=world.olivia.membership)
            spent = {"source": "claude", "outcome": "ok", "model": "m", "n": 9, "cost": 3_000_000}
            LedgerDay.objects.create(day=today, capability="coaching.card", **spent)
        for ago, closings in ((5, 30), (70, 10)):
            day(world, ago, EventKind.STAGE, 100, reason="engaged")
            day(world, ago, EventKind.CLOSING, closings)
        day(world, 4, EventKind.SESSION, 10, total=200.0)
        page = as_(world.olivia).get("/results/return/").content.decode()
        assert page.count("before and after, not causal") >= 2
        assert "30 of 100 against 10 of 100" in page
        assert "Drawn by lot" not in page
        assert "200 minutes" in page
        text = sent(as_(world.olivia).get("/results/return/?format=csv"))
        assert "before and after" in text

    def test_figures_from_elsewhere_are_named_with_their_source(self, world: World, as_: As) -> None:
        with scope(world.oakwood.pk):
            figures = {"baseline": "figures", "leads": "400", "closings": "20", "source": "Board report 2025"}
            returns.state({**TERMS, **figures}, by=world.olivia.membership)
        day(world, 5, EventKind.STAGE, 100, reason="engaged")
        day(world, 5, EventKind.CLOSING, 30)
        page = as_(world.olivia).get("/results/return/").content.decode()
        assert "Board report 2025" in page
        assert "before and after, not causal" in page

    def test_a_holdout_that_may_be_read_goes_before_the_baseline(self, world: World, as_: As) -> None:
        row = planned(world, effect=0.6, share=50)
        ripened(world, row, held=0.2, coached=0.4)
        with scope(world.oakwood.pk):
            returns.state(TERMS, by=world.olivia.membership)
        day(world, 5, EventKind.APPOINTMENT, 100)
        day(world, 5, EventKind.CLOSING, 10)
        page = as_(world.olivia).get("/results/return/?range=90d").content.decode()
        assert "Drawn by lot" in page
        assert "led to more appointments" in page
        assert "0.10 closings" in page

    @pytest.mark.parametrize("query", ["range=7d", "range=365d", "from=2026-01-01&to=2026-01-31"])
    def test_every_range_opens_and_nonsense_is_said_to_be_none(self, world: World, as_: As, query: str) -> None:
        assert as_(world.olivia).get(f"/results/return/?{query}").status_code == 200
        assert as_(world.olivia).get("/results/return/?range=x").status_code == 400


class TestApi:
    def key(self, world: World) -> dict[str, str]:
        with scope(world.oakwood.pk):
            secret = api_keys.issue(ApiKey(name="Everything", scopes=sorted(KEY_SCOPES)))
        return {"authorization": f"Bearer {secret}"}

    def test_a_person_plans_starts_stops_and_rolls_back(self, world: World, as_: As) -> None:
        owner = as_(world.olivia)
        body = {"name": "Do cards help?", "kind": "holdout"}
        made = owner.post(f"{API}/experiments", body, content_type="application/json")
        assert made.status_code == 201, made.content
        path = f"{API}/experiments/{made.json()['experiment_id']}"
        assert [made.json()["status"], made.json()["readable"], made.json()["arms"][0]["rate"]] == [
            "draft",
            False,
            None,
        ]
        for move, status in (("start", "running"), ("stop", "stopped"), ("roll-back", "rolled_back")):
            answer = owner.post(f"{path}/{move}", content_type="application/json")
            assert (answer.status_code, answer.json()["status"]) == (200, status)
        assert owner.post(f"{path}/start", content_type="application/json").status_code == 409
        assert len(owner.get(f"{API}/experiments").json()["results"]) == 1

    def test_a_key_reads_and_does_not_plan(self, world: World) -> None:
        row, headers = planned(world), self.key(world)
        found = Client().get(f"{API}/experiments/{row.pk}", headers=headers)
        assert found.json()["name"] == "Do cards help?"
        refused = Client().post(
            f"{API}/experiments", {"name": "x", "kind": "aa"}, content_type="application/json", headers=headers
        )
        assert refused.status_code == 403
        assert Client().get(f"{API}/experiments/{uuid4()}", headers=headers).status_code == 404

    def test_the_return_is_told_with_null_where_nothing_can_be_told(self, world: World) -> None:
        told = Client().get(f"{API}/roi?time_range=90d", headers=self.key(world)).json()
        assert (told["method"], told["causal"], told["gain"], told["payback_days"]) == ("none", False, None, None)
        assert "cannot be said in money" in told["sentence"]
        assert Client().get(f"{API}/roi?time_range=x", headers=self.key(world)).status_code == 400
