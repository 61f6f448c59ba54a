"""Does the list show what was asked for, page by page, to whom it belongs, and does doing many things at once stay in bounds?"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils.timezone import now
from hypothesis import given
from hypothesis import strategies as st

from enterprisehub.errors import Conflict, Invalid, NotAllowed, NotFound
from enterprisehub.privacy.models import AuditEvent
from enterprisehub.realtime.models import Event
from enterprisehub.tenants.scope import scope
from leads.lists import bulk, saved
from leads.lists import listing as lists
from leads.lists.bulk import Chosen, Done
from leads.lists.listing import CHOICES, Reader
from leads.lists.wanted import NOBODY, SORTS, Place, Wanted, place, wanted
from leads.models import Lead, Overlay, SavedFilter, StageMove
from tests.world import Person, World


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def many(world: World) -> list[Lead]:
    """Twenty-three leads of Alice's, Bob's and nobody's, with ties in every order."""
    whose = (world.alice.agent, world.bob.agent, None)
    with scope(world.oakwood.pk):
        rows = [
            Lead(
                name=f"Lead {number % 9}",
                email=f"lead{number}@mail.example",
                phone=f"+130555501{number:02d}",
                contact_id=f"hl-{number}",
                agent=whose[number % 3],
                stage="active" if number % 4 == 0 else "new",
                score=None if number % 5 == 0 else (number % 7) / 10,
                completeness=(number % 6) / 5,
                hand_off="asked for a person" if number == 3 else "",
                created_at=now() - timedelta(days=number % 8),
                spoken_at=now() - timedelta(hours=number % 5),
            )
            for number in range(23)
        ]
        return Lead.objects.bulk_create(rows)


def reader(person: Person) -> Reader:
    return Reader.of(person.membership, person.agent)


def seen(world: World, who: Person, **wish: Any) -> set[str]:
    with scope(world.oakwood.pk):
        return {lead.contact_id for lead in lists.page(reader(who), Wanted(**wish)).leads}


def ids(many: list[Lead], *numbers: int) -> Chosen:
    return Chosen(Wanted(), tuple(many[number].pk for number in numbers))


# --- What is found


@pytest.mark.parametrize(
    "words", ["LEAD7@", "lead 7", "hl-7", "+13055550107", "(305) 555-0107", "0107", "305 555-0107"]
)
def test_a_lead_is_found_by_a_part_of_what_it_is_known_by(world: World, many: list[Lead], words: str) -> None:
    assert "hl-7" in seen(world, world.tess, q=words)
    assert "hl-8" not in seen(world, world.tess, q=words)


@pytest.mark.parametrize("words", ["zzz", "%", "_", "\\", "lead' OR 1=1", "💩", "lead 7 zzz"])
def test_words_that_nobody_answers_to_find_nobody(world: World, many: list[Lead], words: str) -> None:
    assert seen(world, world.tess, q=words) == set()


def test_words_that_very_many_answer_to_find_them_too(
    world: World, many: list[Lead], monkeypatch: pytest.MonkeyPatch
) -> None:
    few = seen(world, world.tess, q="mail")
    monkeypatch.setattr(lists, "_FEW", 3)
    assert seen(world, world.tess, q="mail") == few
    assert len(few) == 23


@pytest.mark.parametrize(
    ("wish", "number"),
    [
        ({"stage": "active"}, 6),
        ({"overlay": "dnc"}, 0),
        ({"overlay": "none"}, 23),
        ({"side": "seller"}, 0),
        ({"vertical": "any"}, 23),
        ({"agent": NOBODY}, 7),
        ({"score": "unknown"}, 5),
        ({"score": "high"}, 4),
        ({"completeness": "high"}, 7),
        ({"completeness": "low"}, 8),
        ({"handoff": "1"}, 1),
        ({"stage": "active", "score": "unknown"}, 2),
    ],
)
def test_filters_narrow_the_list(world: World, many: list[Lead], wish: dict[str, str], number: int) -> None:
    assert len(seen(world, world.tess, **wish)) == number


def test_days_count_from_the_last_words_and_not_from_when_a_lead_came(world: World) -> None:
    with scope(world.oakwood.pk):
        Lead.objects.create(name="Silent", contact_id="silent")
        Lead.objects.create(name="Spoke", contact_id="spoke", created_at=now() - timedelta(days=90))
    assert seen(world, world.tess, days="7") == {"spoke"}


def test_an_agent_sees_their_own_and_nobodys_and_a_team_lead_sees_all(world: World, many: list[Lead]) -> None:
    assert seen(world, world.alice) == {f"hl-{number}" for number in range(23) if number % 3 != 1}
    assert len(seen(world, world.tess)) == len(seen(world, world.rita)) == 23
    assert seen(world, world.alice, agent=str(world.bob.agent.pk)) == set()
    assert seen(world, world.alice, q="hl-1") & {"hl-1"} == set()


# --- Page by page


@pytest.mark.parametrize("sort", SORTS)
def test_every_lead_comes_once_going_on_and_once_going_back(world: World, many: list[Lead], sort: str) -> None:
    who, wish = reader(world.tess), Wanted(sort=sort)
    with scope(world.oakwood.pk):
        pages, cursor = [], ""
        while True:
            shown = lists.page(who, wish, place(cursor, sort), size=4)
            pages.append([lead.pk for lead in shown.leads])
            if not shown.after:
                break
            cursor = shown.after
        assert sorted(key for page in pages for key in page) == sorted(lead.pk for lead in many)
        assert pages[0] == [lead.pk for lead in lists.page(who, wish, size=4).leads]
        back = []
        while shown.before:
            shown = lists.page(who, wish, place(shown.before, sort), size=4)
            back.append([lead.pk for lead in shown.leads])
        whole = [key for page in pages for key in page]
        before_the_last = whole[: len(whole) - len(pages[-1])]
        assert [key for page in reversed(back) for key in page] == before_the_last
        assert shown.after


@pytest.mark.parametrize("sort", SORTS)
def test_an_export_brings_every_lead_once_in_the_same_order(
    world: World, many: list[Lead], sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "_BATCH", 5)
    who, wish, found, on = reader(world.tess), Wanted(sort=sort), [], None
    with scope(world.oakwood.pk):
        whole = [lead.pk for lead in lists.page(who, wish).leads]
        while True:
            rows, on = lists.batch(who, wish, on)
            found += [lead.pk for lead in rows]
            if on is None:
                break
    assert found == whole


def test_a_lead_that_comes_between_two_pages_shifts_nothing(world: World, many: list[Lead]) -> None:
    who, wish = reader(world.tess), Wanted(sort="newest")
    with scope(world.oakwood.pk):
        first = lists.page(who, wish, size=5)
        Lead.objects.create(name="Just came")
        second = lists.page(who, wish, place(first.after, "newest"), size=5)
    assert not {lead.pk for lead in first.leads} & {lead.pk for lead in second.leads}


FORGED = [
    "x", "%00", "////", "W10", "bnVsbA", "eyJhIjoxfQ", str(uuid4()), "é", "a" * 5_000, "W" * 4_001,
    Place("name", "x", uuid4()).cursor(),  # of another order
    Place("spoken", "yesterday", uuid4()).cursor(),
    Place("spoken", 7.0, uuid4()).cursor(),
    Place("spoken", "2026-01-01T00:00:00", uuid4()).cursor(),
    Place("spoken", None, uuid4()).cursor(),
]  # fmt: skip


@pytest.mark.parametrize("cursor", FORGED)
def test_a_forged_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid) as refused:
        place(cursor, "spoken")
    assert refused.value.field == "cursor"


@pytest.mark.parametrize(("sort", "key"), [("score", float("nan")), ("name", "a\x00"), ("name", "x" * 999)])
def test_a_key_that_no_lead_can_have_is_refused(sort: str, key: Any) -> None:
    with pytest.raises(Invalid):
        place(Place(sort, key, uuid4()).cursor(), sort)


@given(st.text(max_size=200), st.sampled_from(list(SORTS)))
def test_any_words_as_a_cursor_are_read_or_refused(cursor: str, sort: str) -> None:
    with suppress(Invalid):
        assert place(cursor, sort) is None or cursor


@given(st.dictionaries(st.sampled_from([*Wanted.__dataclass_fields__, "page"]), st.text(max_size=200)))
def test_any_parameters_are_read_or_refused(given_: dict[str, str]) -> None:
    with suppress(Invalid):
        wish = wanted(given_, CHOICES)
        assert wanted(wish.parameters(), CHOICES) == wish


# --- Many at once


def test_a_team_lead_gives_leads_to_an_agent(world: World, many: list[Lead]) -> None:
    with scope(world.oakwood.pk):
        done = bulk.assign(reader(world.tess), world.tess.membership, ids(many, 0, 1, 2), world.bob.agent.pk)
        assert done == Done(2, same=1)
        assert {lead.agent_id for lead in Lead.objects.filter(pk__in=ids(many, 0, 1, 2).ids or ())} == {
            world.bob.agent.pk
        }
        event = AuditEvent.objects.get(verb="leads.assign")
        assert (event.facts["changed"], len(event.facts["leads"])) == (2, 2)


def test_an_agent_takes_leads_but_gives_none_away_and_reaches_no_colleagues(world: World, many: list[Lead]) -> None:
    mine = reader(world.alice), world.alice.membership
    with scope(world.oakwood.pk):
        assert bulk.assign(*mine, ids(many, 0, 1, 2), world.alice.agent.pk) == Done(1, same=1)
        many[1].refresh_from_db()
        assert many[1].agent_id == world.bob.agent.pk
        for target in (world.bob.agent.pk, None):
            with pytest.raises(NotAllowed):
                bulk.assign(*mine, ids(many, 0), target)


def heard(person: Person) -> list[tuple[Any, Any]]:
    rows = Event.objects.filter(agent=person.agent, payload__state="leads_changed").order_by("seq")
    return [(row.payload["what"], row.payload["count"]) for row in rows]


def test_other_screens_hear_of_many_leads_once_and_only_of_those_they_see(world: World, many: list[Lead]) -> None:
    with scope(world.oakwood.pk):
        Lead.objects.filter(pk__in=[many[0].pk, many[2].pk]).update(agent=world.alice.agent)
        Lead.objects.filter(pk=many[1].pk).update(agent=world.bob.agent)
        bulk.assign(reader(world.tess), world.tess.membership, ids(many, 0, 1, 2), world.bob.agent.pk)
        assert heard(world.alice) == [("assigned", 2)], "what was hers, though it is not any more"
        assert heard(world.bob) == [("assigned", 2)]
        assert heard(world.tess) == [("assigned", 2)]
        bulk.lay_over(reader(world.tess), world.tess.membership, ids(many, 0, 1, 2), Overlay.NURTURE)
        assert heard(world.alice) == [("assigned", 2)]
        assert heard(world.bob) == [("assigned", 2), ("overlay", 3)]
        bulk.lay_over(reader(world.tess), world.tess.membership, ids(many, 0, 1, 2), Overlay.NURTURE)
        assert len(heard(world.bob)) == 2, "nothing changed, nothing is told"


def test_an_auditor_changes_nothing_and_a_stranger_gets_nothing(world: World, many: list[Lead]) -> None:
    with scope(world.oakwood.pk):
        with pytest.raises(NotAllowed):
            bulk.assign(reader(world.rita), world.rita.membership, ids(many, 0), world.bob.agent.pk)
        with pytest.raises(NotAllowed):
            bulk.lay_over(reader(world.rita), world.rita.membership, ids(many, 0), Overlay.NURTURE)
        with pytest.raises(NotFound):
            bulk.assign(reader(world.tess), world.tess.membership, ids(many, 0), world.charlie.agent.pk)


def test_leads_of_another_tenant_are_not_there_to_be_chosen(world: World, many: list[Lead]) -> None:
    with scope(world.elm.pk), pytest.raises(Invalid, match="at least one"):
        bulk.assign(reader(world.charlie), world.charlie.membership, ids(many, 0, 1), world.charlie.agent.pk)


def test_an_overlay_is_set_and_cleared_with_a_trace_and_some_stay(world: World, many: list[Lead]) -> None:
    who = reader(world.tess), world.tess.membership
    with scope(world.oakwood.pk):
        Lead.objects.filter(pk=many[1].pk).update(overlay=Overlay.DNC)
        Lead.objects.filter(pk=many[2].pk).update(overlay=Overlay.NURTURE)
        assert bulk.lay_over(*who, ids(many, 0, 1, 2), Overlay.NURTURE) == Done(1, same=1, kept=1)
        assert bulk.lay_over(*who, ids(many, 0, 1, 2), Overlay.NONE) == Done(2, kept=1)
        many[1].refresh_from_db()
        assert many[1].overlay == Overlay.DNC
        assert StageMove.objects.count() == 3
        with pytest.raises(Invalid):
            bulk.lay_over(*who, ids(many, 0), Overlay.DNC)


def test_all_that_the_list_finds_is_chosen_up_to_a_limit(
    world: World, many: list[Lead], monkeypatch: pytest.MonkeyPatch
) -> None:
    who = reader(world.tess), world.tess.membership
    with scope(world.oakwood.pk):
        assert bulk.lay_over(*who, Chosen(Wanted(stage="active")), Overlay.NURTURE).changed == 6
        monkeypatch.setattr(bulk, "MOST", 22)
        with pytest.raises(Invalid, match="more than 22"):
            bulk.lay_over(*who, Chosen(Wanted()), Overlay.NURTURE)
        with pytest.raises(Invalid, match="at least one"):
            bulk.lay_over(*who, Chosen(Wanted(q="zzz")), Overlay.NURTURE)


# --- Saved filters


def test_a_filter_is_kept_under_its_name_and_replaced_by_one_of_the_same(world: World) -> None:
    with scope(world.oakwood.pk):
        saved.save(world.alice.membership, "  Hot  ones ", Wanted(score="high"))
        saved.save(world.alice.membership, "Hot ones", Wanted(score="high", stage="active"))
        (row,) = saved.of(world.alice.membership)
        assert (row.name, row.query) == ("Hot ones", {"stage": "active", "score": "high"})


def test_a_filter_is_its_owners_alone(world: World) -> None:
    with scope(world.oakwood.pk):
        row = saved.save(world.alice.membership, "Mine", Wanted(stage="new"))
        assert saved.of(world.bob.membership) == []
        with pytest.raises(NotFound):
            saved.drop(world.bob.membership, row.pk)
        saved.drop(world.alice.membership, row.pk)
        assert not SavedFilter.objects.exists()


@pytest.mark.parametrize(
    ("name", "wish"), [("", Wanted(stage="new")), (" \x00 ", Wanted(stage="new")), ("All", Wanted())]
)
def test_a_filter_needs_a_name_and_something_to_keep(world: World, name: str, wish: Wanted) -> None:
    with scope(world.oakwood.pk), pytest.raises(Invalid):
        saved.save(world.alice.membership, name, wish)


def test_there_is_an_end_to_saved_filters(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "MOST", 1)
    with scope(world.oakwood.pk):
        saved.save(world.alice.membership, "One", Wanted(stage="new"))
        saved.save(world.alice.membership, "One", Wanted(stage="active"))
        with pytest.raises(Conflict):
            saved.save(world.alice.membership, "Two", Wanted(stage="new"))
