"""Does what happened become events, once, whenever it is read, and tied to the cards before it?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils.timezone import now

from analytics.models import Daily, Event, EventKind, Outcome, StaleDay
from analytics.services import gathering, rolling
from analytics.services.outcomes import Telling, take_back, tell
from coaching.models import CardVerdict, Session, Suggestion
from coaching.services import feedback, sessions
from enterprisehub.tenants.models import Agent
from enterprisehub.tenants.scope import named, scope
from leads.models import Agreement, Consent, CrmKind, CrmRecord, Lead, Message
from leads.services import contacting, moving
from leads.services.contacting import Statement
from tests.world import World

PRICE = "Honestly, that is way too expensive for us, we cannot afford it."


@pytest.fixture
def world(db: None) -> World:
    return World()


def read(world: World) -> None:
    with named(world.oakwood.pk):
        gathering.gather()
        rolling.roll_up()


def in_oakwood(world: World, look: Callable[[], Any]) -> Any:
    with scope(world.oakwood.pk):
        return look()


def kinds(world: World) -> Counter[str]:
    found: Counter[str] = in_oakwood(world, lambda: Counter(Event.objects.values_list("kind", flat=True)))
    return found


def everything(world: World) -> Any:
    return in_oakwood(
        world,
        lambda: (
            list(
                Event.objects.order_by("pk").values_list("pk", "kind", "day", "at", "value", "reason", "agent", "team")
            ),
            sorted(Daily.objects.values_list("kind", "day", "agent", "card_kind", "n", "total", "squares"), key=str),
        ),
    )


def talked(world: World) -> tuple[Lead, Suggestion]:
    """Pat cannot afford it, Alice says the line, Pat answers."""
    talk = world.conversation(world.alice)
    heard = world.says(world.alice, talk.lead, PRICE)
    card = heard.suggestion
    assert card is not None
    assert card.shown
    world.says(world.alice, talk.lead, f"{card.say} {card.ask}", speaker="agent")
    world.says(world.alice, talk.lead, "The monthly payment, mostly.")
    return talk.lead, card


def test_a_talk_becomes_messages_a_card_its_use_a_response_and_a_reply(world: World) -> None:
    _, card = talked(world)
    read(world)
    found = kinds(world)
    assert found["message.in"] == 2
    assert found["message.out"] == 1
    assert found["use.said"] == 1
    assert found["response"] == 1
    assert found["outcome.reply"] == 1
    assert found["after.reply"] == 1
    event = in_oakwood(world, lambda: Event.objects.get(kind="after.reply"))
    assert (event.suggestion, event.card_kind, event.agent_id) == (card.pk, card.kind, world.alice.agent.pk)
    assert event.team == world.team.pk
    assert event.playbook_version == card.playbook_version


def test_read_again_the_same_comes_out(world: World) -> None:
    talked(world)
    read(world)
    before = everything(world)
    read(world)
    with named(world.oakwood.pk):
        gathering.gather(gathering.BEGINNING)
        rolling.roll_up()
        rolling.rebuild(say=lambda day, count: None)
    assert everything(world) == before
    assert in_oakwood(world, StaleDay.objects.count) == 0


def test_a_verdict_that_comes_later_makes_the_use_right_and_its_day_is_counted_anew(world: World) -> None:
    _, card = talked(world)
    read(world)
    with scope(world.oakwood.pk):
        opinion = feedback.Opinion(client_id="late", suggestion=card.pk, verdict=CardVerdict.WRONG, score=1)
        feedback.give(world.alice.agent, opinion)
    read(world)
    found = kinds(world)
    assert (found["use.said"], found["use.wrong"], found["scored"]) == (0, 1, 1)
    rolled = in_oakwood(world, lambda: dict(Daily.objects.filter(kind__startswith="use.").values_list("kind", "n")))
    assert rolled == {"use.wrong": 1}


def test_a_card_that_nobody_answered_is_not_used_once_a_day_is_over_and_not_before(world: World) -> None:
    talk = world.conversation(world.alice)
    card = world.says(world.alice, talk.lead, PRICE).suggestion
    assert card is not None
    read(world)
    assert kinds(world)["use.none"] == 0
    with scope(world.oakwood.pk):
        Suggestion.objects.filter(pk=card.pk).update(created_at=now() - timedelta(hours=25))
    with named(world.oakwood.pk):
        gathering.gather(gathering.BEGINNING)
    assert kinds(world)["use.none"] == 1


def test_the_end_of_a_session_settles_its_cards_and_is_an_event(world: World) -> None:
    talk = world.conversation(world.alice)
    world.says(world.alice, talk.lead, PRICE)
    read(world)
    with scope(world.oakwood.pk):
        sessions.end(Session.objects.get())
    read(world)
    found = kinds(world)
    assert found["session"] == 1
    assert found["use.none"] == 1


def test_a_held_card_counts_as_held_and_what_follows_carries_its_arm(world: World) -> None:
    talk = world.conversation(world.alice)
    card = world.says(world.alice, talk.lead, PRICE).suggestion
    assert card is not None
    with scope(world.oakwood.pk):
        Suggestion.objects.filter(pk=card.pk).update(shown=False, quiet_reason="holdout", arm="held")
    world.says(world.alice, talk.lead, "I see.", speaker="agent")
    world.says(world.alice, talk.lead, "So what now?")
    read(world)
    found = kinds(world)
    assert (found["card.held"], found["use.none"]) == (1, 0)
    after = in_oakwood(world, lambda: Event.objects.get(kind="after.reply", suggestion=card.pk))
    assert after.arm == "held"


def test_a_card_that_was_quiet_for_another_reason_is_no_event(world: World) -> None:
    talk = world.conversation(world.alice)
    card = world.says(world.alice, talk.lead, PRICE).suggestion
    assert card is not None
    with scope(world.oakwood.pk):
        Suggestion.objects.filter(pk=card.pk).update(shown=False, quiet_reason="budget")
    read(world)
    assert kinds(world)["card.shown"] == 0


def test_stages_and_the_outcomes_that_they_show(world: World) -> None:
    lead, _ = talked(world)
    with scope(world.oakwood.pk):
        moving.step(lead, "qualified", evidence="x", reason="known enough")
        moving.step(lead, "appointment", evidence="appointment:a1", reason="An appointment in HighLevel")
        moving.step(lead, "lost", evidence="opportunity:o1", reason="The deal was lost in HighLevel")
    read(world)
    found = kinds(world)
    assert (found["stage"], found["stage.on"]) == (3, 2)
    assert (found["qualified"], found["outcome.appointment"], found["outcome.lost"]) == (1, 1, 1)
    events = in_oakwood(world, lambda: list(Event.objects.filter(kind__in=["outcome.appointment", "outcome.lost"])))
    assert {event.told_by for event in events} == {"highlevel"}
    assert found["after.appointment"] == found["after.lost"] == found["card.shown"]


def test_an_appointment_in_highlevel_and_the_stage_that_it_moved_are_one(world: World) -> None:
    lead, _ = talked(world)
    with scope(world.oakwood.pk):
        CrmRecord.objects.create(lead=lead, kind=CrmKind.APPOINTMENT, remote_id="a1", at=now(), standing="confirmed")
        moving.step(lead, "qualified", evidence="x", reason="known enough")
        moving.step(lead, "appointment", evidence="appointment:a1", reason="An appointment in HighLevel")
    read(world)
    assert kinds(world)["outcome.appointment"] == 1
    with scope(world.oakwood.pk):
        CrmRecord.objects.update(standing="cancelled", told_at=now())
    read(world)
    assert kinds(world)["outcome.appointment"] == 1  # the stage was reached all the same


def test_a_cancelled_appointment_that_moved_nothing_goes_again(world: World) -> None:
    lead, _ = talked(world)
    with scope(world.oakwood.pk):
        CrmRecord.objects.create(lead=lead, kind=CrmKind.APPOINTMENT, remote_id="a1", at=now(), standing="confirmed")
    read(world)
    assert kinds(world)["after.appointment"] >= 1
    with scope(world.oakwood.pk):
        CrmRecord.objects.update(standing="cancelled", told_at=now())
    read(world)
    found = kinds(world)
    assert (found["outcome.appointment"], found["after.appointment"]) == (0, 0)


def test_a_deal_that_was_won_counts_even_where_the_rules_refused_the_move(world: World) -> None:
    lead, _ = talked(world)
    with scope(world.oakwood.pk):
        CrmRecord.objects.create(lead=lead, kind=CrmKind.OPPORTUNITY, remote_id="o1", standing="won")
    read(world)
    event = in_oakwood(world, lambda: Event.objects.get(kind=EventKind.CLOSING))
    assert event.told_by == "highlevel"


def test_opt_outs_and_signed_agreements_are_outcomes(world: World) -> None:
    lead, _ = talked(world)
    with scope(world.oakwood.pk):
        contacting.take_back(lead, Statement(source="agent", purpose="opt_out"))
        moving.agree(lead, Agreement.SIGNED, by=world.alice.agent, on=now().date() - timedelta(days=1))
    read(world)
    found = kinds(world)
    assert (found["outcome.opt_out"], found["outcome.agreement"]) == (1, 1)


def test_an_outcome_that_is_told_counts_at_once_and_no_more_when_it_is_taken_back(world: World) -> None:
    lead, _ = talked(world)
    with scope(world.oakwood.pk):
        said = Telling("closing", "deal-1", "api", amount=Decimal(12500), currency="usd")
        outcome, new = tell(lead, said)
        again, fresh = tell(lead, said)
        assert (new, fresh, again.pk) == (True, False, outcome.pk)
        event = Event.objects.get(kind=EventKind.CLOSING)
        assert (event.amount, event.currency, event.told_by) == (Decimal("12500.00"), "USD", "api")
        assert Event.objects.filter(kind=EventKind.AFTER_CLOSING).count() == 1
        take_back(lead, outcome.pk)
        assert not Event.objects.filter(kind__in=[EventKind.CLOSING, EventKind.AFTER_CLOSING]).exists()
        assert Outcome.objects.get().taken_back_at is not None


def test_who_tells_of_an_opt_out_is_believed_everywhere(world: World) -> None:
    lead, _ = talked(world)
    with scope(world.oakwood.pk):
        tell(lead, Telling("opt_out", "o-1", "api"))
        assert Consent.objects.filter(lead=lead, given=False, purpose="opt_out").exists()
        assert Lead.objects.get(pk=lead.pk).overlay == "dnc"
        assert Event.objects.filter(kind=EventKind.OPT_OUT).count() == 1


def test_words_that_came_late_are_counted_on_the_day_on_which_they_were_said(world: World) -> None:
    lead, _ = talked(world)
    read(world)
    message = world.says(world.alice, lead, "By the way, we saw it last week.").message
    with scope(world.oakwood.pk):
        Message.objects.filter(pk=message.pk).update(at=now() - timedelta(days=3))
    read(world)
    days = in_oakwood(world, lambda: set(Daily.objects.filter(kind="message.in").values_list("day", flat=True)))
    assert len(days) == 2


def test_people_and_talks_of_a_day_are_counted_once(world: World) -> None:
    lead, _ = talked(world)
    world.says(world.alice, lead, "One more thing.")
    read(world)
    rolled = in_oakwood(
        world, lambda: dict(Daily.objects.filter(kind__in=["leads", "conversations"]).values_list("kind", "n"))
    )
    assert rolled == {"leads": 1, "conversations": 1}


def test_a_neighbour_sees_nothing_of_it(world: World) -> None:
    talked(world)
    read(world)
    with scope(world.elm.pk):
        assert not Event.objects.exists()
        assert not Daily.objects.exists()


def test_history_stays_with_the_team_in_which_it_happened(world: World) -> None:
    talked(world)
    read(world)
    with scope(world.oakwood.pk):
        Agent.objects.filter(pk=world.alice.agent.pk).update(team=None)
    with named(world.oakwood.pk):
        gathering.gather(gathering.BEGINNING)
    teams = in_oakwood(world, lambda: set(Event.objects.filter(kind="message.in").values_list("team", flat=True)))
    assert teams == {world.team.pk}
