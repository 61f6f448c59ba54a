"""Role-plays that need nobody: the persona reacts to what is said, each message is remarked on, the end is scored by the live rubric."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from analytics import personas, practice, skills
from analytics.personas import LEFT, OVER, SENT_OFF, TAKEN, Mood, Persona
from analytics.practice import Result
from coaching.kinds import OVERCOMABLE
from coaching.objections import ObjectionQuestion, spot
from leads.conversation import Turn

AT = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("America/Chicago"))
ASKS = {"en": "I hear you. What lies behind that for you?", "es": "Le entiendo. ¿Qué hay detrás de eso?"}
STEP = {"en": "Shall I bring you an overview on Thursday at 5?", "es": "¿Le llevo un resumen el jueves a las 5?"}
MORE = {"en": "Thank you. What would help you most?", "es": "Gracias. ¿Qué le ayudaría más?"}


def play(persona: Persona, *lines: str) -> tuple[Result, Mood, list[str]]:
    """The whole talk with these lines of the agent's, as far as the persona lets it come."""
    mood, said = Mood(), [Turn("prospect", personas.opening(persona), AT)]
    for number, line in enumerate(lines):
        reply = personas.answer(persona, mood, line, at=AT)
        mood = reply.mood
        said += [
            Turn("agent", line, AT + timedelta(minutes=2 * number + 1)),
            Turn("prospect", reply.text, AT + timedelta(minutes=2 * number + 2)),
        ]
        if mood.ended:
            break
    return practice.result(persona, said), mood, [turn.text for turn in said if turn.speaker == "prospect"]


@pytest.mark.parametrize("language", personas.LANGUAGES)
@pytest.mark.parametrize("kind", OVERCOMABLE)
def test_every_objection_is_raised_so_that_the_house_recognises_it(kind: str, language: str) -> None:
    for seed in range(4):
        text = personas.opening(Persona(skills.OBJECTION + kind, "calm", language, seed))
        assert kind in {one.kind for one in spot(ObjectionQuestion(text)).objections}, text


@pytest.mark.parametrize("language", personas.LANGUAGES)
@pytest.mark.parametrize("temperament", personas.temperaments())
@pytest.mark.parametrize("kind", OVERCOMABLE)
def test_who_asks_before_proposing_is_told_more_and_gets_the_appointment(
    kind: str, temperament: str, language: str
) -> None:
    persona = Persona(skills.OBJECTION + kind, temperament, language, 3)
    found, mood, _ = play(persona, ASKS[language], MORE[language], STEP[language])
    assert mood.revealed
    assert mood.ended == TAKEN
    assert found.passed, found


@pytest.mark.parametrize("kind", OVERCOMABLE)
def test_who_argues_is_left(kind: str) -> None:
    persona = Persona(skills.OBJECTION + kind, "brisk", "en", 1)
    found, mood, _ = play(
        persona,
        "Actually, you should decide now. Trust me.",
        "You will regret it. Trust me.",
        "Everyone is doing it, you have to.",
    )
    assert mood.ended == LEFT
    assert not found.passed
    assert found.next == skills.every()[-1].tip


def test_a_step_that_comes_before_the_reason_is_not_taken() -> None:
    persona = Persona("objection.stall", "guarded", "en", 2)
    _, mood, said = play(persona, STEP["en"])
    assert mood.ended == ""
    assert len(said) == 2


def test_let_me_know_ends_the_talk_with_nothing() -> None:
    found, mood, said = play(Persona("next_step", "calm"), "Hi, I'm Alice. Let me know if you want to see it.")
    assert mood.ended == OVER
    assert found.score == 0
    assert "know" in said[-1] or "reach out" in said[-1]


def test_of_several_questions_the_first_is_answered_and_the_remark_says_so() -> None:
    persona, text = (
        Persona("motivation", "calm", "en", 0),
        "What got you thinking about a move? And when? And how do you pay?",
    )
    reply = personas.answer(persona, Mood(), text, at=AT)
    assert "ne" in reply.text
    assert "3 questions at once" in practice.notes(persona, reply.heard, Mood())[-1].text


def test_steering_ends_it_and_fails_it() -> None:
    found, mood, _ = play(
        Persona("timeframe", "calm"), "When would you like to move?", "It is a safe area, perfect for families."
    )
    assert mood.ended == SENT_OFF
    assert found.failed == ("steering",)
    assert found.score == 0


def test_the_same_words_get_the_same_answers() -> None:
    persona = Persona("objection.rates", "hesitant", "es", 77)
    assert play(persona, ASKS["es"], STEP["es"]) == play(persona, ASKS["es"], STEP["es"])


def test_other_seeds_are_other_people() -> None:
    assert len({personas.opening(Persona("objection.trust", "calm", "en", seed)) for seed in range(8)}) > 1


@pytest.mark.parametrize(
    "skill",
    [one.key for one in skills.every() if not one.kind and one.key not in ("listening", "opening", "objections")],
)
def test_a_skill_of_asking_is_passed_by_asking(skill: str) -> None:
    asks = {
        "motivation": "What got you thinking about a move?",
        "timeframe": "When would you like to move?",
        "finance": "Are you paying cash or with a lender?",
        "agent_status": "Are you working with another agent?",
        "decision_makers": "Who else decides with you?",
        "next_step": "Can I show you two homes on Thursday at 5?",
    }
    persona = Persona(skill, "calm", "en", 5)
    good, _, _ = play(persona, "Hi, thanks for writing. What did you like about it?", asks[skill])
    poor, _, _ = play(persona, "It is a nice house.", "It has a garden.", "Anything else?")
    assert good.passed, good
    assert not poor.passed


def test_remarks_name_what_worked_before_what_would_help() -> None:
    persona = Persona("objection.stall", "calm")
    heard = personas.hear("I understand. Let me know.", AT)
    said = practice.notes(persona, heard, Mood())
    assert [note.good for note in said] == [True, False]


def test_a_talk_does_not_go_on_for_ever() -> None:
    _, mood, _ = play(Persona("motivation", "calm"), *["I see."] * 30)
    assert mood.ended == OVER
    assert mood.turn == personas.LONGEST_TALK
