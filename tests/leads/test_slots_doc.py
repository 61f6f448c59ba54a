"""Does docs/slots.md name every slot, with an example that is read so?"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from leads.slots import SLOTS
from tests.leads.wishes import state

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "slots.md").read_text("utf-8")
ROWS = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| `([^`]+)` \|$", TEXT, flags=re.MULTILINE)


def test_every_slot_is_told_of_once() -> None:
    assert [name for name, *_ in ROWS] == list(dict.fromkeys(name for name, *_ in ROWS))
    assert {name for name, *_ in ROWS} == set(SLOTS)


@pytest.mark.parametrize(("name", "kind", "said", "read"), ROWS, ids=[row[0] for row in ROWS])
def test_its_example_is_read_so(name: str, kind: str, said: str, read: str) -> None:
    assert state(said)[name] == json.loads(read)


@pytest.mark.parametrize(("name", "kind", "said", "read"), ROWS, ids=[row[0] for row in ROWS])
def test_its_values_are_all_listed(name: str, kind: str, said: str, read: str) -> None:
    assert all(choice in kind for choice in SLOTS[name].choices)
