"""Who somebody is, is no wish: what names or implies a protected class never enters from Claude, whatever it was told."""

from __future__ import annotations

from typing import Any

import pytest

from enterprisehub.engines.base import Outcome
from enterprisehub.tenants.scope import named, scope
from leads.models import Lead, Message, SlotFact
from leads.protected import protected
from leads.services import reading
from leads.understanding import FactDraft, Reading, UnderstandingDraft, adopt, parse
from leads.words import Turn
from tests.engines.conftest import _one_claude, claude, connected
from tests.fakes import FakeClaude
from tests.world import World

__all__ = ["_one_claude", "claude", "connected"]


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.mark.parametrize(
    ("slot", "value", "named_class"),
    [
        ("must_have", "near a synagogue", "religion"),
        ("must_have", "walking distance to church", "religion"),
        ("must_have", "cerca de la iglesia", "religion"),
        ("must_have", "vecinos cristianos", "religion"),
        ("location", "the Jewish quarter", "religion"),
        ("location", "a Black neighborhood", "race"),
        ("must_have", "a mostly white area", "race"),
        ("must_have", "a Korean community", "national_origin"),
        ("must_have", "una zona de latinos", "national_origin"),
        ("deal_breaker", "kids upstairs", "familial_status"),
        ("must_have", "sin niños", "familial_status"),
        ("timeframe", "before the baby comes", "familial_status"),
        ("timeframe", "cuando nazca el bebé", "familial_status"),
        ("timeframe", "once the divorce is final", "marital_status"),
        ("timeframe", "when I retire", "age"),
        ("must_have", "gente mayor", "age"),
        ("must_have", "a wheelchair ramp", "disability"),
        ("must_have", "gay friendly", "sexual_orientation"),
        ("deal_breaker", "section 8 tenants", "source_of_income"),
        ("timeframe", "when my visa comes", "immigration_status"),
        ("decision_makers", "our pastor", "religion"),
        ("must_have", "women only", "sex"),
    ],
)
def test_a_value_that_names_or_implies_a_class_is_known_for_one(slot: str, value: str, named_class: str) -> None:
    assert named_class in protected(slot, value)


@pytest.mark.parametrize(
    ("slot", "value"),
    [
        ("must_have", "a single family home with a family room"),
        ("must_have", "white cabinets and black granite"),
        ("must_have", "a mother-in-law suite"),
        ("must_have", "good schools"),
        ("must_have", "Spanish tile"),
        ("must_have", "cocina abierta y patio grande"),
        ("location", "Falls Church"),
        ("location", "Temple Terrace"),
        ("location", "White Plains"),
        ("location", "Little Havana"),
        ("location", "Chapel Hill"),
        ("timeframe", "when the lease ends"),
        ("timeframe", "antes de navidad"),
        ("decision_makers", "my wife"),
        ("decision_makers", "mi mamá"),
        ("deal_breaker", "flood zone"),
        ("use", "a daycare"),
    ],
)
def test_what_is_no_people_is_kept(slot: str, value: str) -> None:
    assert protected(slot, value) == ()


WISHES = [
    ("Honestly it must be near the synagogue on Pico, that matters a lot.", "must_have"),
    ("Lo importante: cerca de la iglesia, por favor.", "must_have"),
    ("I picture us in a quiet Catholic neighborhood.", "destination"),
    ("Nos gustaría vivir en un buen barrio de latinos.", "destination"),
    ("We would move once the baby is born.", "timeframe"),
]


@pytest.mark.parametrize(("words", "slot"), WISHES)
def test_claude_names_it_and_it_is_not_stored(world: World, connected: FakeClaude, words: str, slot: str) -> None:
    conversation = world.conversation(world.alice)
    world.says(world.alice, conversation.lead, f"We are running out of room. {words}")
    with scope(world.oakwood.pk):
        before = {fact.name for fact in SlotFact.objects.all()}
    with named(world.oakwood.pk):
        assert reading.read_again(conversation.pk) == Outcome.OK
    assert slot in _named_by(connected) or slot in before
    with scope(world.oakwood.pk):
        lead = Lead.objects.get()
        new = {fact.name: fact.value for fact in SlotFact.objects.filter(extractor="claude")}
        assert words in Message.objects.get().text  # what was said stays what was said
    assert slot not in new
    assert not [entry for entry in lead.profile if entry["extractor"] == "claude" and entry["name"] == slot]
    assert new  # the harmless rest of the same answer came in


def test_a_wish_without_people_comes_in_by_the_same_way(world: World, connected: FakeClaude) -> None:
    conversation = world.conversation(world.alice)
    world.says(world.alice, conversation.lead, "It has to be around the corner from a decent bakery.")
    with named(world.oakwood.pk):
        assert reading.read_again(conversation.pk) == Outcome.OK
    with scope(world.oakwood.pk):
        assert SlotFact.objects.get(extractor="claude", name="must_have").value.endswith("bakery")


def test_the_words_of_the_quote_count_where_they_become_the_value() -> None:
    said = Turn("prospect", "Somewhere close to our parish would be wonderful.")
    question = Reading((said,), parse({"conversation": []}).now, known=())
    draft = FactDraft(name="must_have", quote="close to our parish", value="a good location")
    assert adopt(question, UnderstandingDraft(facts=[draft], confidence=1)) == ()


def _named_by(claude: FakeClaude) -> set[str]:
    """The slots that the stand-in names when it is asked the same again."""
    from enterprisehub.engines.standin.writing import _understood

    (body,) = claude.bodies
    facts: list[Any] = _understood(body)["facts"]
    return {str(fact["name"]) for fact in facts}
