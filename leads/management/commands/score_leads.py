"""How likely does each lead of a table convert, by a trained model?"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser

from enterprisehub.errors import Invalid
from leads.learning.drift import Drift, compare
from leads.learning.table import Table, Unreadable, read
from leads.management.commands.train_scoring import bytes_of, written
from leads.scorecards import Reason, Scorecard, Scored, loads

_REASONS: Final = 3
_EVERY: Final = 5_000
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
HEAD: Final = ("row", "probability", "low", "high", "decided", "reasons_for", "reasons_against")


class Command(BaseCommand):
    help = (
        "Score leads: `score_leads --model MODEL --csv FILE --out FILE`. One line for each row, in the same order; `row` counts as a spreadsheet "
        "does (the header is row 1). Warns of drift on stderr. A file that cannot be used gives its rows, exit code 2 and no output."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--model", type=Path, required=True, help="a file of train_scoring")
        parser.add_argument("--csv", type=Path, required=True, help="leads with the columns that the model needs")
        parser.add_argument("--out", type=Path, required=True, help="the scores as CSV")
        parser.add_argument("--json", action="store_true", help="the summary as one JSON object on stdout")
        parser.add_argument("--quiet", action="store_true", help="no progress on stderr; warnings stay")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            model = loads(_text(options["model"]))
            table = read(bytes_of(options["csv"]))
            _complete(model, table)
        except Invalid as error:
            raise CommandError(error.message, returncode=2) from None
        scored = self._scored(model, table, quiet=options["quiet"])
        drift = compare(model, table.columns, np.array([each.probability for each in scored]))
        written(options["out"], _csv(table, scored))
        self._told(model, scored, drift, options)

    def _scored(self, model: Scorecard, table: Table, *, quiet: bool) -> list[Scored]:
        found = []
        for count, row in enumerate(table.each(), 1):
            found.append(model.score(row, most=2 * _REASONS))
            if not quiet and (count % _EVERY == 0 or count == len(table)):
                self.stderr.write(f"… {count:,} of {len(table):,} leads scored")
        return found

    def _told(self, model: Scorecard, scored: list[Scored], drift: Drift, options: dict[str, Any]) -> None:
        counts = {kind: sum(each.decided == kind for each in scored) for kind in ("yes", "no", "abstain")}
        if drift.alarm:
            self.stderr.write(self.style.WARNING(f"WARNING, DRIFT: {drift.told}"))
        if options["json"]:
            shifts = [vars(shift) for shift in drift.shifts[:10]]
            told = {"alarm": drift.alarm, "told": drift.told, "shifts": shifts}
            self.stdout.write(json.dumps({"model": model.version, "rows": len(scored), **counts, "drift": told}))
            return
        words = ", ".join(f"{count} {kind}" for kind, count in counts.items())
        alarm = "DRIFT" if drift.alarm else "no drift alarm"
        self.stdout.write(
            f"{len(scored)} leads scored by model {model.version}: {words}; {alarm}. {drift.told} Written: {options['out']}"
        )


def _text(path: Path) -> str:
    try:
        return bytes_of(path).decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid("The model file is damaged.", field="model") from None


def _complete(model: Scorecard, table: Table) -> None:
    absent = [name for name in model.needs if name not in table.columns]
    if absent:
        raise Unreadable(
            [f"Row 1: the model needs the column {name!r}, which the file does not have." for name in absent]
        )


def _csv(table: Table, scored: list[Scored]) -> str:
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(HEAD)
    for row, each in zip(table.rows, scored, strict=True):
        chances = [f"{value:.6f}" for value in (each.probability, each.low, each.high)]
        lines.writerow([row, *chances, each.decided, _words(each.reasons, up=True), _words(each.reasons, up=False)])
    return out.getvalue()


def _words(reasons: tuple[Reason, ...], *, up: bool) -> str:
    """The strongest reasons one way; never a formula, should a spreadsheet open the file."""
    chosen = [reason for reason in reasons if (reason.log_odds > 0) == up and abs(reason.log_odds) >= 0.01][:_REASONS]
    told = "; ".join(f"{reason.words} ({reason.log_odds:+.2f})" for reason in chosen)
    return f"'{told}" if told.startswith(_FORMULA) else told
