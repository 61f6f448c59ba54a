"""Into which words, figures and signs does a text fall, folded for comparison, each in its place?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from leads.words import LONGEST

V = TypeVar("V")
Lexicon = Mapping[str, tuple[tuple[tuple[str, ...], V], ...]]
_HAN = "\u3400-\u9fff"
# a Chinese character is a word of its own; letters, figures and signs never mix in one token ("450k" is two)
_TOKEN = re.compile(rf"[0-9]+(?:[.,][0-9]+)*|[{_HAN}]|(?:(?![{_HAN}])[^\W\d_])+|[^\w\s]|\d|_")
_SIGNS = {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "–": "-", "—": "-", "−": "-", "\u2011": "-", "￥": "¥"}


class Token(NamedTuple):
    """One word, figure or sign: `folded` has no accents and no capitals; `start` and `end` are places in the original."""

    folded: str
    start: int
    end: int

    @property
    def figure(self) -> bool:
        return self.folded[0] in "0123456789"


class _Folds(dict[int, str]):
    """One character for one character, worked out when first met."""

    def __missing__(self, code: int) -> str:
        self[code] = _fold_one(chr(code))
        return self[code]


def _fold_one(letter: str) -> str:
    if letter in _SIGNS:
        return _SIGNS[letter]
    kind = unicodedata.category(letter)
    if kind in ("No", "Cs", "Co", "Cn") or letter in "，。":  # "m²" is no "m2", and a wide comma groups no thousands
        return letter
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", letter).lower())
    base = "".join(part for part in plain if not unicodedata.combining(part))
    return base if len(base) == 1 else letter


_FOLDS = _Folds()


def fold(text: str) -> str:
    """Accents, case and wide forms taken away, one character for one, at most `LONGEST` characters."""
    return text[:LONGEST].translate(_FOLDS)


def split(text: str) -> list[Token]:
    """The tokens of the first `LONGEST` characters, in order."""
    plain = fold(text)
    return [Token(hit.group(), hit.start(), hit.end()) for hit in _TOKEN.finditer(plain)]


def spell(phrase: str) -> tuple[str, ...]:
    """A phrase of a table as the words that `split` would make of it."""
    return tuple(_TOKEN.findall(fold(phrase)))


def lexicon(entries: Iterable[tuple[str, V]]) -> Lexicon[V]:
    """Phrases by their first word, the longest first; of two equal phrases the later one stands."""
    known: dict[tuple[str, ...], V] = {words: value for phrase, value in entries if (words := spell(phrase))}
    grouped: dict[str, list[tuple[tuple[str, ...], V]]] = {}
    for words, value in sorted(known.items(), key=lambda each: -len(each[0])):
        grouped.setdefault(words[0], []).append((words[1:], value))
    return {first: tuple(each) for first, each in grouped.items()}


class Hit(NamedTuple, Generic[V]):
    """A phrase of a lexicon in a text: its value, and the place after its last token."""

    value: V
    stop: int


def longest(known: Lexicon[V], tokens: Sequence[Token], at: int) -> Hit[V] | None:
    """The longest phrase of the lexicon that begins at this token."""
    for rest, value in known.get(tokens[at].folded, ()):
        stop = at + 1 + len(rest)
        if not rest or (stop <= len(tokens) and all(tokens[at + 1 + n].folded == word for n, word in enumerate(rest))):
            return Hit(value, stop)
    return None


def touching(tokens: Sequence[Token], at: int) -> bool:
    """Whether nothing stands between this token and the one before it."""
    return 0 < at < len(tokens) and tokens[at - 1].end == tokens[at].start
