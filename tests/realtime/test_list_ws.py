"""The list of sockets names every route, message and event, and each message has a verb."""

from __future__ import annotations

import json
from io import StringIO

from django.core.management import call_command

from coaching.consumers import CoachingConsumer


def test_the_list_names_everything_that_can_be_said() -> None:
    out = StringIO()
    call_command("list_ws", "--json", stdout=out)
    (route,) = json.loads(out.getvalue())["routes"]
    assert route["path"] == "/ws/coaching/"
    assert set(route["client_messages"]) == {"hear", "subscribe", "resume", "ack", "feedback", "typing"}
    assert set(route["server_events"]) == {
        "suggestion",
        "suggestion.delta",
        "objection.alert",
        "status",
        "error",
        "resync",
    }
    assert route["client_messages"]["hear"]["required"] == ["id", "lead", "text"]


def test_every_message_has_a_verb() -> None:
    assert CoachingConsumer.verbs.keys() == CoachingConsumer.messages.keys()
    assert all(callable(getattr(CoachingConsumer, verb)) for verb in CoachingConsumer.verbs.values())


def test_people_can_read_it_too() -> None:
    out = StringIO()
    call_command("list_ws", stdout=out)
    assert "hear" in out.getvalue()
    assert "resync" in out.getvalue()
