"""Which columns stand for where people come from or who they are, so that no score may rest on them?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leads.encoding import is_missing
from leads.learning.columns import fitted, see, words

# The classes of the Fair Housing Act (42 U.S.C. 3604) and of many states, and what is commonly used in their place.
_NAMES: Final[dict[str, frozenset[str]]] = {
    "place": frozenset(
        ["zip", "zipcode", "postcode", "postal", "postalcode", "city", "town", "village", "county", "country", "region", "state", "province", "district", "neighborhood", "neighbourhood", "suburb", "address", "street", "latitude", "longitude", "lat", "lon", "lng", "geo", "borough"]
    ),
    "age": frozenset(["age", "birth", "birthday", "birthdate", "dob", "born", "senior", "retired"]),
    "sex": frozenset(["gender", "sex", "pronoun", "pronouns", "salutation", "maternity", "pregnant", "pregnancy", "orientation"]),
    "family": frozenset(["marital", "married", "spouse", "wife", "husband", "family", "familial", "children", "child", "kids", "household", "dependents"]),
    "origin": frozenset(["language", "locale", "nationality", "citizenship", "citizen", "immigrant", "immigration", "ethnicity", "race", "ancestry", "origin", "caste"]),
    "religion": frozenset(["religion", "religious", "church", "faith"]),
    "disability": frozenset(["disability", "disabled", "handicap", "handicapped", "wheelchair", "medical"]),
    "income source": frozenset(["voucher", "section8", "welfare", "assistance", "military", "veteran"]),
    "name": frozenset(["name", "firstname", "lastname", "surname", "fullname", "forename"]),
}  # fmt: skip
# "Lead Origin" is where a lead came in, "Company Name" and "Campaign Name" name no person
_HARMLESS: Final[dict[str, frozenset[str]]] = {
    "origin": frozenset(["lead", "traffic", "source", "campaign"]),
    "name": frozenset(
        [
            "company",
            "campaign",
            "product",
            "source",
            "plan",
            "list",
            "form",
            "page",
            "event",
            "course",
            "program",
            "ad",
            "utm",
        ]
    ),
}
_VALUES: Final[dict[str, frozenset[str]]] = {
    "sex": frozenset(
        [
            "male",
            "female",
            "man",
            "woman",
            "nonbinary",
            "non-binary",
            "mr",
            "mrs",
            "ms",
            "miss",
            "mr.",
            "mrs.",
            "ms.",
            "sr",
            "sra",
            "sr.",
            "sra.",
            "herr",
            "frau",
        ]
    ),
    "family": frozenset(["single", "married", "divorced", "widowed", "separated", "engaged", "cohabiting"]),
    "origin": frozenset(
        [
            "english",
            "spanish",
            "french",
            "german",
            "portuguese",
            "italian",
            "chinese",
            "mandarin",
            "arabic",
            "hindi",
            "korean",
            "japanese",
            "vietnamese",
            "tagalog",
            "russian",
            "polish",
            "white",
            "black",
            "asian",
            "hispanic",
            "latino",
            "caucasian",
        ]
    ),
    "religion": frozenset(
        ["christian", "muslim", "jewish", "hindu", "buddhist", "catholic", "protestant", "sikh", "atheist"]
    ),
}
_POSTCODE: Final = re.compile(
    r"^(?:\d{5}(?:-\d{4})?|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})$", re.IGNORECASE
)
_MOST: Final = 0.8
_ENOUGH: Final = 100
_LINKED: Final = 0.4
_SAME: Final = 0.7


@dataclass(frozen=True)
class Proxy:
    """A column that stands for a protected class, or is tied to one that does; `refused` = left out unless allowed by name."""

    column: str
    stands_for: str
    refused: bool
    why: str
    tie: float = 0.0


def look(name: str, cells: list[str]) -> Proxy | None:
    """Judge one column by its name and by what its cells look like."""
    said = words(name)
    for kind, hints in _NAMES.items():
        if said & hints and not said & _HARMLESS.get(kind, frozenset()):
            return Proxy(name, kind, True, f"its name tells of {kind}: {', '.join(sorted(said & hints))}")
    if kind := _told_by_cells(cells):
        return Proxy(name, kind, True, f"its values tell of {kind}")
    return None


def _told_by_cells(cells: list[str]) -> str:
    said = [cell.casefold() for cell in cells if not is_missing(cell)]
    if not said:
        return ""
    for kind, known in _VALUES.items():
        if sum(cell in known for cell in said) >= _MOST * len(said):
            return kind
    if len(set(said)) > 20 and sum(bool(_POSTCODE.match(cell)) for cell in said) >= _MOST * len(said):
        return "place"
    if len(set(said)) > 2 and sum(cell in _countries() for cell in said) >= _MOST * len(said):
        return "place"
    return ""


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    from babel import Locale  # only when a table is looked at: half a second

    return frozenset(name.casefold() for code, name in Locale("en").territories.items() if code.isalpha())


def ties(used: dict[str, list[str]], protected: dict[str, list[str]]) -> list[Proxy]:
    """Columns that tell a protected one (Cramér's V, corrected for chance): from .4 told, from .7 left out."""
    coded = {name: codes(name, cells) for name, cells in (used | protected).items()}
    found = []
    for name in used:
        strengths = {other: tie(coded[name], coded[other]) for other in protected if other != name}
        other = max(strengths, key=lambda key: strengths[key], default="")
        if other and strengths[other] >= _LINKED:
            why = f"it tells much of {other} (Cramér's V {strengths[other]:.2f})"
            found.append(Proxy(name, other, strengths[other] >= _SAME, why, round(strengths[other], 4)))
    return found


def codes(name: str, cells: list[str]) -> NDArray[np.int64] | None:
    """The coarse bin of each cell, 0 = empty; None when the column holds nothing to tell apart."""
    column = fitted(see(name, cells), cells)
    return None if column is None else np.array([column.coarse(cell) for cell in cells])


def tie(one: NDArray[np.int64] | None, other: NDArray[np.int64] | None) -> float:
    """Cramér's V (0 to 1) of the rows in which both are filled in: whether something was asked at all stands for nobody."""
    if one is None or other is None:
        return 0.0
    both = (one > 0) & (other > 0)
    one, other, count = one[both], other[both], int(both.sum())
    if count < _ENOUGH:
        return 0.0
    table = np.zeros((int(one.max()) + 1, int(other.max()) + 1))
    np.add.at(table, (one, other), 1)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    rows, columns = table.shape
    if min(rows, columns) < 2:
        return 0.0
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / count
    phi = max(0.0, float(((table - expected) ** 2 / expected).sum()) / count - (rows - 1) * (columns - 1) / (count - 1))
    least = min(rows - (rows - 1) ** 2 / (count - 1), columns - (columns - 1) ** 2 / (count - 1)) - 1
    return float(np.sqrt(phi / least)) if least > 0 else 0.0
