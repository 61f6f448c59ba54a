"""How pleased or displeased does one message sound, and which words say so?"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from math import sqrt
from typing import Final

import yaml

from leads.small_words import english_or_spanish
from leads.words import LONGEST, folded

_REACH: Final = 3
"""Words between a negation and what it turns round."""
_TURNED: Final = -0.6
"""What is not good is less bad than what is bad."""
_BEFORE_BUT: Final = 0.6
_AFTER_BUT: Final = 1.3
_ASKED: Final = 0.5
"""Who asks whether a street is safe does not say that it is."""
_SHOUTED: Final = 1.2
_PER_EXCLAMATION: Final = 0.07
_SOFTNESS: Final = 1.2
"""How much weight it takes to come near -1 or 1."""
_TOKEN: Final = re.compile(r"[a-z]+(?:'[a-z]+)*")
_SENTENCE: Final = re.compile(r"[.!?\n;]")
_CLAUSE: Final = re.compile(r"[.!?\n;,:()]")
_SHOUT: Final = re.compile(r"[A-ZÁÉÍÓÚÑ]{3,}")
_ENDINGS: Final = (
    ("ies", "y"), ("ied", "y"), ("ily", "y"), ("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e"), ("es", ""), ("s", ""),
    ("ly", ""), ("as", "o"), ("os", "o"), ("a", "o"), ("est", ""), ("er", ""),
)  # fmt: skip


@dataclass(frozen=True)
class Feeling:
    """One word, phrase or sign with its weight from -1 to 1 as it stands (negated, strengthened): `text[start:end]`."""

    weight: float
    start: int
    end: int


@dataclass(frozen=True)
class Valence:
    """`value` from -1 (displeased) to 1 (pleased); `confidence` 0 when nothing in the text says anything about it."""

    value: float = 0.0
    confidence: float = 0.0
    feelings: tuple[Feeling, ...] = ()


def valence(text: str) -> Valence:
    """English or Spanish, by words with a known ring, negation, degree, contrast, capitals, exclamation marks and emoticons.

    Only the first `leads.words.LONGEST` characters are read. Confidence is a rule (how much there is and how far it agrees).
    """
    text = text[:LONGEST]
    plain = folded(text)
    found = tuple(_weighed(text, plain))
    total, strength = sum(each.weight for each in found), sum(abs(each.weight) for each in found)
    if not strength:
        return Valence()
    total *= 1 + _PER_EXCLAMATION * min(3, plain.count("!"))
    agreed = abs(sum(each.weight for each in found)) / strength
    return Valence(round(total / sqrt(total * total + _SOFTNESS), 3), round(min(0.95, strength) * agreed, 3), found)


def _weighed(text: str, plain: str) -> Iterator[Feeling]:
    language = english_or_spanish(text, plain)
    tables = _tables()
    course = _Course.of(plain)
    whole = list(_signs_and_phrases(plain))
    taken = bytearray(len(plain))
    for named, start, end in whole:
        taken[start:end] = b"\1" * (end - start)
        if named:
            yield Feeling(round(named * course.factor(start), 3), start, end)
    tokens = list(_TOKEN.finditer(plain))
    shouting = _shouts(text)
    for place, token in enumerate(tokens):
        weight = _of_word(token[0].replace("'", ""), language)
        if not weight or any(taken[token.start() : token.end()]):
            continue
        weight *= tables.degrees.get(tokens[place - 1][0], 1.0) if place else 1.0
        if _negated(plain, tokens, place, tables.negations[language]):
            weight *= _TURNED
        if shouting and _SHOUT.fullmatch(text[token.start() : token.end()]):
            weight *= _SHOUTED
        yield Feeling(round(weight * course.factor(token.start()), 3), token.start(), token.end())


def _signs_and_phrases(plain: str) -> Iterator[tuple[float, int, int]]:
    tables = _tables()
    for pattern, weights in ((tables.phrase, tables.phrase_weights), (tables.sign, tables.sign_weights)):
        for hit in pattern.finditer(plain):
            yield weights[hit.lastgroup or ""], hit.start(), hit.end()


def _of_word(word: str, language: str) -> float:
    tables = _tables()
    other = "en" if language == "es" else "es"
    for tongue in (language, other):
        if (weight := _listed(tables.words[tongue], word)) is not None:
            return weight
    return 0.0


def _listed(words: Mapping[str, float], word: str) -> float | None:
    if (weight := words.get(word)) is not None:
        return weight
    if len(word) < 5:
        return None
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and (weight := words.get(word[: -len(ending)] + instead)) is not None:
            return weight
    return None


def _negated(plain: str, tokens: list[re.Match[str]], place: int, negations: frozenset[str]) -> bool:
    for before in range(place - 1, max(-1, place - 1 - _REACH), -1):
        here = tokens[before]
        if _CLAUSE.search(plain, here.end(), tokens[place].start()):
            return False
        word = here[0].replace("'", "")
        if word in negations:
            # "not only good" says that it is good; "nothing but good" too
            return not _SPARED.match(plain, here.end())
    return False


_SPARED: Final = re.compile(r" (?:only|just|but|solo|solamente)\b")


@dataclass(frozen=True)
class _Course:
    """Where sentences end, which of them ask, and where they turn to a contrast."""

    ends: Sequence[int]
    asks: Sequence[bool]
    turns: Sequence[int]

    @classmethod
    def of(cls, plain: str) -> _Course:
        stops = [(hit.start(), hit[0] == "?") for hit in _SENTENCE.finditer(plain)]
        stops.append((len(plain), False))
        turns = [hit.start() for hit in _tables().contrast.finditer(plain)]
        return cls([end for end, _ in stops], [asked for _, asked in stops], turns)

    def factor(self, start: int) -> float:
        """What the place makes of a weight: less in a question; of "nice but small" the second half counts more."""
        place = bisect_left(self.ends, start)
        opened = self.ends[place - 1] if place else 0
        asked = _ASKED if self.asks[place] else 1.0
        turn = bisect_left(self.turns, start)
        if turn and self.turns[turn - 1] >= opened:
            return _AFTER_BUT * asked
        return asked * (_BEFORE_BUT if turn < len(self.turns) and self.turns[turn] < self.ends[place] else 1.0)


def _shouts(text: str) -> bool:
    """Whether capitals mean anything: not where all is in capitals."""
    return not text.isupper() and _SHOUT.search(text) is not None


@dataclass(frozen=True)
class _Tables:
    words: Mapping[str, Mapping[str, float]]
    degrees: Mapping[str, float]
    negations: Mapping[str, frozenset[str]]
    contrast: re.Pattern[str]
    phrase: re.Pattern[str]
    phrase_weights: Mapping[str, float]
    sign: re.Pattern[str]
    sign_weights: Mapping[str, float]


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = resources.files("leads").joinpath("data", "valence.yaml").read_text("utf-8")
    data = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader either way
    phrases = {weight: rf"\b(?:{'|'.join(each)})\b" for weight, each in data["phrases"].items()}
    signs = {weight: _signs(listed.split()) for weight, listed in data["signs"].items()}
    return _Tables(
        {language: _by_word(listed) for language, listed in data["words"].items()},
        _by_word(data["degrees"]),
        {language: frozenset(listed.split()) for language, listed in data["negations"].items()},
        re.compile(rf"\b(?:{'|'.join(data['contrast'].split())})\b"),
        *_alternatives(phrases),
        *_alternatives(signs),
    )


def _by_word(listed: Mapping[float, str]) -> dict[str, float]:
    return {word: weight for weight, words in listed.items() for word in words.split()}


def _signs(listed: list[str]) -> str:
    # a message is read in lower case; an emoticon of letters stands apart from words, or "xD" would be found in "boxd"
    alone = [rf"(?<!\w){re.escape(sign.lower())}(?!\w)" if sign.isascii() else re.escape(sign) for sign in listed]
    return "|".join(alone)


def _alternatives(patterns: Mapping[float, str]) -> tuple[re.Pattern[str], dict[str, float]]:
    named = {f"w{place}": weight for place, weight in enumerate(patterns)}
    return re.compile("|".join(f"(?P<{name}>{patterns[weight]})" for name, weight in named.items())), named
