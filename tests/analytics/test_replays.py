"""A deliberate regression does not go live: not through the service, not through the admin, not through the page; a good draft does."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from coaching.models import PlaybookVersion, Replay
from coaching.playbooks import Library
from coaching.replaying import PROBLEMS, Books, edition, golden, replay
from coaching.services import playbooks, replays
from enterprisehub.errors import Conflict
from enterprisehub.tenants.scope import named, scope
from tests.doors import staff
from tests.world import Person, World

As = Callable[[Person], Client]
GONE: dict[str, Any] = {"entries": {"en": {"opt_out": None}}}
TALKS_ROUND = {
    "entries": {"es": {"opt_out": {"any": {"say": ["Antes de irse, la mayoría de la gente se alegra de seguir."]}}}}
}
DROPPED = {"entries": {"en": {"affordability": None}}}
GOOD = {"entries": {"en": {"affordability": {"any": {"say": ["Let us look at the monthly figure together."]}}}}}


def worse(content: dict[str, Any]) -> Counter[str]:
    base = Library.base()
    return Counter(name for one in replay(golden(), Books(base, base.merged(content))) for name in one.problems)


class TestGolden:
    def test_the_base_library_gets_every_golden_conversation_right(self) -> None:
        base = Library.base()
        for vertical in ("any", "first_time", "luxury", "investment", "commercial"):
            assert [one.case.id for one in replay(golden(), Books(base, base, vertical)) if one.problems] == []

    def test_they_are_many_in_both_languages_and_of_every_sort(self) -> None:
        assert len(golden()) >= 200
        languages = Counter(case.language for case in golden())
        assert min(languages["en"], languages["es"]) >= 60
        kinds = Counter(case.kind for case in golden())
        assert min(kinds[k] for k in ("opt_out", "steering", "professional_advice", "distress", "minor", "")) >= 3
        assert sum(bool(case.never) for case in golden()) >= 10
        assert len({case.id for case in golden()}) == len(golden())
        assert len(edition()) == 12

    @pytest.mark.parametrize(
        ("content", "problem"),
        [(GONE, "missing_compliance"), (TALKS_ROUND, "rebuttal"), (DROPPED, "missing_card")],
    )
    def test_each_regression_is_named(self, content: dict[str, Any], problem: str) -> None:
        assert set(worse(content)) == {problem}
        assert problem in PROBLEMS

    def test_better_words_change_cards_and_worsen_none(self) -> None:
        base = Library.base()
        found = replay(golden(), Books(base, base.merged(GOOD)))
        assert sum(one.changed for one in found) >= 5
        assert not any(one.problems for one in found)


@pytest.mark.django_db
class TestGate:
    @pytest.mark.parametrize("content", [GONE, TALKS_ROUND, DROPPED])
    def test_the_service_lets_no_regression_through(self, world: World, content: dict[str, Any]) -> None:
        with scope(world.oakwood.pk):
            version = playbooks.draft(content)
            with pytest.raises(Conflict, match="does not go live"):
                playbooks.publish(version)
            version.refresh_from_db()
            assert version.status == "draft"

    def test_the_admin_lets_no_regression_through(self, world: World) -> None:
        client = staff(world.ada)
        path = "/admin/coaching/playbookversion/"
        client.post(f"{path}add/", {"content": json.dumps(GONE), "note": "Ours"})
        with scope(world.oakwood.pk):
            version = PlaybookVersion.objects.get()
        chosen = {"action": "publish", "_selected_action": str(version.pk)}
        page = client.post(path, chosen, follow=True).content.decode()
        assert "no card where the law needs one" in page
        with scope(world.oakwood.pk):
            assert PlaybookVersion.objects.get().status == "draft"

    def test_the_page_replays_shows_and_lets_no_regression_through(self, world: World, as_: As) -> None:
        lead = world.conversation(world.alice, "Wilhelmina Quist").lead
        world.says(world.alice, lead, "Wilhelmina Quist here, 305-555-0101: stop texting me!")
        with scope(world.oakwood.pk):
            version = playbooks.draft(GONE)
        path, owner = f"/results/replays/{version.pk}/", as_(world.olivia)
        assert "Not replayed yet" in owner.get(path).content.decode()
        owner.post(path, {"do": "replay"})
        assert "Waiting for the worker" in owner.get(path).content.decode()
        with scope(world.oakwood.pk):
            row = Replay.objects.get()
        with named(world.oakwood.pk):
            replays.run(row.pk)
        page = owner.get(path).content.decode()
        assert "It cannot go live" in page
        assert "Publish version" not in page
        assert "Quist" not in page
        assert "555-0101" not in page
        refused = owner.post(path, {"do": "publish"}, follow=True).content.decode()
        assert "does not go live" in refused
        with scope(world.oakwood.pk):
            version.refresh_from_db()
            row.refresh_from_db()
        assert version.status == "draft"
        assert (row.state, row.done, row.recent) == ("blocked", row.total, 1)
        assert as_(world.alice).get(path).status_code == 403
        assert as_(world.rita).post(path, {"do": "publish"}).status_code == 403

    def test_a_good_draft_goes_live_through_the_page(self, world: World, as_: As) -> None:
        with scope(world.oakwood.pk):
            version = playbooks.draft(GOOD)
            row = replays.wish(version)
            assert replays.wish(version) == row
        with named(world.oakwood.pk):
            replays.run(row.pk)
        page = as_(world.olivia).get(f"/results/replays/{version.pk}/").content.decode()
        assert "Nothing got worse" in page
        as_(world.olivia).post(f"/results/replays/{version.pk}/", {"do": "publish"})
        with scope(world.oakwood.pk):
            version.refresh_from_db()
        assert version.status == "published"

    def test_a_replay_against_other_lines_does_not_count(self, world: World) -> None:
        with scope(world.oakwood.pk):
            first, second = playbooks.draft(GOOD), playbooks.draft({})
            row = replays.wish(first)
        with named(world.oakwood.pk):
            replays.run(row.pk)
        with scope(world.oakwood.pk):
            playbooks.publish(second)
            playbooks.publish(first)
            assert Replay.objects.filter(version=first).count() >= 1
            second.refresh_from_db()
            assert playbooks.roll_back(second).status == "published"
