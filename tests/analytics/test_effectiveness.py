"""Is a line that works found, and one that does not left alone? On simulated conversations whose truth is known."""

from __future__ import annotations

from random import Random

import pytest

from analytics.effectiveness import Counts, Finding, Thing, judge, patterns, sentence
from analytics.measures import Rate, discoveries, fisher, lift

KIND = "rates"


def binomial(dice: Random, n: int, p: float) -> int:
    return sum(dice.random() < p for _ in range(n))


def talks(dice: Random, n: int, p: float) -> Counts:
    return Counts(n, 0, {"appointment": binomial(dice, n, p)})


def tenant(dice: Random, lines: dict[str, float], *, n: int = 240) -> dict[Thing, Counts]:
    """Each conversation had one line of the kind; the appointment followed with the line's own chance."""
    shown = {Thing("line", key, KIND): talks(dice, n, p) for key, p in lines.items()}
    whole = Counts()
    for counts in shown.values():
        whole = whole.add(counts)
    return {**shown, Thing("kind", KIND, KIND): whole, Thing("all", ""): whole}


def clear(findings: tuple[Finding, ...]) -> set[str]:
    return {one.thing.key for one in findings if one.verdict in ("high", "low") and one.thing.sort == "line"}


def test_a_planted_good_line_is_found_and_noise_is_not() -> None:
    dice, found, false = Random(1), 0, list[float]()
    for _ in range(100):
        lines = {f"line {i}": 0.15 for i in range(20)} | {"good": 0.30}
        named = clear(judge(tenant(dice, lines), {}, outcomes=("appointment",)))
        found += "good" in named
        false.append(len(named - {"good"}) / max(1, len(named)))
    assert found >= 95
    assert sum(false) / len(false) <= 0.10  # the false discovery rate: the share in each run, over the runs


def test_where_no_line_differs_hardly_any_tenant_hears_of_one() -> None:
    dice = Random(2)
    alarms = 0
    for _ in range(120):
        alarms += bool(
            clear(judge(tenant(dice, {f"line {i}": 0.15 for i in range(15)}), {}, outcomes=("appointment",)))
        )
    assert alarms / 120 <= 0.10


def test_too_few_conversations_give_no_verdict_and_no_percentage() -> None:
    shown = {
        Thing("line", "new", KIND): Counts(12, 0, {"appointment": 12}),
        Thing("line", "old", KIND): Counts(400, 0, {"appointment": 60}),
    }
    [one] = [f for f in judge(shown, {}, outcomes=("appointment",)) if f.thing.key == "new"]
    assert one.verdict == "few"
    assert "%" not in sentence(one)


def test_a_rate_of_few_cases_is_pulled_to_the_others() -> None:
    shown = {
        Thing("line", "small", KIND): Counts(25, 0, {"appointment": 20}),
        Thing("line", "large", KIND): Counts(2500, 0, {"appointment": 2000}),
        Thing("line", "usual", KIND): Counts(10_000, 0, {"appointment": 2000}),
    }
    by = {one.thing.key: one for one in judge(shown, {}, outcomes=("appointment",)) if one.thing.sort == "line"}
    small, large = by["small"].shrunk, by["large"].shrunk
    assert small is not None
    assert large is not None
    assert 0.2 < small < 0.6 < 0.75 < large < 0.8


def test_against_a_holdout_it_was_caused_and_against_the_others_only_followed() -> None:
    kind = Thing("kind", KIND, KIND)
    shown = {kind: Counts(800, 0, {"reply": 480}), Thing("kind", "timing", "timing"): Counts(1200, 0, {"reply": 320})}
    [others, _] = sorted(judge(shown, {}, outcomes=("reply",)), key=lambda one: one.thing.key)
    found = judge(shown, {kind: Counts(400, 0, {"reply": 160})}, outcomes=("reply",))
    [held] = [one for one in found if one.thing == kind]
    assert (others.basis, held.basis) == ("others", "holdout")
    assert "not shown to be caused" in sentence(others)
    assert "It made" in sentence(held)
    assert held.others == Rate(160, 400)


def test_more_opt_outs_are_worse_not_better() -> None:
    shown = {
        Thing("kind", KIND, KIND): Counts(500, 0, {"opt_out": 60}),
        Thing("kind", "timing", "timing"): Counts(2500, 0, {"opt_out": 30}),
    }
    [one, _] = sorted(judge(shown, {}, outcomes=("opt_out",)), key=lambda one: one.thing.key)
    assert one.verdict == "low"


def test_the_order_in_which_things_were_counted_changes_nothing() -> None:
    shown = tenant(Random(3), {f"line {i}": 0.1 + i / 50 for i in range(10)})
    assert judge(shown, {}) == judge(dict(reversed(shown.items())), {})


def test_what_clear_lines_of_one_kind_have_in_common_is_said() -> None:
    shown = tenant(Random(4), {"a": 0.4, "b": 0.42, "c": 0.1, "d": 0.1, "e": 0.1, "f": 0.1}, n=500)
    assert any(
        "2 lines and questions of rates were followed by an appointment more often" in p
        for p in patterns(judge(shown, {}))
    )


@pytest.mark.parametrize(
    ("one", "other", "p"),
    [
        # Fisher's tea: 3 of 4 against 1 of 4; and tables whose values stand in textbooks.
        (Rate(3, 4), Rate(1, 4), 0.4857),
        (Rate(1, 10), Rate(11, 14), 0.002759),
        (Rate(0, 10), Rate(0, 10), 1.0),
    ],
)
def test_fishers_exact_test_gives_the_published_values(one: Rate, other: Rate, p: float) -> None:
    assert fisher(one, other) == pytest.approx(p, rel=1e-3)


def test_with_many_cases_the_approximation_takes_over_without_a_jump() -> None:
    one, other = Rate(59, 300), Rate(29, 150)
    by_hand = lift(one, other)
    assert by_hand is not None
    assert fisher(one, other) == pytest.approx(by_hand.p, abs=0.12)


def test_the_false_discovery_rate_follows_benjamini_and_hochberg() -> None:
    assert discoveries([0.01, 0.04, 0.03, 0.5]) == pytest.approx([0.04, 0.0533, 0.0533, 0.5], abs=1e-3)
    assert discoveries([]) == []
