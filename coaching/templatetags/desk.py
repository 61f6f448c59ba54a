"""How do times, evidence and rights read on a page?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from babel.core import Locale, UnknownLocaleError
from babel.numbers import format_currency
from django import template
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime, now

from coaching.mode import Mode
from coaching.services import desk
from enterprisehub.tenants import access

register = template.Library()
SOURCES = {"local": "Local", "cache": "Remembered", "claude": "Claude"}
QUIET = {
    "budget": "Card held back: enough for this minute.",
    "repeated": "Card held back: you have seen this idea here.",
    "quiet": "Card held back: you have been passing over this kind.",
}


@register.simple_tag
def may(request: Any, operation: str) -> bool:
    """Whether the person behind this request may do the operation."""
    membership = getattr(request, "membership", None)
    return membership is not None and access.may(membership.role, operation)


@register.simple_tag
def mode_now(request: Any) -> Mode | None:
    """What the mode badge says; None for who is no member anywhere."""
    return desk.mode_now(request.agent) if getattr(request, "membership", None) else None


@register.simple_tag
def evidence(text: str, card: dict[str, Any] | None) -> str | SafeString:
    """The words, with the part that the card quotes marked; escaped either way."""
    start, end = (card["why_start"], card["why_end"]) if card else (0, 0)
    if not 0 <= start < end <= len(text):
        return text
    return format_html('{}<mark class="evidence">{}</mark>{}', text[:start], text[start:end], text[end:])


@register.filter
def moment(value: str | datetime | None) -> SafeString | str:
    """A time element: the clock for today, the day and the clock before that; the browser rewrites it in its own zone."""
    at = parse_datetime(value) if isinstance(value, str) else value
    if at is None:
        return ""
    here = localtime(at)
    same_day = here.date() == localtime(now()).date()
    shown = f"{here:%H:%M}" if same_day else f"{here:%d %b, %H:%M}"
    return format_html('<time datetime="{}" data-moment>{}</time>', at.isoformat(), shown)


@register.filter
def source_label(source: str) -> str:
    return SOURCES.get(source, source)


@register.filter
def initials(name: str) -> str:
    """At most two letters that stand for a name."""
    return "".join(part[0] for part in name.split()[:2] if part).upper() or "·"


@register.filter
def quiet_label(reason: str) -> str:
    """Why there is no card beside these words; empty when there was nothing to say."""
    return QUIET.get(reason, "")


@register.filter(name="is")
def same(one: Any, other: Any) -> bool:
    return bool(one == other)


@register.filter
def price(amount: Any, currency: str = "USD") -> str:
    """A price in whole units: $485,000."""
    return format_currency(amount, currency, "¤#,##0", locale="en_US", currency_digits=False)


@register.filter
def language(code: str) -> str:
    """The language's English name; the code itself when it is not known."""
    try:
        return Locale.parse(code.replace("-", "_")).get_language_name("en") or code
    except (ValueError, UnknownLocaleError):
        return code


@register.filter
def spaced(name: str) -> str:
    """A fact's name as words: move_date is Move date."""
    return name.replace("_", " ").capitalize()
