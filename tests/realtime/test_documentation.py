"""What docs/realtime.md shows is what the socket takes, and every message and event is in it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from coaching.consumers import CoachingConsumer
from enterprisehub.realtime import door, events, limits, pruning
from enterprisehub.realtime.events import SERVER_EVENTS

TEXT = (Path(__file__).parents[2] / "docs" / "realtime.md").read_text("utf-8")
MESSAGES = re.findall(r"```json message tried\n(.*?)```", TEXT, re.DOTALL)
EVENTS = re.findall(r"```json event tried\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize("example", MESSAGES)
def test_every_example_is_a_message_that_is_taken(example: str) -> None:
    kind, _ = events.parse(example, CoachingConsumer.messages)
    assert kind in CoachingConsumer.messages


def test_there_is_an_example_of_every_message_and_a_row_of_every_event() -> None:
    assert {json.loads(one)["type"] for one in MESSAGES} == set(CoachingConsumer.messages)
    assert all(f"| `{kind}` |" in TEXT for kind in SERVER_EVENTS)
    assert all(set(json.loads(one)) == {"seq", "type", "payload", "metadata"} for one in EVENTS)
    assert EVENTS


def test_the_figures_are_those_of_the_code() -> None:
    assert f"| {door.TOO_SLOW} |" in TEXT
    assert (limits.RATE, limits.BURST, limits.SOCKETS_PER_USER, limits.OUTBOX_FRAMES) == (20.0, 40, 20, 1_500)
    assert (events.MAX_FRAME, pruning.KEEP_EVENTS, pruning.KEEP_FOR.total_seconds()) == (32 * 1024, 1_000, 24 * 3_600)
