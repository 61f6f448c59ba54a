"""How good is each engine on data that nobody here wrote?"""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Callable
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from enterprisehub.management import evaluation
from enterprisehub.management.evaluation.figures import Absent, Figure

Measure = Callable[[Path], tuple[Figure, ...]]


class Command(BaseCommand):
    help = (
        "Measure the local engines: `evaluate [SET ...] --data DIR`. DIR holds a folder for each public set. "
        "A set whose folder is absent is named as left out."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("sets", nargs="*", metavar="SET", help=f"of {', '.join(names())}; all when none is named")
        parser.add_argument("--data", type=Path, default=Path("data"), help="the directory with the sets' folders")
        parser.add_argument("--json", action="store_true", help="one JSON object per set instead of a table")

    def handle(self, *_: Any, **options: Any) -> None:
        unknown = [name for name in options["sets"] if name not in names()]
        if unknown:
            raise CommandError(f"There is no set {', '.join(unknown)}; there are {', '.join(names())}.", returncode=2)
        for name in options["sets"] or names():
            started = perf_counter()
            try:
                figures = _measure_of(name)(options["data"])
            except (Absent, FileNotFoundError) as missing:
                self._left_out(name, str(missing), as_json=options["json"])
                continue
            self._told(name, figures, seconds=perf_counter() - started, as_json=options["json"])

    def _left_out(self, name: str, why: str, *, as_json: bool) -> None:
        line = json.dumps({"set": name, "left_out": why}) if as_json else f"{name}: left out, {why}"
        self.stdout.write(line)

    def _told(self, name: str, figures: tuple[Figure, ...], *, seconds: float, as_json: bool) -> None:
        if as_json:
            rows = [{**asdict(each), "reached": each.reached} for each in figures]
            self.stdout.write(json.dumps({"set": name, "seconds": round(seconds, 2), "figures": rows}))
            return
        self.stdout.write(f"{name} ({seconds:.1f} s)")
        for each in figures:
            self.stdout.write(f"  {each.name:<58} {_row(each)}")


def names() -> tuple[str, ...]:
    """Every set that can be measured: the modules of management/evaluation that have a `measure`."""
    found = pkgutil.iter_modules(evaluation.__path__)
    return tuple(each.name for each in found if each.name != "figures" and not each.name.startswith("_"))


def _measure_of(name: str) -> Measure:
    measure: Measure = import_module(f"{evaluation.__name__}.{name}").measure
    return measure


def _row(figure: Figure) -> str:
    between = "" if figure.low is None or figure.high is None else f" [{figure.low:.3f}, {figure.high:.3f}]"
    told = f"{figure.value:.4f}{between} n={figure.n}"
    if figure.wanted is None:
        return told
    return (
        f"{told}  wanted {'<=' if figure.most else '>='} {figure.wanted:g}: {'reached' if figure.reached else 'MISSED'}"
    )
