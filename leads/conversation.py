"""How is a conversation written down in JSON, and at which moment is it read?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from enterprisehub.errors import Invalid


@dataclass(frozen=True)
class Turn:
    """One turn: who spoke (prospect | agent), what, and when (aware) if that is known."""

    speaker: str
    text: str
    at: datetime | None = None


@dataclass(frozen=True)
class Conversation:
    """Turns oldest first, the moment at which they are read (aware, in the prospect's zone), the country (ISO 3166, two letters)."""

    turns: tuple[Turn, ...]
    now: datetime
    country: str = "US"


def parse(given: Mapping[str, Any]) -> Conversation:
    """`conversation` [{speaker, text, at?}], `now`?, `timezone`? (IANA, else UTC), `country`?; Invalid names what is wrong.

    Without `now` the newest turn's `at` is the moment, without that the clock.
    """
    zone = _zone(given.get("timezone"))
    turns = given.get("conversation")
    if not isinstance(turns, list):
        raise Invalid("`conversation` must be a list of turns.", field="conversation")
    read = tuple(_turn(one, zone) for one in turns)
    newest = next((one.at for one in reversed(read) if one.at), None)
    now = _moment(given.get("now"), zone, "now") or newest or datetime.now(UTC)
    return Conversation(read, _in(now, zone, "now"), _country(given.get("country")))


def _turn(given: Any, zone: tzinfo) -> Turn:
    if not isinstance(given, dict) or given.get("speaker") not in ("prospect", "agent"):
        raise Invalid("Each turn of `conversation` has a speaker, 'prospect' or 'agent'.", field="conversation")
    if not isinstance(given.get("text"), str):
        raise Invalid("Each turn of `conversation` has a text.", field="conversation")
    return Turn(given["speaker"], given["text"], _moment(given.get("at"), zone, "conversation"))


def _zone(name: Any) -> tzinfo:
    if name is None or name == "":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError, TypeError, AttributeError):
        raise Invalid("`timezone` must be a name like America/Chicago.", field="timezone") from None


def _moment(value: Any, zone: tzinfo, field: str) -> datetime | None:
    if value is None:
        return None
    try:
        read = datetime.fromisoformat(value)
        return _in(read if read.tzinfo else read.replace(tzinfo=zone), zone, field)
    except (ValueError, TypeError):
        raise Invalid(f"A time in `{field}` must be written like 2026-03-01T09:30:00-06:00.", field=field) from None


def _in(moment: datetime, zone: tzinfo, field: str) -> datetime:
    # the edges of the calendar can be moved over by a zone, or by a day's talk
    if not 1900 <= moment.year <= 2200:
        raise Invalid(f"A time in `{field}` must lie between the years 1900 and 2200.", field=field)
    return moment.astimezone(zone)


def _country(value: Any) -> str:
    if value is None:
        return "US"
    if not isinstance(value, str) or len(value) != 2 or not value.isalpha():
        raise Invalid("`country` must be two letters, like US.", field="country")
    return value.upper()
