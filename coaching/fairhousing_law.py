"""Which classes of people does housing law protect in this place? The table is `data/fairhousing_law.yaml`, with its sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

from leads.protected import TOPICS  # judging places is steering, which is federal law: they count everywhere

TABLE: Final = Path(__file__).parent / "data" / "fairhousing_law.yaml"


@lru_cache(maxsize=1)
def table() -> Mapping[str, Any]:
    """The law as data: `federal`, `contested`, `states` by postal code, `cities`."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: Mapping[str, Any] = yaml.load(TABLE.read_text("utf-8"), Loader=loader)  # noqa: S506 - a safe loader either way
    return found


def place(jurisdiction: str) -> str:
    """The state or city that is meant by `CA`, `US-CA`, `us_ca`, `California`'s code or `NYC`; "" when it is not in the table."""
    name = jurisdiction.strip().upper().replace("_", "-").removeprefix("US-")
    return name if name in table()["states"] or name in table()["cities"] else ""


def counts(protected: str, jurisdiction: str) -> bool:
    """Whether words about this class are to be flagged there; an unknown place gets every class that any place protects."""
    law = table()
    if protected in TOPICS or protected in law["federal"]["classes"] or protected in law["contested"]:
        return True
    here = place(jurisdiction)
    return not here or any(protected in one["classes"] for one in _laws(here))


def basis(protected: str, jurisdiction: str) -> str:
    """By which law, in a few words; what is protected somewhere, but perhaps not here, "may apply"."""
    law = table()
    if protected in law["federal"]["classes"] or protected in TOPICS:
        return f"{law['federal']['name']}, {law['federal']['source'].partition(':')[0]}"
    for one in _laws(place(jurisdiction)):
        if protected in one["classes"]:
            return f"{one['name']}, {one['source']}"
    return "may apply: protected by some states and cities"


def among(codes: Iterable[str]) -> str:
    """The one place that all these codes mean; "" for none or several, so that the strictest reading is taken."""
    places = {place(code) or code for code in codes}
    return places.pop() if len(places) == 1 else ""


def _laws(here: str) -> list[Mapping[str, Any]]:
    law = table()
    city = law["cities"].get(here)
    state = law["states"].get(city["state"] if city else here)
    return [one for one in (city, state) if one]
