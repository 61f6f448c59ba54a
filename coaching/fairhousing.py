"""May these words be said, or asked for, under fair-housing law, and what could be said instead?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import yaml

from coaching.fairhousing_law import basis, counts
from enterprisehub.engines.base import Capability
from enterprisehub.errors import Invalid
from leads.guarding import PEOPLE, Hit, apart, covered, find, rulebook
from leads.small_words import english_or_spanish
from leads.text import LONGEST, Folded, Span, fold, sentences

LINES: Final = Path(__file__).parent / "data" / "fairhousing_lines.yaml"
SPEAKERS: Final = ("agent", "prospect", "engine")
READ: Final = 20_000
"""Characters that are read of one text."""
REDIRECTED: Final = frozenset(
    {"steering_request", "neighbourhood_quality", "demographics_question", "exclusion_request"}
)
"""What a prospect asks that an agent answers with public sources, or not at all."""
_PIVOTS: Final = (" but ", " however ", " pero ", " sin embargo ", " aunque ", " although ", " though ")


@dataclass(frozen=True)
class FairHousingQuestion:
    """Words, whose they are (agent, prospect or engine), and where the home is ("" = unknown; see fairhousing_law)."""

    text: str
    speaker: str = "agent"
    jurisdiction: str = ""


@dataclass(frozen=True)
class Flag:
    """One finding: `text[start:end] == quote`.

    `protected` is a class of people, or schools, safety, area, people; `alternative` is a lawful line in the text's language with
    the public source to hand over; `law` says by which statute. Not legal advice.
    """

    protected: str
    kind: str
    quote: str
    start: int
    end: int
    alternative: str
    law: str


@dataclass(frozen=True)
class FairHousingAnswer:
    """At most one flag for each class, in the order of the text; none at all when the words may stand."""

    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True)
class _Found:
    protected: str
    kind: str
    span: Span


def guard(question: FairHousingQuestion) -> FairHousingAnswer:
    """Read a text; never raises on any.

    What an engine proposes is held to the strictest law of all places; others to federal law and that of their place.
    """
    way = "in" if question.speaker == "prospect" else "out"
    here = "" if question.speaker == "engine" else question.jurisdiction
    best: dict[str, Flag] = {}
    for offset, folded in _pieces(question.text[:READ]):
        for found in _judged(folded, way):
            if counts(found.protected, here) and found.protected not in best:
                best[found.protected] = _flag(found, question.text, offset, folded)
    flags = sorted(best.values(), key=lambda flag: (flag.start, flag.end))
    lines, language = _lines(), english_or_spanish(question.text, fold(question.text).text)
    return FairHousingAnswer(
        tuple(
            Flag(
                *(one.protected, one.kind, one.quote, one.start, one.end),
                alternative=_line(lines[language], one.protected, one.kind),
                law=basis(one.protected, here),
            )
            for one in flags
        )
    )


def clean(text: str) -> bool:
    """Whether an engine, or a playbook, may put these words into an agent's mouth."""
    return not guard(FairHousingQuestion(text, "engine")).flags


def _flag(found: _Found, text: str, offset: int, folded: Folded) -> Flag:
    span = folded.back(found.span)
    start, end = offset + span.start, offset + span.end
    return Flag(found.protected, found.kind, text[start:end], start, end, "", "")


def _pieces(text: str) -> Iterator[tuple[int, Folded]]:
    """A long text in pieces that end between words."""
    start = 0
    while start < len(text):
        end = min(start + LONGEST, len(text))
        if end < len(text) and (space := text.rfind(" ", start + 1, end)) > start:
            end = space
        yield start, fold(text[start:end])
        start = end


def _judged(folded: Folded, way: str) -> list[_Found]:
    """Everything that is wrong with one piece, the most telling kind of each class first."""
    book = rulebook()
    things = apart(find(book.things, folded.text, way=way))
    plain = covered(folded.text, (hit.span for hit in things))
    people = apart(find(book.people, plain, way=way))
    spoken = covered(plain, (hit.span for hit in people), by=PEOPLE)
    hits = find(book.speech, plain, way=way) + find(book.speech, spoken, way=way)
    pretext = any(hit.phrase.part == "pretexts" for hit in hits)
    found: list[_Found] = []
    for clause in _clauses(spoken) if way == "out" else sentences(spoken):
        inside = [hit for hit in hits if clause.start <= hit.span.start < clause.end]
        if pretext or not any(hit.phrase.part == "excuses" for hit in inside):
            who = [hit for hit in people if clause.start <= hit.span.start < clause.end]
            asks = any(mark in spoken[clause.start : clause.end] for mark in "?¿")
            found += _said(inside, who, asks=asks) if way == "out" else _asked(inside, who)
    return found


def _clauses(text: str) -> Iterator[Span]:
    """Sentences, parted where a `but` takes back what was said before it."""
    for sentence in sentences(text):
        cuts = sorted(place for pivot in _PIVOTS if (place := text.find(pivot, sentence.start, sentence.end)) >= 0)
        edges = [sentence.start, *cuts, sentence.end]
        yield from (Span(first, last) for first, last in pairwise(edges))


def _said(hits: Sequence[Hit], people: Sequence[Hit], *, asks: bool) -> list[_Found]:
    asks = asks or any(hit.phrase.part == "cues" and hit.phrase.kind == "ask" for hit in hits)
    hits = [hit for hit in hits if asks or hit.phrase.part != "frames" or hit.phrase.kind != "inquiry"]
    found = [_Found(hit.phrase.protected, hit.phrase.kind, hit.span) for hit in hits if hit.phrase.part == "rules"]
    for who in people:
        if framed := _framed(who, hits):
            found.append(framed)
        elif who.phrase.kind == "strong":
            found.append(_Found(who.phrase.protected, "demographics", who.span))
    return _ranked(found)


def _asked(hits: Sequence[Hit], people: Sequence[Hit]) -> list[_Found]:
    found = [_Found(hit.phrase.protected, hit.phrase.kind, hit.span) for hit in hits if hit.phrase.part == "rules"]
    cues = {hit.phrase.kind for hit in hits if hit.phrase.part == "cues"}
    for who in people:
        framed = _framed(who, hits, owner="owner" in cues)
        if framed or who.phrase.kind == "strong":
            span = framed.span if framed else who.span
            kind = "exclusion_request" if "owner" in cues else "steering_request"
            found.append(_Found(who.phrase.protected, kind, span))
    return _ranked(found)


def _framed(who: Hit, hits: Sequence[Hit], *, owner: bool = True) -> _Found | None:
    """What is done with these people, by the first kind of frame that holds them."""
    around = [
        hit
        for hit in hits
        if hit.phrase.part == "frames"
        and (owner or hit.phrase.kind != "exclusion_request")
        and hit.phrase.protected in ("", who.phrase.kind, who.phrase.protected)
        and hit.span.start <= who.span.start < hit.span.end
    ]
    kinds = rulebook().kinds
    first = min(around, key=lambda hit: kinds.index(hit.phrase.kind), default=None)
    if first is None:
        return None
    span = Span(min(first.span.start, who.span.start), max(first.span.end, who.span.end))
    return _Found(who.phrase.protected, first.phrase.kind, span)


def _ranked(found: Sequence[_Found]) -> list[_Found]:
    """The last resorts, plain talk of who lives where, behind what says more about the same people."""
    return sorted(found, key=lambda one: (one.kind == "demographics", one.span.start))


@lru_cache(maxsize=1)
def _lines() -> Mapping[str, Mapping[str, str]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: Mapping[str, Mapping[str, str]] = yaml.load(LINES.read_text("utf-8"), Loader=loader)  # noqa: S506 - both loaders are the safe ones
    return found


def _line(lines: Mapping[str, str], protected: str, kind: str) -> str:
    for name in (f"{kind}.{protected}", protected, kind):
        if name in lines:
            return lines[name]
    return lines["steering"]


def parse(given: Mapping[str, Any]) -> FairHousingQuestion:
    """A question from JSON: `text`, `speaker`, `jurisdiction`; Invalid names what is wrong."""
    text, speaker, place = given.get("text"), given.get("speaker", "agent"), given.get("jurisdiction") or ""
    if not isinstance(text, str):
        raise Invalid("`text` must be a text.", field="text")
    if speaker not in SPEAKERS:
        raise Invalid("`speaker` is one of agent, prospect, engine.", field="speaker")
    if not isinstance(place, str):
        raise Invalid("`jurisdiction` must be a text, such as US-CA.", field="jurisdiction")
    return FairHousingQuestion(text, speaker, place)


def render(answer: FairHousingAnswer) -> dict[str, Any]:
    """The answer as JSON."""
    return {"flags": [rendered(flag) for flag in answer.flags]}


def rendered(flag: Flag) -> dict[str, Any]:
    """One flag as JSON; `class` is the class."""
    names = ("kind", "quote", "start", "end", "alternative", "law")
    return {"class": flag.protected, **{name: getattr(flag, name) for name in names}}


FAIR_HOUSING = Capability(
    "coaching.fairhousing", FairHousingQuestion, FairHousingAnswer, guard, parse=parse, render=render
)
