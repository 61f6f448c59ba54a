"""What does the prospect want with these words?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import yaml

from leads import optout
from leads.reading.topics import about_home, told_topic
from leads.words import Said, folded, last_of

OTHER, OPT_OUT = "other", "opt_out"
# the intent that answers the agent's question wins over the same words used in passing
_ANSWERABLE = re.compile(
    r"\b(?:what time|which day|which is easier|when (?:works|suits)|que dia|a que hora|cuando le)\b"
)
_TIME = re.compile(
    r"\b(?:\w+day|tomorrow|today|morning|afternoon|evening|\d{1,2}(?::\d\d)? ?(?:am|pm)?|lunes|martes|jueves|viernes|sabado|manana|hoy)\b"
)
# these words may be said of a car or a table as well
_OF_HOMES = frozenset({"search_help", "rent_intent", "inquiry_listing", "book_tour", "scheduling"})
_ANY_THING = re.compile(
    r"\b(?:something(?! (?:interesting|fun|to (?:do|eat|watch)))|anything|one|ones|options?|places?|others?|another|(?:buy|rent|rental|comprar|rentar|alquilar|algo|otr[oa]s?)|under|\$|yard|pool|garage)\b"
)
_REPORTED = re.compile(
    r"\b(?:my (?:brother|sister|friend|neighbou?r|mother|father|boss|mom|dad)|they|mi (?:hermano|hermana|amigo|vecino|madre|padre))\s+(?:says?|said|told|thinks?|wants?|dice|dijo|quiere)\b[^.!?]*$"
)


@dataclass(frozen=True)
class Intent:
    """One intent of data/intents.yaml with its evidence: `text[start:end] == quote`. Confidence is by rule, not a probability."""

    name: str
    confidence: float
    quote: str
    start: int
    end: int


def read(text: str, history: Sequence[Said] = ()) -> tuple[Intent, ...]:
    """All intents in the text, surest first; empty text has none, other text without a known one has `other` (confidence 0).

    `history` is what was said before, newest last: a bare day or hour after "which day?" is `scheduling`.
    """
    plain = folded(text)
    found = [one for one in _sure(text) if one.name not in _OF_HOMES or _of_homes(one.name, plain, history)]
    if not found and (hit := _answered(plain, history)):
        found.append(Intent("scheduling", 0.7, text[hit.start() : hit.end()], hit.start(), hit.end()))
    if found:
        return tuple(sorted(found, key=lambda intent: -intent.confidence))
    return (Intent(OTHER, 0.0, "", 0, 0),) if plain.strip() else ()


def _of_homes(name: str, plain: str, history: Sequence[Said]) -> bool:
    """Whether a wish that anybody may have of anything ("I'm looking for a") is one for a home."""
    told = told_topic(plain)
    if told is not None:
        return told
    if name not in ("search_help", "rent_intent") or _ANY_THING.search(plain):
        return True
    return bool(history) and about_home(plain, history)


def names() -> tuple[str, ...]:
    """Every intent that `read` can name."""
    return (OPT_OUT, *dict.fromkeys(name for name, _ in _patterns()), OTHER)


@lru_cache(maxsize=64)  # the card, the profile and the hand-off ask of the same words, and of those before them
def _sure(text: str) -> tuple[Intent, ...]:
    return tuple(_shown(text, folded(text)))


def _shown(text: str, plain: str) -> Iterator[Intent]:
    # order of the file is precedence: each later intent is a little less sure, and of one name the first hit counts
    seen: set[str] = set()
    left = optout.read(text)
    if left.opt_out:
        seen.add(OPT_OUT)
        # a wrong number is to be left alone too, but what the agent has to hear is that it is the wrong one
        yield Intent(OPT_OUT, 0.5 if left.wrong_number else 0.89, left.quote, left.start, left.end)
    for name, pattern in _patterns():
        if name not in seen and (hit := pattern.search(plain)):
            seen.add(name)
            start, end = hit.span()
            sure = 0.45 if _REPORTED.search(plain[:start]) else 0.9 - 0.01 * len(seen)
            yield Intent(name, round(sure, 2), text[start:end], start, end)


def _answered(plain: str, history: Sequence[Said]) -> re.Match[str] | None:
    asked = _ANSWERABLE.search(folded(last_of(history, "agent")))
    return _TIME.search(plain) if asked else None


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = resources.files("leads").joinpath("data", "intents.yaml").read_text("utf-8")
    data = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader either way
    return tuple((name, re.compile(pattern)) for name, how in data.items() for pattern in how["sure"])
