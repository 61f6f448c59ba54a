"""How does the prospect's mood move through a conversation, and which words turned it?

For the agent's eyes alone: no score, stage or order of leads may read it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from enterprisehub.engines.base import Capability
from enterprisehub.errors import Invalid
from leads.valence import Valence, valence

Trend = Literal["rising", "falling", "steady"]
FELT: Final = 0.3
"""Confidence under which a turn says nothing about the mood ("ok", "3 beds")."""
_TURN: Final = 0.5
"""How far a turn must be from the mood before it to turn it; -1 to 1 is 2."""
_MOVED: Final = 0.3
"""How far the fitted line must go from the first felt turn to the last to be called a trend."""
_NEWEST: Final = 0.6
"""What the newest felt turn weighs in the mood."""


@dataclass(frozen=True)
class Turn:
    """One message; `speaker` is `prospect` or `agent`."""

    speaker: str
    text: str


@dataclass(frozen=True)
class Mood:
    """One turn of the prospect (`turn` counts all turns from 0); valence -1 to 1, both 0 where nothing is felt."""

    turn: int
    valence: float
    confidence: float


@dataclass(frozen=True)
class TurningPoint:
    """Where the mood went over to another: `was` and `became` are -1 to 1, `text[start:end] == quote` of that turn."""

    turn: int
    was: float
    became: float
    quote: str
    start: int
    end: int


@dataclass(frozen=True)
class Sentiment:
    """Every turn of the prospect, where the line through the felt ones leads, and what turned it."""

    turns: tuple[Mood, ...] = ()
    trend: Trend = "steady"
    turning_points: tuple[TurningPoint, ...] = ()


def trajectory(conversation: Sequence[Turn]) -> Sentiment:
    """The prospect's moods; the agent's words count for nothing, and a turn without feeling changes nothing."""
    heard = [
        (place, turn.text, valence(turn.text)) for place, turn in enumerate(conversation) if turn.speaker == "prospect"
    ]
    moods = tuple(Mood(place, *_told(felt)) for place, _, felt in heard)
    felt = [each for each, mood in zip(heard, moods, strict=True) if mood.confidence]
    return Sentiment(moods, _trend([value.value for _, _, value in felt]), _turning_points(felt))


def _told(felt: Valence) -> tuple[float, float]:
    return (felt.value, felt.confidence) if felt.confidence >= FELT else (0.0, 0.0)


def _trend(values: Sequence[float]) -> Trend:
    """By the slope of least squares over the felt turns in their order."""
    if len(values) < 2:
        return "steady"
    middle, mean = (len(values) - 1) / 2, sum(values) / len(values)
    spread = sum((place - middle) ** 2 for place in range(len(values)))
    slope = sum((place - middle) * (value - mean) for place, value in enumerate(values)) / spread
    moved = slope * (len(values) - 1)
    return "rising" if moved >= _MOVED else "falling" if moved <= -_MOVED else "steady"


def _turning_points(felt: Sequence[tuple[int, str, Valence]]) -> tuple[TurningPoint, ...]:
    points: list[TurningPoint] = []
    mood: float | None = None
    for place, text, now in felt:
        if mood is not None and abs(now.value - mood) >= _TURN and now.value * mood < 0:
            points.append(_point(place, text, mood, now))
            mood = now.value
        else:
            mood = now.value if mood is None else _NEWEST * now.value + (1 - _NEWEST) * mood
    return tuple(points)


def _point(place: int, text: str, was: float, now: Valence) -> TurningPoint:
    cause = max(now.feelings, key=lambda each: each.weight * (1 if now.value > 0 else -1))
    start, end = cause.start, cause.end
    return TurningPoint(place, round(was, 3), now.value, text[start:end], start, end)


def parse(given: Mapping[str, Any]) -> tuple[Turn, ...]:
    """The turns of a JSON question `{"conversation": [{"speaker", "text"}]}`; Invalid names what is wrong."""
    conversation = given.get("conversation")
    if not isinstance(conversation, list):
        raise Invalid("`conversation` must be a list.", field="conversation")
    return tuple(_turn(each) for each in conversation)


def _turn(given: Any) -> Turn:
    if not isinstance(given, dict) or given.get("speaker") not in ("prospect", "agent"):
        raise Invalid("Each turn of `conversation` has a speaker, 'prospect' or 'agent'.", field="conversation")
    if not isinstance(given.get("text"), str):
        raise Invalid("Each turn of `conversation` has a text.", field="conversation")
    return Turn(given["speaker"], given["text"])


def render(answer: Sentiment) -> dict[str, Any]:
    """The answer as JSON."""
    points = [
        {
            "turn": each.turn,
            "from": each.was,
            "to": each.became,
            "quote": each.quote,
            "start": each.start,
            "end": each.end,
        }
        for each in answer.turning_points
    ]
    return {"turns": [asdict(each) for each in answer.turns], "trend": answer.trend, "turning_points": points}


SENTIMENT: Final = Capability(
    name="leads.sentiment", question=tuple, answer=Sentiment, local=trajectory, parse=parse, render=render
)
