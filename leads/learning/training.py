"""How does a tenant's table of past leads become a scoring model that says what it is good for?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import numpy as np

from enterprisehub.errors import Invalid
from leads.encoding import boolean, is_missing, moment, number
from leads.learning import drift
from leads.learning.card import Trial, card_of
from leads.learning.choosing import Choice, Wish, choose, known
from leads.learning.columns import day_first
from leads.learning.fitting import Leads, Numbers, encode, raw_scores
from leads.learning.table import Table, Unreadable
from leads.learning.validating import sure, trained
from leads.scorecards import Cuts, Scorecard, dumps

LEAST_ROWS: Final = 300
LEAST_EACH: Final = 40
"""Rows of each outcome that a model needs at the very least; the customary 1,000 with 120 are recommended on the card."""
MOST_ROWS: Final = 40_000
"""The newest leads that are learned from; older ones say less about today, and training would take minutes."""
TESTED: Final = 0.25
"""The newest part of the leads, that the measured model has not seen."""

_START: Final = datetime(1970, 1, 1)

Told = Callable[[str], None]
_WORDS: Final = {"won": True, "lost": False, "converted": True, "not converted": False, "sold": True, "unsold": False}


@dataclass(frozen=True)
class _Sorted:
    """The rows whose outcome is known, the oldest first."""

    table: Table
    outcome: Numbers
    open_rows: int


@dataclass(frozen=True)
class Learned:
    """A model with the trial that measured it and the columns it was let look at."""

    model: Scorecard
    trial: Trial
    choice: Choice


def train(table: Table, wish: Wish, *, told: Told = lambda _: None) -> Scorecard:
    """Train, measure on the newest quarter, then train on all. Raises Invalid or Unreadable, naming rows or columns."""
    return learned(table, wish, told=told).model


def learned(table: Table, wish: Wish, *, told: Told = lambda _: None) -> Learned:
    """The same, with what it was measured by."""
    known(table, wish)
    past = _sorted(table, wish)
    _enough(past)
    choice = choose(past.table, past.outcome, wish, told=told)
    if not choice.used:
        raise Invalid(
            "No column is left to learn from:\n" + "\n".join(f"{k}: {v}" for k, v in choice.left_out.items()),
            field="csv",
        )
    leads = Leads(choice.used, {seen.name: past.table.columns[seen.name] for seen in choice.used}, past.outcome)
    trial = _tried(leads, told=told)
    told("learning from all leads")
    model, _ = trained(leads, told=told)
    if not trial.trusted:
        model = replace(model, cuts=Cuts())
    finished = _finished(model, leads, trial, told=told, facts=_facts(table, past, wish, choice))
    return Learned(finished, trial, choice)


def _tried(leads: Leads, *, told: Told) -> Trial:
    """The same way of training, with the older leads alone, judged by the newest."""
    count = round(len(leads) * (1 - TESTED))
    told(f"measuring: learning from the older {count:,} leads, judged by the newest {len(leads) - count:,}")
    model, later = trained(leads.part(0, count), told=told)
    newest = leads.part(count, len(leads))
    chances = sure(raw_scores(model, newest.cells, len(newest)), model.calibration)
    return Trial(chances, newest.outcome, sure(later.raw[later.penalty], model.calibration), later.outcome, model.cuts)


def _finished(model: Scorecard, leads: Leads, trial: Trial, *, told: Told, facts: dict[str, Any]) -> Scorecard:
    told("writing the card")
    chances = sure(raw_scores(model, leads.cells, len(leads)), model.calibration)
    say = shares_of_say(model, leads)
    known_before = drift.baseline(model, leads.cells, chances, say)
    model = replace(model, baseline=known_before)
    model = replace(model, card=card_of(model, leads, trial, say=say, facts=facts))
    digest = hashlib.sha256(dumps(model).encode()).hexdigest()[:12]
    return replace(model, version=digest)


def shares_of_say(model: Scorecard, leads: Leads) -> list[float]:
    """How much each column moves the log-odds, as a share of what all columns do; pairs count half for each of the two."""
    encoded = encode(model.columns, leads.cells, len(leads))
    moved, start = np.zeros(len(model.columns)), 0
    for place, weights in enumerate(model.weights):
        parts = encoded.matrix[:, start : start + len(weights)] @ np.array(weights)
        moved[place] = np.abs(parts - model.averages[place]).mean()
        start += len(weights)
    for pair in model.pairs:
        share = pair.average / pair.weight if pair.weight else 0.0
        both = 2 * abs(pair.weight) * share * (1 - share)
        moved[[pair.first, pair.second]] += both / 2
    total = float(moved.sum()) or 1.0
    return [float(part) / total for part in moved]


def _facts(table: Table, past: _Sorted, wish: Wish, choice: Choice) -> dict[str, Any]:
    return {"wish": wish, "choice": choice, "table": past.table, "rows": len(table), "open": past.open_rows}


def _sorted(table: Table, wish: Wish) -> _Sorted:
    cells = table.columns[wish.outcome]
    told = {row: _outcome(cell) for row, cell in enumerate(cells) if not is_missing(cell)}
    if wrong := [row for row, yes in told.items() if yes is None]:
        wanted = "wanted are yes/no, true/false, 1/0 or won/lost"
        raise Unreadable([f"Row {table.rows[row]}: {wish.outcome} is {cells[row][:40]!r}; {wanted}." for row in wrong])
    places = [row for row, yes in told.items() if yes is not None]
    if wish.time:
        moments = _moments(table, wish.time, places)
        places.sort(key=lambda row: moments[row])
    newest = places[-MOST_ROWS:]
    outcome = np.array([1.0 if told[row] else 0.0 for row in newest])
    return _Sorted(table.take(newest), outcome, len(cells) - len(places))


def _outcome(cell: str) -> bool | None:
    said = boolean(cell)
    return _WORDS.get(" ".join(cell.split()).casefold()) if said is None else said


def _moments(table: Table, name: str, places: list[int]) -> dict[int, float]:
    cells = table.columns[name]
    later_day_first = day_first(cells)
    found: dict[int, float] = {}
    wrong = []
    for row in places:
        value = number(cells[row])
        when = moment(cells[row], day_first=later_day_first) if value is None else None
        if value is None and when is None:
            wrong.append(f"Row {table.rows[row]}: {name} is {cells[row][:40]!r}; wanted is a date or a number.")
        found[row] = value if value is not None else (when - _START).total_seconds() if when else 0.0
    if wrong:
        raise Unreadable(wrong)
    return found


def _enough(past: _Sorted) -> None:
    yes = int(past.outcome.sum())
    no = len(past.outcome) - yes
    if len(past.outcome) < LEAST_ROWS or min(yes, no) < LEAST_EACH:
        least = f"a model needs {LEAST_ROWS} leads with an outcome, {LEAST_EACH} of each kind"
        raise Invalid(
            f"Too little to learn from: {least}; here are {yes} that converted and {no} that did not.", field="csv"
        )
