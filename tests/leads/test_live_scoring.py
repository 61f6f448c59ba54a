"""A promoted model scores live leads by what a live lead has, in every process from the next word on; where it cannot, the rules do and say so."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from celery import current_app
from django.db import connection

from coaching.services.hearing import Words, hear
from enterprisehub.tenants.scope import named, scope
from leads.learning.mapping import FEATURES
from leads.learning.table import Table
from leads.models import Lead, Message, ScoringModel
from leads.packs import pack_of
from leads.profile import facts_of
from leads.services import own_past, scorecards, served
from leads.services.learning import recent
from leads.services.scored import features_at
from tests.leads.own import own_leads
from tests.leads.past import past_deals, past_leads
from tests.world import Count, World

pytestmark = pytest.mark.django_db
WISH = "We are pre-approved, our lease ends in June, and we need more space."


@pytest.fixture
def world() -> World:
    served._held.clear()  # as in a process that has just begun
    return World()


def trained(row: ScoringModel) -> ScoringModel:
    current_app.tasks["leads.train_scoring"](tenant=str(row.tenant_id), model=str(row.pk))
    with scope(row.tenant_id):
        found: ScoringModel = ScoringModel.objects.get(pk=row.pk)
    assert found.state == "ready", found.problem
    return found


def of_file(world: World, content: bytes, outcome: str, **given: str) -> ScoringModel:
    past = scorecards.Past(name="A file", content=content, outcome=outcome, **given)
    with scope(world.oakwood.pk):
        row = scorecards.hand_in(past, by=world.ada.membership)
    return trained(row)


def of_own(world: World) -> ScoringModel:
    with scope(world.oakwood.pk):
        row = scorecards.hand_in_own("Our own", by=world.ada.membership)
    return trained(row)


def promote(row: ScoringModel) -> None:
    with scope(row.tenant_id):
        scorecards.promote(row, acknowledged=scorecards.proxies_of(row))


def told(world: World, lead: Lead, words: str = WISH) -> dict[str, Any]:
    """The lead's score after these words."""
    world.says(world.alice, lead, words)
    with scope(world.oakwood.pk):
        lead.refresh_from_db()
    found: dict[str, Any] = lead.score_told
    return found


def test_a_model_of_our_own_leads_scores_live_ones_with_reasons_an_interval_and_its_version(world: World) -> None:
    own_leads(world)
    row = of_own(world)
    assert row.card["live"]["serves"], row.card["live"]
    assert {one["feature"] for one in row.card["live"]["features"]} <= {*FEATURES, "overlay"}
    assert row.card["live"]["figures"]["AUC"]["value"] > row.card["live"]["rules"]["AUC"]["value"] - 0.05
    promote(row)
    lead = world.conversation(world.alice).lead
    score = told(world, lead)
    assert (score["by"], score["note"], score["version"]) == ("own", "", row.live["numbers"]["version"])
    assert 0 < score["low"] < score["probability"] < score["high"] < 1
    assert lead.score == score["probability"]
    assert score["for"] or score["against"]
    assert all(change["probability"] > score["probability"] for change in score["would_change"])


def test_its_percentages_are_those_of_leads_it_has_not_seen(world: World) -> None:
    own_leads(world, 1_200)
    figures = of_own(world).card["live"]["figures"]
    assert figures["AUC"]["low"] > 0.6
    assert figures["ECE"]["value"] < 0.1


def test_what_a_past_lead_was_taught_as_is_what_the_live_score_sees(world: World) -> None:
    lead = world.conversation(world.alice).lead
    for words in ("Hello, we want to buy a house.", WISH, "We would pay up to $500k.", "Make that $450k."):
        told(world, lead, words)
        with scope(world.oakwood.pk):
            newest = Message.objects.filter(lead=lead).latest("position")
            pack = pack_of(lead.side, "any")
            live = features_at(
                (lead.stage, lead.overlay), facts_of(lead.profile), recent(lead), pack=pack, at=newest.at
            )
            (life,) = own_past._lives(None)
            *_, (at, learned) = own_past._moments(life, newest.at.replace(year=2999), "any")
        assert (at, learned) == (newest.at, live)


def test_a_lead_counts_once_and_only_as_it_was_before_its_end(world: World) -> None:
    own_leads(world, 60)
    with named(world.oakwood.pk):
        table = own_past.table()
    assert len(table) == 60
    assert "closed" not in table.columns["stage"]
    assert "lost" not in table.columns["overlay"]
    assert set(table.columns[own_past.OUTCOME]) == {"yes", "no"}


def test_too_few_own_leads_fail_in_words(world: World) -> None:
    own_leads(world, 50)
    with scope(world.oakwood.pk):
        row = scorecards.hand_in_own("Our own", by=world.ada.membership)
    current_app.tasks["leads.train_scoring"](tenant=str(row.tenant_id), model=str(row.pk))
    with scope(world.oakwood.pk):
        row.refresh_from_db()
    assert row.state == "failed"
    assert "Too little to learn from" in row.problem


def test_of_a_file_only_what_a_live_lead_has_scores_it_and_the_card_says_what_that_costs(world: World) -> None:
    row = of_file(world, past_deals(), "Won", time_column="Created")
    live = row.card["live"]
    assert {one["feature"]: one["column"] for one in live["features"]} == {
        "timeframe": "Purchase Timeline",
        "financing": "Pre-approved",
        "replies": "Replies",
    }
    assert [one["feature"] for one in live["left_out"]] == ["stage"]  # it tells the end, so neither model looks at it
    assert live["cost"]["low"] <= live["cost"]["value"] <= live["cost"]["high"]
    assert live["figures"]["AUC"]["value"] < row.card["figures"]["newest leads"]["AUC"]["value"] + 0.05
    promote(row)
    score = told(world, world.conversation(world.alice).lead)
    assert score["by"] == "own"
    assert score["outcome"] == "“Won”, as in the file of past leads"


def test_columns_are_named_by_a_person_where_their_names_do_not_tell(world: World) -> None:
    content = past_deals().replace(b"Purchase Timeline", b"Q7", 1)
    row = of_file(world, content, "Won", time_column="Created", mapping="timeframe = Q7\n")
    assert row.mapping == {"timeframe": "Q7"}
    assert [one["column"] for one in row.card["live"]["features"]] == ["Q7"]


def test_a_model_that_knows_nothing_of_live_leads_leaves_them_to_the_rules_which_say_so(world: World) -> None:
    row = of_file(world, past_leads().replace(b"replied", b"clicked", 1), "won")
    assert not row.card["live"]["serves"]
    promote(row)
    score = told(world, world.conversation(world.alice).lead)
    assert score["by"] == "rules"
    assert "files only" in score["note"]
    assert score["version"].startswith("rules-")


def test_a_damaged_model_keeps_nobody_from_being_heard(world: World) -> None:
    row = of_file(world, past_deals(), "Won")
    promote(row)
    with scope(world.oakwood.pk):
        ScoringModel.objects.update(live={**row.live, "numbers": {"format": "none"}})
    score = told(world, world.conversation(world.alice).lead)
    assert (score["by"], score["note"]) == ("rules", served.DAMAGED)


def test_whoever_must_be_left_alone_is_scored_by_no_model(world: World) -> None:
    promote(of_file(world, past_deals(), "Won"))
    lead = world.conversation(world.alice).lead
    assert told(world, lead)["probability"] is not None
    score = told(world, lead, "Please stop texting me and take me off your list.")
    assert score["probability"] is None
    assert "left alone" in score["abstains"]
    assert lead.score is None


def test_promoting_and_going_back_hold_from_the_next_word_on_though_another_process_did_it(world: World) -> None:
    first, second = of_file(world, past_deals(), "Won"), of_file(world, past_deals(seed=2), "Won")
    promote(first)
    lead = world.conversation(world.alice).lead
    versions = [told(world, lead)["version"]]
    for live, retired in ((second, first), (first, second)):
        with scope(world.oakwood.pk):  # all that another process leaves behind is what stands in the database
            ScoringModel.objects.filter(pk=retired.pk).update(state="retired")
            ScoringModel.objects.filter(pk=live.pk).update(state="live")
        versions.append(told(world, lead, "And a garden would be nice.")["version"])
    one, other = first.live["numbers"]["version"], second.live["numbers"]["version"]
    assert one != other
    assert versions == [one, other, one]


def test_the_neighbours_model_scores_none_of_our_leads(world: World) -> None:
    row = of_file(world, past_deals(), "Won")
    promote(row)
    told(world, world.conversation(world.alice).lead)
    theirs = world.conversation(world.charlie).lead
    world.says(world.charlie, theirs, WISH)
    with scope(world.elm.pk):
        theirs.refresh_from_db()
        assert served.own() is None
    assert theirs.score_told["by"] == "rules"


@pytest.mark.parametrize("warm", [False, True])
def test_hearing_costs_no_more_statements_with_a_model_of_the_teams_own(world: World, warm: bool) -> None:
    promote(of_file(world, past_deals(), "Won"))
    lead = world.conversation(world.alice, price=485_000).lead
    told(world, lead)
    if not warm:
        served._held.clear()
    count = Count()
    with connection.execute_wrapper(count), scope(world.oakwood.pk):
        heard = hear(world.alice.agent, Words(lead.pk, "That is too expensive for us.", str(uuid4())))
    assert heard.suggestion is not None
    assert len(count.statements) - 1 <= 8, count.statements  # one is the test's own, as in test_wave_one_queries.py
    with scope(world.oakwood.pk):
        lead.refresh_from_db()
    assert lead.score_told["by"] == "own"


def test_leads_that_nobody_writes_to_are_scored_again_once_a_model_is_promoted(world: World) -> None:
    lead, empty = world.conversation(world.alice).lead, world.conversation(world.alice).lead
    before = told(world, lead)
    row = of_file(world, past_deals(), "Won")
    promote(row)
    current_app.tasks["leads.score_again"](tenant=str(world.oakwood.pk), after="")
    with scope(world.oakwood.pk):
        lead.refresh_from_db()
        empty.refresh_from_db()
    assert before["by"] == "rules"
    assert lead.score_told["version"] == row.live["numbers"]["version"]
    assert empty.score_told == {}


def test_a_table_of_live_features_holds_words_of_ours_only(world: World) -> None:
    """What a past lead is learned as holds no name, no place and nothing that was said."""
    lead = world.conversation(world.alice, name="Pat Doe").lead
    told(world, lead, f"I am Pat Doe from Little Havana. {WISH}")
    with scope(world.oakwood.pk):
        Lead.objects.filter(pk=lead.pk).update(stage="closed")
        from leads.models import StageMove

        StageMove.objects.create(lead=lead, from_stage="engaged", to_stage="closed", mover="person")
    with named(world.oakwood.pk):
        table: Table = own_past.table()
    assert len(table) == 1
    assert not any(word in json.dumps(table.columns) for word in ("Pat", "Doe", "Havana", "lease", "space"))
