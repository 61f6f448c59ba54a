"""A next step has a day. "Let me know" has none, whatever else stands around it."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from analytics import next_step
from analytics.next_step import AGREED, DATED, LOOSE, NONE, VAGUE
from leads.conversation import Turn

AT = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("America/Chicago"))  # a Monday


def talk(*lines: str) -> tuple[Turn, ...]:
    who = {"a": "agent", "p": "prospect"}
    return tuple(Turn(who[line[0]], line[3:], AT + timedelta(minutes=n)) for n, line in enumerate(lines))


def ended(*lines: str) -> str:
    return next_step.find(talk(*lines), now=AT).level


@pytest.mark.parametrize(
    ("words", "level"),
    [
        ("Let me know what you think!", VAGUE),
        ("Let me know if you want to see it.", VAGUE),
        ("I'll be in touch soon.", VAGUE),
        ("Feel free to reach out any time.", VAGUE),
        ("We could meet sometime.", VAGUE),
        ("Avíseme cualquier cosa.", VAGUE),
        ("Quedo al pendiente.", VAGUE),
        ("Nos vemos pronto.", VAGUE),
        ("Can I call you tomorrow at 10?", DATED),
        ("Let me know if Thursday at 5 works for a tour.", DATED),
        ("Shall we look at it on Saturday?", DATED),
        ("I'll send you the comps by Friday.", DATED),
        ("Great, see you Friday at 3.", DATED),
        ("How about Tuesday?", DATED),
        ("Is Thursday at 5 or Saturday at 10 better for you?", DATED),
        ("What about 4 pm today?", DATED),
        ("¿Le parece si la vemos el jueves a las 5?", DATED),
        ("Mañana a las 10 le llamo.", DATED),
        ("Le mando la lista el viernes.", DATED),
        ("¿El sábado le viene bien para recorrerla?", DATED),
        ("We'll talk next week.", LOOSE),
        ("Let's do a quick call this week.", LOOSE),
        ("Hablamos la próxima semana.", LOOSE),
        ("I called you on Tuesday.", NONE),
        ("I can't do Thursday, sorry.", NONE),
        ("Would moving by March 3 work for you?", NONE),
        ("When does your lease end?", NONE),
        ("The open house is on Sunday.", NONE),
        ("Prices went up 5% in March.", NONE),
        ("Le llamé el martes y no contestó.", NONE),
        ("¿Cuándo puede venir a verla?", NONE),
    ],
)
def test_one_message_names_a_step_as_firmly_as_its_words(words: str, level: str) -> None:
    assert next_step.named_in(words, AT) == level


def test_a_day_that_they_agree_to_is_the_whole_step() -> None:
    assert ended("a: Shall I show it to you on Thursday at 5:30?", "p: Yes, that works, see you then.") == AGREED
    assert ended("a: ¿Le queda bien el jueves a las 5 para verla?", "p: Sí, perfecto.") == AGREED


def test_their_own_day_that_the_agent_takes_counts_the_same() -> None:
    assert (
        ended("p: Could we see it on Saturday at 10?", "a: Saturday at 10 it is. See you there on Saturday.") == AGREED
    )


def test_a_day_without_an_answer_is_only_proposed() -> None:
    assert ended("p: Maybe.", "a: Shall I call you tomorrow at 10?") == DATED


def test_another_day_of_theirs_is_agreement_to_meet() -> None:
    assert ended("a: Does Thursday at 5 work for a call?", "p: Friday at 4 would be easier") == AGREED


def test_a_refusal_leaves_no_dated_step() -> None:
    assert ended("a: Shall I show it to you on Thursday at 5:30?", "p: No, I can't do that.") == LOOSE
    assert ended("a: Shall I show it on Thursday?", "p: Let me think about it") == LOOSE


def test_a_step_that_is_called_off_is_gone() -> None:
    found = next_step.find(
        talk("a: Shall I show it on Thursday?", "p: Yes", "a: See you Thursday.", "p: Sorry, I have to cancel."), now=AT
    )
    assert found.level == NONE
    assert found.lost


def test_let_me_know_after_a_dated_step_takes_nothing_away() -> None:
    assert ended("a: See you on Thursday at 5.", "p: Perfect", "a: Let me know if anything comes up.") == AGREED


def test_the_evidence_is_the_sentence_that_names_the_day() -> None:
    turns = talk("p: Hi", "a: It has three rooms. Can I show it to you on Thursday? It is nice.")
    found = next_step.find(turns, now=AT)
    assert turns[1].text[found.start : found.end] == "Can I show it to you on Thursday?"


def test_nothing_at_all_is_no_step() -> None:
    assert ended("p: Hi", "a: It is available.") == NONE
    assert next_step.find((), now=AT).level == NONE
