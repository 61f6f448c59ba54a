"""How do health, rights and reasons read on the page of the connection?"""

from __future__ import annotations

import re
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

WRITES: Final = {
    "contact.create": "New contact",
    "contact.upsert": "Contact",
    "contact.update": "Fields of the contact",
    "contact.dnd": "Do not disturb",
    "tags.add": "Tags",
    "tags.remove": "Tags to take off",
    "note.create": "Note",
    "note.update": "Change of a note",
    "task.create": "Task",
    "task.update": "Change of a task",
    "task.complete": "Task that is done",
    "message.send": "Message",
    "opportunity.update": "Change of an opportunity",
    "opportunity.status": "Standing of an opportunity",
    "field.create": "New custom field",
}
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|[._]")


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
def reason_about(reason: str) -> str:
    """What the reason is about, in words: unprocessable:dueDate is about the "due date"; "" when it says no more."""
    return _words(reason.partition(":")[2])


@register.filter
def thing(name: str) -> str:
    """A write or an event by its name in words: message.send is a "Message", ContactUpdate a "Contact update"."""
    return WRITES.get(name) or _words(name).capitalize()


def _words(name: str) -> str:
    return _HUMP.sub(" ", name).strip().lower()


@register.filter
def span(seconds: float) -> str:
    """A stretch of time in its largest unit: 0.4 s, 12 s, 5 min, 3 h, 2 days."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    if seconds < 3_600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3_600:.0f} h" if seconds < 172_800 else f"{seconds / 86_400:.0f} days"
