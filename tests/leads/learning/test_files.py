"""A file is read whole, or every row that stands in the way is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.learning.table import Unreadable, read


def problems(raw: bytes) -> tuple[str, ...]:
    with pytest.raises(Unreadable) as caught:
        read(raw)
    return caught.value.problems


def test_cells_are_read_as_they_stand_without_white_space() -> None:
    table = read(b'a,b\n 1 ,"x, y"\n2,"two\nlines"\n')
    assert table.columns == {"a": ["1", "2"], "b": ["x, y", "two\nlines"]}
    assert table.rows == [2, 3]


@pytest.mark.parametrize("raw", [b"a;b\n1;2\n", b"a\tb\n1\t2\n", b"\xef\xbb\xbfa,b\r\n1,2\r\n", b"a,b\n\n1,2\n\n"])
def test_semicolons_tabs_marks_and_empty_lines_do_no_harm(raw: bytes) -> None:
    assert read(raw).columns == {"a": ["1"], "b": ["2"]}


def test_ragged_rows_are_named_as_a_spreadsheet_numbers_them() -> None:
    assert problems(b"a,b\n1,2\n3\n4,5,6\n") == (
        "Row 3: 1 cells where the header has 2.",
        "Row 4: 3 cells where the header has 2.",
    )


def test_a_byte_that_is_not_utf8_is_named_with_its_row() -> None:
    assert problems(b"a,b\n1,2\ncaf\xe9,3\n")[0].startswith("Row 3: the byte 0xE9 is not UTF-8")


def test_a_nul_is_named_with_its_row() -> None:
    assert problems(b"a,b\n1,2\n\x00,3\n")[0].startswith("Row 3: holds a NUL")


@pytest.mark.parametrize(
    "raw", [b"", b"\n\n", b"\xef\xbb\xbf", b"a,b\n", b"\xff\xfea\x00", b"a,\n1,2\n", b"a,a\n1,2\n", b'a,b\n1,"2\n']
)
def test_what_is_no_table_is_refused(raw: bytes) -> None:
    assert problems(raw)


def test_a_thousand_bad_rows_are_not_all_printed() -> None:
    with pytest.raises(Unreadable) as caught:
        read(b"a,b\n" + b"1\n" * 1000)
    assert len(caught.value.problems) == 1000
    assert caught.value.message.count("\n") == 20


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        table = read(raw)
    except Unreadable:
        return
    assert all(len(cells) == len(table) for cells in table.columns.values())
