"""How is a slot's value typed by a person, and how is it shown to one?"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from leads import dates, money
from leads.slots import SLOTS, Kind, Value

_TRUTH: Final = {
    **dict.fromkeys(("yes", "true", "y", "1", "si", "sí"), True),
    **dict.fromkeys(("no", "false", "n", "0"), False),
}
LONGEST: Final = 120  # characters of a text value
TITLES: Final = {
    "price_min": "Price from",
    "price_max": "Price up to",
    "price_monthly_max": "A month, up to",
    "agent_status": "Other agent",
    "exchange_1031": "1031 exchange",
    "ti": "Tenant improvements",
    "preapproved": "Pre-approved",
    "property_to_sell": "Home to sell",
    "must_have": "Must have",
    "deal_breaker": "Deal breaker",
    "target_cap": "Target cap rate",
    "other_agents": "Other agents asked",
}


def title(name: str) -> str:
    """The slot's name as people read it."""
    return TITLES.get(name) or name.replace("_", " ").capitalize()


SLOT_NAMES: Final = tuple((name, title(name)) for name in SLOTS)
"""Every slot with its title, as a form offers them."""


def typed(kind: Kind, text: str, *, now: datetime) -> Value | None:
    """The value that a person typed, None when it is none of the slot's kind; `now` is aware, in the lead's zone."""
    plain = " ".join(text.split())
    if not plain:
        return None
    match kind.type:
        case "one of":
            wanted = plain.casefold().replace(" ", "_")
            return wanted if wanted in kind.choices else None
        case "bool":
            return _TRUTH.get(plain.casefold())
        case "money":
            return _amount(plain)
        case "date":
            return _date(plain, now)
        case "time":
            found = next((when.at for when in dates.find(plain, now=now) if when.at), None)
            return found or (plain if re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", plain) else None)
        case "int" | "float":
            return _number(plain)
    return plain[:LONGEST]


def shown(name: str, value: object, unit: str = "", *, locale: str = "en_US", currency: str = "USD") -> str:
    """The value as people read it: $450,000, 3, Yes, 12 Mar 2027."""
    kind = SLOTS.get(name)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, int | float):
        if kind is not None and kind.type == "money":
            return format_currency(value, unit or currency, "¤#,##0", locale=locale, currency_digits=False)
        figure = format_decimal(value, locale=locale)
        return f"{figure} {unit or (kind.unit if kind else '')}".strip()
    text = str(value)
    if kind is not None and kind.type == "date" and re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return format_date(date.fromisoformat(text), "medium", locale=locale)
    if kind is not None and kind.choices:
        return text.replace("_", " ").capitalize() if len(text) > 3 else text.upper()
    return "Does not matter" if text == "any" else text


def _amount(text: str) -> float | None:
    found = money.find(text)
    if found:
        return found[0].value
    bare = text.replace("$", "").replace(",", "").strip()
    return float(bare) if re.fullmatch(r"\d{1,12}(?:\.\d+)?", bare) else None


def _number(text: str) -> float | None:
    bare = text.replace(",", "")
    return float(bare) if re.fullmatch(r"\d{1,9}(?:\.\d+)?", bare) else None


def _date(text: str, now: datetime) -> str | None:
    found = next((when.on for when in dates.find(text, now=now) if when.on), None)
    if found is not None:
        return found.isoformat()
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None
