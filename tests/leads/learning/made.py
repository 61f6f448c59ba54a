"""Leads that nobody ever had, from a rule that is known: what a model should find can be told exactly."""

from __future__ import annotations

import csv
import io
import random
from math import exp

from leads.learning.table import Table, read

HEADER = ("Lead Id", "Came In", "Source", "Visits", "Minutes", "Asked For Tour", "City", "Remarks", "Won")


def rows(count: int, *, seed: int = 7, shift: float = 0.0) -> list[dict[str, str]]:
    """`shift` moves visits and sources as a change of the times would; `truth` is the probability behind `Won`."""
    draw = random.Random(seed)
    return [_row(draw, place, shift) for place in range(count)]


def _row(draw: random.Random, place: int, shift: float) -> dict[str, str]:
    source = draw.choices(("portal", "referral", "ad", "walk in"), (5, 2 - min(shift, 1.5), 4 + 4 * shift, 1))[0]
    visits = "" if draw.random() < 0.1 else str(min(30, int(draw.expovariate(0.25) + 2 * shift)))
    minutes = f"{draw.lognormvariate(2, 1):.1f}"
    tour = draw.random() < 0.3
    odds = -1.6 + {"portal": 0.0, "referral": 1.4, "ad": -0.8, "walk in": 0.6}[source]
    odds += (0.12 * min(int(visits), 15) if visits else -0.5) + 0.02 * min(float(minutes), 40) + (1.1 if tour else 0.0)
    truth = 1 / (1 + exp(-odds))
    return {
        "Lead Id": f"L{place:05d}x",
        "Came In": f"2026-{1 + place * 10 // 100_000 % 12:02d}-01 {place // 3600 % 24:02d}:{place // 60 % 60:02d}:{place % 60:02d}",
        "Source": source,
        "Visits": visits,
        "Minutes": minutes,
        "Asked For Tour": "Yes" if tour else "No",
        "City": draw.choice(("Springfield", "Shelbyville", "Ogdenville")),
        "Remarks": " ".join(
            draw.choice(("called", "left", "message", "about", "garden", "later", "price")) for _ in range(12)
        ),
        "Won": "yes" if draw.random() < truth else "no",
        "truth": f"{truth:.6f}",
    }


def as_bytes(made: list[dict[str, str]], names: tuple[str, ...] = HEADER) -> bytes:
    """The file as a tenant would send it."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(names)
    lines.writerows([row[name] for name in names] for row in made)
    return out.getvalue().encode()


def table(made: list[dict[str, str]], names: tuple[str, ...] = HEADER) -> Table:
    """The same, read."""
    return read(as_bytes(made, names))
