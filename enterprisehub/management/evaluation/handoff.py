"""Is it heard when a person must take over, on lines of our own that no rule and no model was made from?

The set ships with the product (leads/data/handoffs.jsonl): the reason of each line, "" for a harmless one that sounds like one.
Which half a line belongs to follows from its own letters (`split_of`), so that nobody chose it; `test` was frozen unread before
any rule was changed for it; `fresh` was written when the rules and the model were done, and changed nothing. All of them, and the
rules, are by one hand, which knows more of the frozen half than a stranger would.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

from coaching.kinds import handing_over
from coaching.objections import ObjectionQuestion, spot
from enterprisehub.management.evaluation.figures import Figure, share
from leads import handoff
from leads.handoff import reasons, stays, triggered
from leads.words import Turn

LINES: Final = Path(handoff.__file__).parent / "data" / "handoffs.jsonl"


@dataclass(frozen=True)
class Heard:
    """One line: its reason, the one that was heard in it, and the one that is heard with the objection reader's help."""

    split: str
    language: str
    reason: str
    alone: str
    together: str
    ms: float


def split_of(text: str) -> str:
    """The half of a line: by a checksum of its letters."""
    return "test" if zlib.crc32(text.encode()) % 2 else "train"


def measure(data: Path) -> tuple[Figure, ...]:
    """The right reason, any stop at all, and false alarms; alone and with what the objection reader hears."""
    *_, lines = [list(_lines()) for _ in range(2)]  # the second time nothing is read or compiled any more
    frozen = [line for line in lines if line.split == "test"]
    right = [line for line in frozen if line.reason]
    times = sorted(line.ms for line in lines)
    return (
        *_pair("the right reason", frozen, together=False),
        *(_reason(reason, right) for reason in reasons() if any(line.reason == reason for line in right)),
        *_pair("with the objection reader: the right reason", frozen, together=True),
        *_pair("fresh lines: the right reason", [line for line in lines if line.split == "fresh"], together=False),
        Figure("milliseconds, p50", times[len(times) // 2], len(times), wanted=1.0, most=True),
        Figure("milliseconds, p99", times[int(len(times) * 0.99)], len(times)),
    )


def _lines() -> Iterator[Heard]:
    for line in LINES.read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["split"] == "train":
            continue
        started = perf_counter()
        found = triggered([Turn("prospect", row["text"])])
        ms = (perf_counter() - started) * 1000
        alone = found.reason if found else ""
        yield Heard(row["split"], row["language"], row["reason"], alone, _together(row["text"], alone), ms)


def _together(text: str, alone: str) -> str:
    # as leads/qualification.py weighs them: what stays in so many words is not outweighed by another reader's guess
    if alone and stays(alone):
        return alone
    others = handing_over((one.kind, one.confidence) for one in spot(ObjectionQuestion(text)).objections)
    return min([*([alone] if alone else []), *others], key=reasons().index, default="")


def _pair(name: str, lines: Sequence[Heard], *, together: bool) -> Iterator[Figure]:
    def heard(line: Heard) -> str:
        return line.together if together else line.alone

    right = [line for line in lines if line.reason]
    quiet = [line for line in lines if not line.reason]
    wanted = None if together else 0.8
    yield share(name, sum(heard(line) == line.reason for line in right), len(right), wanted=wanted)
    for language in ("en", "es"):
        part = [line for line in right if line.language == language]
        yield share(f"  {language}", sum(heard(line) == line.reason for line in part), len(part))
    yield share("  the questions stop, for whatever reason", sum(bool(heard(line)) for line in right), len(right))
    yield share("  false alarms", sum(bool(heard(line)) for line in quiet), len(quiet), wanted=0.05, most=True)
    lasting = [line for line in quiet if heard(line) and stays(heard(line))]
    yield share("  false alarms that stay", len(lasting), len(quiet), wanted=0.02, most=True)


def _reason(reason: str, right: Sequence[Heard]) -> Figure:
    part = [line for line in right if line.reason == reason]
    return share(f"  {reason}", sum(line.alone == reason for line in part), len(part))
