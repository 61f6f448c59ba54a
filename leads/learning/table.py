"""Which rows does a file of leads hold, and which of its lines cannot be read?"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from enterprisehub.errors import Invalid

LARGEST: Final = 200_000_000
"""Bytes of the largest file that is read."""
MOST_COLUMNS: Final = 2_000
_SHOWN: Final = 20


class Unreadable(Invalid):
    """A file that cannot be used as it is; `problems` name rows as a spreadsheet numbers them (the header is row 1)."""

    def __init__(self, problems: list[str]) -> None:
        more = len(problems) - _SHOWN
        shown = problems[:_SHOWN] + ([f"… and {more} more rows."] if more > 0 else [])
        super().__init__("\n".join(shown), field="csv")
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Table:
    """The cells of each column, white space around them removed; `rows[i]` is the spreadsheet's number of row i."""

    columns: dict[str, list[str]]
    rows: list[int]
    sha256: str

    def __len__(self) -> int:
        return len(self.rows)

    def each(self) -> Iterator[dict[str, str]]:
        """The rows, one after the other."""
        names = list(self.columns)
        for cells in zip(*self.columns.values(), strict=True):
            yield dict(zip(names, cells, strict=True))

    def take(self, places: list[int]) -> Table:
        """The same columns with these rows, in this order."""
        columns = {name: [cells[place] for place in places] for name, cells in self.columns.items()}
        return Table(columns, [self.rows[place] for place in places], self.sha256)


def read(raw: bytes) -> Table:
    """Read UTF-8 CSV with a header, parted by comma, semicolon or tab; raises Unreadable with every bad row."""
    text = _decoded(raw)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    header = _header(lines)
    rows: list[list[str]] = []
    numbers: list[int] = []
    problems: list[str] = []
    for place, cells in _numbered(lines):
        if isinstance(cells, str):
            problems.append(f"Row {place}: {cells}")
        elif any(cells):
            wrong = _wrong(cells, len(header))
            problems += [f"Row {place}: {wrong}"] if wrong else []
            rows.append(cells)
            numbers.append(place)
    if problems:
        raise Unreadable(problems)
    if not rows:
        raise Unreadable(["The file has a header but no rows."])
    columns = dict(zip(header, ([cell.strip() for cell in cells] for cells in zip(*rows, strict=True)), strict=True))
    return Table(columns, numbers, hashlib.sha256(raw).hexdigest())


def measured(raw: bytes) -> tuple[list[str], int]:
    """The names of the columns and the number of rows, without keeping any; raises Unreadable when there is no table."""
    text = _decoded(raw)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    header = _header(lines)
    return header, sum(1 for _, cells in _numbered(lines) if isinstance(cells, str) or any(cells))


def _decoded(raw: bytes) -> str:
    if len(raw) > LARGEST:
        raise Unreadable([f"The file has {len(raw):,} bytes; at most {LARGEST:,} are read."])
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Unreadable(["The file is UTF-16; save it as CSV in UTF-8."])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        raise Unreadable([f"Row {row}: the byte 0x{raw[error.start]:02X} is not UTF-8; save the file as CSV in UTF-8."]) from None  # fmt: skip
    if (place := text.find("\0")) >= 0:
        row = text.count("\n", 0, place) + 1
        raise Unreadable([f"Row {row}: holds a NUL character; the file is damaged or no CSV."])
    if not text.strip():
        raise Unreadable(["The file is empty."])
    return text


def _delimiter(text: str) -> str:
    first = text.lstrip("\r\n").partition("\n")[0]
    return max(",;\t", key=lambda mark: (first.count(mark), mark == ","))


def _header(lines: Iterator[list[str]]) -> list[str]:
    try:
        header = [name.strip() for name in next(line for line in lines if line)]
    except (csv.Error, StopIteration):
        raise Unreadable(["Row 1: the header cannot be read."]) from None
    unnamed = [f"Row 1: column {place} has no name." for place, name in enumerate(header, 1) if not name]
    twice = (
        sorted({name for name in header if name and header.count(name) > 1}) if len(set(header)) < len(header) else []
    )
    many = [f"Row 1: {len(header)} columns; at most {MOST_COLUMNS} are read."] if len(header) > MOST_COLUMNS else []
    if problems := many or unnamed + [f"Row 1: the column {name!r} stands there twice." for name in twice]:
        raise Unreadable(problems)
    return header


def _numbered(lines: Iterator[list[str]]) -> Iterator[tuple[int, list[str] | str]]:
    """Each row with its number; what the reader cannot part into cells comes as a sentence."""
    place = 1
    while True:
        place += 1
        try:
            cells = next(islice(lines, 1), None)
        except csv.Error as error:
            yield place, f"cannot be parted into cells ({error})."
            return
        if cells is None:
            return
        yield place, cells


def _wrong(cells: list[str], wanted: int) -> str:
    if len(cells) == wanted:
        return ""
    return f"{len(cells)} cells where the header has {wanted}."
