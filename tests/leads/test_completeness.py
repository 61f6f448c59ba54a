"""How much is known of a lead, and why does that fall?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.completeness import Completeness, Fact, completeness, explain_fall, freshness, shortfall
from leads.packs import Pack, fillings, pack_of, sides, verticals

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)
PACKS = [pack_of(side, vertical) for side in sides() for vertical in verticals()]
NAMES = sorted({way.name for pack in PACKS for slot in pack.slots for way in fillings(slot)})
facts = st.builds(
    Fact,
    name=st.sampled_from(NAMES),
    value=st.one_of(
        st.text(max_size=8), st.integers(), st.floats(), st.booleans(), st.sampled_from(["cash", "signed"])
    ),
    confidence=st.floats(0, 1),
    at=st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    confirmed=st.booleans(),
    contradicted=st.booleans(),
)
many = st.lists(facts, max_size=12).map(tuple)
packs = st.sampled_from(PACKS)


def fact(name: str, value: str | float | bool = "yes", *, sure: float = 1.0, days: float = 0, **more: bool) -> Fact:
    return Fact(name, value, sure, NOW - timedelta(days=days), **more)


def measured(*known: Fact, side: str = "buyer", vertical: str = "any") -> Completeness:
    return completeness(known, pack_of(side, vertical), NOW)


def gained(slot: str, *known: Fact, side: str = "buyer", vertical: str = "any") -> float:
    return next(part.gained for part in measured(*known, side=side, vertical=vertical).parts if part.slot == slot)


@given(many, packs)
def test_completeness_lies_between_none_and_all(known: tuple[Fact, ...], pack: Pack) -> None:
    found = completeness(known, pack, NOW)
    assert 0 <= found.value <= 1
    assert all(0 <= part.gained <= 1 for part in found.parts)


@given(many, packs, st.integers(0, 11), st.floats(0, 1))
def test_surer_facts_never_make_it_less(known: tuple[Fact, ...], pack: Pack, which: int, more: float) -> None:
    if which < len(known):
        surer = replace(known[which], confidence=max(known[which].confidence, more))
        after = completeness((*known[:which], surer, *known[which + 1 :]), pack, NOW)
        assert after.value >= completeness(known, pack, NOW).value


@given(many, packs, st.integers(0, 11), st.integers(0, 4000))
def test_fresher_facts_never_make_it_less(known: tuple[Fact, ...], pack: Pack, which: int, days: int) -> None:
    if which < len(known):
        fresher = replace(known[which], at=known[which].at + timedelta(days=days))
        after = completeness((*known[:which], fresher, *known[which + 1 :]), pack, NOW)
        assert after.value >= completeness(known, pack, NOW).value


@given(many, packs)
def test_the_order_of_the_facts_does_not_matter(known: tuple[Fact, ...], pack: Pack) -> None:
    assert completeness(known, pack, NOW) == completeness(known[::-1], pack, NOW)


@given(many, many, packs, packs)
def test_it_never_falls_without_a_stated_reason(
    before: tuple[Fact, ...], after: tuple[Fact, ...], pack: Pack, other: Pack
) -> None:
    was, now = completeness(before, pack, NOW), completeness(after, other, NOW)
    falls = explain_fall(was, now)
    assert bool(falls) == (now.value < was.value)
    assert all(fall.text(language) for fall in falls for language in ("en", "es", "fr"))


def test_nothing_known_is_nothing_and_everything_known_for_sure_is_all() -> None:
    assert measured().value == 0
    assert measured(*(fact(slot) for slot in pack_of("buyer", "any").slots)).value == 1


@pytest.mark.parametrize(("slot", "days"), [("motivation", 30), ("price_range", 45), ("location", 60)])
def test_after_one_half_life_a_fact_is_worth_half(slot: str, days: int) -> None:
    assert gained(slot, fact(slot, days=days)) == pytest.approx(0.5)


def test_a_clock_that_runs_ahead_makes_nothing_fresher_than_now() -> None:
    assert freshness("location", NOW + timedelta(days=3), NOW) == 1


def test_what_a_person_confirmed_is_certain_but_ages_like_the_rest() -> None:
    assert gained("location", fact("location", sure=0.4, confirmed=True)) == 1
    assert gained("location", fact("location", sure=0.4, confirmed=True, days=60)) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("slot", "name", "value"),
    [
        ("price_range", "price_max", 450_000),
        ("price_range", "price_monthly_max", 2_800),
        ("financing", "preapproved", False),
        ("timeframe", "deadline", "2026-06-30"),
        ("appointment", "visit_date", "2026-03-14"),
    ],
)
def test_a_fact_that_says_the_same_fills_the_slot(slot: str, name: str, value: str | float | bool) -> None:
    assert gained(slot, fact(name, value)) == 1


def test_a_cash_buyer_owes_no_answer_about_lenders() -> None:
    paid = {
        slot: gained(slot, fact("financing", "Cash"), vertical="first_time") for slot in ("credit_check", "assistance")
    }
    owed = {
        slot: gained(slot, fact("financing", "fha"), vertical="first_time") for slot in ("credit_check", "assistance")
    }
    assert set(paid.values()) == {1}
    assert set(owed.values()) == {0}


def test_an_empty_value_tells_nothing_and_a_no_does() -> None:
    assert gained("property_to_sell", fact("property_to_sell", "  ")) == 0
    assert gained("property_to_sell", fact("property_to_sell", False)) == 1


def test_what_is_contradicted_counts_half_and_is_worth_asking_again_until_somebody_confirms_it() -> None:
    against = fact("price_max", 350_000, contradicted=True)
    assert gained("price_range", against) == 0.5
    assert "price_range" not in measured(against).known
    assert "price_range" in measured(replace(against, confirmed=True)).known


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ([], "missing"),
        ([fact("location", sure=0.6)], "unsure"),
        ([fact("location", days=90)], "aged"),
        ([fact("location", contradicted=True)], "contradicted"),
        ([fact("location")], ""),
    ],
)
def test_each_part_says_why_it_does_not_count_in_full(known: list[Fact], reason: str) -> None:
    part = next(part for part in measured(*known).parts if part.slot == "location")
    assert part.reason == reason
    assert bool(shortfall(part)) == bool(shortfall(part, "es")) == bool(reason)


@pytest.mark.parametrize(
    ("after", "kind"),
    [
        ([], "erased"),
        ([fact("motivation", days=20)], "aged"),
        ([fact("motivation", sure=0.7)], "less_sure"),
        ([fact("motivation", contradicted=True)], "contradicted"),
    ],
)
def test_a_fall_names_the_slot_and_what_happened_to_it(after: list[Fact], kind: str) -> None:
    (fall,) = explain_fall(measured(fact("motivation")), measured(*after))
    assert (fall.slot, fall.kind) == ("motivation", kind)


def test_another_pack_is_itself_the_reason() -> None:
    known = [fact(slot) for slot in ("financing", "price_range", "motivation")]
    (fall,) = explain_fall(measured(*known), measured(*known, side="seller"))
    assert fall.kind == "pack"


def test_the_gate_of_qualified_needs_the_four_topics_whatever_the_sum_says() -> None:
    slots = set(pack_of("buyer", "any").slots)
    assert measured(*map(fact, slots)).qualified
    for slot in ("timeframe", "motivation", "financing", "agent_status"):
        found = measured(*map(fact, slots - {slot}))
        assert found.value > found.threshold
        assert not found.qualified
        assert len(found.open_topics) == 1


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: f"{pack.side}-{pack.vertical}")
def test_every_pack_can_be_completed_and_asks_for_an_agent_and_an_appointment(pack: Pack) -> None:
    assert completeness([fact(slot) for slot in pack.slots], pack, NOW).qualified
    assert {"agent_status", "appointment"} <= set(pack.slots)
    assert [topic for topic, _ in pack.gate] == ["timeframe", "motivation", "finance_path", "agent_status"]
    assert 0.9 < sum(weight for _, weight in pack.weights) < 1.6


def test_a_side_or_vertical_that_is_not_known_gets_the_general_pack() -> None:
    assert pack_of("farmer", "moon") == pack_of("buyer", "any")
