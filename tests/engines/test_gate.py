"""Claude improves the card on the screen; whatever goes wrong with it, the first card stays and the reason is written down."""

from __future__ import annotations

import json
from contextlib import closing
from functools import partial
from itertools import pairwise
from typing import Any

import pytest

from coaching import improvement
from coaching.models import Suggestion
from coaching.services import feedback, refining
from coaching.suggestions import COACH
from enterprisehub.engines import breaker, policies
from enterprisehub.engines.base import Outcome
from enterprisehub.engines.gate import ask
from enterprisehub.engines.models import EngineCall
from enterprisehub.ops import stores
from enterprisehub.ops.stores import channel_redis
from enterprisehub.realtime import events, push
from enterprisehub.realtime.events import Address
from enterprisehub.realtime.models import Event
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import named, scope, unscoped
from tests.fakes import FakeClaude, eventually, nobody_listens
from tests.world import World

pytestmark = pytest.mark.django_db
HELLO = "Honestly, that is too expensive for us."


@pytest.fixture
def world() -> World:
    return World()


def a_card(world: World, text: str = HELLO) -> Suggestion:
    card = world.says(world.alice, world.conversation(world.alice, price=485_000).lead, text).suggestion
    assert card is not None
    return card


def refined(card: Suggestion) -> tuple[Outcome, Suggestion, EngineCall]:
    with named(card.tenant_id):
        outcome = refining.refine(card.pk)
    with scope(card.tenant_id):
        return outcome, Suggestion.objects.get(pk=card.pk), EngineCall.objects.get(subject=str(card.pk))


def engines(tenant: Tenant, **given: Any) -> None:
    with unscoped("a test sets a tenant's terms"):
        Tenant.objects.filter(pk=tenant.pk).update(settings={"engines": given})


def test_claude_improves_the_card_and_the_call_is_on_the_ledger(world: World, connected: FakeClaude) -> None:
    outcome, card, row = refined(a_card(world))
    assert (outcome, card.source, card.revision) == (Outcome.OK, "claude", 1)
    assert card.change in ("confirms", "extends", "replaces")
    assert (row.source, row.outcome, row.model) == ("claude", "ok", "claude-haiku-5-5")
    assert 0 < row.cost <= row.reserved
    assert row.output > 0
    assert (row.asked, row.answered) == (None, "")
    assert len(connected.requests) == 1


@pytest.mark.django_db(transaction=True)
def test_its_words_are_shown_while_they_come(world: World, connected: FakeClaude) -> None:
    connected.pace.tokens_per_second = 60
    card = a_card(world)
    with closing(channel_redis().pubsub(ignore_subscribe_messages=True)) as screen:
        screen.subscribe(push.channel(Address(card.tenant_id, card.agent_id)))
        screen.get_message(timeout=10)
        refined(card)
        frames = [events.unpack(told["data"]) for told in iter(partial(screen.get_message, timeout=0.5), None)]
    deltas = [frame.event()["payload"]["say"] for frame in frames if frame.type == "suggestion.delta"]
    assert deltas
    assert all(later.startswith(earlier) for earlier, later in pairwise(deltas))
    assert frames[-1].type == "suggestion"  # and nothing of it comes late, or is kept
    with scope(card.tenant_id):
        assert not Event.objects.filter(type="suggestion.delta").exists()


def test_the_same_words_of_another_prospect_are_answered_from_memory(world: World, connected: FakeClaude) -> None:
    first, again = a_card(world), a_card(world)
    refined(first)
    outcome, card, row = refined(again)
    assert (outcome, card.source, row.source, row.cost) == (Outcome.OK, "cache", "cache", 0)
    assert len(connected.requests) == 1


def test_an_answer_that_is_remembered_is_the_first_card(world: World, connected: FakeClaude) -> None:
    _, refined_card, _ = refined(a_card(world))
    card = a_card(world)
    assert (card.source, card.revision, card.outcome) == ("cache", 0, "ok")
    assert (card.say, card.ask, card.prompt_version) == (
        refined_card.say,
        refined_card.ask,
        refined_card.prompt_version,
    )
    assert len(connected.requests) == 1


@pytest.mark.parametrize("terms", [{"enabled": False}, {"policies": {"coaching.card": {"effort": "high"}}}])
def test_what_was_answered_on_other_terms_is_not_remembered(
    world: World, connected: FakeClaude, terms: dict[str, Any]
) -> None:
    refined(a_card(world))
    engines(world.oakwood, **terms)
    with scope(world.oakwood.pk):
        world.alice.agent.tenant.refresh_from_db()
    assert a_card(world).source == "local"


def test_other_words_after_the_same_start_are_not_remembered(world: World, connected: FakeClaude) -> None:
    refined(a_card(world))
    lead = world.conversation(world.alice, price=485_000).lead
    world.says(world.alice, lead, "Good morning.")
    card = world.says(world.alice, lead, HELLO).suggestion
    assert card is not None
    assert card.source == "local"


def test_without_redis_the_first_card_comes_from_the_local_engine(
    world: World, connected: FakeClaude, settings: Any
) -> None:
    refined(a_card(world))
    settings.CACHE_REDIS_URL = nobody_listens().replace("http", "redis")
    assert a_card(world).source == "local"


def test_another_tenant_asks_for_itself(world: World, connected: FakeClaude) -> None:
    refined(a_card(world))
    lead = world.conversation(world.charlie, price=485_000).lead
    theirs = world.says(world.charlie, lead, HELLO).suggestion
    assert theirs is not None
    assert refined(theirs)[1].source == "claude"
    assert len(connected.requests) == 2


def test_nothing_personal_leaves_and_a_name_comes_back(world: World, connected: FakeClaude) -> None:
    lead = world.conversation(world.alice, name="Penelope Quill", price=485_000).lead
    world.says(world.alice, lead, "This is Penelope Quill, my number is 212-555-0147, penny@quill.example.")
    card = world.says(world.alice, lead, "Honestly, that is too expensive for us. Penelope").suggestion
    assert card is not None
    _, after, row = refined(card)
    sent = json.dumps(connected.bodies)
    for secret in ("Penelope", "Quill", "555-0147", "penny@"):
        assert secret not in sent
    assert row.hidden > 0
    assert "[NAME" not in after.say + after.ask + after.why


def test_untrusted_words_stand_in_the_tool_result_alone_and_the_prefix_never_changes(
    world: World, connected: FakeClaude
) -> None:
    refined(a_card(world, "Honestly, that is too expensive for us. Zebra."))
    refined(a_card(world, "The price is way over our budget. Giraffe."))
    first, second = connected.bodies
    assert json.dumps(first["system"]) == json.dumps(second["system"])
    assert first["output_config"] == second["output_config"]
    assert all(part["cache_control"] == {"type": "ephemeral", "ttl": "1h"} for part in first["system"])
    assert first["thinking"] == {"type": "disabled"}
    assert first["output_config"]["effort"] == "low"
    *before, result = first["messages"]
    assert "Zebra" not in json.dumps([first["system"], before])
    assert result["content"][0]["type"] == "tool_result"
    assert "Zebra" in json.dumps(result)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("429", Outcome.RATE_LIMITED),
        ("529", Outcome.OVERLOADED),
        ("500", Outcome.SERVER_ERROR),
        ("401", Outcome.AUTH),
        ("400", Outcome.BAD_REQUEST),
        ("refusal", Outcome.REFUSAL),
        ("disconnect", Outcome.UNREACHABLE),
        ("no_stop", Outcome.INCOMPLETE),
        ("garbage", Outcome.GARBAGE),
        ("hang", Outcome.TIMEOUT),
    ],
)
def test_a_fault_leaves_the_first_card_and_says_why(
    world: World, connected: FakeClaude, fault: str, outcome: Outcome
) -> None:
    card = a_card(world)
    connected.play(fault)
    found, after, row = refined(card)
    assert (found, row.outcome, row.source) == (outcome, outcome, "local")
    assert (after.revision, after.say, after.source) == (0, card.say, "local")
    with scope(card.tenant_id):
        last = Event.objects.order_by("-seq").values_list("payload", flat=True).first()
    assert last is not None
    assert last["reason"] == outcome


def test_without_a_key_nobody_is_asked(world: World, claude: FakeClaude, settings: Any) -> None:
    settings.ANTHROPIC_API_KEY = ""
    card = a_card(world)
    with named(card.tenant_id):
        assert refining.refine(card.pk) is Outcome.NO_KEY
    assert not claude.requests


def test_a_tenant_can_switch_it_off(world: World, connected: FakeClaude) -> None:
    engines(world.oakwood, enabled=False)
    card = a_card(world)
    with named(card.tenant_id):
        assert refining.refine(card.pk) is Outcome.AI_OFF
    assert not connected.requests


def test_a_spent_budget_asks_nobody(world: World, connected: FakeClaude) -> None:
    engines(world.oakwood, day_usd=0.000001)
    outcome, card, row = refined(a_card(world))
    assert (outcome, card.revision, row.cost) == (Outcome.BUDGET, 0, 0)
    assert not connected.requests


def test_too_many_failures_open_the_breaker_for_everyone(world: World, connected: FakeClaude) -> None:
    connected.always("500")
    for _ in range(breaker.LEAST_CALLS):
        assert refined(a_card(world))[0] is Outcome.SERVER_ERROR
    connected.forget()
    outcome, _, row = refined(a_card(world))
    assert (outcome, row.breaker) == (Outcome.BREAKER_OPEN, "open")
    assert not connected.requests


def test_without_redis_nothing_is_spent(world: World, connected: FakeClaude, settings: Any) -> None:
    card = a_card(world)
    stores._client.cache_clear()
    settings.CACHE_REDIS_URL = nobody_listens().replace("http", "redis")
    outcome, after, row = refined(card)
    assert (outcome, after.revision, row.cost) == (Outcome.STORE_DOWN, 0, 0)
    assert not connected.requests


def test_a_newer_message_hangs_up_on_the_older_question(world: World, connected: FakeClaude) -> None:
    connected.pace.tokens_per_second, before = 5, connected.open
    lead = world.conversation(world.alice, price=485_000).lead
    card = world.says(world.alice, lead, HELLO).suggestion
    assert card is not None
    with named(card.tenant_id):
        work = refining._load(card.pk)
        assert work is not None
        asked = ask(COACH, work.question, still_wanted=lambda: not connected.requests, deadline=60)
    assert (asked.outcome, asked.source) == (Outcome.SUPERSEDED, "local")
    assert eventually(lambda: connected.open <= before)
    assert connected.requests[0]["ended"] == "client_left"


def test_bad_policies_are_ignored_and_good_ones_hold(world: World, connected: FakeClaude) -> None:
    changes = {"coaching.card": {"model": "claude-sonnet-5-5", "max_tokens": -1, "colour": "red"}}
    engines(world.oakwood, policies=changes, keep_transcripts=True)
    _, _, row = refined(a_card(world))
    assert row.model == connected.bodies[0]["model"] == "claude-sonnet-5-5"
    assert connected.bodies[0]["max_tokens"] == 600
    assert row.asked is not None
    assert row.answered
    with named(world.oakwood.pk):
        assert policies.terms().keep_transcripts


def test_claude_says_what_was_wrong_with_a_card_and_the_rule_stands_behind_it(
    world: World, connected: FakeClaude
) -> None:
    for fault, source in (("", "claude"), ("529", "local")):
        card = a_card(world)
        with scope(card.tenant_id):
            opinion = feedback.Opinion(f"f-{card.pk}", suggestion=card.pk, verdict="dismissed", score=2)
            kept = feedback.give(world.alice.agent, opinion)
        connected.play(fault)
        with named(card.tenant_id):
            found = feedback.improve(kept.pk)
            assert found is not None
            assert feedback.improve(kept.pk) is None
        assert found.source == source
        assert found.theme in improvement.THEMES
        assert ("by_rule" in found.evidence) == (source == "claude")


@pytest.mark.parametrize(
    "change",
    [
        {"quote": "words that nobody wrote"},
        {"finding": ""},
        {"finding": "It should have offered 3 % less."},
        {"finding": "x" * 400},
    ],
)
def test_a_finding_that_is_not_borne_out_is_not_kept(change: dict[str, str]) -> None:
    case = improvement.Case(
        kind="stall",
        confidence=0.7,
        verdict="dismissed",
        score=2,
        kind_now="stall",
        line_ids=(),
        lines_before=(),
        change="",
        refine_ms=None,
        text="That is too expensive for us.",
    )
    good = {"theme": "wrong_kind", "finding": "The price was meant, not the time.", "quote": "too expensive"}
    assert improvement.adopt(case, improvement.ImprovementDraft(**good)) is not None
    assert improvement.adopt(case, improvement.ImprovementDraft(**{**good, **change})) is None
