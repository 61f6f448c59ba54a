"""Which columns of a tenant's table tell what is known of a live lead too, and how is a cell read as the live score would read it?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Final, get_args

from enterprisehub.errors import Invalid
from leads.completeness import Fact
from leads.encoding import boolean, is_missing, moment, number
from leads.features import Appointment, Features, Stage, Standing, features_of
from leads.learning.columns import words
from leads.learning.table import Table

FEATURES: Final = tuple(field.name for field in fields(Features) if field.name != "overlay")
"""What a column can be mapped on; where a lead rests (`overlay`) is no past table's to say."""
READ: Final = 0.5
"""The least share of the filled cells that must be understood."""

# Names under which tables keep these; a column is recognised when all words of one of the sets stand in its name.
_NAMED: Final[Mapping[str, tuple[frozenset[str], ...]]] = {
    name: tuple(frozenset(each.split()) for each in said)
    for name, said in {
        "stage": ("stage", "pipeline stage", "lead stage"),
        "completeness": ("completeness", "profile complete"),
        "timeframe": ("timeframe", "timeline", "time frame", "move date", "moving when", "buying when"),
        "financing": ("financing", "preapproved", "pre approved", "preapproval", "pre approval", "mortgage status"),
        "agent_status": ("agent status", "has agent", "other agent", "represented", "working agent"),
        "appointment": ("appointment", "meeting", "showing booked", "visit booked"),
        "motivation": ("motivation", "reason moving", "why moving"),
        "price": ("budget", "price range", "max price", "price max"),
        "replies": ("replies", "replied", "messages received", "inbound messages", "response count"),
        "pace": ("response minutes", "reply minutes", "minutes to reply"),
        "silence": ("days silent", "days since reply", "days since contact", "silence"),
        "objections": ("objections",),
    }.items()
}
_REPLIES: Final = ((1, "none"), (2, "one"), (6, "few"))
_PACE: Final = ((30, "minutes"), (360, "hours"), (1_440, "a_day"))
_SILENCE: Final = ((1, "today"), (7, "this_week"), (30, "this_month"), (90, "this_quarter"))
_MEETINGS: Final = frozenset(get_args(Appointment))


@dataclass(frozen=True)
class Mapped:
    """The table of live features, which column tells each, and why others were left out."""

    columns: dict[str, list[str]]
    by: dict[str, str]
    left_out: dict[str, str]


def wanted(text: str) -> dict[str, str]:
    """Lines "timeframe = Purchase window" as typed by a person; raises Invalid (field mapping) naming the line."""
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        feature, mark, column = (part.strip() for part in line.partition("="))
        if not mark or feature not in FEATURES or not column:
            raise Invalid(f"{line!r} must read: one of {', '.join(FEATURES)} = a column.", field="mapping")
        found[feature] = column
    return found


def recognised(header: list[str]) -> dict[str, str]:
    """Features and the columns that seem to tell them, by name; each column tells one."""
    found: dict[str, str] = {}
    for name in header:
        in_name = words(name)
        for feature, sets in _NAMED.items():
            if feature not in found and any(said <= in_name for said in sets):
                found[feature] = name
                break
    return found


def mapped(table: Table, wish: Mapping[str, str], *, usable: frozenset[str], time: str) -> Mapped:
    """The columns of `wish` (else the recognised ones) as live features; only `usable` ones: neither leaks nor proxies."""
    by = dict(wish) or recognised(list(table.columns))
    times = _times(table, time)
    columns: dict[str, list[str]] = {}
    left_out = {
        f: f"{c}: not used by the model either, for the reason named there" for f, c in by.items() if c not in usable
    }
    for feature in (f for f in by if f not in left_out):
        cells = table.columns[by[feature]]
        read = [_level(feature, cell, at) for cell, at in zip(cells, times, strict=True)]
        filled = [level for cell, level in zip(cells, read, strict=True) if not is_missing(cell)]
        if sum(level is not None for level in filled) < READ * max(len(filled), 1):
            left_out[feature] = f"{by[feature]}: most of its values are not understood as {feature}"
            continue
        columns[feature] = [level if level is not None else "" for level in read]
    return Mapped(columns, {f: c for f, c in by.items() if f in columns}, left_out)


def _times(table: Table, time: str) -> list[datetime]:
    """When each row was known, for dates to be counted from; a row without a date is read as of today."""
    now = datetime.now(UTC)
    cells = table.columns[time] if time else [""] * len(table)
    return [found.replace(tzinfo=UTC) if (found := moment(cell)) else now for cell in cells]


def _level(feature: str, cell: str, at: datetime) -> str | None:
    """The level that the live score would give this; None when it is not understood."""
    if feature in _COUNTED:
        return _COUNTED[feature](cell)
    if feature == "stage":
        plain = "_".join(cell.casefold().replace("-", " ").split())
        return plain if plain in get_args(Stage) else None
    if feature == "appointment":
        said = boolean(cell)
        plain = cell.strip().casefold()
        return plain if plain in _MEETINGS else "agreed" if said else "none" if said is False or not plain else None
    if feature in ("motivation", "price"):
        return "no" if is_missing(cell) or boolean(cell) is False else "yes"
    return _said(feature, cell, at)


def _said(feature: str, cell: str, at: datetime) -> str:
    """Timeframe, financing and other agent are read by the reader of live facts."""
    if is_missing(cell) and not (feature == "agent_status" and cell.casefold() == "none"):
        return "unknown"
    name, value = feature, cell
    if feature == "financing" and (said := boolean(cell)) is not None:
        return str(features_of([Fact("preapproved", said, 1.0, at)], Standing(), (), now=at).financing)
    if feature == "timeframe" and (day := moment(cell)) is not None:
        name, value = "deadline", day.date().isoformat()
    return str(getattr(features_of([Fact(name, value, 1.0, at)], Standing(), (), now=at), feature))


def _banded(
    bands: tuple[tuple[float, str], ...], beyond: str, empty: str, *, below: bool
) -> Callable[[str], str | None]:
    def read(cell: str) -> str | None:
        value = number(cell)
        if value is None:
            return empty if is_missing(cell) else None
        return next((word for most, word in bands if (value < most if below else value <= most)), beyond)

    return read


def _share(cell: str) -> str | None:
    value = number(cell)
    if value is None:
        return "little" if is_missing(cell) else None
    share = value / 100 if value > 1 or "%" in cell else value
    return str(features_of((), Standing(completeness=share), (), now=datetime.now(UTC)).completeness)


_COUNTED: Final[Mapping[str, Callable[[str], str | None]]] = {
    "completeness": _share,
    "replies": _banded(_REPLIES, "many", "none", below=True),
    "pace": _banded(_PACE, "days", "unknown", below=False),
    "silence": _banded(_SILENCE, "longer", "unknown", below=False),
    "objections": _banded(((1, "none"), (2, "one")), "several", "none", below=True),
}
