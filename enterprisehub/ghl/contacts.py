"""What does HighLevel say of a contact, in the house's own words?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from enterprisehub.ghl.words import moment, text_of


@dataclass(frozen=True)
class Contact:
    """A contact of an event or an answer. `fields` holds only what was told: a field that is not there says nothing."""

    id: str
    fields: dict[str, str] = field(default_factory=dict)  # name, email, phone, source, timezone, state
    assigned_to: str | None = None  # the user's id, "" = nobody, None = not told
    tags: tuple[str, ...] | None = None
    dnd: dict[str, Any] | None = None  # {"dnd": bool, "dndSettings": {…}, "inboundDndSettings": {…}}
    updated_at: datetime | None = None


def contact(body: Mapping[str, Any]) -> Contact:
    """From a Contact… event, from `{"contact": {…}}` of the API, or from a workflow's snake_case body."""
    inner = body.get("contact")
    told: Mapping[str, Any] = inner if isinstance(inner, dict) and "id" in inner else body
    fields = {
        "name": _name(told),
        "email": _told(told, "email").lower(),
        "phone": _told(told, "phone"),
        "source": _told(told, "source"),
        "timezone": zone if (zone := _told(told, "timezone")) in _zones() else "",
        "state": _state(told),
    }
    tags = told.get("tags")
    if isinstance(tags, str):
        tags = tags.split(",")
    dnd = {name: told[name] for name in ("dnd", "dndSettings", "inboundDndSettings") if name in told}
    return Contact(
        id=text_of(told, "id", "contact_id", "contactId"),
        fields={name: value[: _LENGTHS[name]] for name, value in fields.items() if value or _emptied(told, name)},
        assigned_to=text_of(told, "assignedTo") if "assignedTo" in told else None,
        tags=tuple(str(tag).strip().lower()[:80] for tag in tags if str(tag).strip())[:200]
        if isinstance(tags, list)
        else None,
        dnd=dnd or None,
        updated_at=moment(told.get("dateUpdated")),
    )


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    """Python walks the folder of all time zones each time it is asked: that was most of what a contact's event cost."""
    return frozenset(available_timezones())


_LENGTHS = {"name": 120, "email": 254, "phone": 32, "source": 60, "timezone": 64, "state": 2}


def _told(told: Mapping[str, Any], *names: str) -> str:
    return text_of(told, *names)


def _emptied(told: Mapping[str, Any], name: str) -> bool:
    """Whether HighLevel says that there is none: the key is there, and empty."""
    return name in ("email", "phone") and name in told and told[name] in ("", None)


def _name(told: Mapping[str, Any]) -> str:
    whole = " ".join(filter(None, (text_of(told, "firstName", "first_name"), text_of(told, "lastName", "last_name"))))
    return whole or text_of(told, "name", "contactName", "full_name", "fullName")


def _state(told: Mapping[str, Any]) -> str:
    """A US state's two letters; a foreign address tells none (a contact's `state` may be a province)."""
    state, country = text_of(told, "state").upper(), text_of(told, "country").upper()
    return state if len(state) == 2 and state.isalpha() and country in ("", "US", "USA") else ""
