"""Which pages of analytics may this person open, and how is a question about them asked?"""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from enterprisehub.tenants.access import may

register = template.Library()
# Name, URL name, operation. A page that is not in the house yet is not in the table.
PLACES: tuple[tuple[str, str, str], ...] = (
    ("Overview", "results", "analytics.read"),
    ("Coaching", "results-coaching", "analytics.read"),
    ("Agents", "results-agents", "analytics.read"),
    ("Me", "results-me", "analytics.read.own"),
    ("Experiments", "experiments", "analytics.read"),
    ("Return", "return", "analytics.read.money"),
    ("Value", "results-value", "analytics.read"),
    ("Predictions", "results-predictions", "analytics.read"),
    ("Cost", "results-cost", "analytics.read.money"),
    ("Weekly mail", "results-digest", "settings.manage"),
)


@register.simple_tag
def analytics_places(request: Any) -> list[dict[str, Any]]:
    """The tabs, in the order of the table; a person without the right sees no tab."""
    role = request.membership.role if request.membership else None
    found = [(name, reverse(url)) for name, url, operation in PLACES if may(role, operation)]
    inside = [url for _, url in found if request.path.startswith(url)]
    here = max(inside, key=len, default="")
    return [{"name": name, "url": url, "here": url == here} for name, url in found]
