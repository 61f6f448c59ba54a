"""How is a message folded so that patterns can read it, and how does a match lead back to the words as written?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LONGEST = 4_000
"""Characters that are read of one message; the rest is not looked at."""

_SILENT = frozenset("'’‘ʼ`´")
_SENTENCE_END = re.compile(r"(?:[.!?…]+(?=\s|$)|\n+|;)")
_PIVOT = re.compile(
    r",|\s[-–—]\s|—|\s(?=(?:but|however|though|although|except|because|since|so|yet|unless|pero|aunque|sin embargo"
    r"|porque|asi que|sino)\s)"
)
_WORD = re.compile(r"[a-z0-9$%&]+")


@dataclass(frozen=True)
class Span:
    """A half-open stretch [start, end) of a string, in characters."""

    start: int
    end: int


@dataclass(frozen=True)
class Folded:
    """Lower case, no accents, no apostrophes; `at[i]` is where folded character i stands in the original."""

    original: str
    text: str
    at: Sequence[int]

    def back(self, span: Span) -> Span:
        """The stretch of the original that a folded stretch came from, without white space around it."""
        if span.start >= span.end or not self.text:
            return Span(0, 0)
        start, end = self.at[span.start], self.at[span.end - 1] + 1
        while end < len(self.original) and unicodedata.combining(self.original[end]):
            end += 1
        return _stripped(self.original, Span(start, end))


def _stripped(text: str, span: Span) -> Span:
    words = text[span.start : span.end]
    start = span.start + len(words) - len(words.lstrip())
    return Span(start, max(start, span.start + len(words.rstrip())))


def fold(text: str) -> Folded:
    """Fold at most `LONGEST` characters; lone surrogates, emoji and invisible characters do no harm."""
    text = text[:LONGEST]
    if text.isascii() and "'" not in text and "`" not in text:
        return Folded(text, text.lower(), range(len(text)))
    letters: list[str] = []
    at: list[int] = []
    for place, character in enumerate(text):
        for letter in _letters(character):
            letters.append(letter)
            at.append(place)
    return Folded(text, "".join(letters), at)


def _letters(character: str) -> str:
    if character in _SILENT:
        return ""
    if character.isascii():
        return character.lower()
    whole = unicodedata.normalize("NFKD", character).casefold()
    return "".join(letter for letter in whole if unicodedata.category(letter) not in ("Mn", "Cf"))


def words(folded: str) -> list[str]:
    """The words of folded text, in order."""
    return _WORD.findall(folded)


def sentences(folded: str) -> list[Span]:
    """The sentences of folded text with their closing punctuation; never an empty one."""
    return list(_pieces(folded, Span(0, len(folded)), _SENTENCE_END, keep=True))


def clauses(folded: str, sentence: Span) -> list[Span]:
    """The clauses of one sentence: parted at commas, dashes and words like `but` and `porque`."""
    return list(_pieces(folded, sentence, _PIVOT, keep=False))


def _pieces(folded: str, within: Span, cut: re.Pattern[str], *, keep: bool) -> Iterator[Span]:
    start = within.start
    for match in cut.finditer(folded, within.start, within.end):
        end = match.end() if keep else match.start()
        if _WORD.search(folded, start, end):
            yield _stripped(folded, Span(start, end))
            start = match.end()
    if _WORD.search(folded, start, within.end):
        yield _stripped(folded, Span(start, within.end))
