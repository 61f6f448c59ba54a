"""What do a prospect's own words tell of their wishes, unasked?"""

from __future__ import annotations

import pytest

from leads.slots import SLOTS, Value
from tests.leads.wishes import one, slots, state


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("We want three bedrooms and 2.5 baths", "beds", 3),
        ("We want three bedrooms and 2.5 baths", "baths", 2.5),
        ("a 4br/2ba near the lake", "beds", 4),
        ("two or three bedrooms", "beds", 2),
        ("The number of bedrooms should be four", "beds", 4),
        ("a studio is enough for me", "beds", 0),
        ("around 2,000 sq ft", "size", 2000),
        ("unos 90 m2", "size", 90),
        ("necesitamos 3 recámaras y 2 baños", "beds", 3),
        ("necesitamos 3 recámaras y 2 baños", "baths", 2),
        ("I'm looking for a place in Round Rock", "location", "Round Rock"),
        ("something in san marcos please", "location", "san marcos"),
        ("busco casa en San Antonio", "location", "San Antonio"),
        ("We're moving to Salem", "location", "Salem"),
        ("How are the apartments in Salem?", "location", "Salem"),
        ("anywhere is fine", "location", "any"),
        ("can you send me homes in 78704?", "location", "78704"),
        ("We are relocating from Denver to Raleigh", "location", "Raleigh"),
        ("I need two bedrooms in San jose", "location", "San jose"),
        ("Can you find me something else, maybe in Salem?", "location", "Salem"),
        ("Je cherche un appartement à Lyon", "location", "Lyon"),
        ("我想在上海租房，三个卧室", "location", "上海"),
        ("我想在上海租房，三个卧室", "beds", 3),
        ("Procuro um apartamento com 2 quartos em Lisboa", "beds", 2),
        ("Cerco casa con 2 camere da letto", "beds", 2),
        ("I want to rent", "tenure", "rent"),
        ("we are hoping to buy a townhouse", "tenure", "buy"),
        ("quiero vender mi casa", "tenure", "sell"),
        ("I'm an investor", "tenure", "invest"),
        ("we are hoping to buy a townhouse", "property_type", "townhouse"),
        ("It has to be furnished", "furnished", True),
        ("unfurnished please", "furnished", False),
        ("we have two dogs", "pets", True),
        ("I don't have any pets", "pets", False),
        ("no pets, no smoking", "pets", False),
        ("is there anything with two baths that allows pets?", "baths", 2),
        ("I wish to have a 4 bed room apartment?", "beds", 4),
        ("show me others that allow cats", "pets", True),
        ("with a garage and a yard", "garage", True),
        ("with a garage and a yard", "yard", True),
        ("I don't need a garage", "garage", "any"),
        ("in-unit laundry is a must", "laundry", True),
        ("my mother can't do stairs", "accessibility", True),
        ("it must have a pool", "must_have", "pool"),
        ("no HOA please", "deal_breaker", "HOA"),
        ("we would be paying cash", "financing", "cash"),
        ("we're pre-approved", "preapproved", True),
        ("not pre-approved yet", "preapproved", False),
        ("not pre-approved yet", "financing", "needs_lender"),
        ("using my VA loan", "financing", "va"),
        ("I don't have an agent", "agent_status", "none"),
        ("I'm working with a realtor", "agent_status", "unsigned"),
        ("we signed an agreement with another broker", "agent_status", "signed"),
        ("my wife and I will decide", "decision_makers", "wife"),
        ("it's just me", "decision_makers", "self"),
        ("I need to sell my house first", "property_to_sell", True),
        ("nothing to sell", "property_to_sell", False),
        ("I got a new job there", "motivation", "relocation"),
        ("the kids moved out, it is too big", "motivation", "downsizing"),
        ("necesitamos más espacio", "motivation", "space"),
        ("please text me instead", "contact_preference", "text"),
        ("do you speak Spanish?", "language", "es"),
        ("ASAP", "timeframe", "ASAP"),
        ("We'd like to move by June", "timeframe", "by June"),
    ],
)
def test_a_wish_is_read_with_its_value(text: str, slot: str, value: Value) -> None:
    assert state(text)[slot] == value


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("We want to sell our house, it needs a new roof", "condition", "needs_work"),
        ("we still live in it", "occupancy", "owner"),
        ("selling because of a job transfer", "reason", "relocation"),
        ("once it sells we are moving to Portland", "destination", "Portland"),
        ("I interviewed two other agents", "other_agents", True),
        ("fix and flip mostly", "strategy", "flip"),
        ("at least an 8% cap rate", "target_cap", 8),
        ("we buy through our LLC", "entity", "llc"),
        ("it's a 1031 exchange", "exchange_1031", True),
        ("office space for our law firm", "use", "law firm"),
        ("we'd like to lease a warehouse", "lease_or_buy", "lease"),
        ("a five year term", "term", 5),
        ("with a TI allowance", "ti", True),
    ],
)
def test_sellers_investors_and_businesses_have_slots_of_their_own(text: str, slot: str, value: Value) -> None:
    assert state(text)[slot] == value


@pytest.mark.parametrize(
    "text",
    [
        "Is it furnished?",
        "Are pets allowed?",
        "Does it have a garage and how many bedrooms are there?",
        "Can you tell me if there is laundry in the building?",
        "Please check whether they allow pets",
        "Do I need to be pre-approved?",
    ],
)
def test_a_question_about_one_home_tells_no_wish(text: str) -> None:
    assert {slot.name for slot in slots(text)} <= {"property_type"}


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("My brother needs 4 bedrooms", "beds"),
        ("Our neighbor pays cash for everything", "financing"),
        ("What if I were pre-approved?", "preapproved"),
        ("We have a two bedroom now", "beds"),
        ("I currently rent a house with a garage", "garage"),
        ("I am in my garage right now? no, never without a phone", "pets"),
        ("We used to live in Salem", "location"),
        ("I don't want to live in Salem", "location"),
        ("We visited a house in Salem and it had 3 bedrooms", "beds"),
        ("Can you find me another one!", "beds"),
        ("I want to live in peace", "location"),
        ("I'm in a hurry", "location"),
        ("Let's talk in March", "location"),
        ("the apartment on 12 Oak Street", "location"),
    ],
)
def test_what_is_supposed_past_or_somebody_elses_is_no_wish(text: str, slot: str) -> None:
    assert slot not in state(text)


def test_several_places_in_one_breath_all_hold() -> None:
    assert [s.value for s in slots("in Round Rock or Pflugerville") if s.name == "location"] == [
        "Round Rock",
        "Pflugerville",
    ]


def test_a_state_after_a_comma_is_no_second_place() -> None:
    assert [s.value for s in slots("a house in Austin, TX") if s.name == "location"] == ["Austin"]


def test_a_doubt_makes_it_less_sure() -> None:
    assert one("garage", "maybe with a garage").confidence < one("garage", "with a garage").confidence


def test_names_and_values_keep_to_the_table() -> None:
    said = "We want to buy a condo in Salem, 2 beds, furnished, cats ok, under $400k by June, paying cash, texts please"
    for slot in slots(said):
        kind = SLOTS[slot.name]
        assert not kind.choices or slot.value in kind.choices
        assert kind.type != "bool" or isinstance(slot.value, bool)
