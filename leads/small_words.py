"""Which languages do a message's small words and letters speak for?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import yaml

_PIECE = re.compile(r"[^\W\d_]+(?:['’ʼ`´][^\W\d_]+)*")
_PLAIN_WORD = re.compile(r"[a-z0-9$%&]+")
_APOSTROPHE = re.compile(r"['’ʼ`´]")
_SPANISH_MARK = re.compile(r"[¿¡ñáéíóúü]", re.IGNORECASE)
_SPANISH_MARK_WEIGHT = 1.5


@dataclass(frozen=True)
class _Tables:
    words: Mapping[str, frozenset[str]]
    speakers: Mapping[str, tuple[str, ...]]
    letters: Mapping[str, tuple[str, ...]]


def tally(text: str) -> dict[str, float]:
    """Votes per language of the ones written in Latin letters: a word or letter that several share is parted among them."""
    tables, votes = _tables(), dict[str, float]()
    lowered = text.lower()
    for word in _words(lowered):
        _vote(votes, tables.speakers.get(word, ()))
    if not lowered.isascii():
        for letter in lowered:
            _vote(votes, tables.letters.get(letter, ()))
    return votes


def english_or_spanish(text: str, folded: str) -> str:
    """`en` or `es` for a text that is one of the two, `en` when nothing speaks for either; `folded` is it without accents.

    For the live card: no model is loaded for it.
    """
    words, spoken = _tables().words, _PLAIN_WORD.findall(folded)
    english = sum(word in words["en"] for word in spoken)
    spanish = sum(word in words["es"] for word in spoken) + _SPANISH_MARK_WEIGHT * len(_SPANISH_MARK.findall(text))
    return "es" if spanish > english else "en"


def _vote(votes: dict[str, float], languages: tuple[str, ...]) -> None:
    for language in languages:
        votes[language] = votes.get(language, 0.0) + 1 / len(languages)


def _words(lowered: str) -> list[str]:
    found: list[str] = []
    for piece in _PIECE.findall(_unaccented(lowered)):
        parts = _APOSTROPHE.split(piece)
        # "don't" is one word, "l'appartement" is two
        found += parts if len(parts) == 1 else ["".join(parts), *parts]
    return found


def _unaccented(lowered: str) -> str:
    if lowered.isascii():
        return lowered
    decomposed = unicodedata.normalize("NFKD", lowered.replace("ı", "i"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = resources.files("leads").joinpath("data", "small_words.yaml").read_text("utf-8")
    data = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader either way
    words = {language: frozenset(listed.split()) for language, listed in data["words"].items()}
    letters = {language: frozenset(listed) for language, listed in data["letters"].items()}
    return _Tables(words, _turned(words), _turned(letters))


def _turned(listed: Mapping[str, frozenset[str]]) -> dict[str, tuple[str, ...]]:
    turned: dict[str, tuple[str, ...]] = {}
    for language, each in listed.items():
        for sign in each:
            turned[sign] = (*turned.get(sign, ()), language)
    return turned
