"""What does a body of HighLevel's say, whatever was sent? Which event it is, whose, about whom, and when.

Nothing here raises on what was sent: a body that makes no sense is told with the `trouble` it has.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

DEEPEST: Final = 64  # levels of lists and objects; HighLevel's own events have five
AHEAD: Final = timedelta(minutes=5)  # by how much the sender's clock may be before ours
ENVELOPE: Final = frozenset({"type", "data", "locationId", "companyId", "versionId", "appId", "timestamp", "webhookId"})
LARGEST_WHOLE: Final = 2**63 - 1  # what Postgres and everybody else can keep
UNUSABLE: Final = re.compile("[\x00\ud800-\udfff]")
MESSAGES: Final = frozenset({"InboundMessage", "OutboundMessage"})
# Events about the contact itself: there the contact's id is called `id`.
OF_THE_CONTACT: Final = re.compile(r"Contact[A-Z]\w*")
OF_THE_LOCATION: Final = frozenset({"LocationCreate", "LocationUpdate"})


@dataclass(frozen=True)
class Event:
    """What a function of the event table is given. `body` can be kept anywhere: no NULs, no halves of characters, finite numbers.

    `subject` is HighLevel's id of the contact, "" when the event names none; `occurred_at` is HighLevel's clock.
    """

    id: UUID
    type: str
    source: str
    external_id: str
    subject: str
    occurred_at: datetime
    location_id: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Told:
    """What a body says about itself, cut to what the tables hold; `trouble` is a code, "" when the body makes sense."""

    type: str = ""
    external_id: str = ""
    subject: str = ""
    location_id: str = ""
    company_id: str = ""
    app_id: str = ""
    occurred_at: datetime | None = None
    stamp: datetime | None = None  # the envelope's own time; a dashboard resend keeps it
    trouble: str = ""
    body: dict[str, Any] = field(default_factory=dict)

    def is_ahead_of(self, moment: datetime) -> bool:
        """Whether it says that it was sent later than the two clocks can differ."""
        return self.stamp is not None and self.stamp > moment + AHEAD


def read(raw: bytes) -> Told:
    """The app event in a signed body. Without a usable `webhookId` the same bytes are the same event."""
    parsed, trouble = _parsed(raw)
    if not isinstance(parsed, dict):
        return Told(external_id=fingerprint(raw), trouble=trouble or "not_an_object")
    body = _flat(parsed)
    kind = _name(body.get("type"), 60)
    given = _name(body.get("webhookId"), 80)
    stamp = moment(body.get("timestamp"))
    return Told(
        type=kind,
        external_id=given or fingerprint(raw),
        subject=_subject(kind, body),
        location_id=_name(body.get("locationId"), 64) or (_name(body.get("id"), 64) if kind in OF_THE_LOCATION else ""),
        company_id=_name(body.get("companyId"), 64),
        app_id=_name(body.get("appId"), 64),
        occurred_at=stamp or moment(body.get("dateUpdated")) or moment(body.get("dateAdded")),
        stamp=stamp,
        trouble=trouble or ("" if kind else "no_type"),
        body=body,
    )


def read_workflow(raw: bytes) -> Told:
    """What a workflow action posts: the free one's fixed body, or whatever a person typed into the premium one."""
    parsed, trouble = _parsed(raw)
    if not isinstance(parsed, dict):
        return Told(type="workflow", trouble=trouble or "not_an_object")
    location, contact = _inner(parsed, "location"), _inner(parsed, "contact")
    subject = _first(parsed.get("contact_id"), parsed.get("contactId"), contact.get("id"))
    return Told(
        type="workflow",
        subject=subject,
        location_id=_first(location.get("id"), parsed.get("location_id"), parsed.get("locationId")),
        trouble=trouble or ("" if subject or contact or len(parsed) else "empty"),
        body=parsed,
    )


def workflow_id(told: Told) -> str:
    """HighLevel's id of the workflow that ran, "" in a premium body that does not name it."""
    return _first(_inner(told.body, "workflow").get("id"), told.body.get("workflow_id"))


def clean(body: dict[str, Any]) -> dict[str, Any]:
    """The body as functions get it: it can be kept anywhere."""
    return {_clean(name): _clean(value) for name, value in body.items()}


def fingerprint(*parts: bytes) -> str:
    """A name for exactly these bytes; it fits every column that holds an id of HighLevel's."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big") + part)
    return f"sha256:{whole.hexdigest()}"


def moment(value: Any) -> datetime | None:
    """An ISO time or a number of (milli)seconds since 1970, in UTC; None when it is neither."""
    try:
        if isinstance(value, str) and 8 <= len(value) <= 40:
            found = datetime.fromisoformat(value.strip())
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if abs(value) > 1e11 else value, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def _parsed(raw: bytes) -> tuple[Any, str]:
    """The value and "", or None and why there is none."""
    try:
        parsed = json.loads(raw, parse_constant=_refuse)
    except RecursionError:
        return None, "too_deep"
    except (ValueError, MemoryError):
        return None, "not_json"
    # Counting brackets costs nothing, and few bodies have enough of them to be deep at all.
    if raw.count(b"[") + raw.count(b"{") > DEEPEST and _depth(parsed) > DEEPEST:
        return None, "too_deep"
    return parsed, ""


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


def _depth(value: Any) -> int:
    """Levels of lists and objects, counted without recursion, no further than one level too many."""
    level, depth = [value], 0
    while (level := [one for one in level if isinstance(one, dict | list)]) and depth <= DEEPEST:
        depth += 1
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one)]
    return depth


def _flat(body: dict[str, Any]) -> dict[str, Any]:
    """Real events are flat; HighLevel's guide also shows them inside `data`."""
    inner = body.get("data")
    if isinstance(inner, dict) and body.keys() <= ENVELOPE:
        return {**inner, **{name: value for name, value in body.items() if name != "data"}}
    return body


def _subject(kind: str, body: dict[str, Any]) -> str:
    own = body.get("id") if OF_THE_CONTACT.fullmatch(kind) else None
    nested = (_inner(body, name).get("contactId") for name in ("appointment", "contact", "opportunity"))
    return _first(own, body.get("contactId"), body.get("contact_id"), *nested)


def _inner(body: dict[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def _first(*values: Any) -> str:
    return next((found for value in _each(values) if (found := _name(value, 64))), "")


def _each(values: Iterable[Any]) -> Iterable[Any]:
    return (value for value in values if value is not None)


def _name(value: Any, most: int) -> str:
    """An id or a type as text, "" when it is none that a column of `most` characters can hold as it is."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_WHOLE:
        value = str(value)
    if not isinstance(value, str) or not 0 < len(value) <= most or UNUSABLE.search(value):
        return ""
    return value


def _clean(value: Any) -> Any:
    """The same value as Postgres can keep it; at most DEEPEST levels are left by now."""
    if isinstance(value, str):
        return UNUSABLE.sub(lambda found: "" if found[0] == "\x00" else "\ufffd", value)
    if isinstance(value, dict):
        return {_clean(name): _clean(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_clean(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and abs(value) > LARGEST_WHOLE:
        return str(value)
    return value
