"""Does Claude read the samples in a batch, at half the price, with what it says borne out by real words, whatever becomes of the batch?"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils.timezone import localdate

from analytics.effectiveness import Finding, Thing
from analytics.measures import Rate
from analytics.models import Analysis
from analytics.ranges import Range
from analytics.services import samples
from coaching.models import Suggestion
from enterprisehub.engines import budget, ledger
from enterprisehub.engines.models import EngineCall
from enterprisehub.engines.prices import Usage, cost
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import named, scope, unscoped
from tests.engines.conftest import _one_claude, _redis_is_there, claude, connected
from tests.fakes import FakeClaude
from tests.world import World

pytestmark = pytest.mark.django_db
__all__ = ["_one_claude", "_redis_is_there", "claude", "connected"]  # fixtures
SAID = (
    "Honestly, that is too expensive for us.",
    "The price is far too high for what it is.",
    "We cannot afford that, it is way over our budget.",
    "It costs too much for us right now.",
    "That is out of our price range, call me on 212-555-0142.",
)


@pytest.fixture
def world() -> World:
    return World()


def asked(world: World) -> Analysis:
    """An analysis with one clear finding, whose samples are real cards; the batch is on its way where there is a key."""
    for text in SAID:
        world.says(world.alice, world.conversation(world.alice).lead, text)
    kind = "affordability"
    with scope(world.oakwood.pk):
        Suggestion.objects.update(shown=True, kind=kind)  # five at once are more than an agent is shown
    rate, others = Rate(40, 80), Rate(40, 400)
    found = Finding(Thing("kind", kind, kind), "reply", rate, others, "others", rate, None, 0.4, 0.001, "high")
    with scope(world.oakwood.pk):
        today = localdate()
        row: Analysis = Analysis.objects.create(time_range="7d", first=today, last=today)
    with named(world.oakwood.pk):
        read = samples.read(row.pk, Range(today, today), {"_findings": (found,), "patterns": ["A local one."]})
    with scope(world.oakwood.pk):
        Analysis.objects.filter(pk=row.pk).update(state="done", result={"samples": read})
        return Analysis.objects.get(pk=row.pk)


def fetched(world: World, looks: int = 2) -> Analysis:
    with named(world.oakwood.pk):
        for _ in range(looks):
            samples.fetch()
    with scope(world.oakwood.pk):
        return Analysis.objects.get()


def rows(world: World) -> list[EngineCall]:
    with scope(world.oakwood.pk):
        return list(EngineCall.objects.filter(capability="analytics.samples"))


def set_aside(world: World) -> int:
    with named(world.oakwood.pk):
        return budget.spent(world.oakwood.pk, booked=ledger.booked).month


def test_without_a_key_only_the_local_patterns_are_there_and_the_page_says_why(world: World, settings: Any) -> None:
    settings.ANTHROPIC_API_KEY = ""
    told = asked(world).result["samples"]
    assert (told["by"], told["why"]) == ("local", "there is no key")
    assert told["patterns"] == [{"text": "A local one.", "quotes": []}]


def test_claude_reads_in_a_batch_at_half_the_price_and_quotes_what_was_said(
    world: World,
    connected: FakeClaude,
) -> None:
    row = asked(world)
    assert row.batch_state == "in_progress"
    assert set_aside(world) > 0
    with named(world.oakwood.pk):
        assert samples.fetch() == 0  # still in progress
        assert samples.fetch() == 1
        assert samples.fetch() == 0
    row = fetched(world, 0)
    read = row.result["samples"]
    assert (read["by"], row.batch_state, row.read_by) == ("claude", "ended", "claude")
    quotes = read["patterns"][1]["quotes"]
    assert len(quotes) >= 2
    assert all(any(quote in text for text in SAID) for quote in quotes)
    [booked] = rows(world)
    usage = Usage(booked.input, booked.cache_read, booked.cache_write_5m, booked.cache_write_1h, booked.output)
    assert booked.model == "claude-opus-5-5"
    assert booked.cost == cost(usage, booked.model, on=booked.created_at.date(), batch=True)
    assert set_aside(world) == booked.cost


def test_nobodys_name_or_number_leaves_the_house(world: World, connected: FakeClaude) -> None:
    asked(world)
    sent = json.dumps(connected.bodies)
    assert "claude-opus-5-5" in sent
    assert "212-555-0142" not in sent
    assert "Pat Doe" not in sent


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("batch_errored", "server_error"),
        ("batch_expired", "timeout"),
        ("batch_canceled", "superseded"),
        ("not_json", "invalid_output"),
        ("refusal", "refusal"),
        ("max_tokens", "truncated"),
    ],
)
def test_what_fails_in_a_batch_leaves_the_local_patterns_and_the_reason(
    world: World,
    connected: FakeClaude,
    fault: str,
    outcome: str,
) -> None:
    connected.play(fault)
    asked(world)
    row = fetched(world)
    assert row.batch_state == "ended"
    assert row.result["samples"]["by"] == "local"
    assert row.result["samples"]["patterns"] == [{"text": "A local one.", "quotes": []}]
    [booked] = rows(world)
    assert booked.outcome == outcome
    if fault.startswith("batch_"):
        assert booked.cost == 0
    assert set_aside(world) == booked.cost


@pytest.mark.parametrize("fault", ["429", "529", "500", "401"])
def test_a_batch_that_is_not_taken_costs_nothing(world: World, connected: FakeClaude, fault: str) -> None:
    connected.play(fault)
    told = asked(world)
    assert told.batch == ""
    assert told.result["samples"]["why"] == "it could not be reached"
    assert set_aside(world) == 0


def test_a_batch_that_the_api_no_longer_knows_is_given_up(world: World, connected: FakeClaude) -> None:
    asked(world)
    connected.standin.batches.clear()
    assert fetched(world).batch_state == "gone"


def test_without_money_no_batch_is_handed_in(world: World, connected: FakeClaude) -> None:
    with unscoped("a test sets a tenant's terms"):
        Tenant.objects.filter(pk=world.oakwood.pk).update(settings={"engines": {"month_usd": 0}})
    assert asked(world).result["samples"]["why"] == "the budget is spent"
    assert not connected.requests
