"""What does one text tell of its speaker's wishes, given what was asked just before?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from leads.reading import counts, phrases, places, prices, times
from leads.reading.asking import counted_or_placed
from leads.reading.stance import sentences
from leads.slots import ANY, Told
from leads.words import LONGEST, folded, unaccented

_DONT_CARE: Final = re.compile(
    r"\b(?:(?:i |we )?(?:don't|do not|dont|doesn't) (?:really )?(?:care|mind|matter)|no preference|doesn't matter|does not matter|any(?:thing)? (?:is|works|will do|would do|number)|anything(?: is)? (?:fine|ok|goes)|whatever|either(?: one)?(?: is| works)?|not picky|flexible"
    r"|no (?:me |nos )?importa|me da igual|nos da igual|cualquiera|sin preferencia|egal|peu importe|tanto faz|non importa)\b|随便|无所谓|都可以"
)
_RECOUNT: Final = re.compile(r"\b(?:make|change|switch|do) (?:it|that|this) (?:to |a |into )*(?P<n>\d{1,2}|one|two|three|four|five|six)\b(?! ?(?:[$%:]|k\b|th\b|am\b|pm\b|bed|bath|room|days?|weeks?|months?|sq|thousand|hundred|o'clock|[a-z]* ?(?:january|february|march|april|may|june|july|august|september|october|november|december)))|\b(?:que sean|mejor) (?P<m>un[oa]?|dos|tres|cuatro|cinco)\b")  # fmt: skip


@dataclass(frozen=True)
class Setting:
    """What a text is read against: the agent's last words and the questions among them (folded), the moment (aware), the last counted slot, the tenant's places.

    `offer`: the words are the agent's, whose questions put something forward.
    """

    question: str
    now: datetime
    said: str = ""
    country: str = "US"
    counted: str = ""
    offer: bool = False
    areas: frozenset[str] = frozenset()


def told(text: str, setting: Setting) -> tuple[Told, ...]:
    """Everything that the text tells, in the order of the text; at most `words.LONGEST` characters are read."""
    named, plain = unaccented(text), folded(text)
    if not plain.strip():
        return ()
    parts = sentences(plain)
    if setting.offer:
        parts = tuple(replace(part, manner="told") for part in parts)
    asked = counted_or_placed(setting.question)
    found = list(counts.counted(plain, parts))
    found += _as_written(places.named(named, plain, parts, asked="location" in asked, areas=setting.areas), text)
    found += phrases.phrased(text, plain, parts)
    found += times.timed(text[:LONGEST], plain, parts, now=setting.now, question=setting.said)
    found += prices.priced(text[:LONGEST], plain, parts, question=setting.question, country=setting.country)
    found += _recounted(plain, setting.counted, found)
    found += _answers(text, plain, setting.question, found)
    return tuple(sorted(_without_twins(found, text), key=lambda one: (one.start, one.end)))


def _as_written(found: Iterator[Told], text: str) -> Iterator[Told]:
    """Places with their accents: they were found in text without."""
    for one in found:
        yield one if one.value == ANY else replace(one, value=text[one.start : one.end])


def _recounted(plain: str, counted: str, found: list[Told]) -> Iterator[Told]:
    """ "Make it three" counts again what was counted last."""
    hit = _RECOUNT.search(plain)
    own = [one.name for one in found if one.name in ("beds", "baths")]
    name = own[-1] if own else counted
    if hit and name:
        group = "n" if hit["n"] else "m"
        yield from counts.bare(plain[: hit.end()], (name,), ((0, hit.start(group)),))


def _answers(text: str, plain: str, question: str, found: list[Told]) -> Iterator[Told]:
    known = {one.name for one in found}
    asked = counted_or_placed(question)
    countable = tuple(name for name in asked if name in ("beds", "baths") and name not in known)
    if countable:
        taken = tuple((one.start, one.end) for one in found)
        answers = [] if "?" in plain else list(counts.bare(plain, countable, taken))
        answers = answers or list(counts.rooms(plain, sentences(plain)))
        known |= {one.name for one in answers}
        yield from answers
    if (hit := _DONT_CARE.search(plain)) and "?" not in plain:
        for name in dict.fromkeys((*asked, *(one.slot for one in phrases.asked_for(question)))):
            if name not in known:
                yield Told(name, ANY, *hit.span(), confidence=0.8)
        return
    yield from (one for one in phrases.answered(text, plain, question) if one.name not in known)


def _without_twins(found: list[Told], text: str) -> Iterator[Told]:
    """Each fact once, and none without words."""
    seen: set[tuple[str, object]] = set()
    for one in found:
        if text[one.start : one.end].strip() and (one.name, one.value) not in seen:
            seen.add((one.name, one.value))
            yield one
