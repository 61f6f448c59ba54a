"""Does the fair-housing guard find what must not be said, and let pass what may? Measured on sentences of our own.

The set ships with the product (coaching/data/fairhousing.jsonl), so the directory of public data is not looked at. Its split `test`
was frozen before the rules were written, `fresh` was written after they were done and changed nothing; `train` is what they were made
from and is not measured. All three are by the same hand, in the styles of an agent's texts, listings, prospects' messages and prompts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from coaching import fairhousing
from coaching.fairhousing import Flag, guard
from coaching.fairhousing_law import table
from enterprisehub.management.evaluation.figures import Figure, share

SET: Final = Path(fairhousing.__file__).parent / "data" / "fairhousing.jsonl"
MUST: Final = frozenset({"statement_preference", "unequal_terms", "exclusion_request"})
"""Kinds that must be caught when they are about a federal class: they say no, or ask for worse terms, in so many words."""


@dataclass(frozen=True)
class Case:
    """One sentence: what it should be flagged as, what it was flagged as, and in how many milliseconds."""

    item: Mapping[str, Any]
    found: tuple[Flag, ...]
    ms: float

    @property
    def wanted(self) -> set[tuple[str, str]]:
        return {(flag["class"], flag["kind"]) for flag in self.item["flags"]}


def measure(data: Path) -> tuple[Figure, ...]:
    """Recall and false alarms, by split, language and speaker; recall by class and kind; time."""
    *_, cases = [list(_cases()) for _ in range(2)]  # the second time nothing is read or compiled any more
    return (
        *(
            figure
            for split in ("test", "fresh")
            for figure in _split(split, [c for c in cases if _is(c, "split", split)])
        ),
        *_by_part(cases),
        *_times(cases),
    )


def _cases() -> Iterator[Case]:
    for line in SET.read_text("utf-8").splitlines():
        item = json.loads(line)
        if item["split"] in ("test", "fresh"):
            question = fairhousing.parse(item)
            yield Case(item, guard(question).flags, min(_timed(question) for _ in range(3)))


def _timed(question: fairhousing.FairHousingQuestion) -> float:
    """Milliseconds of one reading; the best of three counts, since others use the machine too."""
    started = perf_counter()
    guard(question)
    return (perf_counter() - started) * 1000


def _split(split: str, cases: Sequence[Case]) -> Iterator[Figure]:
    yield _recall(f"{split}: recall", cases, wanted=0.95)
    yield _alarms(f"{split}: false alarms", cases, wanted=0.03)
    federal = table()["federal"]["classes"]
    must = [case for case in cases if any(kind in MUST and one in federal for one, kind in case.wanted)]
    yield _recall(f"{split}: recall of what must be caught", must, wanted=0.98)
    right = [case for case in cases if case.wanted]
    named = sum(bool({one for one, _ in case.wanted} & {flag.protected for flag in case.found}) for case in right)
    yield share(f"{split}: the right class", named, len(right))
    for name, values in (("language", ("en", "es")), ("speaker", fairhousing.SPEAKERS)):
        for value in values:
            part = [case for case in cases if _is(case, name, value)]
            yield _recall(f"{split}, {value}: recall", part)
            yield _alarms(f"{split}, {value}: false alarms", part)


def _by_part(cases: Iterable[Case]) -> Iterator[Figure]:
    """Recall of each class and of each kind, both splits together."""
    flagged = [case for case in cases if case.wanted]
    for place, name in ((0, "class"), (1, "kind")):
        for value in sorted({wanted[place] for case in flagged for wanted in case.wanted}):
            part = [case for case in flagged if value in {wanted[place] for wanted in case.wanted}]
            yield _recall(f"{name} {value}: recall", part)


def _times(cases: Iterable[Case]) -> Iterator[Figure]:
    times = sorted(case.ms for case in cases)
    yield Figure("milliseconds, p50", times[len(times) // 2], len(times), wanted=1.0, most=True)
    yield Figure("milliseconds, p99", times[int(len(times) * 0.99)], len(times), wanted=2.0, most=True)


def _recall(name: str, cases: Sequence[Case], *, wanted: float | None = None) -> Figure:
    right = [case for case in cases if case.wanted]
    return share(name, sum(bool(case.found) for case in right), len(right), wanted=wanted)


def _alarms(name: str, cases: Sequence[Case], *, wanted: float | None = None) -> Figure:
    harmless = [case for case in cases if not case.wanted]
    return share(name, sum(bool(case.found) for case in harmless), len(harmless), wanted=wanted, most=True)


def _is(case: Case, name: str, value: str) -> bool:
    return bool(case.item[name] == value)
