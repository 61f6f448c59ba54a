"""Is a question about days read as it was meant, and refused when it cannot be meant?"""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from analytics.ranges import LONGEST, Range, asked
from enterprisehub.errors import Invalid

TODAY = date(2026, 11, 25)


def test_nothing_said_is_the_last_thirty_days() -> None:
    found = asked({}, today=TODAY)
    assert found.range == Range(date(2026, 10, 27), TODAY)
    assert found.range.days == 30
    assert found.by == ()


def test_the_days_before_are_as_many_and_touch() -> None:
    found = asked({"range": "7d"}, today=TODAY).range
    assert found.before == Range(date(2026, 11, 12), date(2026, 11, 18))
    assert found.before.days == found.days


def test_days_of_ones_own_choice() -> None:
    found = asked({"from": "2026-01-01", "to": "2026-03-31"}, today=TODAY)
    assert (found.range.first, found.range.last, found.span) == (date(2026, 1, 1), date(2026, 3, 31), "custom")
    assert asked({"to": "2026-03-31"}, today=TODAY).range.days == 30


def test_filters_are_kept_as_they_were_said() -> None:
    agent = uuid4()
    found = asked({"agent": str(agent), "card_kind": "price\x00", "unknown": "x"}, today=TODAY)
    assert found.agent == agent
    assert found.by == (("card_kind", "price"),)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"range": "a while"}, "range"),
        ({"from": "2026-02-30"}, "from"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "from"),
        ({"from": "0001-01-01"}, "from"),
        ({"agent": "everybody"}, "agent"),
        ({"team": "1"}, "team"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(given: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        asked(given, today=TODAY)
    assert refused.value.field == field


def test_three_years_are_the_longest() -> None:
    first = date.fromordinal(TODAY.toordinal() - LONGEST + 1)
    assert asked({"from": first.isoformat()}, today=TODAY).range.days <= LONGEST


def test_the_time_range_of_the_api_is_the_same_word() -> None:
    assert asked({"time_range": "90d"}, today=TODAY).range.days == 90
