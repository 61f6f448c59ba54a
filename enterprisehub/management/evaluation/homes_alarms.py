"""How often is an objection heard where people only look for a home?"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Final

from coaching.objections import ObjectionQuestion, Turn, spot
from enterprisehub.management.evaluation.figures import Absent, Figure, share

FILE: Final = "sgd_homes/turns_*.jsonl"


def measure(data: Path) -> tuple[Figure, ...]:
    """The share of turns of plain home-search dialogues in which any kind is named, and which kinds they are."""
    paths = sorted(data.glob(FILE))
    if not paths:
        raise Absent(f"{data} has no {FILE}")
    turns, alarms = 0, Counter[str]()
    for path in paths:
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            history = (Turn("agent", row["prev_agent"]),) if row["prev_agent"] else ()
            found = spot(ObjectionQuestion(row["text"], history)).objections
            turns += 1
            alarms.update(one.kind for one in found[:1])
    every = share("home-search turns with an alarm", alarms.total(), turns, wanted=0.01, most=True)
    return every, *(share(f"  {kind}", number, turns) for kind, number in alarms.most_common())
