"""How well are leads scored that came after those which were learned from (X Education, sales of online courses)?"""

from __future__ import annotations

import json
from pathlib import Path

from enterprisehub.management.evaluation._scoring import figures, halves, in_time, judged, table_in
from enterprisehub.management.evaluation.figures import Absent, Figure
from leads.learning.choosing import Wish


def measure(data: Path) -> tuple[Figure, ...]:
    """Trained on the older 70 %: with all columns but the leaking ones, and with those alone that are known at creation."""
    table = table_in(data / "leads" / "leads_dev.csv")
    groups = data / "leads" / "columns.json"
    if not groups.exists():
        raise Absent(f"{groups} is absent")
    columns = json.loads(groups.read_text("utf-8"))
    leaking = tuple(columns["leak_sales_annotated"])
    later = (*leaking, *columns["post_contact_activity"], *columns["telecaller_filled"])
    older, newer = halves(table)
    found: list[Figure] = []
    wanted = {"AUC": 0.935, "ECE": 0.04, "decided": 0.25, "right": 0.98}
    for name, exclude, newest, past in (("all", leaking, wanted, 0.905), ("at creation", later, {"AUC": 0.84}, 0.82)):
        told = judged(older, newer, Wish(columns["label"], "Lead Number", exclude))
        found += [*figures(f"{name}, newer", told, newest), *in_time(f"{name}, in time", told.model, {"AUC": past})]
    return tuple(found)
