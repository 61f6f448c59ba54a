"""How soon must the agent act?"""

from __future__ import annotations

import pytest

from coaching.kinds import KINDS, OVERCOMABLE
from coaching.urgency import LEVELS, weigh


@pytest.mark.parametrize("kind", ["opt_out", "signed_exclusive", "steering", "distress", "minor"])
def test_where_the_law_or_a_person_is_at_stake_it_is_critical(kind: str) -> None:
    assert weigh("whatever", objections=[kind]).level == "critical"


def test_walking_away_with_a_deadline_is_critical() -> None:
    assert weigh("We're going with another agent, we make an offer tomorrow").level == "critical"


@pytest.mark.parametrize(
    "text",
    [
        "Forget it, we found another agent",
        "We are no longer interested",
        "I lost interest honestly",
        "Ya no me interesa",
        "vamos con otra agente",
    ],
)
def test_walking_away_is_high(text: str) -> None:
    assert (weigh(text).level, weigh(text).reason) == ("high", "leaving")


@pytest.mark.parametrize(
    "text",
    [
        "Can we see it tomorrow?",
        "They have another offer",
        "Our lease ends on Friday",
        "Necesito verla hoy",
        "we are making an offer this weekend",
    ],
)
def test_a_deadline_of_days_is_high(text: str) -> None:
    assert (weigh(text).level, weigh(text).reason) == ("high", "deadline")


@pytest.mark.parametrize("text", ["We need to move by June", "My lease is up in two months", "el próximo mes"])
def test_a_deadline_of_weeks_is_medium(text: str) -> None:
    assert weigh(text).level == "medium"


@pytest.mark.parametrize("kind", OVERCOMABLE)
def test_any_other_objection_is_medium(kind: str) -> None:
    assert (weigh("", objections=[kind]).level, weigh("", objections=[kind]).reason) == ("medium", "objection")


def test_a_complaint_and_a_wish_for_legal_advice_are_high() -> None:
    assert weigh("", intents=["complaint"]).level == "high"
    assert weigh("", objections=["professional_advice"]).level == "high"


def test_a_wish_to_tour_is_medium_and_small_talk_is_low() -> None:
    assert weigh("", intents=["book_tour"]).level == "medium"
    assert weigh("Hi there", intents=["small_talk"]).level == "low"


@pytest.mark.parametrize("text", ["No rush, whenever suits you", "it is not urgent at all", "no hay prisa"])
def test_denied_urgency_is_no_urgency(text: str) -> None:
    assert weigh(text).level == "low"


def test_every_kind_has_a_level() -> None:
    assert {weigh("", objections=[kind]).level for kind in KINDS} <= set(LEVELS)
