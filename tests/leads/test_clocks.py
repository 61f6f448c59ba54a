"""By when must a lead be answered?"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enterprisehub.errors import Invalid
from leads.clocks import Hours, after, clock, clocks
from leads.lifecycle import STAGES

CHICAGO = ZoneInfo("America/Chicago")
HOURS = Hours(CHICAGO)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A local moment in March 2026; the 6th is a Friday, and on the 8th the clocks go forward."""
    return datetime(2026, 3, day, hour, minute, tzinfo=CHICAGO)


def due(stage: str, since: datetime, *, hours: Hours | None = None) -> datetime:
    found = clock(stage, since=since, now=since, hours=hours)
    assert found is not None
    return found.due


def test_a_new_lead_is_called_within_five_minutes() -> None:
    assert due("new", at(4, 11), hours=HOURS) == at(4, 11, 5)
    late = clock("new", since=at(4, 11), now=at(4, 11, 7), hours=HOURS)
    assert late is not None
    assert late.overdue
    assert late.late == timedelta(minutes=2)


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (at(4, 22), at(5, 9, 5)),
        (at(4, 3), at(4, 9, 5)),
        (at(6, 17, 58), at(9, 9, 3)),
        (at(7, 12), at(9, 9, 5)),
        (at(4, 18), at(5, 9, 5)),
        (at(4, 17, 55), at(4, 18)),
    ],
)
def test_only_business_hours_count_for_a_new_lead(since: datetime, expected: datetime) -> None:
    assert due("new", since, hours=HOURS) == expected


def test_a_holiday_is_passed_over() -> None:
    assert due("new", at(4, 22), hours=Hours(CHICAGO, closed_on=frozenset({date(2026, 3, 5)}))) == at(6, 9, 5)


def test_without_business_hours_the_office_is_always_open() -> None:
    assert due("new", at(7, 3)) == at(7, 3, 5)


def test_a_reply_is_owed_in_fifteen_minutes_and_a_time_within_a_day() -> None:
    assert due("engaged", at(4, 20), hours=HOURS) == at(4, 20, 15)
    assert due("qualified", at(4, 11)) == at(5, 11)
    assert due("active", at(10, 11)) == at(17, 11)


def test_an_appointment_is_confirmed_the_day_before_and_shortly_before() -> None:
    told = clocks("appointment", since=at(20, 17), now=at(19, 18))
    assert [(one.name, one.due, one.overdue) for one in told] == [
        ("confirm_day_before", at(19, 17), True),
        ("confirm_shortly_before", at(20, 15), False),
    ]
    following = clock("appointment", since=at(20, 17), now=at(19, 18))
    assert following is not None
    assert following.name == "confirm_shortly_before"


def test_after_a_closing_there_are_three_touches_and_the_last_stays() -> None:
    far = at(4, 11) + timedelta(days=1000)
    assert [one.name for one in clocks("closed", since=at(4, 11), now=far)] == ["touch_30", "touch_90", "touch_365"]
    last = clock("closed", since=at(4, 11), now=far)
    assert last is not None
    assert last.name == "touch_365"


def test_some_stages_have_no_clock_of_their_own() -> None:
    assert [stage for stage in STAGES if clock(stage, since=at(4, 11), now=at(4, 11)) is None] == [
        "attempting",
        "represented",
        "under_contract",
    ]


def test_a_tenant_may_have_its_own_clocks() -> None:
    own = {"new": [{"name": "first_attempt", "minutes": 30}]}
    (told,) = clocks("new", since=at(4, 11), now=at(4, 11), table=own)
    assert told.due == at(4, 11, 30)


@given(moments, st.integers(0, 3000))
def test_business_time_runs_forward_and_ends_while_the_office_is_open(start: datetime, minutes: int) -> None:
    span = timedelta(minutes=minutes)
    end = after(start, span, HOURS)
    local = end.astimezone(CHICAGO)
    assert end - start >= span
    assert local.weekday() in HOURS.days
    assert HOURS.opens <= local.time() <= HOURS.closes


@given(moments, st.integers(0, 300), st.integers(0, 300))
def test_two_spans_one_after_the_other_are_one_span(start: datetime, first: int, second: int) -> None:
    one, two = timedelta(minutes=first), timedelta(minutes=second)
    assert after(after(start, one, HOURS), two, HOURS) == after(start, one + two, HOURS)


def test_hours_that_never_open_are_refused() -> None:
    with pytest.raises(Invalid):
        Hours(CHICAGO, opens=time(18), closes=time(9))
    with pytest.raises(Invalid):
        Hours(CHICAGO, days=frozenset())
    closed = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(900))
    with pytest.raises(Invalid):
        after(at(4, 11), timedelta(minutes=5), Hours(CHICAGO, closed_on=closed))
