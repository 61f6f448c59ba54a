"""What scores live leads: of a tenant's table, a model of what is known of a live lead too, and what that costs?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from enterprisehub.errors import Invalid
from leads.features import Features
from leads.learning.choosing import Choice, Wish
from leads.learning.columns import TEXT
from leads.learning.fitting import Numbers
from leads.learning.mapping import Mapped, mapped
from leads.learning.measures import MEASURES, auc, between
from leads.learning.table import Table
from leads.learning.training import Learned, learned
from leads.scorecards import Scorecard, dumps
from leads.scoring import outcome, score

_TIMES: Final = 200
NOTHING_MAPPED: Final = "The team's own model looks at columns that are not known of a live lead, so it scores files only; these are the rules."
NO_BETTER: Final = (
    "What is known of a live lead ranked the newest past leads no better than chance, so the team's own model scores files only; "
    "these are the rules."
)

Told = Callable[[str], None]


@dataclass(frozen=True)
class Made:
    """The model of the whole table, and `live` and the card's part about it as JSON values."""

    model: Scorecard
    live: dict[str, Any]
    card: dict[str, Any]


def of_file(table: Table, wish: Wish, mapping: Mapping[str, str], *, told: Told) -> Made:
    """Learn from the whole table, then from those of its columns that a live lead has, both judged by the same newest leads."""
    whole = learned(table, wish, told=told)
    found = mapped(table, mapping, usable=_usable(whole.choice), time=wish.time)
    try:
        small = _learned(table, wish, found, told=told) if found.columns else None
    except Invalid:  # nothing is left that differs between leads
        small = None
    card: dict[str, Any] = {
        "from": "file",
        "features": [{"feature": feature, "column": column} for feature, column in found.by.items()],
        "left_out": [{"feature": feature, "why": why} for feature, why in found.left_out.items()],
    }
    if small is None:
        return Made(whole.model, _live(None, NOTHING_MAPPED, ""), {**card, "serves": False, "why_not": NOTHING_MAPPED})
    card |= _measured(small) | {"cost": _difference(whole, small)}
    words = f"“{wish.outcome}”, as in the file of past leads"
    return _judged(whole.model, small, card, words)


def of_own(table: Table, wish: Wish, *, told: Told) -> Made:
    """Learn from the tenant's own leads: the table holds nothing but what a live lead has. The rules are judged beside it."""
    found = learned(table, replace(wish, ours=True), told=told)
    rows = [Features(**_typed(row)) for row in _newest(table, wish, len(found.trial.outcome))]
    rules = np.array([score(row).probability or 0.0 for row in rows])
    card = {
        "from": "own",
        "features": [{"feature": name, "column": name} for name in found.model.needs],
        "left_out": [],
        "rules": _figures(rules, found.trial.outcome),
        **_measured(found),
    }
    return _judged(found.model, found, card, outcome())


def _usable(choice: Choice) -> frozenset[str]:
    """What the model looks at, and free text, of which a live feature only asks whether it is there."""
    doubted = {leak.column for leak in choice.leaks if leak.verdict == "refused"}
    doubted |= {proxy.column for proxy in choice.proxies}
    texts = {name for name, why in choice.left_out.items() if why == TEXT}
    return frozenset({seen.name for seen in choice.used} | texts - doubted)


def _learned(table: Table, wish: Wish, found: Mapped, *, told: Told) -> Learned:
    """The same rows in the same order with the live features alone, so that both are judged by the same newest leads."""
    columns = {"outcome": table.columns[wish.outcome], **found.columns}
    if wish.time:
        columns["when"] = table.columns[wish.time]
    own = Wish("outcome", "when" if wish.time else "", tenant=wish.tenant, ours=True)
    return learned(Table(columns, table.rows, table.sha256), own, told=told)


def _judged(model: Scorecard, live: Learned, card: dict[str, Any], words: str) -> Made:
    low = card["figures"]["AUC"]["low"]
    if low <= 0.5:
        return Made(model, _live(None, NO_BETTER, ""), {**card, "serves": False, "why_not": NO_BETTER})
    return Made(model, _live(live.model, "", words), {**card, "serves": True, "why_not": ""})


def _live(model: Scorecard | None, why_not: str, words: str) -> dict[str, Any]:
    """What the process that scores live leads reads; without the card and the baseline, which it has no use for."""
    if model is None:
        return {"numbers": None, "why_not": why_not, "outcome": words}
    bare = replace(model, card={}, baseline={}, version="")
    version = f"own-{hashlib.sha256(dumps(bare).encode()).hexdigest()[:12]}"
    return {"numbers": json.loads(dumps(replace(bare, version=version))), "why_not": "", "outcome": words}


def _measured(found: Learned) -> dict[str, Any]:
    figures = found.model.card["figures"]["newest leads"]
    return {"figures": figures, "calibration": found.model.card["calibration"]}


def _figures(chances: Numbers, outcomes: Numbers) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, measure in MEASURES.items():
        low, high = between(measure, chances, outcomes)
        told[name] = {"value": round(measure(chances, outcomes), 4), "low": round(low, 4), "high": round(high, 4)}
    return told


def _difference(whole: Learned, small: Learned) -> dict[str, float]:
    """How much AUC it costs to look only at what a live lead has, on the same newest leads, with the 95 % interval."""
    outcomes = whole.trial.outcome
    draw = np.random.default_rng(20_26)
    found = []
    for _ in range(_TIMES):
        rows = draw.integers(0, len(outcomes), len(outcomes))
        found.append(auc(whole.trial.chances[rows], outcomes[rows]) - auc(small.trial.chances[rows], outcomes[rows]))
    low, high = np.quantile(found, [0.025, 0.975])
    value = auc(whole.trial.chances, outcomes) - auc(small.trial.chances, outcomes)
    return {"value": round(float(value), 4), "low": round(float(low), 4), "high": round(float(high), 4)}


def _newest(table: Table, wish: Wish, count: int) -> list[dict[str, str]]:
    """The newest rows in the order of time, as training sorts them: every row has an outcome and a time here."""
    rows = sorted(table.each(), key=lambda row: row[wish.time])[-count:]
    return [{name: cell for name, cell in row.items() if name not in (wish.outcome, wish.time)} for row in rows]


def _typed(row: Mapping[str, str]) -> dict[str, Any]:
    return {name: (cell == "yes" if name in ("motivation", "price") else cell) for name, cell in row.items()}
