"""How is a file of rows read that somebody exported somewhere: in which letters, parted by what, and how far?"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from enterprisehub.errors import Invalid

MAX_BYTES = 10_000_000
MAX_ROWS = 50_000
MAX_COLUMNS = 100
MAX_CELL = 2_000  # characters of a cell that is taken in
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_NOT_TEXT = re.compile(r"[\x01-\x08\x0e-\x1f]")
_SAMPLE = 64_000  # characters that the delimiter is found in
_SAMPLE_ROWS = 20


@dataclass(frozen=True)
class Sheet:
    """A file's text, what it is written in, and what its first row calls the columns."""

    text: str
    encoding: str
    delimiter: str
    header: tuple[str, ...]


@dataclass(frozen=True)
class Record:
    """One row as a spreadsheet numbers it (the header is row 1); `problem` says why it cannot be read, else ""."""

    number: int
    cells: tuple[str, ...]
    problem: str = ""


def read(content: bytes) -> Sheet:
    """The file as text with its header. Raises Invalid (field "file") when it is no table of text, empty or too large."""
    if len(content) > MAX_BYTES:
        raise _unread(f"The file has more than {MAX_BYTES // 1_000_000} MB. Split it and import the parts.")
    text, encoding = _decoded(content)
    if not text.strip():
        raise _unread("The file is empty.")
    delimiter = _delimiter(text[:_SAMPLE])
    header = next((r.cells for r in _all(text, delimiter) if any(cell.strip() for cell in r.cells)), ())
    if not header:
        raise _unread("The first row has to name the columns.")
    if len(header) > MAX_COLUMNS:
        raise _unread(f"The file has more than {MAX_COLUMNS} columns.")
    return Sheet(text, encoding, delimiter, tuple(cell.strip()[:80] for cell in header))


def records(sheet: Sheet) -> Iterator[Record]:
    """The rows below the header, blank ones left out. Raises Invalid at the row after the last that is allowed."""
    begun, count = False, 0
    for record in _all(sheet.text, sheet.delimiter):
        blank = not any(cell.strip() for cell in record.cells)
        if blank and not (begun and record.problem):
            continue
        if not begun:
            begun = True
            continue
        count += 1
        if count > MAX_ROWS:
            raise _unread(f"The file has more than {MAX_ROWS:,} rows. Split it and import the parts.")
        extra = record.cells[len(sheet.header) :]
        if any(cell.strip() for cell in extra):
            record = Record(record.number, record.cells, "There are more cells in this row than columns.")
        yield record


def _all(text: str, delimiter: str) -> Iterator[Record]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = 0
    while True:
        number += 1
        try:
            yield Record(number, tuple(next(rows)))
        except StopIteration:
            return
        except csv.Error:
            yield Record(number, (), "The row cannot be read: a cell is far too long, or a quotation mark is missing.")


def _decoded(content: bytes) -> tuple[str, str]:
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise _unread("This is a workbook. Save it as CSV in your spreadsheet, then import that.")
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "") or _wide(content)
    text, encoding = _in(content, encoding)
    text = text.replace("\x00", "")
    if len(_NOT_TEXT.findall(text[:_SAMPLE])) > len(text[:_SAMPLE]) // 200:
        raise _unread("This is not a file of text.")
    return text, encoding


def _in(content: bytes, encoding: str) -> tuple[str, str]:
    """The text, in the encoding that is known or in the first that fits; Windows' one fits everything."""
    for name in (encoding,) if encoding else ("utf-8",):
        try:
            return content.decode(name), name
        except UnicodeDecodeError:
            if encoding:
                raise _unread(f"The file says that it is {encoding}, and is not.") from None
    return content.decode("cp1252", errors="replace"), "cp1252"


def _wide(content: bytes) -> str:
    """Two bytes a letter without a mark that says so: every other byte of Latin text is empty."""
    head = content[:4_000]
    if head.count(0) * 3 < len(head) or len(content) % 2:
        return ""
    return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"


def _delimiter(sample: str) -> str:
    """The one that parts the rows into the most equal columns."""

    def fit(delimiter: str) -> tuple[bool, float, int]:
        widths = [len(r.cells) for r, _ in zip(_all(sample, delimiter), range(_SAMPLE_ROWS), strict=False) if r.cells]
        same = widths.count(widths[0]) / len(widths) if widths else 0.0
        return bool(widths) and widths[0] > 1, same, widths[0] if widths else 0

    return max(DELIMITERS, key=fit)


def _unread(sentence: str) -> Invalid:
    return Invalid(sentence, field="file")
