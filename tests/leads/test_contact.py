"""May somebody be contacted? The rules one by one, and the hours over every zone, state and change of the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.contact import Facts, Line, Rules, Talked, Verdict, may_contact, rules_of
from leads.contact import words as sentences
from leads.contact.dialled import months_later
from leads.contact.dialled import table as dialled_calls
from leads.contact.hours import Clock, Week, clocks, next_open, table, weeks_of
from leads.contact.whereabouts import area_code, state_of, whereabouts, zones_of_state

NOON = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)  # a Wednesday: noon in Chicago
LONG_AGO = NOON - timedelta(days=300)
AGREED = Line(True, "any", "marketing", LONG_AGO, written=True)
PAT = Facts(
    phone="+1 512 555 0100", email="pat@example.com", contact_id="hl-pat", state="TX", timezones=("America/Chicago",),
    ledger=(AGREED,), wrote=frozenset({"chat"}), rules=Rules(ten_dlc="registered", postal_address="1 Oak Street"), zone="America/Chicago",
)  # fmt: skip


def ask(facts: Facts = PAT, medium: str = "sms", purpose: str = "marketing", at: datetime = NOON) -> Verdict:
    return may_contact(facts, medium=medium, purpose=purpose, at=at)


def on(medium: str, by: str, **more: Any) -> dict[str, Any]:
    return {medium: {"on": True, "by": by, "at": (LONG_AGO - timedelta(days=1)).isoformat(), **more}}


def texted(*hours_ago: float, medium: str = "sms", purpose: str = "marketing") -> tuple[Talked, ...]:
    return tuple(Talked("agent", medium, NOON - timedelta(hours=hours), purpose) for hours in hours_ago)


def heard(hours_ago: float, medium: str = "sms") -> Talked:
    return Talked("prospect", medium, NOON - timedelta(hours=hours_ago))


@pytest.mark.parametrize(
    ("facts", "medium", "purpose", "reason"),
    [
        (PAT, "sms", "marketing", "ok"),
        (PAT, "carrier pigeon", "marketing", "unread"),
        (PAT, "sms", "flirting", "unread"),
        (replace(PAT, deleted=True), "email", "reply", "deleted"),
        (replace(PAT, overlay="duplicate"), "sms", "reply", "duplicate"),
        (replace(PAT, overlay="invalid"), "sms", "reply", "invalid"),
        (replace(PAT, overlay="other_agent"), "email", "marketing", "other_agent"),
        (replace(PAT, overlay="dnc"), "email", "reply", "dnc"),
        (replace(PAT, overlay="paused_by_lead"), "sms", "marketing", "paused"),
        (replace(PAT, overlay="paused_by_lead", talk=(heard(1),)), "sms", "reply", "ok"),
        (replace(PAT, dnd=on("sms", "highlevel")), "sms", "marketing", "highlevel_dnd"),
        (replace(PAT, dnd=on("sms", "highlevel")), "email", "marketing", "ok"),
        (replace(PAT, dnd=on("any", "highlevel")), "email", "reply", "highlevel_dnd"),
        (replace(PAT, dnd=on("any", "opt_out")), "chat", "reply", "ok"),  # the consent is newer
        (replace(PAT, ledger=(), dnd=on("any", "opt_out")), "chat", "reply", "opted_out"),
        (replace(PAT, dnd=on("sms", "wrong_number", number="+1 512 555 0100")), "sms", "marketing", "wrong_number"),
        (replace(PAT, dnd=on("sms", "wrong_number", number="+1 512 555 0199")), "sms", "marketing", "ok"),
        (replace(PAT, phone=""), "call", "marketing", "no_number"),
        (replace(PAT, email=""), "email", "service", "no_email"),
        (replace(PAT, rules=Rules(postal_address="x")), "sms", "reply", "not_registered"),
        (replace(PAT, rules=Rules(postal_address="x")), "call", "marketing", "ok"),
        (replace(PAT, rules=Rules(ten_dlc="registered")), "email", "marketing", "no_postal_address"),
        (replace(PAT, rules=Rules(ten_dlc="registered")), "email", "service", "ok"),
        (replace(PAT, ledger=()), "sms", "marketing", "no_consent"),
        (replace(PAT, ledger=(replace(AGREED, written=False),)), "sms", "marketing", "no_consent"),
        (replace(PAT, ledger=(replace(AGREED, medium="call"),)), "sms", "marketing", "no_consent"),
        (replace(PAT, ledger=(replace(AGREED, purpose="service"),)), "sms", "marketing", "no_consent"),
        (replace(PAT, ledger=(replace(AGREED, purpose="service", written=False),)), "sms", "service", "ok"),
        (replace(PAT, ledger=()), "call", "service", "no_service_consent"),
        (replace(PAT, ledger=(), wrote=frozenset({"sms"})), "call", "service", "ok"),
        (replace(PAT, ledger=(), talk=(heard(23),)), "sms", "reply", "ok"),
        (replace(PAT, ledger=(), talk=(heard(25),)), "sms", "reply", "stale_question"),
        (replace(PAT, ledger=(), talk=(heard(1, "email"),)), "sms", "reply", "stale_question"),
        (replace(PAT, ledger=()), "email", "marketing", "ok"),
        (PAT, "chat", "reply", "ok"),
        (replace(PAT, wrote=frozenset({"sms"})), "chat", "reply", "no_chat"),
        (replace(PAT, wrote=frozenset({"chat"})), "social", "marketing", "no_social"),
    ],
)  # fmt: skip
def test_each_rule_says_its_own_no(facts: Facts, medium: str, purpose: str, reason: str) -> None:
    told = ask(facts, medium, purpose)
    assert told.reason == reason
    assert told.allow == (reason == "ok")
    assert told.words
    assert told.rule.id


THIRD = datetime(2026, 11, 3, 18, 0, tzinfo=UTC)
ASKED = replace(PAT, ledger=(), inquired_at=THIRD)
BOUGHT = replace(PAT, ledger=(), closed_at=datetime(2025, 8, 31, 18, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("facts", "medium", "purpose", "at", "reason"),
    [
        (ASKED, "call", "marketing", NOON, "inquiry_call"),
        (ASKED, "call", "service", NOON, "inquiry_call"),
        (ASKED, "call", "reply", NOON, "inquiry_call"),
        (ASKED, "call", "marketing", datetime(2027, 2, 3, 17, 59, tzinfo=UTC), "inquiry_call"),
        (ASKED, "call", "marketing", datetime(2027, 2, 3, 18, 0, tzinfo=UTC), "no_consent"),
        (ASKED, "call", "marketing", THIRD - timedelta(minutes=1), "no_consent"),
        (ASKED, "sms", "marketing", NOON, "no_consent"),
        (ASKED, "sms", "reply", NOON, "stale_question"),
        (BOUGHT, "call", "marketing", NOON, "transaction_call"),
        (BOUGHT, "call", "marketing", datetime(2027, 3, 1, 18, 0, tzinfo=UTC), "no_consent"),
        (replace(BOUGHT, inquired_at=THIRD), "call", "marketing", NOON, "transaction_call"),  # it lasts longer
        (replace(ASKED, ledger=(AGREED,)), "call", "marketing", NOON, "ok"),
        (replace(ASKED, ledger=(Line(False, "any", "opt_out", NOON),)), "call", "marketing", NOON, "opted_out"),
        (replace(ASKED, ledger=(Line(False, "call", "marketing", NOON),)), "call", "marketing", NOON, "opted_out"),
        (replace(ASKED, dnd=on("call", "highlevel")), "call", "marketing", NOON, "highlevel_dnd"),
        (replace(ASKED, overlay="other_agent"), "call", "marketing", NOON, "other_agent"),
        (replace(ASKED, overlay="paused_by_lead"), "call", "marketing", NOON, "paused"),
        (replace(ASKED, phone=""), "call", "marketing", NOON, "no_number"),
        (replace(ASKED, rules=replace(PAT.rules, exempt_calls=False)), "call", "marketing", NOON, "no_consent"),
        (ASKED, "call", "marketing", NOON + timedelta(hours=12), "quiet_hours"),
    ],
)  # fmt: skip
def test_who_asked_or_bought_may_be_called_by_hand_for_a_while(
    facts: Facts, medium: str, purpose: str, at: datetime, reason: str
) -> None:
    told = ask(facts, medium, purpose, at)
    assert told.reason == reason
    assert told.by_hand == reason.endswith("_call")
    assert told.allow == (told.by_hand or reason == "ok")
    assert told.sends == (reason == "ok")


def test_a_call_by_hand_says_since_when_and_until_when() -> None:
    told = ask(ASKED, "call")
    assert "on 3 Nov 2026" in told.words
    assert "until 3 Feb 2027" in told.words
    assert (told.until, told.rule.id) == (datetime(2027, 2, 3, 18, 0, tzinfo=UTC), "dialled.inquiry")
    assert ask(ASKED, "call", at=NOON + timedelta(hours=12)).next_at == NOON + timedelta(hours=21)
    last = ask(ASKED, "call", at=datetime(2027, 2, 3, 3, 30, tzinfo=UTC))  # the evening before the last day
    assert last.next_at == datetime(2027, 2, 3, 15, 0, tzinfo=UTC)
    assert ask(replace(ASKED, inquired_at=THIRD - timedelta(hours=5)), "call", at=last.next_at).reason == "no_consent"


@settings(max_examples=300, deadline=None)
@given(
    asked=st.none() | st.integers(-10, 800),
    bought=st.none() | st.integers(-10, 800),
    wrote=st.frozensets(st.sampled_from(["sms", "call", "email", "chat"])),
    medium=st.sampled_from(["sms", "call"]),
    agreed=st.booleans(),
)
def test_without_a_written_consent_no_program_ever_sends_an_offer_to_a_telephone(
    asked: int | None, bought: int | None, wrote: frozenset[str], medium: str, agreed: bool
) -> None:
    ledger = (replace(AGREED, written=False),) if agreed else ()
    since, closed = (NOON - timedelta(days=days) if days is not None else None for days in (asked, bought))
    told = ask(replace(PAT, ledger=ledger, wrote=wrote, inquired_at=since, closed_at=closed), medium)
    assert not told.sends
    if told.allow:
        assert medium == "call"
        assert told.until is not None
        assert told.until > NOON
        assert (asked is not None and 0 <= asked <= 92) or (bought is not None and 0 <= bought <= 549)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [("2026-11-30", 3, "2027-02-28"), ("2027-11-30", 3, "2028-02-29"), ("2026-08-31", 18, "2028-02-29"), ("2026-12-05", 3, "2027-03-05")],
)  # fmt: skip
def test_months_end_on_the_same_day_or_the_months_last(day: str, months: int, then: str) -> None:
    assert months_later(datetime.fromisoformat(day), months) == datetime.fromisoformat(then)


def test_every_exemption_has_its_sentence_and_its_source() -> None:
    for name, row in dialled_calls().items():
        assert row["source"]
        assert row["status"] in ("statute", "secondary")
        assert sentences.rule(f"{name}_call")["rule"] == row["rule"]


def test_an_opt_out_outlasts_an_undocumented_consent_and_gives_way_to_a_documented_one() -> None:
    out = Line(False, "any", "opt_out", NOON - timedelta(days=9))
    bare = Line(True, "any", "marketing", NOON - timedelta(days=8))
    assert ask(replace(PAT, ledger=(AGREED, out))).reason == "opted_out"
    assert ask(replace(PAT, ledger=(AGREED, out, bare))).reason == "opted_out"
    assert ask(replace(PAT, ledger=(AGREED, out, replace(bare, written=True)))).allow
    assert ask(replace(PAT, ledger=(AGREED, out, replace(bare, written=True, medium="email")))).reason == "opted_out"


def test_a_consent_to_offers_may_be_taken_back_alone() -> None:
    ledger = (AGREED, Line(False, "any", "marketing", NOON - timedelta(days=1)))
    assert ask(replace(PAT, ledger=ledger)).reason == "opted_out"
    assert ask(replace(PAT, ledger=ledger, wrote=frozenset({"sms"})), purpose="service").allow


def test_one_confirmation_within_five_minutes_at_any_hour() -> None:
    night = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
    out = replace(PAT, overlay="dnc", ledger=(AGREED, Line(False, "any", "opt_out", night)))
    minute = timedelta(minutes=1)
    assert ask(out, purpose="opt_out", at=night + 5 * minute).allow
    assert ask(out, purpose="opt_out", at=night + 6 * minute).reason == "too_late_to_confirm"
    confirmed = replace(out, talk=(Talked("agent", "sms", night + minute, "opt_out"),))
    assert ask(confirmed, purpose="opt_out", at=night + 2 * minute).reason == "confirmed_already"
    said_again = replace(confirmed, ledger=(*confirmed.ledger, Line(False, "any", "opt_out", night + 2 * minute)))
    assert ask(said_again, purpose="opt_out", at=night + 3 * minute).reason == "confirmed_already"
    assert ask(purpose="opt_out").reason == "nothing_to_confirm"
    assert ask(out, medium="email", purpose="opt_out", at=night).reason == "nothing_to_confirm"


@pytest.mark.parametrize(
    ("talk", "medium", "reason", "next_at"),
    [
        (texted(3), "sms", "daily_cap", NOON + timedelta(hours=21)),
        (texted(30, 60, 90), "sms", "weekly_cap", NOON - timedelta(hours=90) + timedelta(days=7, hours=0)),
        (texted(3, purpose="reply"), "sms", "ok", None),
        (texted(3, purpose=""), "sms", "daily_cap", NOON + timedelta(hours=21)),
        ((heard(4), *texted(3, purpose="")), "sms", "ok", None),
        (texted(3, medium="email"), "sms", "ok", None),
        (texted(0.1, 0.2, 0.3, 0.4, 0.5, 0.9, purpose="reply"), "sms", "storm", NOON + timedelta(minutes=6)),
        (texted(1, 2, 3, medium="call"), "call", "ok", None),
    ],
)  # fmt: skip
def test_how_often_is_too_often(talk: tuple[Talked, ...], medium: str, reason: str, next_at: datetime | None) -> None:
    told = ask(replace(PAT, talk=talk), medium)
    assert told.reason == reason
    if told.next_at is not None:
        assert next_at is not None
        assert told.next_at >= next_at
        assert ask(replace(PAT, talk=talk), medium, at=told.next_at).allow


def test_florida_counts_three_tries_in_a_day_however_they_were_made() -> None:
    florida = replace(PAT, state="FL", phone="+1 305 555 0100", timezones=("America/New_York",))
    tried = texted(1, 2, medium="call") + texted(30, medium="call")
    assert ask(replace(florida, talk=tried), "call").allow
    told = ask(replace(florida, talk=(*tried, *texted(3, medium="call"))), "call")
    assert (told.reason, told.rule.id) == ("state_cap", "limit.state.FL")


def test_a_tenant_may_be_stricter_and_never_looser() -> None:
    loose = rules_of({"contact": {"texts_per_day": 9, "per_hour": 900, "reply_hours": 900}})
    assert rules_of({"contact": {"exempt_calls": "yes"}}).exempt_calls is False
    assert rules_of({"contact": {"inquiry_sources": ["Website ", 3, ""]}}).inquiry_sources == {"website"}
    assert (loose.texts_per_day, loose.per_hour, loose.reply_hours) == (1, 6, 24)
    assert rules_of({"contact": {"texts_per_day": 0}}).texts_per_day == 0
    for broken in (None, [], {"contact": 3}, {"contact": {"hours": {"sms": 3}, "closed_days": "x", "per_hour": True}}):
        assert rules_of(broken) == Rules()
    late = rules_of({"contact": {"ten_dlc": "registered", "hours": {"sms": ["00:00", "23:59"]}}})
    assert ask(replace(PAT, rules=late), at=NOON + timedelta(hours=10)).reason == "quiet_hours"
    none = ask(replace(PAT, rules=rules_of({"contact": {"ten_dlc": "registered", "texts_per_day": 0}})))
    assert (none.reason, none.next_at) == ("daily_cap", None)


def test_e_mails_keep_the_offices_hours_on_the_offices_clock() -> None:
    rules = rules_of({"contact": {"postal_address": "x", "hours": {"email": ["09:00", "17:00"]}}})
    told = ask(replace(PAT, rules=rules, timezones=("Pacific/Honolulu",)), "email", at=NOON + timedelta(hours=6))
    assert (told.reason, told.next_at) == ("office_hours", datetime(2026, 11, 26, 15, 0, tzinfo=UTC))


def test_a_day_that_the_tenant_closes_is_closed() -> None:
    rules = rules_of({"contact": {"ten_dlc": "registered", "closed_days": ["2026-11-25"]}})
    told = ask(replace(PAT, rules=rules))
    assert (told.reason, told.next_at) == ("quiet_hours", datetime(2026, 11, 26, 15, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("state", "local", "allowed"),
    [
        ("NY", "2026-11-25 07:59", False), ("NY", "2026-11-25 08:00", True), ("NY", "2026-11-25 20:59", True), ("NY", "2026-11-25 21:00", False),
        ("FL", "2026-11-25 20:00", False), ("CT", "2026-11-25 08:30", False), ("RI", "2026-11-28 09:30", False), ("RI", "2026-11-27 17:59", True),
        ("RI", "2026-11-28 16:59", True), ("RI", "2026-11-28 17:00", False), ("MA", "2026-11-25 20:01", False),
    ],
)  # fmt: skip
def test_the_hours_of_the_state_hold(state: str, local: str, allowed: bool) -> None:
    zone = "America/New_York"
    at = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone))
    facts = replace(PAT, state=state, phone="+44 20 7946 0100", timezones=(zone,))
    told = ask(facts, at=at)
    assert told.allow == allowed
    assert told.reason in ("ok", "quiet_hours")


def test_on_a_sunday_texas_sleeps_until_noon() -> None:
    sunday = datetime(2026, 11, 29, 17, 0, tzinfo=UTC)  # 11:00 in Austin
    told = ask(at=sunday)
    assert (told.reason, told.next_at) == ("quiet_hours", datetime(2026, 11, 29, 18, 0, tzinfo=UTC))
    assert told.rule.id == "hours.state.TX"


# Where may they be?


def test_every_area_code_lies_in_a_state_and_in_zones_of_it() -> None:
    from leads.contact.whereabouts import _table

    assert len(_table()["codes"]) > 350
    for code, entry in _table()["codes"].items():
        assert len(code) == 3
        assert entry["zones"]
        assert set(entry["zones"]) <= set(zones_of_state(entry["state"]))
    for zones in _table()["states"].values():
        for zone in zones:
            ZoneInfo(zone)


def test_the_number_tells_the_state_and_what_contradicts_it_counts_too() -> None:
    assert (area_code("(512) 555-0100"), state_of("+15125550100"), area_code("+44 20 7946 0100")) == ("512", "TX", "")
    miami_in_la = whereabouts(timezones=["America/Los_Angeles"], phone="305 555 0100")
    assert set(miami_in_la.zones) == {"America/Los_Angeles", "America/New_York"}
    assert miami_in_la.states == ("FL",)
    assert whereabouts(timezones=["US/Central"], state="TX").zones == ("US/Central",)
    assert set(whereabouts(state="TX").zones) == {"America/Chicago", "America/Denver"}
    assert set(whereabouts(phone="850 555 0100").zones) == {"America/New_York", "America/Chicago"}


def test_who_may_be_anywhere_is_reached_only_when_nobody_sleeps() -> None:
    lost = replace(PAT, phone="+1 800 555 0100", state="", timezones=())
    assert ask(lost, at=datetime(2026, 11, 25, 14, 30, tzinfo=UTC)).reason == "quiet_somewhere"  # 4:30 in Honolulu
    assert ask(lost, at=datetime(2026, 11, 25, 20, 0, tzinfo=UTC)).allow
    told = ask(lost, at=datetime(2026, 11, 28, 23, 0, tzinfo=UTC))
    assert told.next_at is not None
    assert ask(lost, at=told.next_at).allow


# Over zones × states × clock changes × purposes.

ZONES = sorted(
    {zone for state in ("NY", "TX", "AZ", "ID", "AK", "HI", "IN", "PR", "GU", "AS") for zone in zones_of_state(state)}
)
# two exotic clocks: half an hour of summer time, and a whole day that was left out
ODD = ["Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns", "Asia/Kathmandu"]
STATES = ["", *weeks_of(), "NY", "AZ", "CA"]
EDGES = [datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC), datetime(2011, 12, 30, 10, tzinfo=UTC), datetime(2026, 4, 4, 15, tzinfo=UTC)]  # fmt: skip
moments = st.one_of(
    st.tuples(st.sampled_from(EDGES), st.integers(-4_000, 4_000)).map(
        lambda pair: pair[0] + timedelta(minutes=pair[1])
    ),
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)).map(lambda at: at.replace(tzinfo=UTC, microsecond=0)),
)
phones = st.sampled_from(["", "+1 305 555 0100", "+1 915 555 0100", "+1 907 555 0100", "+1 401 555 0100", "+1 800 555 0100", "+44 20 7946 0100"])  # fmt: skip


def _in_quiet_hours(zone: str, state: str, at: datetime) -> bool:
    """Said again, from the data alone."""
    local = at.astimezone(ZoneInfo(zone))
    day = "sun" if local.weekday() == 6 else "sat" if local.weekday() == 5 else "mon_fri"
    for row in (table()["federal"], table()["states"].get(state)):
        if row is not None:
            if row[day] is None:
                return True
            opens, closes = map(time.fromisoformat, row[day])
            if not opens <= local.time() < closes:
                return True
    return False


@settings(max_examples=400, deadline=None)
@given(
    zones=st.lists(st.sampled_from(ZONES + ODD), max_size=2),
    state=st.sampled_from(["", "FL", "TX", "RI", "CT", "AL", "NY", "AK", "TN"]),
    phone=phones,
    at=moments,
    medium=st.sampled_from(["sms", "call"]),
    purpose=st.sampled_from(["reply", "service", "marketing"]),
)
def test_nobody_is_reached_where_it_is_quiet_time_in_any_place_they_may_be(
    zones: list[str], state: str, phone: str, at: datetime, medium: str, purpose: str
) -> None:
    facts = replace(PAT, timezones=tuple(zones), state=state, phone=phone or "+1 800 555 0100", wrote=frozenset({"sms"}),
                    ledger=(replace(AGREED, at=datetime(2000, 1, 1, tzinfo=UTC)),))  # fmt: skip
    told = ask(facts, medium, purpose, at)
    places = [(place.zone, place.state) for place in facts.where.places]
    assert places
    assert set(zones) <= {zone for zone, _ in places}
    quiet = any(_in_quiet_hours(zone, there, at) for zone, there in places)
    assert told.allow == (not quiet)
    if told.next_at is not None:
        assert told.next_at > at
        assert ask(facts, medium, purpose, told.next_at).allow
        minute = max(at.replace(second=0) + timedelta(minutes=1), told.next_at - timedelta(hours=3))
        while minute < told.next_at:  # the three hours before it; the exhaustive search is the next test's
            assert not ask(facts, medium, purpose, minute).allow, minute
            minute += timedelta(minutes=7)


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(ZONES + ODD),
    state=st.sampled_from(STATES),
    at=moments,
    opens=st.integers(0, 1439),
    length=st.integers(1, 1439),
)
def test_the_next_minute_is_the_first_one(zone: str, state: str, at: datetime, opens: int, length: int) -> None:
    """Against a search minute by minute, over hours that may lie in a gap of the clock or be told twice by it."""
    end = min(opens + length, 1439)
    span = (time(opens // 60, opens % 60), time(end // 60, end % 60)) if opens < end else None
    week = Week((span,) * 6 + (None,), "test", "")
    asked = (Clock(zone, week), *([Clock(zone, weeks_of()[state])] if state in weeks_of() else []))
    at = at.replace(second=0)
    found = next_open(asked, at)
    minute, last = at, (found or at + timedelta(days=3))
    while minute < last:
        assert not all(clock.open(minute) for clock in asked), (minute, found)
        minute += timedelta(minutes=1)
    if found is not None:
        assert all(clock.open(found) for clock in asked)


def test_every_reason_has_its_words_and_its_source() -> None:
    for reason in sentences.reasons():
        assert sentences.rule(reason)["words"]
        assert sentences.rule(reason)["rule"]
        assert sentences.rule(reason)["source"] or reason == "from"


def test_each_place_is_asked_by_each_of_its_laws() -> None:
    florida = whereabouts(state="FL", timezones=["America/New_York"])
    assert {clock.week.rule for clock in clocks(florida.places)} == {"hours.federal", "hours.state.FL"}
