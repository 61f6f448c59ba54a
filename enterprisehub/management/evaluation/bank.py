"""Is it noticed when times change (calls of a bank, whose later clients say yes far more often)?"""

from __future__ import annotations

from pathlib import Path

from enterprisehub.management.evaluation._scoring import figures, halves, scored_by, table_in
from enterprisehub.management.evaluation.figures import Figure
from leads.learning.choosing import Wish
from leads.learning.training import train

_KEPT = 5


def measure(data: Path) -> tuple[Figure, ...]:
    """Trained on four in five of the older 70 %; the fifth ones are in-time data (no alarm), the newer 30 % are not (alarm)."""
    older, newer = halves(table_in(data / "bank" / "bank_dev.csv"))
    learned = older.take([row for row in range(len(older)) if row % _KEPT])
    same_time = older.take([row for row in range(len(older)) if row % _KEPT == 0])
    model = train(learned, Wish("y", exclude=("duration",)))
    inside, later = scored_by(model, same_time, "y"), scored_by(model, newer, "y")
    return (
        Figure(
            "alarm on leads of the same time (0 is wanted)",
            float(inside.alarm),
            len(inside.outcome),
            wanted=0.0,
            most=True,
        ),
        Figure("alarm on later leads (1 is wanted)", float(later.alarm), len(later.outcome), wanted=1.0),
        *figures("same time", inside, {}),
        *figures("later", later, {}),
    )
