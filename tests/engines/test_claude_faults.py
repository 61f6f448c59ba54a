"""What becomes of a call when Claude is slow, limited, broken, refusing or gone? One named outcome each, over real HTTP."""

from __future__ import annotations

import asyncio
from time import perf_counter

import pytest
from pydantic import BaseModel

from enterprisehub.engines import claude as engine
from enterprisehub.engines.base import Outcome, Policy
from enterprisehub.engines.calls import Call, Credential, Wanted
from enterprisehub.engines.standin.server import LATE_SECONDS
from enterprisehub.ops import loops
from tests.fakes import FakeClaude, eventually, nobody_listens

POLICY = Policy(first_text=0.4, total=1.2)
# What ends by itself is given all the time that a busy machine may need: only silence meets the deadline above.
PATIENT = Policy(first_text=30, total=60)
RULES = "You coach. " * 400


class Draft(BaseModel):
    say: str
    why: str
    urgency: str
    confidence: float


def wanted(policy: Policy = PATIENT) -> Wanted:
    said = [{"source": "conversation", "speaker": "prospect", "text": "It is too expensive."}]
    return Wanted(policy, Draft, RULES, "## affordability: Guard it", {"stage": "engaged"}, said, user="opaque")


def call(fake: FakeClaude | str, policy: Policy = PATIENT) -> Call:
    url = fake if isinstance(fake, str) else fake.url
    made = Call()
    loops.run(engine.converse(wanted(policy), Credential("a-key", url), made, lambda _: None), 120)
    return made


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("", Outcome.OK),
        ("400", Outcome.BAD_REQUEST),
        ("401", Outcome.AUTH),
        ("402", Outcome.AUTH),
        ("403", Outcome.AUTH),
        ("404", Outcome.BAD_REQUEST),
        ("413", Outcome.BAD_REQUEST),
        ("429", Outcome.RATE_LIMITED),
        ("429_patient", Outcome.RATE_LIMITED),
        ("429_ramp", Outcome.RATE_LIMITED),
        ("429_spend", Outcome.SPEND_LIMIT),
        ("429_contract", Outcome.SPEND_LIMIT),
        ("500", Outcome.SERVER_ERROR),
        ("502", Outcome.SERVER_ERROR),
        ("503", Outcome.SERVER_ERROR),
        ("504", Outcome.SERVER_ERROR),
        ("529", Outcome.OVERLOADED),
        ("hang", Outcome.TIMEOUT),
        ("hang_after_headers", Outcome.TIMEOUT),
        ("hang_pinging", Outcome.TIMEOUT),
        ("reset", Outcome.UNREACHABLE),
        ("late", Outcome.TIMEOUT),
        ("stall", Outcome.TIMEOUT),
        ("stall_pinging", Outcome.TIMEOUT),
        ("disconnect", Outcome.UNREACHABLE),
        ("stream_error", Outcome.OVERLOADED),
        ("stream_api_error", Outcome.SERVER_ERROR),
        ("no_stop", Outcome.INCOMPLETE),
        ("no_message_stop", Outcome.OK),
        ("stop_and_hold", Outcome.OK),
        ("garbage", Outcome.GARBAGE),
        ("garbage_json", Outcome.GARBAGE),
        ("garbage_events", Outcome.GARBAGE),
        ("refusal", Outcome.REFUSAL),
        ("refusal_empty", Outcome.REFUSAL),
        ("max_tokens", Outcome.TRUNCATED),
        ("tool_use", Outcome.INVALID_OUTPUT),
        ("huge", Outcome.INVALID_OUTPUT),
        ("many", Outcome.INVALID_OUTPUT),
    ],
)
def test_each_fault_has_one_outcome_within_the_deadline(claude: FakeClaude, fault: str, outcome: Outcome) -> None:
    claude.play(fault)
    policy = POLICY if outcome is Outcome.TIMEOUT else PATIENT
    began = perf_counter()
    made = call(claude, policy)
    assert made.outcome == outcome, vars(made)
    assert perf_counter() - began < LATE_SECONDS + POLICY.total  # none of them would have come to an end by then
    assert [request["fault"] for request in claude.requests] == [fault]  # asked once: no retries


def test_a_refused_connection_is_unreachable() -> None:
    assert call(nobody_listens()).outcome == Outcome.UNREACHABLE


def test_a_name_that_nobody_knows_is_unreachable() -> None:
    assert call("http://claude.invalid", POLICY).outcome in (Outcome.UNREACHABLE, Outcome.TIMEOUT)


def test_a_long_retry_after_is_told_and_not_waited_for(claude: FakeClaude) -> None:
    claude.play("429_patient")
    began = perf_counter()
    made = call(claude)
    assert perf_counter() - began < PATIENT.total / 2
    assert made.retry_after == engine.RETRY_AFTER_MOST


def test_what_broke_off_is_booked_by_estimate(claude: FakeClaude) -> None:
    claude.play("disconnect")
    made = call(claude)
    assert made.estimated
    assert made.text
    assert made.billed().prompt > 100
    assert made.billed().output >= len(made.text) / 2.5


def test_what_never_began_costs_nothing(claude: FakeClaude) -> None:
    claude.play("529")
    made = call(claude)
    assert made.billed().prompt == made.billed().output == 0
    assert not made.estimated


def test_a_refusal_keeps_its_category_and_its_count(claude: FakeClaude) -> None:
    claude.play("refusal")
    made = call(claude)
    assert made.refusal_category == "general_harms"
    assert made.counted
    assert made.usage.output > 0


def test_the_second_call_reads_the_prompt_from_the_cache(claude: FakeClaude) -> None:
    policy = Policy(first_text=30, total=60, max_tokens=599)
    call(claude, policy)
    second = call(claude, policy)
    assert second.usage.cache_read > 1000
    assert second.usage.cache_write_1h == 0
    one, two = (body["system"] for body in claude.bodies)
    assert one == two


def test_the_request_id_and_the_time_to_the_first_word_are_kept(claude: FakeClaude) -> None:
    made = call(claude)
    assert made.request_id.startswith("req_")
    assert made.first_text_ms is not None
    assert 5 < made.first_text_ms <= made.total_ms


def test_cancelling_closes_the_connection(claude: FakeClaude) -> None:
    claude.pace.tokens_per_second = 5
    made, words = Call(), asyncio.Event()
    future = loops.spawn(
        engine.converse(
            wanted(Policy(first_text=30, total=600)), Credential("k2", claude.url), made, lambda _: words.set()
        )
    )
    assert eventually(lambda: bool(made.text))
    future.cancel()
    assert eventually(lambda: claude.requests[-1]["ended"] == "client_left")
    assert eventually(lambda: made.outcome == Outcome.SUPERSEDED and made.total_ms > 0)
    assert made.billed().output > 0


def test_fifty_hanging_calls_do_not_hold_each_other_up(claude: FakeClaude) -> None:
    claude.always("hang")

    async def all_at_once() -> list[Call]:
        calls = [Call() for _ in range(50)]
        credential = Credential("k3", claude.url)
        await asyncio.gather(*(engine.converse(wanted(POLICY), credential, one, lambda _: None) for one in calls))
        return calls

    began = perf_counter()
    calls = loops.run(all_at_once(), 60)
    assert {one.outcome for one in calls} == {Outcome.TIMEOUT}
    assert perf_counter() - began < 50 * POLICY.first_text / 2  # one after the other they would take twice as long
