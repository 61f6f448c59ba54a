"""Does a wish to be left alone get heard, and nothing else taken for one? Measured on lines of our own, and on those of the objections.

The set ships with the product (leads/data/optout.jsonl). One line in eight, by a hash of its words, is frozen: nobody looked at those
while the rules were written. Of the newest 839, which are the most varied, a third is frozen in the same way ("second"), before
anything was measured on them. The rest is what the rules were written from. Another set are the lines that coaching's objections are
trained on (coaching/data/objections.jsonl): written earlier, for another purpose and with another idea of where an opt-out begins.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

import coaching
import leads
from enterprisehub.management.evaluation.figures import Figure, share
from leads.leaving import split_of
from leads.optout import read

SET: Final = Path(leads.__file__).parent / "data" / "optout.jsonl"
OTHERS: Final = Path(coaching.__file__).parent / "data" / "objections.jsonl"
RECALL, ALARMS = 0.99, 0.02


@dataclass(frozen=True)
class Case:
    """One line: whether it asks to be left alone, whether that was found, and in how many milliseconds."""

    text: str
    language: str
    split: str
    wanted: bool
    found: bool
    ms: float


def measure(data: Path) -> tuple[Figure, ...]:
    """Recall and false alarms on the frozen lines and on the others, by language; time."""
    read("Hello.")  # the table is loaded before the clock runs
    cases = list(_cases())
    frozen = [case for case in cases if case.split == "frozen"]
    times = sorted(case.ms for case in cases)
    return (
        *_both("frozen", frozen, wanted=True),
        *(
            figure
            for name in ("en", "es")
            for figure in _both(f"frozen, {name}", [case for case in frozen if case.language == name])
        ),
        *_both("frozen, the newer", [case for case in cases if case.split == "second"], wanted=True),
        *_both("seen", [case for case in cases if case.split == "dev"]),
        *_both("objections' lines", [case for case in cases if case.split == "others"]),
        Figure("milliseconds, p50", times[len(times) // 2], len(times), wanted=1.0, most=True),
        Figure("milliseconds, p99", times[int(len(times) * 0.99)], len(times), wanted=1.0, most=True),
    )


def _cases() -> Iterator[Case]:
    for line in SET.read_text("utf-8").splitlines():
        item = json.loads(line)
        split = item.get("split") or split_of(item["text"])
        yield _case(item["text"], item["language"], split, wanted=item["opt_out"])
    for line in OTHERS.read_text("utf-8").splitlines():
        item = json.loads(line)
        yield _case(item["text"], item["language"], "others", wanted="opt_out" in item["kinds"])


def _case(text: str, language: str, split: str, *, wanted: bool) -> Case:
    spent, found = [], False
    for _ in range(2):  # the better of two counts, since others use the machine too
        started = perf_counter()
        found = read(text).opt_out
        spent.append(perf_counter() - started)
    return Case(text, language, split, wanted, found, min(spent) * 1000)


def _both(name: str, cases: Sequence[Case], *, wanted: bool = False) -> tuple[Figure, Figure]:
    right = [case for case in cases if case.wanted]
    harmless = [case for case in cases if not case.wanted]
    recall, alarms = (RECALL, ALARMS) if wanted else (None, None)
    return (
        share(f"{name}: recall", sum(case.found for case in right), len(right), wanted=recall),
        share(f"{name}: false alarms", sum(case.found for case in harmless), len(harmless), wanted=alarms, most=True),
    )
