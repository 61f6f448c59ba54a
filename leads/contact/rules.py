"""What has a tenant settled about contacting people? Read from `Tenant.settings["contact"]`; it may only be stricter than the law's data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any, Final

from leads.contact.hours import Week

REGISTERED: Final = "registered"
TEXTS_PER_DAY, TEXTS_PER_WEEK = 1, 3
"""Marketing texts to one person in 24 hours and in 7 days: our defaults."""
PER_HOUR: Final = 6
"""Anything at all that goes out to one person within an hour: beyond it something runs in a circle."""
REPLY_HOURS: Final = 24
"""How long a person's own words make an answer to them an answer: our own cautious choice, no figure of the law."""
_DAYS: Final = ("mon_fri", "sat", "sun")


@dataclass(frozen=True)
class Rules:
    """The tenant's settings, every figure at most the default; `hours` by medium."""

    ten_dlc: str = ""  # "registered" lets texts go; anything else (pending, rejected, "") does not
    postal_address: str = ""
    unsubscribe: str = ""  # a link for the footer of marketing e-mails; without one the footer asks for a reply
    texts_per_day: int = TEXTS_PER_DAY
    texts_per_week: int = TEXTS_PER_WEEK
    per_hour: int = PER_HOUR
    reply_hours: int = REPLY_HOURS
    exempt_calls: bool = True  # False: no call without a consent, not even by hand after an inquiry
    inquiry_sources: frozenset[str] = frozenset()  # sources of leads who asked to be contacted, in lower case
    confirm_opt_out: bool = True
    confirm_text: Mapping[str, str] = field(default_factory=dict)  # by language
    closed_days: frozenset[date] = frozenset()
    hours: Mapping[str, Week] = field(default_factory=dict)


def rules_of(settings: Any) -> Rules:
    """From the whole of a tenant's settings. What cannot be read is as if it were not there; nothing loosens a default."""
    given = settings.get("contact") if isinstance(settings, Mapping) else None
    if not isinstance(given, Mapping):
        return Rules()
    texts = given.get("confirm_text")
    return Rules(
        ten_dlc=_text(given, "ten_dlc"),
        postal_address=_text(given, "postal_address"),
        unsubscribe=_text(given, "unsubscribe"),
        texts_per_day=_least(given, "texts_per_day", TEXTS_PER_DAY),
        texts_per_week=_least(given, "texts_per_week", TEXTS_PER_WEEK),
        per_hour=_least(given, "per_hour", PER_HOUR),
        reply_hours=_least(given, "reply_hours", REPLY_HOURS),
        exempt_calls=given.get("exempt_calls", True) is True,
        inquiry_sources=_sources(given.get("inquiry_sources")),
        confirm_opt_out=given.get("confirm_opt_out") is not False,
        confirm_text={str(k): str(v) for k, v in texts.items()} if isinstance(texts, Mapping) else {},
        closed_days=frozenset(_days(given.get("closed_days"))),
        hours=_hours(given.get("hours")),
    )


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def _least(given: Mapping[str, Any], name: str, default: int) -> int:
    value = given.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        return default
    return max(0, min(value, default))


def _sources(given: Any) -> frozenset[str]:
    found = given if isinstance(given, list) else []
    return frozenset(one.strip().casefold() for one in found if isinstance(one, str) and one.strip())


def _days(given: Any) -> list[date]:
    found = []
    for one in given if isinstance(given, list) else []:
        try:
            found.append(date.fromisoformat(str(one)))
        except ValueError:
            continue
    return found


def _hours(given: Any) -> dict[str, Week]:
    """`{"email": ["08:00", "20:00"], "sms": {"mon_fri": […], "sat": […], "sun": null}}`."""
    found = {}
    for medium, wish in given.items() if isinstance(given, Mapping) else ():
        spans = wish if isinstance(wish, Mapping) else dict.fromkeys(_DAYS, wish)
        try:
            weekday, *weekend = [_span(spans.get(name)) for name in _DAYS]
        except (TypeError, ValueError, IndexError, AttributeError):
            continue
        found[str(medium)] = Week((*[weekday] * 5, *weekend), f"tenant.hours.{medium}", "the tenant's own settings")
    return found


def _span(given: Any) -> tuple[time, time] | None:
    return (time.fromisoformat(given[0]), time.fromisoformat(given[1])) if given else None
