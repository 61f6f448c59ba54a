"""A column that knows the answer, or that stands for who somebody is, does not get into a model unnoticed."""

from __future__ import annotations

import numpy as np
import pytest

from leads.learning import leaks, proxies
from leads.learning.choosing import Wish
from leads.learning.columns import see
from leads.learning.training import train
from tests.leads.learning import made

ROWS = made.rows(600)
WISH = Wish("Won", "Came In")


def trained(columns: dict[str, list[str]], wish: Wish = WISH) -> dict[str, object]:
    rows = [row | {name: cells[place] for name, cells in columns.items()} for place, row in enumerate(ROWS)]
    card = train(made.table(rows, (*made.HEADER, *columns)), wish).card
    return {
        "used": {column["column"] for column in card["columns"]},
        "out": {each["column"]: each["why"] for each in card["left_out"]},
        "warnings": " ".join(card["warnings"]),
    }


def outcome_in_words(yes: str, no: str, *, wrong_every: int = 10_000) -> list[str]:
    return [yes if (row["Won"] == "yes") != (place % wrong_every == 0) else no for place, row in enumerate(ROWS)]


def test_a_column_that_repeats_the_outcome_is_refused_whatever_its_name() -> None:
    found = trained({"Colour": outcome_in_words("green", "red")})
    assert "Colour" not in found["used"]
    assert "nearly perfectly" in found["out"]["Colour"]


def test_a_column_that_is_only_filled_in_for_those_who_bought_is_refused() -> None:
    found = trained({"Plan": outcome_in_words("gold", "")})
    assert "Plan" not in found["used"]


def test_a_column_named_like_an_afterthought_that_ranks_well_is_refused() -> None:
    found = trained({"Lead_Status": outcome_in_words("hot", "cold", wrong_every=6)})
    assert "afterwards" in found["out"]["Lead_Status"]


def test_a_column_that_ranks_suspiciously_well_is_used_and_told() -> None:
    found = trained({"Colour": outcome_in_words("green", "red", wrong_every=10)})
    assert "Colour" in found["used"]
    assert "suspiciously well" in found["warnings"]


def test_a_column_that_changes_later_is_told() -> None:
    seen = see("LastActivity", [row["Source"] for row in ROWS])
    leak = leaks.look(seen, [row["Source"] for row in ROWS], np.array([row["Won"] == "yes" for row in ROWS], float))
    assert leak is not None
    assert leak.verdict == "flagged"


def test_an_honest_column_is_not_suspected() -> None:
    for name in ("Source", "Visits", "Minutes"):
        cells = [row[name] for row in ROWS]
        assert leaks.look(see(name, cells), cells, np.array([row["Won"] == "yes" for row in ROWS], float)) is None


def test_whoever_allows_a_refused_column_by_name_gets_it_and_a_warning() -> None:
    column = {"Lead_Status": outcome_in_words("hot", "cold", wrong_every=6)}
    found = trained(column, Wish("Won", "Came In", allow=("Lead_Status",)))
    assert "Lead_Status" in found["used"]
    assert "Lead_Status is used and doubtful" in found["warnings"]


def test_excluding_wins_over_allowing() -> None:
    found = trained({}, Wish("Won", "Came In", exclude=("Source",), allow=("Source",)))
    assert found["out"]["Source"] == "excluded by --exclude"


def test_identifiers_contact_details_and_free_text_are_not_learned_from() -> None:
    mails = {"E-mail": [f"a{place}@example.com" for place in range(600)]}
    phones = {"Phone": [f"{5550000 + place * 37}" for place in range(600)]}
    keys = {"Key": [str(1000 + place) for place in range(600)]}
    found = trained(mails | phones | keys)
    assert {"E-mail", "Phone", "Key", "Lead Id", "Remarks"} <= found["out"].keys()


@pytest.mark.parametrize(
    "name",
    ["City", "ZIP", "zip_code", "postal code", "Country", "LastName", "First Name", "Full name", "name", "Age", "DateOfBirth", "gender",
     "Marital Status", "Preferred Language", "Number of kids", "Household size", "Religion", "national origin", "Disability",
     "veteran", "Latitude", "Street address"],
)  # fmt: skip
def test_a_name_that_stands_for_a_protected_class_is_a_proxy(name: str) -> None:
    found = proxies.look(name, ["a", "b", "c"])
    assert found is not None
    assert found.refused


@pytest.mark.parametrize(
    "name", ["Lead Origin", "Company Name", "Campaign", "Page Views", "Package", "Message count", "Manager", "Usage", "Budget", "Stage"]
)  # fmt: skip
def test_a_name_that_only_sounds_like_one_is_none(name: str) -> None:
    assert proxies.look(name, ["a", "b", "c"]) is None


@pytest.mark.parametrize(
    ("cells", "stands_for"),
    [
        (["Male", "female", "FEMALE", ""], "sex"),
        (["single", "Married", "divorced"], "family"),
        (["Spanish", "English", "English"], "origin"),
        (["India", "Germany", "Mexico", "France"], "place"),
        ([f"{10000 + place}" for place in range(0, 900, 7)], "place"),
    ],
)
def test_values_give_a_proxy_away_under_any_name(cells: list[str], stands_for: str) -> None:
    found = proxies.look("Field 7", cells)
    assert found is not None
    assert found.stands_for == stands_for


def test_a_column_that_tells_the_city_goes_with_the_city() -> None:
    offices = {"Springfield": "north", "Shelbyville": "south", "Ogdenville": "west"}
    found = trained({"Office": [offices[row["City"]] for row in ROWS]})
    assert "Cramér" in found["out"]["Office"]


def test_whether_a_protected_column_is_filled_in_stands_for_nobody() -> None:
    cells = {"Form": ["long" if place % 2 else "short" for place in range(600)]}
    cells["Town"] = [row["City"] if place % 2 else "" for place, row in enumerate(ROWS)]
    found = trained(cells)
    assert "Form" in found["used"]


def test_a_column_that_is_named_as_protected_is_compared_with_and_not_used() -> None:
    found = trained({}, Wish("Won", "Came In", protected=("Source",)))
    assert "Source" not in found["used"]
