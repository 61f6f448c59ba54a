"""A trial lives: planned, started, gathered, read by its plan, stopped by its guard, rolled back, decided; and nobody is told too much."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils.timezone import now

from analytics.models import Assignment, Event, EventKind, Experiment
from analytics.services import showing_trials, trial_cases, trial_life, trial_watch
from analytics.services.trial_life import Wanted
from coaching.services import playbooks
from enterprisehub.errors import Conflict, HubError, Invalid
from enterprisehub.privacy.models import AuditEvent
from enterprisehub.realtime.models import Event as Told
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import scope
from leads.models import Lead
from tests.world import Person, World

As = Callable[[Person], Client]
DEAR = "That is too expensive for us."
LINE = {"entries": {"en": {"affordability": {"any": {"say": ["Let us look at the monthly figure together."]}}}}}
HOLDOUT = Wanted("Do cards help?", "holdout", "outcome.appointment", share=50, base=0.4, effect=1.0)


@pytest.fixture
def oakwood(world: World) -> Iterator[World]:
    with scope(world.oakwood.pk):
        yield world


def settings() -> dict[str, object]:
    found: dict[str, object] = Tenant.objects.get(slug="oakwood").settings.get("trials", {})
    return found


def cases(row: Experiment, person: Person, arm: str, count: int, **followed: float) -> None:
    """Conversations that came in 30 days ago; each keyword's share of them was followed by that outcome a day later."""
    then = now() - timedelta(days=30)
    leads = Lead.objects.bulk_create([Lead(tenant_id=person.agent.tenant_id, name=f"{arm} {n}") for n in range(count)])
    Assignment.objects.bulk_create(
        Assignment(
            tenant_id=person.agent.tenant_id, experiment=row, agent=person.agent, lead=lead, conversation=uuid4(),
            arm=arm, at=then,
        )
        for lead in leads
    )  # fmt: skip
    Event.objects.bulk_create(
        Event(
            tenant_id=person.agent.tenant_id, kind=f"outcome.{kind}", day=then.date(), lead=lead,
            at=then + timedelta(days=1), told_by="system",
        )
        for kind, share in followed.items()
        for lead in leads[: round(share * count)]
    )  # fmt: skip


def running(wanted: Wanted = HOLDOUT) -> Experiment:
    row = trial_life.start(trial_life.plan(wanted, by=None))
    Experiment.objects.filter(pk=row.pk).update(started_at=now() - timedelta(days=31))
    row.refresh_from_db()
    return row


class TestLife:
    def test_a_holdout_is_drawn_from_when_it_starts_and_no_longer_when_it_stops(self, oakwood: World) -> None:
        row = trial_life.start(trial_life.plan(HOLDOUT, by=oakwood.olivia.membership))
        held = settings()["holdout"]
        assert isinstance(held, dict)
        assert (held["id"], held["arms"][0]) == (row.pk.hex, {"name": "held", "weight": 50})
        trial_life.stop(row)
        assert settings() == {}
        verbs = list(AuditEvent.objects.values_list("verb", flat=True))
        assert {"experiment.plan", "experiment.start", "experiment.stop"} <= set(verbs)

    def test_two_trials_of_one_kind_do_not_run_at_once_but_a_holdout_and_a_comparison_do(self, oakwood: World) -> None:
        trial_life.start(trial_life.plan(HOLDOUT, by=None))
        with pytest.raises(Conflict):
            trial_life.start(trial_life.plan(HOLDOUT, by=None))
        trial_life.start(trial_life.plan(Wanted("A/A", "aa", "outcome.reply"), by=None))
        assert set(settings()) == {"holdout", "comparison"}

    @pytest.mark.parametrize(
        "bad", [{"name": " "}, {"kind": "x"}, {"metric": "x"}, {"share": 51}, {"base": 0.0}, {"effect": 0.0},
                {"max_days": 0}, {"guards": {"x": 0.0}}, {"guards": {"use.wrong": 0.0}}, {"playbook": "x"},
                {"kind": "playbook", "playbook": str(UUID(int=1))}, {"kind": "prompt", "prompt": "nothing"}],
    )  # fmt: skip
    def test_a_plan_that_cannot_be_carried_out_is_refused(self, oakwood: World, bad: dict[str, object]) -> None:
        with pytest.raises(HubError):
            trial_life.plan(Wanted(**{**vars(HOLDOUT), **bad}), by=None)

    def test_a_version_whose_replay_blocks_is_not_tried_on_anybody(self, oakwood: World) -> None:
        bad = playbooks.draft({"entries": {"en": {"opt_out": None}}})
        row = trial_life.plan(Wanted("Bad", "playbook", "outcome.reply", playbook=str(bad.pk)), by=None)
        with pytest.raises(Conflict, match="no card where the law needs one"):
            trial_life.start(row)
        assert settings() == {}

    def test_rolling_back_clears_the_settings_and_coaches_with_what_coached_before(self, oakwood: World) -> None:
        old = playbooks.publish(playbooks.draft({}, note="old"))
        new = playbooks.draft(LINE, note="new")
        row = running(Wanted("Lines", "playbook", "outcome.appointment", 50, str(new.pk), base=0.4, effect=1.0))
        cases(row, oakwood.alice, "now", 80, appointment=0.2)
        cases(row, oakwood.alice, "new", 80, appointment=0.7)
        trial_cases.gather(row)
        Experiment.objects.filter(pk=row.pk).update(per_arm=30)
        row.refresh_from_db()
        trial_life.decide(row, "new", why="More appointments", by=oakwood.olivia.membership)
        assert Tenant.objects.get(slug="oakwood").playbook_version == new.pk
        row = trial_life.roll_back(row, by=oakwood.olivia.membership)
        old.refresh_from_db()
        coaching = playbooks.library_of(Tenant.objects.get(slug="oakwood"))
        assert (row.status, settings()) == ("rolled_back", {})
        assert coaching.version == playbooks.library_of(oakwood.oakwood).version
        assert old.status == "retired"

    def test_it_is_decided_only_when_the_plan_lets_it_be_read_and_with_a_reason(self, oakwood: World) -> None:
        row = trial_life.start(trial_life.plan(HOLDOUT, by=None))
        with pytest.raises(Conflict):
            trial_life.decide(row, "", why="I like it", by=oakwood.olivia.membership)
        with pytest.raises(Invalid):
            trial_life.decide(row, "", why=" ", by=oakwood.olivia.membership)


class TestGathering:
    def test_live_cards_come_in_once_in_the_arm_that_was_drawn_and_each_lead_counts_once(self, world: World) -> None:
        with scope(world.oakwood.pk):
            row = trial_life.start(trial_life.plan(HOLDOUT, by=None))
            world.oakwood.refresh_from_db()
        world.alice.agent.tenant = world.oakwood
        leads = [world.conversation(world.alice, f"Pat {n}").lead for n in range(8)]
        cards = [world.says(world.alice, lead, DEAR).suggestion for lead in leads]
        world.says(world.alice, leads[0], "STOP texting me")
        with scope(world.oakwood.pk):
            trial_cases.gather(row)
            trial_cases.gather(row)
            seen = {one.conversation: one.arm for one in Assignment.objects.all()}
            assert seen == {card.conversation_id: card.arm for card in cards if card is not None and card.arm}
            assert len(seen) >= 2
            again = Assignment.objects.first()
            assert again is not None
            Assignment.objects.create(
                experiment=row, agent=again.agent, lead=again.lead, conversation=uuid4(), arm="held", at=now()
            )
            trial_cases.gather(row)
            assert Assignment.objects.filter(lead=again.lead, counted=True).get() == again

    def test_an_outcome_counts_inside_its_window_and_never_twice(self, oakwood: World) -> None:
        row = running()
        cases(row, oakwood.alice, "held", 10, appointment=0.5, opt_out=0.1)
        late = Assignment.objects.order_by("-pk").first()
        assert late is not None
        Event.objects.create(
            kind=EventKind.APPOINTMENT, day=now().date(), lead=late.lead, at=late.at + timedelta(days=15), told_by="api"
        )
        for _ in range(2):
            trial_cases.gather(row)
        held = trial_cases.arms(row)[0]
        assert (held.ripe, held.hits["outcome.appointment"], held.seen["outcome.opt_out"]) == (10, 5, 1)


class TestReading:
    def test_figures_are_hidden_until_the_cases_are_in(self, oakwood: World) -> None:
        row = running()
        cases(row, oakwood.alice, "held", 10, appointment=0.2)
        cases(row, oakwood.alice, "coached", 10, appointment=0.9)
        trial_cases.gather(row)
        shown = showing_trials.show(row)
        assert "Not yet to be read" in shown.headline
        assert [arm.rate for arm in shown.arms] == [None, None]
        assert (shown.chart, shown.winner) == (None, "")
        assert "decide" not in shown.may

    def test_with_the_cases_in_the_better_arm_is_named_with_its_interval(self, oakwood: World) -> None:
        row = running()
        for arm, share in (("held", 0.4), ("coached", 0.8)):
            cases(row, oakwood.alice, arm, row.per_arm + 5, appointment=share)
        trial_cases.gather(row)
        shown = showing_trials.show(row)
        assert shown.winner == "coached"
        assert shown.arms[1].lift is not None
        assert shown.arms[1].lift.interval.holds(0.4)

    def test_a_lost_arm_is_no_result(self, oakwood: World) -> None:
        row = running()
        cases(row, oakwood.alice, "held", 40)
        cases(row, oakwood.alice, "coached", 140, appointment=0.9)
        trial_cases.gather(row)
        shown = showing_trials.show(row)
        assert shown.skew
        assert "Nothing may be read" in shown.headline
        assert [arm.rate for arm in shown.arms] == [None, None]


class TestGuards:
    def test_a_bad_arm_stops_by_itself_is_audited_and_told_to_the_owners_alone(self, oakwood: World) -> None:
        new = playbooks.draft(LINE)
        wanted = Wanted(
            "Lines", "playbook", "outcome.appointment", share=50, playbook=str(new.pk), base=0.4, effect=1.0
        )
        row = running(wanted)
        cases(row, oakwood.alice, "now", 30, opt_out=0.0)
        cases(row, oakwood.alice, "new", 30, opt_out=0.6)
        found = trial_watch.watch(row.pk)
        row.refresh_from_db()
        assert found is not None
        assert (row.status, settings()) == ("stopped", {})
        assert "18 of 30 in “new”, 0 of 30" in row.stopped_because
        assert AuditEvent.objects.filter(verb="experiment.stop").exists()
        told = {event.agent_id for event in Told.objects.filter(payload__state="trial_stopped")}
        assert told == {oakwood.olivia.agent.pk, oakwood.ada.agent.pk}

    def test_a_harmless_arm_runs_on_and_each_tenth_is_looked_at_once(self, oakwood: World) -> None:
        row = running()
        cases(row, oakwood.alice, "held", 15, opt_out=0.1)
        cases(row, oakwood.alice, "coached", 15, opt_out=0.1)
        assert trial_watch.watch(row.pk) is None
        row.refresh_from_db()
        looks = len(row.looks)
        trial_watch.watch(row.pk)
        row.refresh_from_db()
        assert (row.status, len(row.looks), looks) == ("running", 1, 1)
