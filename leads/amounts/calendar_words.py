"""Which words name days, months, stretches of time and holidays in each language?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

import yaml
from babel import Locale

from leads.amounts.tokens import Lexicon, lexicon, spell

# field of data/dates.yaml → kind; a later field wins where one word is in two
_LISTS = {
    "glue": "G", "every": "S", "no_date": "!", "at": "P", "of": "f", "the": "A", "to": "t", "one": "a", "before": "B", "after": "C",
    "ahead": "i", "ahead_after": "g", "ago": "k", "ago_after": "b", "within": "j", "within_after": "J",
}  # fmt: skip
_VALUES = {
    "seasons": "s", "days": "r", "which": "x", "after_unit": "X", "parts": "p", "parts_after": "v", "phrases": "E", "holidays": "h",
}  # fmt: skip
_CHINESE_UNITS = {"年": "Z", "月": "L"}  # they also stand between the figures of a date


class Word(NamedTuple):
    """One word about time. Kinds: m month, w weekday (M, W when the short form is another word too), o ordinal, r day from today, u unit, x which,
    X which (behind), p part, v part (behind), s season, h holiday, i "in", g "from now", j "within", J (behind), k "ago" (before), b (behind),
    B before, C after, f of, A the, P other preposition, t to, a one, E "eom", G glue, S every, ! no date beside it."""

    kind: str
    value: str = ""


@dataclass(frozen=True)
class Calendar:
    """How one language says dates."""

    language: str
    month_first: bool
    year_first: bool
    words: Lexicon[Word]
    ordinal_ends: Lexicon[bool]


@lru_cache(maxsize=8)
def calendar(language: str) -> Calendar:
    """The words of one language; KeyError for a language without a table."""
    table = _tables()[language]
    return Calendar(
        language,
        bool(table.get("month_first")),
        bool(table.get("year_first")),
        lexicon(_entries(language, table)),
        lexicon((each, True) for each in table["ordinal_ends"]),
    )


def _entries(language: str, table: Mapping[str, Any]) -> Iterator[tuple[str, Word]]:
    for field, kind in _LISTS.items():
        yield from ((phrase, Word(kind)) for phrase in table.get(field, ()))
    yield from _names(language, table)
    for place, ordinal in enumerate(table["ordinals"], 1):
        for form in (ordinal, ordinal[:-1], ordinal[:-1] + "n") if table.get("inflected") else (ordinal,):
            yield form, Word("o", str(place))
    yield from ((form, Word("o", str(place))) for form, place in table.get("ordinal_forms", {}).items())
    for phrase, unit in table["units"].items():
        yield phrase, Word(_CHINESE_UNITS.get(phrase, "u"), unit)
    for field, kind in _VALUES.items():
        yield from ((phrase, Word(kind, str(value))) for phrase, value in table.get(field, {}).items())


def _names(language: str, table: Mapping[str, Any]) -> Iterator[tuple[str, Word]]:
    locale = Locale.parse(language)
    weak = {spell(each.rstrip("_")) for each in table["weak"]}
    # "mar" is March before it is martes
    for kind, names, sure in (("w", locale.days, table["weekdays"]), ("m", locale.months, table["months"])):
        for form in ("format", "stand-alone"):
            for width in ("abbreviated", "wide"):
                for number, name in names[form][width].items():
                    short = width == "abbreviated" and language != "zh"
                    yield from _forms(name, Word(kind.upper() if short else kind, str(number)))
        yield from ((name, Word(kind, str(number))) for name, number in sure.items())
    for kind, names in (("W", locale.days), ("M", locale.months)):
        for width in ("abbreviated", "wide"):
            yield from (
                (name, Word(kind, str(number)))
                for number, name in names["format"][width].items()
                if spell(name.rstrip(".")) in weak
            )


def _forms(name: str, word: Word) -> Iterator[tuple[str, Word]]:
    yield name, word
    yield name.rstrip("."), word


@lru_cache(maxsize=1)
def _tables() -> Mapping[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = resources.files("leads").joinpath("data", "dates.yaml").read_text("utf-8")
    tables: Mapping[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader either way
    return tables
