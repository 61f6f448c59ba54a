"""What must stand on the card of a trained model, so that nobody trusts it more than it deserves?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from leads.learning.choosing import Choice, Wish, as_told
from leads.learning.columns import fitted, see
from leads.learning.fitting import Leads, Numbers
from leads.learning.measures import MEASURES, auc, between, curve, tenths
from leads.learning.proxies import codes, tie
from leads.learning.table import Table
from leads.learning.validating import FIRST_SHARE, FOLDS, RIGHT
from leads.scorecards import Cuts, Scorecard

RECOMMENDED: Final = (1_000, 120)
"""Leads, and leads that converted, below which figures are told to be rough (what a large CRM asks for before it scores)."""
_GROUP_ROWS: Final = 100
_LENIENT: Final = 0.02
_TIMEBOUND: Final = 0.6

WHY_NO_ACCURACY: Final = (
    "Accuracy is not shown: where one lead in twenty converts, a model that always says no is right 95 times in 100 and is "
    "worth nothing. What counts is the order (AUC, PR-AUC, lift), whether a probability of 30 % means 30 in 100 (Brier, ECE), "
    "and how often the model is right where it decides by itself."
)


@dataclass(frozen=True)
class Trial:
    """The newest leads scored by a model of the older ones; the older ones scored by models of still older ones; the cuts of then."""

    chances: Numbers
    outcome: Numbers
    past_chances: Numbers
    past_outcome: Numbers
    cuts: Cuts

    @property
    def trusted(self) -> bool:
        """Whether the bounds of then held on the newest leads: a model that was clearly more often wrong must not decide."""
        said = decided(self.cuts, self.chances, self.outcome)
        count, right = said["yes"] + said["no"], said["yes_right"] + said["no_right"]
        spread = 1.96 * (RIGHT * (1 - RIGHT) / max(count, 1)) ** 0.5
        return bool(right >= (RIGHT - _LENIENT - spread) * count)


def card_of(
    model: Scorecard, leads: Leads, trial: Trial, *, say: Sequence[float], facts: dict[str, Any]
) -> dict[str, Any]:
    """The card as JSON values; figures have 95 % intervals, shares are fractions of 1."""
    wish: Wish = facts["wish"]
    choice: Choice = facts["choice"]
    return {
        "tenant": wish.tenant,
        "outcome": wish.outcome,
        "data": _data(leads, wish, facts),
        "method": _method(len(leads), len(trial.outcome)),
        "figures": {
            "newest leads": figures(trial.chances, trial.outcome),
            "in time": figures(trial.past_chances, trial.past_outcome),
        },
        "why_no_accuracy": WHY_NO_ACCURACY,
        "decisions": {
            "promise": RIGHT,
            "yes_from": model.cuts.yes_from,
            "no_to": model.cuts.no_to,
            "newest leads": decided(trial.cuts, trial.chances, trial.outcome),
        },
        "calibration": [
            {"from": place / 10, "rows": n, "said": round(said, 4), "was": round(was, 4)}
            for place, n, said, was in curve(trial.chances, trial.outcome)
        ],
        "tenths": [{"rows": n, "was": round(was, 4)} for n, was in tenths(trial.chances, trial.outcome)],
        "columns": _columns(model, choice, say),
        **as_told(choice),
        "groups": _groups(facts["table"], choice, trial),
        "warnings": _warnings(leads, choice, trial),
        "drift": "The share of every bin of every column, and of every tenth of the score, in the training data is kept as the "
        "baseline; score_leads compares new leads with it.",
    }


def figures(chances: Numbers, outcome: Numbers) -> dict[str, Any]:
    """Every measure with its interval, the number of leads and how many of them converted."""
    found: dict[str, Any] = {"rows": len(outcome), "converted": int(outcome.sum())}
    for name, measure in MEASURES.items():
        low, high = between(measure, chances, outcome)
        found[name] = {"value": round(measure(chances, outcome), 4), "low": round(low, 4), "high": round(high, 4)}
    return found


def decided(cuts: Cuts, chances: Numbers, outcome: Numbers) -> dict[str, int]:
    """How many leads were decided, and rightly, each way, with cuts fixed before."""
    said = np.array([cuts.decide(float(chance)) for chance in chances], dtype=object)
    yes, no = said == "yes", said == "no"
    return {
        "rows": len(outcome),
        "yes": int(yes.sum()),
        "yes_right": int(outcome[yes].sum()),
        "no": int(no.sum()),
        "no_right": int((1 - outcome[no]).sum()),
    }


def _data(leads: Leads, wish: Wish, facts: dict[str, Any]) -> dict[str, Any]:
    yes = int(leads.outcome.sum())
    return {
        "rows_in_file": facts["rows"],
        "without_outcome": facts["open"],
        "leads": len(leads),
        "converted": yes,
        "share": round(yes / len(leads), 4),
        "sha256": facts["table"].sha256,
        "order": f"by {wish.time}"
        if wish.time
        else "as in the file, taken as the order of time (name --time if it is not)",
    }


def _method(count: int, tested: int) -> str:
    return (
        "Logistic regression with a ridge penalty on steps and bends of numbers, on categories (rare ones pooled, empty a category of its "
        f"own) and on the pairs that say most together. Penalty, calibration and cuts come from {FOLDS} stretches of time in the newest "
        f"{1 - FIRST_SHARE:.0%}, each scored by a model of what came before it. The figures are those of this same procedure run on the older "
        f"{count - tested:,} leads and judged by the newest {tested:,}; the model that is served was then trained on all {count:,}. "
        "The interval of a score is 90 %, from the curvature of the fit."
    )


def _columns(model: Scorecard, choice: Choice, say: Sequence[float]) -> list[dict[str, Any]]:
    seen = {each.name: each for each in choice.used}
    rows = [
        {
            "column": column.name,
            "kind": seen[column.name].kind,
            "filled": seen[column.name].filled,
            "say": round(share, 4),
        }
        for column, share in zip(model.columns, say, strict=True)
    ]
    return sorted(rows, key=lambda row: (-row["say"], row["column"]))


def _groups(table: Table, choice: Choice, trial: Trial) -> list[dict[str, Any]]:
    """For each protected column of the file: what the newest leads of each group were told, and what happened."""
    found = []
    start = len(table) - len(trial.outcome)
    for name in choice.protected:
        column = fitted(see(name, table.columns[name]), table.columns[name])
        if column is None:
            continue
        cells = table.columns[name][start:]
        bins = np.array([column.coarse(cell) for cell in cells])
        for place in np.unique(bins):
            here = bins == place
            if here.sum() >= _GROUP_ROWS:
                said = column.said(cells[int(np.argmax(here))])
                group = said if place or "empty" in said else f"{name} is empty"
                means = round(float(trial.chances[here].mean()), 4), round(float(trial.outcome[here].mean()), 4)
                found.append({"group": group, "rows": int(here.sum()), "said": means[0], "was": means[1]})
    return found


def _warnings(leads: Leads, choice: Choice, trial: Trial) -> list[str]:
    found = []
    if len(leads) < RECOMMENDED[0] or leads.outcome.sum() < RECOMMENDED[1]:
        found.append(
            f"Few leads: below {RECOMMENDED[0]:,} leads or {RECOMMENDED[1]} that converted the figures are rough."
        )
    used = {seen.name for seen in choice.used}
    found += [f"{leak.column} is used and doubtful: {leak.why}." for leak in choice.leaks if leak.column in used]
    found += [
        f"{proxy.column} is used and a proxy risk: {proxy.why}." for proxy in choice.proxies if proxy.column in used
    ]
    before, after = trial.past_outcome.mean(), trial.outcome.mean()
    if max(before, after) > 1.5 * min(before, after):
        found.append(f"Conversion moved from {before:.1%} to {after:.1%} within these leads: train anew often.")
    found += _timebound(leads)
    return [*_unfit(trial), *found]


def _unfit(trial: Trial) -> list[str]:
    """What speaks against using the model at all, or letting it decide."""
    found = []
    low, _ = between(auc, trial.chances, trial.outcome)
    if low <= 0.5:
        found.append(
            "DO NOT USE: on the newest leads its order was no better than chance. What it learned no longer holds."
        )
    said = decided(trial.cuts, trial.chances, trial.outcome)
    count, right = said["yes"] + said["no"], said["yes_right"] + said["no_right"]
    if count and right < RIGHT * count:
        rest = "keep an eye on it" if trial.trusted else "it does not decide by itself"
        found.append(
            f"On the newest leads {right / count:.1%} of the decisions were right, not the {RIGHT:.0%} aimed at: {rest}."
        )
    return found


def _timebound(leads: Leads) -> list[str]:
    """Columns that tell when a lead came in rather than what it is like: tomorrow they say nothing that was seen before."""
    when = np.arange(len(leads)) * 10 // len(leads) + 1
    strengths = {seen.name: tie(codes(seen.name, leads.cells[seen.name]), when) for seen in leads.seen}
    return [
        f"{name} goes with the calendar (Cramér's V {strength:.2f} with ten stretches of time): it may mislead on later leads."
        for name, strength in strengths.items()
        if strength >= _TIMEBOUND
    ]
