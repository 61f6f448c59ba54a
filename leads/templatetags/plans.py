"""How do a plan's times, urgencies and quotes read on a page?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import template
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime, now

from leads.services.situations import rows_of

register = template.Library()
URGENCY = {"critical": "Critical", "high": "High", "normal": "Normal", "low": "Low"}
MEDIA = {"sms": "Text", "chat": "Chat", "email": "E-mail", "call": "Call", "social": "Social message"}


@register.filter
def due(at: datetime, zone: str = "") -> SafeString:
    """When it is due, on the lead's clock, with the zone where it is not the page's own."""
    try:
        there = localtime(at, ZoneInfo(zone)) if zone else localtime(at)
    except (ZoneInfoNotFoundError, ValueError):
        there = localtime(at)
    here = localtime(at)
    same = there.utcoffset() == here.utcoffset()
    day = "today" if there.date() == localtime(now(), there.tzinfo).date() else f"{there:%a %-d %b}"
    place = "" if same else f" ({zone.rpartition('/')[2].replace('_', ' ')})"
    return format_html('<time datetime="{}">{}, {}{}</time>', at.isoformat(), day, f"{there:%H:%M}", place)


@register.filter
def moment_of(text: object) -> datetime | None:
    """A moment that is kept as text."""
    try:
        return parse_datetime(str(text)) if text else None
    except ValueError:
        return None


@register.filter
def day_of(text: object) -> str:
    """A day that is kept as text: 20 Dec 2026."""
    try:
        return f"{date.fromisoformat(str(text)[:10]):%-d %b %Y}"
    except ValueError:
        return ""


@register.filter
def urgency_label(level: str) -> str:
    return URGENCY.get(level, level)


@register.filter
def medium_label(medium: str) -> str:
    return MEDIA.get(medium, medium)


@register.filter
def first_quote(evidence: Sequence[Any]) -> str:
    """The first words that show it, "" when none do."""
    return next((str(one["quote"]) for one in rows_of(evidence) if one.get("quote")), "")


@register.filter
def risks(value: object) -> list[dict[str, Any]]:
    """The risks to list; that a date is near is told with the urgency already."""
    return [one for one in rows_of(value) if one.get("what") != "deadline_near"]


@register.filter
def rows(value: object) -> list[dict[str, Any]]:
    return rows_of(value)


@register.filter
def unknown(claims: object) -> list[dict[str, Any]]:
    """The claims that keep a draft from being sent."""
    return [one for one in rows_of(claims) if not one.get("known")]
