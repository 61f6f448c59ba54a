"""Which cards may take an agent's attention, and when do the others come back?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from coaching.attention import AttentionRules, Candidate, Shown, Verdict, context, decide, idea

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HALF_DAY = 12 * 3600


def wish(number: int = 0, *, kind: str = "rates", compliance: bool = False, conversation: str = "c1") -> Candidate:
    return Candidate(kind=kind, idea=f"{kind}:{number}", conversation=conversation, compliance=compliance)


def shown(candidate: Candidate, at: datetime, verdict: str = "") -> Shown:
    return Shown(
        at=at,
        kind=candidate.kind,
        idea=candidate.idea,
        conversation=candidate.conversation,
        verdict=verdict,
        compliance=candidate.compliance,
        context=candidate.context,
    )


def ignored(times: int, *, kind: str = "rates", until: datetime = NOON) -> list[Shown]:
    return [shown(wish(n, kind=kind), until - timedelta(minutes=2 * n), "ignored") for n in range(times)]


candidates = st.builds(
    wish,
    st.integers(0, 30),
    kind=st.sampled_from(["rates", "trust", "book_tour", "opt_out"]),
    compliance=st.booleans(),
    conversation=st.sampled_from(["c1", "c2"]),
)
arrivals = st.lists(st.tuples(candidates, st.integers(0, 40), st.sampled_from(["", "used", "ignored"])), max_size=60)


def played(arriving: list[tuple[Candidate, int, str]], rules: AttentionRules) -> list[Shown]:
    """What an agent sees of a random day: seconds pass, cards arrive, some are heeded."""
    now, history = NOON, list[Shown]()
    for candidate, seconds, verdict in arriving:
        now += timedelta(seconds=seconds)
        if decide(candidate, now=now, history=history, rules=rules).show:
            history.append(shown(candidate, now, verdict))
    return history


@given(arrivals, st.integers(0, 4))
def test_no_sixty_seconds_ever_hold_more_cards_than_the_budget(
    arriving: list[tuple[Candidate, int, str]], budget: int
) -> None:
    seen = [card for card in played(arriving, AttentionRules(per_minute=budget)) if not card.compliance]
    for first in seen:
        window = [card for card in seen if timedelta() <= card.at - first.at <= timedelta(seconds=60)]
        assert len(window) <= budget


@given(arrivals)
def test_the_same_idea_comes_once_per_conversation_while_the_context_stays(
    arriving: list[tuple[Candidate, int, str]],
) -> None:
    seen = [(card.conversation, card.idea, card.context) for card in played(arriving, AttentionRules(per_minute=99))]
    assert len(seen) == len(set(seen))


@given(st.integers(4, 12), st.integers(1, 200))
def test_a_quiet_kind_comes_back_when_the_quiet_is_over(times: int, minutes: int) -> None:
    rules = AttentionRules(quiet_minutes=minutes)
    history = ignored(times)
    quiet = timedelta(minutes=min(minutes * 2 ** (times - 4), rules.most_quiet_minutes))
    fresh = wish(99)
    during = decide(fresh, now=NOON + quiet - timedelta(seconds=1), history=history, rules=rules)
    after = decide(fresh, now=NOON + quiet + timedelta(minutes=2), history=history, rules=rules)
    assert (during.show, during.reason) == (False, "quiet") or quiet <= timedelta(minutes=1)
    assert after.show


@given(arrivals, st.integers(0, HALF_DAY))
def test_no_kind_is_ever_quiet_for_longer_than_the_longest_quiet(
    arriving: list[tuple[Candidate, int, str]], later: int
) -> None:
    rules = AttentionRules()
    history = played(arriving, rules)
    last = max((card.at for card in history), default=NOON)
    then = last + timedelta(minutes=rules.most_quiet_minutes, seconds=61 + later)
    assert decide(wish(99, conversation="new"), now=then, history=history, rules=rules).show


def test_the_third_card_within_a_minute_waits() -> None:
    history = [shown(wish(1), NOON), shown(wish(2), NOON + timedelta(seconds=20))]
    late = decide(wish(3), now=NOON + timedelta(seconds=59), history=history)
    assert (late.show, late.reason) == (False, "budget")
    assert decide(wish(3), now=NOON + timedelta(seconds=61), history=history).show


def test_a_compliance_card_breaks_through_a_spent_budget_and_spends_none() -> None:
    history = [shown(wish(1), NOON), shown(wish(2), NOON)]
    law = wish(kind="opt_out", compliance=True)
    assert decide(law, now=NOON, history=history) == Verdict(True, "compliance", "full")
    lawful = [shown(wish(n, kind="opt_out", compliance=True), NOON) for n in range(5)]
    assert decide(wish(1), now=NOON, history=lawful).show


def test_a_compliance_card_is_never_quiet_however_often_it_is_ignored() -> None:
    law = wish(99, kind="steering", compliance=True)
    assert decide(law, now=NOON, history=ignored(10, kind="steering")).show


def test_the_same_idea_may_return_in_another_conversation_or_context() -> None:
    first = Candidate(kind="rates", idea="rates:1", conversation="c1", context="engaged|a")
    history = [shown(first, NOON)]
    then = NOON + timedelta(minutes=5)
    assert decide(first, now=then, history=history).reason == "repeated"
    moved = Candidate(kind="rates", idea="rates:1", conversation="c1", context="qualified|a")
    other = Candidate(kind="rates", idea="rates:1", conversation="c2", context="engaged|a")
    assert decide(moved, now=then, history=history).show
    assert decide(other, now=then, history=history).show


def test_four_ignored_in_a_row_quiet_a_kind_and_no_other() -> None:
    later = NOON + timedelta(minutes=3)
    assert decide(wish(99), now=later, history=ignored(4)).reason == "quiet"
    assert decide(wish(99, kind="trust"), now=later, history=ignored(4)).show
    assert decide(wish(99), now=later, history=ignored(3)).show


def test_one_used_card_ends_the_streak() -> None:
    used = shown(wish(50), NOON + timedelta(minutes=1), "used")
    assert decide(wish(99), now=NOON + timedelta(minutes=5), history=[*ignored(6), used]).show


def test_cards_without_a_verdict_yet_neither_extend_nor_end_a_streak() -> None:
    pending = shown(wish(50), NOON + timedelta(minutes=1))
    assert decide(wish(99), now=NOON + timedelta(minutes=5), history=[*ignored(4), pending]).reason == "quiet"


def test_what_was_ignored_last_week_is_forgotten() -> None:
    assert decide(wish(99), now=NOON + timedelta(days=8), history=ignored(40)).show


def test_experts_get_a_nudge_and_everyone_the_full_wording_of_the_law() -> None:
    nudge = Candidate(kind="rates", idea="x", conversation="c1", experience="expert")
    law = Candidate(kind="opt_out", idea="x", conversation="c1", experience="expert", compliance=True)
    assert decide(nudge, now=NOON, history=[]).detail == "nudge"
    assert decide(law, now=NOON, history=[]).detail == "full"
    assert decide(wish(), now=NOON, history=[]).detail == "full"


def test_an_idea_survives_filler_words_and_gives_away_no_quote() -> None:
    assert idea("affordability", "too expensive") == idea("affordability", "It’s really too EXPENSIVE for us!")
    assert idea("affordability", "too expensive") != idea("affordability", "out of budget")
    assert idea("affordability", "too expensive") != idea("valuation", "too expensive")
    assert "expensive" not in idea("affordability", "too expensive")


def test_the_context_changes_with_the_stage_and_with_what_is_known_not_with_the_order() -> None:
    assert context("engaged", ["a", "b"]) == context("engaged", ["b", "a"])
    assert context("engaged", ["a"]) != context("qualified", ["a"])
    assert context("engaged", ["a"]) != context("engaged", ["a", "b"])
    assert len(context("under_contract", [f"slot_{n}" for n in range(80)])) <= 120
