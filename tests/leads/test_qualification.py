"""Which one question comes next for this lead, or why none?"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coaching.wording import forbidden
from enterprisehub.errors import Invalid
from leads.completeness import Fact
from leads.handoff import HandOff
from leads.lifecycle import OVERLAYS, STAGES
from leads.packs import pack_of, sides, verticals
from leads.qualification import QUALIFICATION, Question, Situation, parse, qualify, render
from leads.questions import Wording, slots, wording

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)
ALL = sorted(slots())
# no question may ask for, or nudge towards, a class that the law protects; in Spanish the stem, in English the word
PROTECTED = re.compile(
    r"\b(?:race|racial|colou?r|religio\w*|church\w*|mosque|synagogue|faith|sex|gender|gay|lesbian|married|marital|single (?:mom|mother)"
    r"|wife|husband|spouse|fianc\w+|boyfriend|girlfriend|famil\w*|kids?|child\w*|bab(?:y|ies)|pregnan\w*|school\w*|disab\w*|handicap\w*"
    r"|wheelchair|health|illness|nationalit\w*|national origin|citizen\w*|immigra\w*|visa status|ethnic\w*|born|birthday|how old|your age"
    r"|retire\w*|elderly|senior|veteran|military|welfare|section 8|voucher\w*|public assistance|accent|native|safe\w*|neighbou?rs?"
    r"|raza\w*|religi\w*|iglesia\w*|sexo|g[eé]nero|espos\w+|marido|mujer|casad[oa]s?|solter\w+|hij[oa]s?|famili\w*|embaraz\w*|discapac\w*"
    r"|nacionalidad\w*|nacid\w+|ciudadan\w*|inmigra\w*|[eé]tni\w*|edad|cumplea\w*|jubil\w*|escuela\w*|segur\w*|veteran\w*|vecin\w*)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Turn:
    text: str
    speaker: str = "prospect"


def fact(name: str, value: str | float | bool = "yes", *, sure: float = 1.0, days: float = 0) -> Fact:
    return Fact(name, value, sure, NOW - timedelta(days=days))


def lead(*facts: Fact, side: str = "buyer", vertical: str = "any", **more: Any) -> Situation:
    return Situation(pack_of(side, vertical), NOW, facts=facts, **more)


def asked(situation: Situation) -> Question:
    found = qualify(situation).next
    assert isinstance(found, Question), found
    return found


def stopped(situation: Situation) -> str:
    found = qualify(situation).next
    return found.reason if isinstance(found, HandOff) else ""


def through(situation: Situation) -> list[str]:
    """Every slot that is asked when each answer is given at once."""
    order = []
    while isinstance(found := qualify(situation).next, Question):
        order.append(found.slot)
        situation = replace(situation, facts=(*situation.facts, fact(found.slot)))
    return order


situations = st.builds(
    Situation,
    pack=st.builds(pack_of, st.sampled_from(sides()), st.sampled_from(verticals())),
    now=st.just(NOW),
    stage=st.sampled_from(STAGES),
    overlay=st.sampled_from(OVERLAYS),
    facts=st.lists(
        st.builds(
            Fact,
            st.sampled_from([*ALL, "price_max", "preapproved"]),
            st.sampled_from(["cash", "signed", "x", "", 3]),
            st.floats(0, 1),
            st.datetimes(datetime(2025, 9, 1), datetime(2026, 4, 1), timezones=st.just(UTC)),
            st.booleans(),
            st.booleans(),
        ),
        max_size=10,
    ).map(tuple),
    asked=st.lists(st.sampled_from(ALL), max_size=4).map(tuple),
    history=st.lists(
        st.builds(
            Turn, st.sampled_from(["hi", "just looking", "stop", "what? ok"]), st.sampled_from(["prospect", "agent"])
        ),
        max_size=3,
    ).map(tuple),
    language=st.sampled_from(["en", "es", "fr"]),
    seed=st.text(max_size=5),
)


@settings(max_examples=40)
@given(situations)
def test_a_known_slot_is_never_asked_and_nothing_a_third_time(situation: Situation) -> None:
    found = qualify(situation)
    if isinstance(found.next, Question):
        assert found.next.slot not in found.completeness.known
        assert situation.asked.count(found.next.slot) < 2
        assert not any(
            one.name == found.next.slot
            and one.confidence >= 0.8
            and one.at >= NOW
            and str(one.value)
            and not one.contradicted
            for one in situation.facts
        )


@settings(max_examples=40)
@given(situations)
def test_the_same_lead_gets_the_same_answer(situation: Situation) -> None:
    again = replace(situation, facts=situation.facts[::-1])
    assert render(qualify(situation)) == render(qualify(situation))
    assert qualify(again).next == qualify(situation).next


@settings(max_examples=40)
@given(situations)
def test_the_answer_is_json(situation: Situation) -> None:
    told = json.loads(json.dumps(render(qualify(situation))))
    assert 0 <= told["completeness"] <= 1
    assert told["next_question"] is None or told["hand_off"] is None
    assert not {row["slot"] for row in told["missing"]} & {row["slot"] for row in told["parts"] if row["known"]}


def wordings() -> list[tuple[str, str, Wording]]:
    """Every question of the bank, in every side's and vertical's words."""
    return [
        (slot, language, wording(slot, pack_of(side, vertical), language=language, turn=turn, soft=soft))
        for slot in ALL
        for side in sides()
        for vertical in verticals()
        for language in ("en", "es")
        for turn, soft in ((0, False), (1, False), (2, False), (0, True))
    ]


def test_no_question_of_the_bank_asks_about_a_protected_class() -> None:
    for _, _, told in set(wordings()):
        assert not PROTECTED.search(told.text), told.text
        assert not PROTECTED.search(told.why), told.why
        assert not forbidden(told.text), told.text


def test_every_wording_is_one_question_with_a_reason() -> None:
    for _, language, told in set(wordings()):
        assert told.text.count("?") == 1, told.text
        assert told.text.endswith("?")
        assert ("¿" in told.text) == (language == "es"), told.text
        assert told.why.endswith(".")


def test_every_slot_of_every_pack_has_words_and_a_softer_wording() -> None:
    for side in sides():
        for vertical in verticals():
            pack = pack_of(side, vertical)
            assert set(pack.slots) <= slots()
            for slot in pack.slots:
                four = {wording(slot, pack, language="en", turn=turn).text for turn in range(3)}
                assert len(four | {wording(slot, pack, language="en", turn=0, soft=True).text}) == 4


@pytest.mark.parametrize("side", sides())
@pytest.mark.parametrize("vertical", verticals())
def test_each_pack_is_asked_to_its_end_one_question_at_a_time(side: str, vertical: str) -> None:
    order = through(lead(side=side, vertical=vertical, stage="qualified"))
    assert len(order) == len(set(order))
    assert set(order) <= set(pack_of(side, vertical).slots)
    assert order[0] == "appointment"


def test_sides_are_asked_for_what_matters_to_them() -> None:
    assert "price_expectation" in through(lead(side="seller"))
    assert {"price_expectation", "price_range", "move_order"} <= set(through(lead(side="both")))
    assert {"pets", "lease_length"} <= set(through(lead(side="renter")))
    assert {"rent_expectation", "available_from"} <= set(through(lead(side="landlord")))
    assert asked(lead(side="investor")).slot == "strategy"
    assert asked(lead(side="commercial")).slot == "use"
    assert "rent" in asked(lead(fact("timeframe"), fact("location"), side="renter")).text


def test_a_cash_buyer_is_asked_nothing_about_lenders() -> None:
    order = through(lead(fact("financing", "cash"), vertical="first_time"))
    assert not {"financing", "credit_check", "assistance", "closing_cash"} & set(order)
    assert "credit_check" in through(lead(vertical="first_time"))


def test_an_old_or_uncertain_answer_is_worth_asking_again() -> None:
    for doubtful in (fact("motivation", days=200), fact("motivation", sure=0.2)):
        assert "motivation" in through(lead(doubtful))
    assert "motivation" not in through(lead(fact("motivation", days=5)))


def test_what_is_half_known_waits_behind_what_is_not_known_at_all() -> None:
    assert asked(lead(fact("motivation", sure=0.7))).slot == "timeframe"


def test_an_agreement_with_another_agent_stops_the_questions_before_we_have_our_own() -> None:
    theirs = fact("agent_status", "signed", sure=0.6)
    assert stopped(lead(theirs)) == "signed_elsewhere"
    assert stopped(lead(theirs, stage="represented")) == ""
    assert stopped(lead(fact("agent_status", "unsigned"))) == ""
    assert stopped(lead(replace(theirs, contradicted=True))) == ""


@pytest.mark.parametrize(
    ("overlay", "reason"),
    [
        ("dnc", "opt_out"),
        ("other_agent", "signed_elsewhere"),
        ("paused_by_lead", "paused"),
        ("lost", "closed_record"),
        ("nurture", ""),
    ],
)
def test_an_overlay_may_stop_the_questions(overlay: str, reason: str) -> None:
    assert stopped(lead(overlay=overlay)) == reason


def test_what_another_reader_heard_stops_the_questions_too() -> None:
    assert stopped(lead(heard=("lending", "distress"))) == "distress"
    assert stopped(parse({"heard": ["complaint"]})) == "complaint"


def test_somebody_who_is_only_looking_is_asked_one_soft_question() -> None:
    looking = (Turn("just looking for now"),)
    soft = wording("motivation", pack_of("buyer", "any"), language="en", turn=0, soft=True).text
    assert asked(lead(history=looking)).text == soft
    assert stopped(lead(history=(*looking, Turn(soft, "agent")))) == "just_looking"
    assert stopped(lead(history=(*looking, Turn(soft, "agent"), Turn("hm")))) == "just_looking"
    assert asked(lead(history=(*looking, Turn(soft, "agent"), Turn("can we tour it on Saturday?"))))


def test_a_question_that_comes_back_comes_softer() -> None:
    others = ("timeframe", "location", "price_range", "financing")
    again = asked(lead(*map(fact, others), asked=("motivation", *others)))
    assert again.slot == "motivation"
    assert again.text == wording("motivation", pack_of("buyer", "any"), language="en", turn=0, soft=True).text


def test_two_repeats_without_an_answer_are_enough() -> None:
    twice = ("motivation", "timeframe", "motivation", "timeframe")
    assert stopped(lead(asked=twice)) == "repeats"
    assert stopped(lead(fact("motivation"), asked=twice)) == ""
    assert stopped(lead(asked=twice[:3])) == ""


def test_when_all_is_known_nothing_is_asked_and_nobody_takes_over() -> None:
    assert qualify(lead(*map(fact, ALL))).next is None


def test_the_json_of_think_is_read_and_answered() -> None:
    given = {
        "side": "buyer",
        "vertical": "any",
        "stage": "engaged",
        "facts": [{"name": "price_max", "value": 450000, "confidence": 0.95, "at": "2026-03-10T09:00:00-06:00"}],
        "asked": ["motivation"],
        "language": "es",
        "now": "2026-03-10T15:00:00Z",
    }
    told = QUALIFICATION.render(QUALIFICATION.local(parse(given)))  # type: ignore[misc]
    assert told["completeness"] == pytest.approx(0.114)
    assert told["next_question"]["slot"] == "timeframe"
    assert told["next_question"]["text"].startswith(("¿", "Si "))
    assert told["hand_off"] is None
    assert told["missing"][0]["slot"] == "motivation"
    assert told["missing"][0]["why"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"side": "farmer"}, "side"),
        ({"vertical": ["any"]}, "vertical"),
        ({"stage": None}, "stage"),
        ({"overlay": "asleep"}, "overlay"),
        ({"facts": {}}, "facts"),
        ({"facts": ["x"]}, "facts[0]"),
        ({"facts": [{"value": 1}]}, "facts[0].name"),
        ({"facts": [{"name": "x", "value": None}]}, "facts[0].value"),
        ({"facts": [{"name": "x", "value": 1, "confidence": 2}]}, "facts[0].confidence"),
        ({"facts": [{"name": "x", "value": 1, "confidence": float("nan")}]}, "facts[0].confidence"),
        ({"facts": [{"name": "x", "value": 1, "confidence": 10**400}]}, "facts[0].confidence"),
        ({"facts": [{"name": "x", "value": 1, "confidence": True}]}, "facts[0].confidence"),
        ({"facts": [{"name": "x", "value": 1, "at": "soon"}]}, "facts[0].at"),
        ({"facts": [{"name": "x", "value": 1, "at": 5}]}, "facts[0].at"),
        ({"facts": [{"name": "x", "value": 1, "confirmed": "yes"}]}, "facts[0].confirmed"),
        ({"facts": [{"name": "x", "value": 1}] * 501}, "facts"),
        ({"asked": "motivation"}, "asked"),
        ({"asked": [1]}, "asked"),
        ({"heard": ["rain"]}, "heard"),
        ({"conversation": [{"speaker": "machine", "text": "x"}]}, "conversation[0].speaker"),
        ({"conversation": [{"speaker": "agent"}]}, "conversation[0].text"),
        ({"language": 3}, "language"),
        ({"now": "2026-13-40"}, "now"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as error:
        parse(given)
    assert error.value.field == field


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-03-10"])
def test_moments_at_the_ends_of_time_are_survived(at: str) -> None:
    told = render(
        qualify(
            parse({"facts": [{"name": "location", "value": "\ud800\x00", "at": at}], "now": "2026-03-10T15:00:00Z"})
        )
    )
    assert 0 <= told["completeness"] <= 1
