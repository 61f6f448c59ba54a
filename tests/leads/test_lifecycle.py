"""Which stages can a lead reach, and what freezes it?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enterprisehub.errors import Invalid
from leads.completeness import Completeness, Fact, completeness
from leads.lifecycle import (
    ACTORS,
    OVERLAYS,
    STAGES,
    Due,
    Event,
    Moved,
    Refused,
    State,
    due_stage,
    mapped,
    may_tour,
    move,
    outbound_frozen,
    rules,
)
from leads.models import Stage
from leads.packs import pack_of, sides

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)
NOTHING = completeness((), pack_of("buyer", "any"), NOW)
FULL = completeness([Fact(slot, "x", 1.0, NOW) for slot in pack_of("buyer", "any").slots], pack_of("buyer", "any"), NOW)
GATED = ("buyer", "both", "investor")
moves = st.tuples(
    st.sampled_from([*STAGES, *OVERLAYS, "nowhere"]),
    st.sampled_from([*ACTORS, "ghost"]),
    st.sampled_from(["message 1", "", " "]),
    st.sampled_from(["said so", ""]),
)
states = st.builds(
    State,
    stage=st.sampled_from(STAGES),
    overlay=st.sampled_from(OVERLAYS),
    side=st.sampled_from(sides()),
    agreement=st.booleans(),
    exception=st.sampled_from(["", "non_mls", "because"]),
)
events = st.lists(
    st.builds(Event, st.sampled_from([*rules()["events"], "fell_through", "rain"]), st.just("m1"), st.booleans()),
    max_size=6,
)


def go(state: State, wanted: str, *, by: str = "person", reason: str = "") -> Moved | Refused:
    return move(state, wanted, by=by, evidence="message 7", reason=reason)


def refused(state: State, wanted: str, *, by: str = "person", reason: str = "") -> str:
    found = go(state, wanted, by=by, reason=reason)
    assert isinstance(found, Refused)
    assert found.text() != found.text("es")
    return found.code


def stage_after(state: State, wanted: str, *, reason: str = "") -> str:
    found = go(state, wanted, reason=reason)
    assert isinstance(found, Moved), found
    return found.state.stage


@given(st.sampled_from(sides()), st.lists(moves, max_size=25))
def test_no_sequence_of_moves_brings_a_buyer_past_the_agreement(
    side: str, steps: list[tuple[str, str, str, str]]
) -> None:
    state = State(side=side)
    for wanted, by, evidence, reason in steps:
        found = move(state, wanted, by=by, evidence=evidence, reason=reason)
        if isinstance(found, Moved):
            assert found.was == state
            state = found.state
        assert state.stage != "represented"
        if side in GATED:
            assert state.stage not in ("active", "under_contract", "closed")


@given(states, moves)
def test_a_move_changes_one_thing_and_a_refusal_none(state: State, step: tuple[str, str, str, str]) -> None:
    wanted, by, evidence, reason = step
    before = replace(state)
    found = move(state, wanted, by=by, evidence=evidence, reason=reason)
    assert state == before
    if isinstance(found, Moved):
        assert (found.state.stage != state.stage) != (found.state.overlay != state.overlay)
        assert replace(found.state, stage=state.stage, overlay=state.overlay) == state
        assert found.evidence


@given(states, st.lists(moves, max_size=25))
def test_do_not_contact_freezes_until_a_person_with_a_reason_lifts_it(
    state: State, steps: list[tuple[str, str, str, str]]
) -> None:
    state = replace(state, overlay="dnc")
    for wanted, by, evidence, reason in steps:
        assert outbound_frozen(state)
        found = move(state, wanted, by=by, evidence=evidence, reason=reason)
        if isinstance(found, Moved) and found.state.overlay != "dnc":
            assert (wanted, by, bool(evidence.strip()), bool(reason)) == ("none", "person", True, True)
            return
        state = found.state if isinstance(found, Moved) else state


@given(states)
def test_whoever_asks_not_to_be_contacted_is_heard_in_every_stage(state: State) -> None:
    found = move(state, "dnc", by="prospect", evidence="message 9")
    assert state.overlay == "dnc" or (isinstance(found, Moved) and outbound_frozen(found.state))


@given(states, events, st.sampled_from([NOTHING, FULL]))
def test_what_is_due_by_rule_is_always_a_legal_move_and_never_moves_back(
    state: State, seen: list[Event], known: Completeness
) -> None:
    due = due_stage(state, known, seen)
    if due is not None:
        assert isinstance(move(state, due.wanted, by="rule", evidence=due.evidence, reason=due.reason), Moved)
        fell = (state.stage, due.wanted) == ("under_contract", "active")
        assert STAGES.index(due.wanted) > STAGES.index(state.stage) or (
            fell and "fell_through" in [e.name for e in seen]
        )


def test_the_stages_are_those_of_the_leads_table() -> None:
    assert list(STAGES) == Stage.values


def test_a_lead_moves_forward_by_one_or_skips_with_a_reason() -> None:
    assert stage_after(State("new"), "attempting") == "attempting"
    assert refused(State("new"), "engaged") == "no_reason"
    assert stage_after(State("new"), "engaged", reason="wrote first") == "engaged"


def test_only_a_contract_that_fell_through_goes_back() -> None:
    signed = State("under_contract", agreement=True)
    assert stage_after(signed, "active", reason="financing fell through") == "active"
    assert refused(signed, "active") == "no_reason"
    assert refused(signed, "engaged", reason="please") == "backward"
    assert refused(State("closed", agreement=True), "active", reason="again") == "backward"


@pytest.mark.parametrize("side", GATED)
def test_no_tour_without_a_recorded_agreement_or_a_documented_exception(side: str) -> None:
    waiting = State("appointment", side=side)
    assert not may_tour(side, agreement=False)
    assert refused(waiting, "represented") == "not_represented"
    for later in ("active", "under_contract", "closed"):
        assert refused(waiting, later, reason="in a hurry") == "no_agreement"
        assert refused(replace(waiting, exception="friend of mine"), later, reason="in a hurry") == "no_agreement"
    for exception in ("non_mls", "state_form", "open_house"):
        assert may_tour(side, agreement=False, exception=exception)
        assert stage_after(replace(waiting, exception=exception), "active", reason="open house") == "active"
    assert stage_after(replace(waiting, agreement=True), "represented") == "represented"


@pytest.mark.parametrize("side", ["seller", "renter", "landlord", "commercial"])
def test_the_other_sides_need_no_buyers_agreement_for_a_visit(side: str) -> None:
    assert may_tour(side, agreement=False)


@pytest.mark.parametrize("overlay", [one for one in OVERLAYS if one != "none"])
def test_an_overlay_goes_on_and_off_and_leaves_the_stage_alone(overlay: str) -> None:
    on = go(State("engaged"), overlay, reason="as written")
    assert isinstance(on, Moved)
    off = go(on.state, "none", reason="new consent")
    assert isinstance(off, Moved)
    assert off.state == State("engaged")


def test_a_lost_lead_needs_a_reason_and_stands_still_until_it_is_taken_back() -> None:
    assert refused(State(), "lost") == "no_reason"
    assert refused(State(overlay="lost"), "attempting") == "standing_still"
    assert refused(State(overlay="dnc"), "attempting", by="rule") == "frozen"
    assert refused(State(overlay="dnc"), "nurture", reason="later") == "frozen"


def test_who_moves_it_and_on_what_evidence_must_be_said() -> None:
    assert refused(State(), "attempting", by="somebody") == "unknown_actor"
    assert refused(State(), "hot") == "unknown_stage"
    assert refused(State(), "new") == "nothing_to_do"
    assert move(State(), "attempting", by="rule", evidence=" ") == Refused("no_evidence")


def test_a_state_that_does_not_exist_cannot_be_made() -> None:
    with pytest.raises(Invalid):
        State("hot")
    with pytest.raises(Invalid):
        State(overlay="asleep")


def test_outbound_leads_to_attempting_and_a_reply_to_engaged() -> None:
    sent, reply = Event("outbound", "m1"), Event("reply", "m2")
    assert due_stage(State(), NOTHING, []) is None
    assert due_stage(State(), NOTHING, [sent]) == Due("attempting", "m1", "on record: attempting")
    due = due_stage(State("attempting"), NOTHING, [sent, reply])
    assert due is not None
    assert (due.wanted, due.evidence) == ("engaged", "m2")


def test_enough_knowledge_qualifies_only_somebody_who_answered() -> None:
    assert due_stage(State("attempting"), FULL, [Event("outbound", "m1")]) is None
    due = due_stage(State("attempting"), FULL, [Event("reply", "m2")])
    assert due is not None
    assert due.wanted == "qualified"


def test_only_a_dated_appointment_counts() -> None:
    assert due_stage(State("engaged"), NOTHING, [Event("appointment", "m3")]) is None
    due = due_stage(State("engaged"), NOTHING, [Event("appointment", "m3", dated=True)])
    assert due is not None
    assert due.wanted == "appointment"


def test_a_tour_on_record_moves_nobody_past_a_missing_agreement() -> None:
    assert due_stage(State("appointment"), FULL, [Event("tour", "m4")]) is None


def test_a_contract_that_fell_through_is_active_again_and_stays_so() -> None:
    seen = [Event("tour", "t"), Event("accepted_offer", "o"), Event("fell_through", "f")]
    state = State("under_contract", agreement=True)
    assert due_stage(state, FULL, seen[:2]) is None
    due = due_stage(state, FULL, seen)
    assert due is not None
    assert (due.wanted, due.evidence) == ("active", "f")
    assert due_stage(replace(state, stage="active"), FULL, seen) is None
    again = due_stage(replace(state, stage="active"), FULL, [*seen, Event("accepted_offer", "o2")])
    assert again is not None
    assert again.wanted == "under_contract"


def test_a_pipeline_stage_is_mapped_by_the_tenants_table_and_never_guessed() -> None:
    table = {"Hot Lead": "engaged", "Appt  Set": "appointment", "Won!": "victory", "Set": "new", "set": "closed"}
    assert mapped(" hot   LEAD ", table) == "engaged"
    assert mapped("appt set", table) == "appointment"
    assert [mapped(name, table) for name in ("engaged", "Hot", "Won!", "SET", "", "\x00", "\ud800")] == [None] * 7
