"""Conversations that rest get a scorecard once; the sums of a day follow from them and from nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.utils.timezone import now

from analytics import rubric
from analytics.models import DevelopmentPlan, Drill, Review, Scorecard, SkillDay, TalkDay
from analytics.ranges import Asked, Range
from analytics.services import asking, performing, plans, practising, reviewing, scoring
from enterprisehub.errors import Conflict, Invalid
from enterprisehub.tenants.models import Job
from enterprisehub.tenants.scope import named, scope, unscoped
from leads.models import Conversation, Lead, Medium, Message
from tests.analytics.test_scorecard import BAD, GOOD
from tests.world import Person, World

pytestmark = pytest.mark.django_db
WHO = {"a": "agent", "p": "prospect"}


@pytest.fixture
def world() -> World:
    return World()


def talk(
    world: World, person: Person, lines: tuple[str, ...], *, at: datetime | None = None, medium: str = Medium.CHAT
) -> UUID:
    """A conversation of this person's as it was kept, which began then (yesterday morning when nothing is said)."""
    begun = at or (now() - timedelta(days=1)).replace(hour=15, minute=0)  # morning in the tenant's zone: one day
    with scope(person.agent.tenant_id):
        lead = Lead.objects.create(name="Pat Doe", agent=person.agent, completeness=0.5)
        last = begun + timedelta(minutes=len(lines))
        found = Conversation.objects.create(
            lead=lead, agent=person.agent, medium=medium, message_count=len(lines), last_message_at=last
        )
        Message.objects.bulk_create(
            Message(
                conversation=found, lead=lead, speaker=WHO[line[0]], text=line[3:], client_id=f"{found.pk.hex}-{n}",
                position=n + 1, at=begun + timedelta(minutes=n),
            )
            for n, line in enumerate(lines)
        )  # fmt: skip
    return found.pk


def sums(world: World) -> tuple[list[object], list[object]]:
    with scope(world.oakwood.pk):
        of_skills = list(SkillDay.objects.order_by("day", "skill").values("day", "skill", "n", "hits", "total"))
        of_talk = list(
            TalkDay.objects.order_by("day").values("day", "conversations", "agent_words", "questions", "waits")
        )
    return of_skills, of_talk


def score_due(world: World) -> int:
    with named(world.oakwood.pk):
        return scoring.score_due()


def days(n: int = 30) -> Asked:
    today = now().date()
    return Asked(Range(today - timedelta(days=n), today + timedelta(days=1)))


def test_a_conversation_that_rests_is_scored_once(world: World) -> None:
    pk = talk(world, world.alice, GOOD)
    talk(world, world.alice, GOOD, at=now() - timedelta(minutes=len(GOOD)))  # this one is still going on
    assert score_due(world) == 1
    assert score_due(world) == 0
    with scope(world.oakwood.pk):
        card = Scorecard.objects.get()
        assert card.conversation_id == pk
        assert card.total >= 95
        assert card.rubric == rubric.version()
        assert TalkDay.objects.get().conversations == 1


def test_it_is_scored_anew_when_it_went_on_and_the_day_is_not_counted_twice(world: World) -> None:
    pk = talk(world, world.alice, GOOD)
    score_due(world)
    with scope(world.oakwood.pk):
        found = Conversation.objects.select_related("lead").get(pk=pk)
        at = now() - timedelta(minutes=40)
        Message.objects.create(
            conversation=found,
            lead=found.lead,
            speaker="prospect",
            text="Sorry, I have to cancel.",
            client_id="more",
            position=len(GOOD) + 1,
            at=at,
        )
        Conversation.objects.filter(pk=pk).update(message_count=len(GOOD) + 1, last_message_at=at)
    assert score_due(world) == 1
    with scope(world.oakwood.pk):
        card = Scorecard.objects.get()
        assert next(item for item in card.items if item["key"] == "next_step")["points"] == 0
        assert SkillDay.objects.filter(skill="next_step").values_list("n", flat=True).get() == 1


def test_scored_again_the_sums_are_the_same(world: World) -> None:
    for lines in (GOOD, BAD, GOOD):
        pk = talk(world, world.alice, lines)
    score_due(world)
    before = sums(world)
    with scope(world.oakwood.pk):
        scoring.score(pk)
        scoring.sum_days(world.alice.agent.pk, {row.day for row in TalkDay.objects.all()})
    assert sums(world) == before


def test_a_recording_that_was_transcribed_owes_a_disclosure_and_typed_words_do_not(world: World) -> None:
    typed = talk(world, world.alice, GOOD, medium=Medium.CALL)
    recorded = talk(world, world.bob, GOOD, medium=Medium.CALL)
    with scope(world.oakwood.pk):
        for row in Message.objects.filter(conversation=recorded):
            Message.objects.filter(pk=row.pk).update(client_id=f"ghl:call:{row.position}")
    score_due(world)
    with scope(world.oakwood.pk):
        assert Scorecard.objects.get(conversation=typed).failed == []
        assert Scorecard.objects.get(conversation=recorded).failed == ["undisclosed"]


def test_what_is_no_conversation_is_not_looked_at_again_and_counts_for_nothing(world: World) -> None:
    talk(world, world.alice, ("p: Hello?", "p: Anybody?"))
    assert score_due(world) == 1
    assert score_due(world) == 0
    with scope(world.oakwood.pk):
        assert not SkillDay.objects.exists()


def test_the_round_asks_only_tenants_with_work(world: World) -> None:
    talk(world, world.alice, GOOD)
    assert asking.for_scorecards() == 1
    score_due(world)
    assert asking.for_scorecards() == 0
    with unscoped("the test counts promised work"):
        assert not Job.objects.exists()


def test_an_agents_figures_are_their_own_and_the_others_are_the_others(world: World) -> None:
    for _ in range(3):
        talk(world, world.alice, GOOD)
    talk(world, world.bob, BAD)
    score_due(world)
    with scope(world.oakwood.pk):
        found = performing.figures(world.alice.agent.pk, days())
    dated = next(one.rate for one in found.skills if one.skill.key == "next_step")
    assert (dated.now.hits, dated.now.n) == (3, 3)
    assert (dated.others.hits, dated.others.n) == (0, 1)
    assert found.conversations == 3
    assert found.response.now.n == 3 * 7
    assert found.strengths == ()  # three cases are no strength
    assert found.focus is None


def many(world: World, person: Person, lines: tuple[str, ...], n: int, *, first: datetime) -> None:
    for number in range(n):
        talk(world, person, lines, at=first + timedelta(hours=number))


def test_the_plan_takes_what_costs_most_with_drills_of_the_missed_moments_and_closes_when_measured(
    world: World,
) -> None:
    many(world, world.alice, BAD, 25, first=now() - timedelta(days=40))
    score_due(world)
    with scope(world.oakwood.pk):
        plan = plans.begin(world.alice.agent)
        assert plan is not None
        assert plan.skill == "next_step"
        drills = list(Drill.objects.filter(plan=plan).select_related("message"))
        assert len(drills) == 3
        assert {drill.message.text for drill in drills if drill.message} == {"Let me know if you want to see it!"}
        with pytest.raises(Conflict):
            plans.begin(world.alice.agent)
        drilled_at = now() - timedelta(days=30)
        Drill.objects.update(passed_at=drilled_at)
        assert plans.drilled(plan, at=drilled_at)
    many(world, world.alice, GOOD, 19, first=now() - timedelta(days=20))
    score_due(world)
    with scope(world.oakwood.pk):
        plan.refresh_from_db()
        plans.remeasure(plan)
        assert plan.state == DevelopmentPlan.State.MEASURING  # nineteen are too few
    talk(world, world.alice, GOOD)
    score_due(world)
    with scope(world.oakwood.pk):
        plans.remeasure(plan)
        plan.refresh_from_db()
        assert (plan.state, plan.result) == (DevelopmentPlan.State.CLOSED, "better")
        assert (plan.before, plan.after) == ({"n": 25, "hits": 0}, {"n": 20, "hits": 20})


def test_each_week_begins_one_skill_and_not_two(world: World) -> None:
    many(world, world.alice, BAD, 22, first=now() - timedelta(days=10))
    score_due(world)
    with named(world.oakwood.pk):
        assert plans.develop() == 1
        assert plans.develop() == 0
    with scope(world.oakwood.pk):
        assert DevelopmentPlan.objects.get().agent_id == world.alice.agent.pk


def test_a_role_play_is_kept_and_scored_and_sent_twice_counts_once(world: World) -> None:
    with scope(world.oakwood.pk):
        plan = plans.begin(world.alice.agent, skill="objection.stall")
        assert plan is not None
        drill = plan.drills.first()
        assert drill is not None
        practising.begin(world.alice.agent, drill)
        practising.say(world.alice.agent, drill, "Of course. What would you want to be sure of first?", turn=1)
        again = practising.say(world.alice.agent, drill, "Of course. What would you want to be sure of first?", turn=1)
        assert len(again.turns) == 3
        done = practising.say(world.alice.agent, drill, "Thank you. Shall we look at it on Thursday at 5?", turn=3)
        drill.refresh_from_db()
        assert done.ended_at is not None
        assert drill.passed_at is not None
        assert done.score == 100
        with pytest.raises(Conflict):
            practising.say(world.alice.agent, drill, "Hello?", turn=5)


def test_a_persons_word_stands_beside_the_machines(world: World) -> None:
    pk = talk(world, world.alice, BAD)
    score_due(world)
    with scope(world.oakwood.pk):
        card = reviewing.card_of(world.olivia.membership, pk)
        reviewing.review(world.olivia.membership, card, item="next_step", points=5, reason="They had a day in mind.")
        reviewing.review(world.olivia.membership, card, item="next_step", points=10, reason="On second thought.")
        reviewing.review(world.ada.membership, card, item="next_step", points=0, reason="No day, no step.")
        sheet = reviewing.sheet(card)
        row = next(row for row in sheet.rows if row.key == "next_step")
        assert row.scored["points"] == 0
        assert [one.points for one in row.reviews] == [0, 10]
        assert Review.objects.filter(machine=0).count() == 2
        assert reviewing.with_machine([world.alice.agent.pk]).same.n == 2
        assert reviewing.among_people([world.alice.agent.pk]).same.n == 1
        for wrong in ({"points": 21, "reason": "x"}, {"points": 5, "reason": " "}):
            with pytest.raises(Invalid):
                reviewing.review(world.olivia.membership, card, item="next_step", **wrong)  # type: ignore[arg-type]
