"""What is asked next, and what never?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.questions import Question, QuestionContext, next_question, question_for, slots
from coaching.wording import forbidden

STAGES = [
    "new",
    "attempting",
    "engaged",
    "qualified",
    "appointment",
    "represented",
    "active",
    "under_contract",
    "closed",
]
VERTICALS = ["any", "first_time", "luxury", "investment", "commercial"]
ALL = sorted(slots())
contexts = st.builds(
    QuestionContext,
    stage=st.sampled_from(STAGES),
    vertical=st.sampled_from(VERTICALS),
    side=st.sampled_from(["buyer", "seller", "both"]),
    language=st.sampled_from(["en", "es"]),
    known=st.frozensets(st.sampled_from(ALL)),
    asked=st.lists(st.sampled_from(ALL), max_size=8).map(tuple),
    seed=st.text(max_size=10),
)
PROTECTED = [
    "race",
    "color",
    "religion",
    "church",
    "sex",
    "gender",
    "wife",
    "husband",
    "spouse",
    "married",
    "kids",
    "children",
    "pregnant",
    "disab",
    "national",
    "origin",
    "immigrant",
    "ethnic",
    "raza",
    "religi",
    "iglesia",
    "espos",
    "marido",
    "mujer",
    "casad",
    "hijos",
    "embaraz",
    "discapac",
    "naci",
]


def ask(stage: str = "engaged", vertical: str = "any", **more: object) -> Question:
    question = next_question(QuestionContext(stage, vertical, **more))  # type: ignore[arg-type]
    assert question is not None
    return question


@given(contexts)
def test_a_known_slot_is_never_asked(ctx: QuestionContext) -> None:
    question = next_question(ctx)
    assert question is None or question.slot not in ctx.known


@given(contexts)
def test_the_same_context_gives_the_same_question(ctx: QuestionContext) -> None:
    assert next_question(ctx) == next_question(ctx)


@given(contexts)
def test_nothing_is_asked_a_third_time(ctx: QuestionContext) -> None:
    question = next_question(ctx)
    assert question is None or ctx.asked.count(question.slot) < 2


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("side", ["buyer", "seller"])
@pytest.mark.parametrize("slot", ALL)
def test_no_question_touches_a_protected_class(slot: str, side: str, language: str) -> None:
    for times in range(3):
        ctx = QuestionContext("engaged", "any", side=side, language=language, asked=(slot,) * times)
        question = question_for(slot, ctx)
        words = [word.strip("¿?,.:").casefold() for word in f"{question.text} {question.why}".split()]
        assert not forbidden(question.text)
        assert not [word for word in words for stem in PROTECTED if word.startswith(stem)], question.text
        assert question.text.endswith("?")
        assert question.why.endswith(".")


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("slot", ALL)
def test_every_slot_has_three_wordings_and_a_repetition_uses_another(slot: str, language: str) -> None:
    wordings = [
        question_for(slot, QuestionContext("engaged", "any", language=language, asked=(slot,) * times)).text
        for times in range(3)
    ]
    assert len(set(wordings)) == 3


def test_motivation_comes_first_when_nothing_is_known() -> None:
    assert ask().slot == "motivation"


def test_the_next_question_follows_the_weights_of_what_is_still_open() -> None:
    assert ask(known=frozenset({"motivation"})).slot == "timeframe"
    assert ask(known=frozenset({"motivation", "timeframe"})).slot in {"location", "price_range", "financing"}


def test_what_was_just_asked_gives_way_to_the_next_open_slot() -> None:
    assert ask(asked=("motivation",)).slot == "timeframe"


def test_an_unanswered_question_returns_after_others_were_asked() -> None:
    others = ("timeframe", "location", "price_range", "financing")
    assert ask(asked=("motivation", *others), known=frozenset(others)).slot == "motivation"


def test_a_qualified_lead_is_asked_for_an_appointment_and_a_new_one_never() -> None:
    assert ask("qualified").slot == "appointment"
    almost_all = frozenset(slots()) - {"appointment"}
    assert next_question(QuestionContext("new", "any", known=almost_all)) is None


def test_each_vertical_asks_for_what_matters_there() -> None:
    assert ask(vertical="investment", known=frozenset({"timeframe"})).slot == "strategy"
    assert ask(vertical="commercial", known=frozenset({"motivation"})).slot == "use"
    asked_luxury = set()
    known: frozenset[str] = frozenset()
    while question := next_question(QuestionContext("engaged", "luxury", known=known)):
        asked_luxury.add(question.slot)
        known |= {question.slot}
    assert {"privacy_level", "representative", "off_market"} <= asked_luxury
    assert "financing" not in asked_luxury


def test_a_seller_is_asked_as_a_seller() -> None:
    assert "sale" in ask(side="seller").text or "move" in ask(side="seller").text
    known: frozenset[str] = frozenset()
    asked = []
    while question := next_question(QuestionContext("engaged", "any", side="seller", known=known)):
        asked.append(question.slot)
        known |= {question.slot}
    assert "price_expectation" in asked
    assert "price_range" not in asked


def test_under_contract_nothing_is_qualified_any_more() -> None:
    assert ask("under_contract").slot == "open_point"
    assert next_question(QuestionContext("under_contract", "any", known=frozenset({"open_point"}))) is None


def test_nothing_is_asked_when_everything_is_known() -> None:
    assert next_question(QuestionContext("engaged", "any", known=slots())) is None


def test_an_unknown_language_falls_back_to_english_and_an_unknown_vertical_to_the_general_pack() -> None:
    assert ask(language="fr").text == ask(language="en").text
    assert ask(vertical="farms").slot == "motivation"
