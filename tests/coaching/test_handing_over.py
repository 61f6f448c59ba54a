"""Which kinds of objection stop the questions, and how sure must they be?"""

from __future__ import annotations

from coaching.kinds import HANDS_OVER, KINDS, SURE, SURER, handing_over
from leads.handoff import reasons
from leads.qualification import Question, next_question, parse, qualify


def test_the_kinds_and_the_reasons_are_known_to_both() -> None:
    assert set(HANDS_OVER) <= set(KINDS)
    assert set(HANDS_OVER.values()) <= set(reasons())


def test_what_may_be_argued_with_stops_nothing_and_what_stays_has_to_be_surer() -> None:
    assert handing_over([("affordability", 0.99), ("distress", SURE)]) == ("distress",)
    assert handing_over([("distress", SURE - 0.01)]) == ()
    assert handing_over([("minor", SURE)]) == ()
    assert handing_over([("minor", SURER)]) == ("minor",)


def test_what_another_reader_heard_stops_the_questions_and_the_most_pressing_counts() -> None:
    told = {"conversation": [{"speaker": "prospect", "text": "Would they take 430?"}]}
    assert qualify(parse(told)).next.reason == "negotiation"  # type: ignore[union-attr]
    assert qualify(parse({**told, "heard": ["distress"]})).next.reason == "distress"  # type: ignore[union-attr]
    plain = parse({"conversation": [{"speaker": "prospect", "text": "We want three bedrooms."}]})
    assert isinstance(next_question(plain, qualify(plain).completeness), Question)
