"""A trial draws its arms stickily and fairly, holds back only what may be held back, tells nobody, and costs no query."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest
from django.db import connection

from coaching import trials
from coaching.models import Suggestion
from coaching.services import desk, history, playbooks
from coaching.services.hearing import Words, hear
from enterprisehub.realtime.models import Event
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import scope
from leads.models import Conversation
from tests.world import Count, World

SPACE = UUID(int=7)
DEAR = "That is too expensive for us."


def trial(*arms: tuple[str, int], **more: str) -> dict[str, Any]:
    return {
        "id": "f" * 32,
        "salt": "s",
        "arms": [{"name": name, "weight": weight, **more} for name, weight in arms],
    }


def begin(world: World, **running: dict[str, Any]) -> None:
    with scope(world.oakwood.pk):
        Tenant.objects.filter(pk=world.oakwood.pk).update(settings={"trials": running})
        world.oakwood.refresh_from_db()
    for person in (world.alice, world.bob):
        person.agent.tenant = world.oakwood


ALL_HELD = trial(("held", 1))
ALL_COACHED = trial(("coached", 1))


class TestDrawing:
    def test_an_arm_is_drawn_in_proportion_and_stays(self) -> None:
        settings = {"trials": {"holdout": trial(("coached", 80), ("held", 20))}}
        places = [trials.place(settings, uuid5(SPACE, f"a{n % 9}"), uuid5(SPACE, f"c{n}")) for n in range(4000)]
        again = [trials.place(settings, uuid5(SPACE, f"a{n % 9}"), uuid5(SPACE, f"c{n}")) for n in range(4000)]
        assert places == again
        assert 0.17 < sum(one.held is True for one in places) / 4000 < 0.23

    def test_two_trials_with_other_salts_draw_independently(self) -> None:
        one = (trials.Arm("a", 1), trials.Arm("b", 1))
        both = [
            (trials.arm_of("x", one, SPACE, key).name, trials.arm_of("y", one, SPACE, key).name)
            for key in (uuid5(SPACE, str(n)) for n in range(4000))
        ]
        for pair in (("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")):
            assert 0.22 < both.count(pair) / 4000 < 0.28

    @pytest.mark.parametrize(
        "bad", [None, 7, [], {"arms": 7}, {"arms": []}, {"arms": [7]}, {"arms": [{"name": "a", "weight": 0}]},
                {"arms": [{"name": "a", "weight": True}]}, {"arms": [{"name": 3, "weight": 1}]}],
    )  # fmt: skip
    def test_settings_that_cannot_be_read_are_no_trial(self, bad: Any) -> None:
        settings = {"trials": {"holdout": bad, "comparison": bad}}
        assert trials.place(settings, uuid4(), uuid4()) == trials.NOWHERE
        assert trials.place({"trials": bad}, uuid4(), uuid4()) == trials.NOWHERE


@pytest.mark.django_db
class TestHoldingBack:
    def test_a_held_card_is_thought_of_kept_and_seen_nowhere(self) -> None:
        world = World()
        begin(world, holdout=ALL_HELD)
        heard = world.says(world.alice, world.conversation(world.alice, price=485_000).lead, DEAR)
        card = heard.suggestion
        assert card is not None
        assert (card.shown, card.arm, card.quiet_reason, card.kind) == (False, "held", "holdout", "affordability")
        with scope(world.oakwood.pk):
            told = json.dumps([[row.type, row.payload] for row in Event.objects.all()], default=str)
            talk = Conversation.objects.get(pk=heard.session.conversation_id)
            turn = desk.thread(talk, reader=world.alice.agent).turns[0]
            _, cards = history.read(world.alice.agent, heard.session.pk)
        assert "holdout" not in told
        assert "held" not in told
        assert str(card.pk) not in told
        assert '"quiet": "nothing_to_say"' in told
        assert (turn.card, turn.quiet, cards) == (None, "", [])

    def test_a_coached_card_is_shown_as_ever(self) -> None:
        world = World()
        begin(world, holdout=ALL_COACHED)
        card = world.says(world.alice, world.conversation(world.alice).lead, DEAR).suggestion
        assert card is not None
        assert (card.shown, card.arm) == (True, "coached")

    @pytest.mark.parametrize(
        "words", ["STOP texting me", "Take me off your list.", "Is it a good area for families with kids like us?",
                  "Can I deduct the mortgage interest from my taxes?", "No me escriba más."],
    )  # fmt: skip
    def test_where_the_law_is_near_nothing_is_held_back(self, words: str) -> None:
        world = World()
        begin(world, holdout=ALL_HELD)
        card = world.says(world.alice, world.conversation(world.alice).lead, words).suggestion
        assert card is not None
        assert card.compliance
        assert (card.shown, card.arm, card.quiet_reason) == (True, "", "")

    @pytest.mark.parametrize("before", [0, 1, 5])
    def test_hearing_still_costs_at_most_eight_statements(self, before: int) -> None:
        world = World()
        with scope(world.oakwood.pk):
            version = playbooks.draft({})
        begin(world, holdout=ALL_HELD, comparison=trial(("a", 1), playbook=str(version.pk)))
        with scope(world.oakwood.pk):
            playbooks.library_of(world.oakwood, str(version.pk))
        lead = world.conversation(world.alice, price=485_000).lead
        for _ in range(before):
            world.says(world.alice, lead, "Could you tell me more about the garden?")
        count = Count()
        with connection.execute_wrapper(count), scope(world.oakwood.pk):
            heard = hear(world.alice.agent, Words(lead.pk, DEAR, str(uuid4())))
        assert heard.suggestion is not None
        assert heard.suggestion.arm == "held"
        assert len(count.statements) - 1 <= 8, count.statements


@pytest.mark.django_db
class TestComparing:
    def test_the_arms_version_coaches_in_its_conversations_and_in_no_other_tenants(self) -> None:
        world = World()
        line = "We can look at what the monthly figure really is."
        with scope(world.oakwood.pk):
            version = playbooks.draft({"entries": {"en": {"affordability": {"any": {"say": [line]}}}}})
        begin(world, comparison=trial(("b", 1), playbook=str(version.pk)))
        card = world.says(world.alice, world.conversation(world.alice).lead, DEAR).suggestion
        assert card is not None
        assert (card.say, card.variant, card.arm) == (line, f"{'f' * 32}/b", "")
        with scope(world.elm.pk):
            Tenant.objects.filter(pk=world.elm.pk).update(
                settings={"trials": {"comparison": trial(("b", 1), playbook=str(version.pk))}}
            )
            world.elm.refresh_from_db()
        world.charlie.agent.tenant = world.elm
        other = world.says(world.charlie, world.conversation(world.charlie).lead, DEAR).suggestion
        assert other is not None
        assert other.say != line

    def test_a_version_that_is_gone_does_not_stop_the_coaching(self) -> None:
        world = World()
        begin(world, comparison=trial(("b", 1), playbook=str(uuid4())))
        world.says(world.alice, world.conversation(world.alice).lead, DEAR)
        with scope(world.oakwood.pk):
            assert Suggestion.objects.get().shown
