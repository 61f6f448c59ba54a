"""How likely does this lead close, judged by the conversation alone, and what would change that?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import lru_cache
from importlib import resources
from math import isfinite, sqrt
from typing import Any, Final, cast, get_args

import yaml

from enterprisehub.engines.base import Capability
from enterprisehub.errors import Invalid
from leads.features import Appointment, Features, Overlay, Stage, Standing, aware, features_of
from leads.scorecards import chance

_SURE: Final = 1.644854  # two-sided 90 %
_LATE: Final = frozenset({"represented", "active", "under_contract"})
_LEAST_KNOWN: Final = 2
_NOT_SCORED: Final = {
    "dnc": "they asked to be left alone",
    "lost": "the lead is lost",
    "invalid": "the lead is not a real one",
    "duplicate": "the lead exists twice",
    "other_agent": "another agent represents them",
}


@dataclass(frozen=True)
class Point:
    """One line of data/score_points.yaml that applies: log-odds, and why."""

    feature: str
    level: str
    points: float
    why: str


@dataclass(frozen=True)
class Change:
    """What could be done, and the probability once it is."""

    words: str
    probability: float


@dataclass(frozen=True)
class Score:
    """Probability with its 90 % interval, or None with the reason in `abstains`; reasons and changes, the strongest first.

    `by` says who scored: the rules, or the tenant's own model (leads/own_scoring.py). The rules never decide by themselves:
    there is no past on which a bound could have been fixed. `note` says why the tenant's model did not score, where it has one.
    """

    probability: float | None
    low: float | None
    high: float | None
    abstains: str
    speaks_for: tuple[Point, ...]
    speaks_against: tuple[Point, ...]
    changes: tuple[Change, ...]
    version: str
    by: str = "rules"
    note: str = ""
    decided: str = "abstain"
    outcome: str = ""


@dataclass(frozen=True)
class _Table:
    """The points by (feature, level), the start, how unsure both are, and what can be changed."""

    start: float
    unsure_start: float
    unsure_points: float
    points: Mapping[tuple[str, str], Point]
    changes: tuple[tuple[str, frozenset[str], str, str], ...]
    outcome: str
    version: str


def score(features: Features) -> Score:
    """Add up the points; abstains when the lead must not be scored or when there is too little to go on."""
    table = _table()
    points = [point for point in _points(features) if point.points]
    log_odds = table.start + sum(point.points for point in points)
    half = _SURE * sqrt(table.unsure_start**2 + sum((table.unsure_points * point.points) ** 2 for point in points))
    silent = abstains(features)
    ordered = sorted(points, key=lambda point: -abs(point.points))
    return Score(
        probability=None if silent else chance(log_odds),
        low=None if silent else chance(log_odds - half),
        high=None if silent else chance(log_odds + half),
        abstains=silent,
        speaks_for=tuple(point for point in ordered if point.points > 0),
        speaks_against=tuple(point for point in ordered if point.points < 0),
        changes=_changes(features, log_odds),
        version=table.version,
    )


def abstains(features: Features) -> str:
    """Why no score is given; "" when one is."""
    if features.overlay in _NOT_SCORED:
        return f"Not scored: {_NOT_SCORED[features.overlay]}."
    if features.stage == "closed":
        return "Not scored: it has closed."
    if features.stage in _LATE:
        return ""
    if features.replies == "none":
        return "Too little to go on: they have not written yet."
    known = (
        features.timeframe != "unknown",
        features.financing != "unknown",
        features.agent_status != "unknown",
        features.appointment not in ("none", "asked"),
        features.motivation,
        features.price,
    )
    if sum(known) < _LEAST_KNOWN:
        return "Too little to go on: fewer than two of timeframe, financing, agent, appointment, motivation and price are known."
    return ""


def outcome() -> str:
    """What the probability is of, in words."""
    return _table().outcome


def levels(features: Features) -> Iterator[tuple[str, str]]:
    """Each feature with its level, yes and no in words."""
    for field in fields(features):
        value = getattr(features, field.name)
        yield field.name, ("yes" if value else "no") if isinstance(value, bool) else value


def _points(features: Features) -> Iterator[Point]:
    table = _table().points
    for key in levels(features):
        if key in table:
            yield table[key]


def open_changes(features: Features) -> Iterator[tuple[str, str, str]]:
    """What an agent can still do about this lead: the words, the feature that it changes, and the level then."""
    if features.stage == "closed" or features.overlay in _NOT_SCORED:
        return
    now = dict(levels(features))
    for feature, before, after, words in _table().changes:
        if now[feature] in before:
            yield words, feature, after


def why(feature: str, level: str) -> str:
    """What this level of a feature means, in words; "" when it is worth no points."""
    point = _table().points.get((feature, level))
    return point.why if point else ""


def _changes(features: Features, log_odds: float) -> tuple[Change, ...]:
    table, now = _table(), dict(levels(features))
    found = [
        Change(words, chance(log_odds + _worth(table, feature, after) - _worth(table, feature, now[feature])))
        for words, feature, after in open_changes(features)
    ]
    return tuple(sorted(found, key=lambda change: -change.probability))


def _worth(table: _Table, feature: str, level: str) -> float:
    point = table.points.get((feature, level))
    return point.points if point else 0.0


@lru_cache(maxsize=1)
def _table() -> _Table:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = resources.files("leads").joinpath("data", "score_points.yaml").read_text("utf-8")
    data = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader either way
    points = {
        (feature, _level(level)): Point(feature, _level(level), float(how["points"]), how["why"])
        for feature, told in data["features"].items()
        for level, how in told.items()
    }
    changes = tuple((how["feature"], frozenset(how["from"]), how["to"], how["words"]) for how in data["changes"])
    unsure = data["unsure"]
    version = f"rules-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    return _Table(data["start"]["points"], unsure["start"], unsure["points"], points, changes, data["outcome"], version)


def _level(level: Any) -> str:
    # YAML reads a bare yes as true
    return "yes" if level is True else "no" if level is False else str(level)


@dataclass(frozen=True)
class ScoringFact:
    """A fact as it comes with a question."""

    name: str
    value: Any
    confidence: float


@dataclass(frozen=True)
class ScoringMessage:
    """Who wrote when; what was written is not even read."""

    speaker: str
    at: datetime


def parse(given: dict[str, Any]) -> Features:
    """{"stage", "overlay"?, "completeness"?, "appointment"?, "objections_open"?, "facts"?, "messages"?, "now"?} → Features; Invalid names the field."""
    standing = Standing(
        stage=cast(Stage, _one_of(given, "stage", get_args(Stage), "new")),
        overlay=cast(Overlay, _one_of(given, "overlay", get_args(Overlay), "none")),
        completeness=_within(given, "completeness", 0.0, 1.0),
        appointment=cast(Appointment, _one_of(given, "appointment", get_args(Appointment), "none")),
        objections_open=int(_within(given, "objections_open", 0, 1_000)),
    )
    facts = [
        ScoringFact(str(each.get("name", "")), each.get("value"), _within(each, "confidence", 0.0, 1.0, usual=1.0))
        for each in _listed(given, "facts")
    ]
    messages = [ScoringMessage(str(each.get("speaker", "")), _at(each, "at")) for each in _listed(given, "messages")]
    now = _at(given, "now") if given.get("now") is not None else datetime.now(UTC)
    return features_of(facts, standing, sorted(messages, key=lambda message: message.at), now=now)


def _one_of(given: Mapping[str, Any], name: str, known: Sequence[str], usual: str) -> str:
    value = given.get(name, usual)
    if not isinstance(value, str) or value not in known:
        raise Invalid(f"{name} is one of {', '.join(known)}.", field=name)
    return value


def _within(given: Mapping[str, Any], name: str, low: float, high: float, *, usual: float = 0.0) -> float:
    value = given.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or not low <= value <= high:
        raise Invalid(f"{name} is a number from {low:g} to {high:g}.", field=name)
    return float(value)


def _listed(given: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    value = given.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise Invalid(f"{name} is a list of objects.", field=name)
    return value


def _at(given: Mapping[str, Any], name: str) -> datetime:
    value = given.get(name)
    try:
        return aware(datetime.fromisoformat(value)).astimezone(UTC)  # type: ignore[arg-type]  # refused right below
    except (TypeError, ValueError, OverflowError):
        raise Invalid(f"{name} is a time like 2026-03-01T09:30:00+00:00.", field=name) from None


def render(found: Score) -> dict[str, Any]:
    """The answer as JSON values; probabilities are null when it abstains."""
    told = {name: None if value is None else round(value, 4) for name, value in _numbers(found)}
    return {
        **told,
        "outcome": found.outcome or outcome(),
        "decided": found.decided,
        "abstains": found.abstains,
        "for": [{"words": point.why, "points": point.points} for point in found.speaks_for],
        "against": [{"words": point.why, "points": point.points} for point in found.speaks_against],
        "would_change": [{"words": each.words, "probability": round(each.probability, 4)} for each in found.changes],
        "version": found.version,
        "by": found.by,
        "note": found.note,
    }


def _numbers(found: Score) -> tuple[tuple[str, float | None], ...]:
    return ("probability", found.probability), ("low", found.low), ("high", found.high)


SCORING: Final = Capability("leads.scoring", Features, Score, score, parse=parse, render=render)
