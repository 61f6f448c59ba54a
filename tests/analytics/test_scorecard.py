"""The scorecard of a conversation: 100 points, each with the words that it rests on, the same for the same words."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import covering, meeting, rubric, skills, spoken, waits
from analytics.scorecard import Filled, Talk, fill
from leads import questions
from leads.conversation import Turn

AT = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("America/Chicago"))
GOOD = (
    "p: Hi, I saw the three bedroom on your site.",
    "a: Hi, this is Alice from Oakwood Realty, thanks for writing. What got you thinking about a move?",
    "p: I work from home now and the kitchen table is no office.",
    "a: That makes sense. When would you like to have the keys?",
    "p: By March if possible.",
    "a: Are you paying cash or with a lender?",
    "p: With a lender, the credit union. But honestly it is too expensive for us.",
    "a: I hear you. Is it the price itself or the monthly payment that pinches?",
    "p: The payment, mostly.",
    "a: Is anyone else already helping you?",
    "p: No, nobody yet.",
    "a: Who else decides with you?",
    "p: My wife.",
    "a: I can show you two homes on Thursday at 5:30. Does that work?",
    "p: Yes, that works, see you then.",
)
SPANISH = (
    "p: Hola, vi la casa en su página.",
    "a: Hola, le saluda Alicia de Oakwood, gracias por escribir. ¿Qué le hizo pensar en mudarse?",
    "p: Trabajo en casa y ya no cabemos.",
    "a: Entiendo. ¿Para cuándo le gustaría mudarse?",
    "p: Para marzo.",
    "a: ¿Va a pagar de contado o con un préstamo del banco?",
    "p: Con un préstamo. Pero la verdad, está muy caro.",
    "a: Comprendo. ¿Es el precio o el pago mensual lo que le preocupa?",
    "p: El pago.",
    "a: ¿Ya trabaja con otro agente?",
    "p: No, con nadie.",
    "a: ¿Quién más decide con usted?",
    "p: Mi esposa.",
    "a: ¿Le queda bien ver dos casas el jueves a las 5?",
    "p: Sí, perfecto, nos vemos.",
)
BAD = (
    "p: Is it available?",
    "a: Yes, it is.",
    "p: It is too expensive for us, honestly, we can not afford that.",
    "a: Actually, it is a great price. You should buy now. Trust me, everyone is buying and you will regret it.",
    "p: Okay, thanks.",
    "a: Let me know if you want to see it!",
)


def turns(lines: tuple[str, ...]) -> tuple[Turn, ...]:
    who = {"a": "agent", "p": "prospect"}
    return tuple(Turn(who[line[0]], line[3:], AT + timedelta(minutes=n)) for n, line in enumerate(lines))


def filled(*lines: str, recorded: bool = False) -> Filled:
    return fill(Talk(turns(lines), ("Alice",), recorded=recorded))


def test_the_rubric_has_a_hundred_points() -> None:
    assert rubric.MOST == 100
    assert rubric.BY_KEY["next_step"].points == 20


@pytest.mark.parametrize("lines", [GOOD, SPANISH], ids=["English", "Spanish"])
def test_a_good_conversation_earns_nearly_all(lines: tuple[str, ...]) -> None:
    card = filled(*lines)
    assert card.total >= 95, [(item.key, item.points, item.why) for item in card.items]
    assert card.item("next_step").state == "agreed"
    assert not card.item("disclosure").applies
    assert card.possible == 95


def test_every_point_rests_on_words_that_were_said() -> None:
    card, said = filled(*GOOD), turns(GOOD)
    for item in card.items:
        for one in item.evidence:
            assert one.quote in " ".join(said[one.turn].text.split())
            assert one.speaker == said[one.turn].speaker


def test_an_argument_and_let_me_know_earn_little() -> None:
    card = filled(*BAD)
    assert card.total <= 20
    assert card.item("next_step").points == 0
    assert card.item("next_step").state == "vague"
    assert card.item("objections").points == 0
    assert "argument" in card.item("objections").why


def test_steering_fails_the_whole_conversation() -> None:
    card = filled(*GOOD, "a: It is a very safe area, perfect for families like yours.")
    assert card.failed == ("steering",)
    assert card.total == 0
    assert card.earned >= 80  # what was earned stays visible


def test_a_recorded_call_has_to_be_said_to_be_one() -> None:
    assert filled(*GOOD, recorded=True).failed == ("undisclosed",)
    said = filled(GOOD[0], "a: Hi, this is Alice, this call is recorded.", *GOOD[1:], recorded=True)
    assert said.failed == ()
    assert said.item("disclosure").points == 5
    assert (
        filled("p: Hola", "a: Hola, le aviso que esta llamada se graba.", "a: ¿Para cuándo?", recorded=True).failed
        == ()
    )


def test_going_on_after_stop_costs_compliance_and_a_goodbye_does_not() -> None:
    card = filled(
        "p: Please stop texting me, take me off your list.", "a: Before you go, have you seen this one?", "a: Hello?"
    )
    assert card.item("compliance").points == 0
    polite = filled(
        "p: Please stop texting me.", "a: Sorry about that, I'm taking you off our list.", "a: You are removed."
    )
    assert polite.item("compliance").points == 5


def test_what_they_tell_unasked_does_not_have_to_be_asked() -> None:
    card = filled("p: We are pre-approved and our lease ends in March.", "a: Thanks!", "a: Let me look.")
    assert card.item("finance").state == "told"
    assert card.item("finance").points == 10
    assert "finance" not in {case.skill for case in skills.cases(card)}  # it was no chance to ask


def test_a_refused_question_earns_part_of_the_points() -> None:
    card = filled("p: Hi", "a: Are you paying cash or with a lender?", "p: I'd rather not say.", "a: Fine.")
    assert card.item("finance").points == 6


def test_several_questions_at_once_cost_listening() -> None:
    one, many = (
        filled(*GOOD).item("listening"),
        filled(*GOOD[:-2], "a: When? Why? How much? Who pays?", GOOD[-1]).item("listening"),
    )
    assert many.points < one.points
    assert "more than one thing" in many.why


def test_manners_are_no_questions() -> None:
    assert spoken.questions("Hi, how are you? What brings you here?") == 1
    assert spoken.questions("That is the price, okay?") == 0
    assert spoken.questions("¿Cuándo se muda? ¿Y por qué?") == 2


@pytest.mark.parametrize("slot", ["motivation", "timeframe", "financing", "agent_status", "decision_makers"])
def test_every_wording_of_the_house_is_recognised(slot: str) -> None:
    wanted = "finance" if slot == "financing" else slot
    listed = [text for text, asked_for in questions.every() if asked_for == slot]
    assert len(listed) >= 8
    assert [text for text in listed if set(covering.asks(text)) != {wanted}] == []


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("So why are you moving?", "motivation"),
        ("What's important to you in the next place?", "motivation"),
        ("¿Por qué quieren vender ahora?", "motivation"),
        ("How soon do you need to be out?", "timeframe"),
        ("¿Qué tan pronto necesita mudarse?", "timeframe"),
        ("Have you been pre-approved yet?", "finance"),
        ("¿Ya tiene preaprobación del banco?", "finance"),
        ("Are you working with another agent?", "agent_status"),
        ("¿Ya trabajan con otro agente?", "agent_status"),
        ("Will anyone else be part of the decision?", "decision_makers"),
        ("¿Quién más participa en la decisión?", "decision_makers"),
    ],
)
def test_own_words_are_recognised_too(text: str, topic: str) -> None:
    assert topic in covering.asks(text)


@pytest.mark.parametrize(
    "text", ["The bank is on the corner.", "We close in March.", "Is the garage big enough?", "How many bedrooms?"]
)
def test_other_sentences_ask_for_none_of_the_five(text: str) -> None:
    assert covering.asks(text) == {}


def test_the_objection_is_met_by_the_answer_to_it_and_not_by_a_later_one() -> None:
    found = meeting.met(turns(BAD))
    assert [(one.kind, one.well, one.argued) for one in found] == [("affordability", False, True)]
    waiting = meeting.met(turns(("p: Hi", "a: Hello", "p: It is too expensive for us.")))
    assert [one.answer for one in waiting] == [-1]


@given(st.permutations(range(len(GOOD))), st.integers(0, len(GOOD)))
def test_the_same_words_give_the_same_card_and_never_too_many_points(order: list[int], upto: int) -> None:
    lines = tuple(GOOD[n] for n in order[:upto])
    one, again = fill(Talk(turns(lines))), fill(Talk(turns(lines)))
    assert one == again
    assert 0 <= one.total <= 100
    assert all(0 <= item.points <= item.most for item in one.items)


@given(st.lists(st.tuples(st.sampled_from(["agent", "prospect"]), st.text(max_size=60)), max_size=6))
def test_any_text_can_be_scored(lines: list[tuple[str, str]]) -> None:
    card = fill(Talk(tuple(Turn(who, text, AT) for who, text in lines)))
    assert len(card.items) == len(rubric.ITEMS)


def test_the_version_names_the_rubric() -> None:
    assert rubric.version().startswith("2026-11.")
    assert filled(*GOOD).version == rubric.version()


def test_waits_are_kept_as_counts_and_their_median_is_near_the_true_one() -> None:
    true = [20.0 + 7 * n for n in range(60)]  # 20 s to 433 s, median 226.5 s
    found = waits.median(waits.counted(true))
    assert found.n == 60
    assert found.value == pytest.approx(226.5, rel=0.25)
    assert found.interval is not None
    assert found.interval.holds(226.5)
    assert waits.median([0] * waits.SIZE).value is None
    assert waits.place(8 * 86_400) is None


def test_a_wait_begins_with_the_first_words_that_nobody_answered() -> None:
    said = turns(("p: Hi", "p: Anybody there?", "a: Yes", "a: Sorry for the wait", "p: Fine"))
    assert [seconds for _, seconds in spoken.answered(said)] == [120.0]
