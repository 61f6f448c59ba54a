"""How does a table of analytics leave as a CSV file? Piece by piece, nothing in it that a spreadsheet would calculate, and audited."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.http import StreamingHttpResponse
from django.utils.timezone import localdate, localtime

from enterprisehub.privacy.audit import Actor, record
from enterprisehub.privacy.middleware import actor_of
from enterprisehub.realtime.threads import in_thread
from enterprisehub.tenants.page import MemberRequest
from enterprisehub.tenants.scope import scope
from leads.importing.rows import neutral

MARK: Final = "\ufeff"  # tells Excel that the file is UTF-8
AT_ONCE: Final = 500  # rows of one piece
Row = Sequence[Any]
# Given the place where the last piece ended (None at first): the next rows, and the place behind them (None = the end).
Piece = Callable[[Any], tuple[list[Row], Any]]


def asks_for_csv(request: MemberRequest) -> bool:
    """Whether this page's table is wanted as a file: `?format=csv` on the page's own URL."""
    return request.GET.get("format") == "csv"


def table(request: MemberRequest, name: str, header: Row, rows: Iterable[Row]) -> StreamingHttpResponse:
    """`rows` that are known by now (a roll-up's few hundred) as `name-2026-11-25.csv`; that it left is audited here.

    A cell is text, a number, a day, a time or None (an empty cell).
    """
    known = list(rows)
    record("analytics.export", name, rows=len(known), parameters=sorted(request.GET))

    async def pieces() -> AsyncIterator[bytes]:
        for piece in _written(header, known):
            yield piece

    return _response(name, pieces())


def long_table(request: MemberRequest, name: str, header: Row, piece: Piece) -> StreamingHttpResponse:
    """Rows that are too many to hold: `piece` is called in the tenant's scope, a transaction each, while the file is sent."""
    record("analytics.export", name, parameters=sorted(request.GET))
    return _response(name, _pieces(request.tenant_id, name, header, piece, actor=actor_of(request)))


async def _pieces(tenant: UUID, name: str, header: Row, piece: Piece, *, actor: Actor) -> AsyncIterator[bytes]:
    yield next(_written(header, ()))
    place, count, more = None, 0, True
    while more:
        rows, place = await in_thread(_read, tenant, piece, place)
        count, more = count + len(rows), place is not None
        if rows:
            yield _lines(rows).encode()
    await in_thread(_note, tenant, name, count, actor)


def _read(tenant: UUID, piece: Piece, place: Any) -> tuple[list[Row], Any]:
    with scope(tenant):
        return piece(place)


def _note(tenant: UUID, name: str, count: int, actor: Actor) -> None:
    with scope(tenant):
        record("analytics.export.done", name, actor=actor, rows=count)


def _written(header: Row, rows: Iterable[Row]) -> Iterator[bytes]:
    yield (MARK + _lines([header])).encode()
    left = list(rows)
    for start in range(0, len(left), AT_ONCE):
        yield _lines(left[start : start + AT_ONCE]).encode()


def _lines(rows: Iterable[Row]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> str:
    """Numbers are ours and stay numbers (a negative one begins with a minus); whatever is text cannot become a formula."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{localtime(value):%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case float():
            return f"{value:.6g}"
        case int() | Decimal():
            return str(value)
    return neutral(str(value))


def _response(name: str, pieces: AsyncIterator[bytes]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-{localdate():%Y-%m-%d}.csv"'
    response["Cache-Control"] = "no-store"
    return response
