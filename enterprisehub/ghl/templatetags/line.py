"""How do health, rights and reasons read on the page of the connection?"""

from __future__ import annotations

from typing import Final

from django import template

register = template.Library()
HEALTH: Final = {
    "good": "Connected and in order.",
    "limited": "Connected, with something missing.",
    "needs_reauth": "The line is broken: somebody must connect again.",
    "paused": "HighLevel has paused the location. Everything waits and goes on by itself.",
    "uninstalled": "The app was removed at HighLevel.",
}
RIGHTS: Final = {
    "contacts": "Contacts, their notes and tasks",
    "conversations": "Conversations",
    "conversations/message": "Messages",
    "opportunities": "Opportunities and pipelines",
    "calendars": "Calendars",
    "calendars/events": "Appointments",
    "users": "Users",
    "locations": "The location itself",
    "locations/customFields": "Custom fields",
    "locations/tags": "Tags",
    "locations/tasks": "Tasks of the location",
    "workflows": "Workflows",
    "oauth": "Where the app is installed",
}
REASONS: Final = {
    "missing": "It does not exist at HighLevel any more.",
    "unprocessable": "HighLevel does not take what was written.",
    "scope_missing": "The token has no right to do this.",
    "unknown_whether_sent": "Nobody knows whether it was sent.",
    "too_late": "It waited too long to be an answer.",
    "gave_up": "It failed too often.",
    "disconnected": "The line was taken down.",
    "uninstalled": "The app was removed.",
    "never_ended": "Working on it never came to an end.",
    "duplicate": "There is such a contact already.",
    "opted_out": "They do not want to be contacted.",
    "refused": "HighLevel refused it.",
}


@register.filter
def health_told(health: str) -> str:
    return HEALTH.get(health, "")


@register.filter
def right(scope: str) -> str:
    """contacts.write is "Contacts, their notes and tasks: write"."""
    noun, _, verb = scope.rpartition(".")
    return f"{RIGHTS.get(noun, noun)}: {'read' if verb == 'readonly' else verb}"


@register.filter
def reason_told(reason: str) -> str:
    return REASONS.get(reason.partition(":")[0].partition(" ")[0], "It failed each time.")


@register.filter
def span(seconds: float) -> str:
    """A stretch of time in its largest unit: 0.4 s, 12 s, 5 min, 3 h, 2 days."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    if seconds < 3_600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3_600:.0f} h" if seconds < 172_800 else f"{seconds / 86_400:.0f} days"
