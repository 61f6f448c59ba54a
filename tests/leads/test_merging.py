"""Two sides changed the same person: is nothing newer lost, and does merging come to rest?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from leads.crm.merging import OWNER, merge

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
BASE = {"name": "Ana", "email": "ana@a.example", "phone": "1"}


def test_what_one_side_alone_changed_is_taken_from_it() -> None:
    theirs = merge(BASE, BASE, {**BASE, "phone": "2"})
    assert (theirs.ours, theirs.theirs, theirs.disputes) == ({"phone": "2"}, {}, ())
    ours = merge(BASE, {**BASE, "phone": "3"}, BASE)
    assert (ours.ours, ours.theirs, ours.disputes) == ({}, {"phone": "3"}, ())


def test_where_both_changed_the_newer_edit_stands() -> None:
    ours, theirs = {**BASE, "name": "Ana R."}, {**BASE, "name": "Ana Ruiz"}
    newer_here = merge(BASE, ours, theirs, ours_at=NOON, theirs_at=NOON - timedelta(minutes=1))
    assert (newer_here.ours, newer_here.theirs, newer_here.disputes) == ({}, {"name": "Ana R."}, ("name",))
    newer_there = merge(BASE, ours, theirs, ours_at=NOON, theirs_at=NOON + timedelta(minutes=1))
    assert (newer_there.ours, newer_there.theirs, newer_there.disputes) == ({"name": "Ana Ruiz"}, {}, ("name",))


def test_without_our_clock_ours_does_not_count_as_newer() -> None:
    assert merge(BASE, {**BASE, "name": "X"}, {**BASE, "name": "Y"}, theirs_at=NOON).ours == {"name": "Y"}


def test_the_source_is_always_the_crms() -> None:
    both = merge({"source": "a"}, {"source": "b"}, {"source": "c"}, ours_at=NOON, theirs_at=NOON - timedelta(days=1))
    assert both.ours == {"source": "c"}


def test_what_is_not_known_there_empties_nothing_here() -> None:
    first = merge({}, {"email": "ana@a.example"}, {"email": ""})
    assert (first.ours, first.theirs) == ({}, {"email": "ana@a.example"})
    emptied = merge(BASE, BASE, {"email": ""})
    assert emptied.ours == {"email": ""}


def test_a_field_that_was_not_told_stays() -> None:
    assert merge(BASE, {**BASE, "phone": "9"}, {"name": "Ana"}).theirs == {}


VALUES = st.sampled_from(["", "a", "b", "c"])
SIDES = st.dictionaries(st.sampled_from(sorted(OWNER)), VALUES, max_size=4)


@given(SIDES, SIDES, SIDES, st.booleans())
def test_merging_again_changes_nothing(
    base: dict[str, str], ours: dict[str, str], theirs: dict[str, str], here: bool
) -> None:
    times = {"ours_at": NOON, "theirs_at": NOON + timedelta(minutes=-1 if here else 1)}
    first = merge(base, ours, theirs, **times)
    after = merge(first.base, {**ours, **first.ours}, {**theirs, **first.theirs}, **times)
    assert (after.ours, after.theirs) == ({}, {})
    assert not first.ours.keys() & first.theirs.keys()
