"""Of which known pieces of words is a message made?"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

UNKNOWN, BEGIN, END = 0, 1, 2
FIRST: Final = 3
"""Number of the first piece; the three before it are marks."""
HEAD: Final = "▁"
"""Stands before the first letter of a word, as in SentencePiece."""
LONGEST_WORD: Final = 40
"""Letters that are read of one word."""
REMEMBERED: Final = 20_000
"""Words whose pieces are remembered; a flood of invented words empties the memory and does no other harm."""

_UNSEEN = -25.0  # log-likelihood of a letter that no piece covers: any piece is better
_STRAIGHT = str.maketrans({"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"'})


@dataclass(frozen=True)
class Vocabulary:
    """Pieces with their log-likelihoods; piece `i` has the number `FIRST + i`."""

    likelihood: dict[str, float]
    number: dict[str, int]
    longest: int
    memory: dict[str, tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, pieces: Sequence[str], likelihoods: Sequence[float]) -> Vocabulary:
        """The vocabulary of these pieces, in this order."""
        number = {piece: FIRST + place for place, piece in enumerate(pieces)}
        return cls(dict(zip(pieces, likelihoods, strict=True)), number, max(map(len, pieces), default=1))

    def read(self, text: str) -> list[int]:
        """The numbers of the likeliest pieces of every word, without marks; any text can be read."""
        plain = unicodedata.normalize("NFKC", text).lower().translate(_STRAIGHT)
        return [number for word in plain.split() for number in self._word(HEAD + word[:LONGEST_WORD])]

    def _word(self, word: str) -> tuple[int, ...]:
        known = self.memory.get(word)
        if known is None:
            if len(self.memory) >= REMEMBERED:
                self.memory.clear()
            known = self.memory[word] = self._likeliest(word)
        return known

    def _likeliest(self, word: str) -> tuple[int, ...]:
        """Viterbi's way through the word: the pieces whose likelihoods multiply to the most."""
        best = [0.0] + [-math.inf] * len(word)
        came = [0] * (len(word) + 1)
        for start in range(len(word)):
            for end in range(start + 1, min(len(word), start + self.longest) + 1):
                gain = self.likelihood.get(word[start:end], _UNSEEN if end == start + 1 else -math.inf)
                if best[start] + gain > best[end]:
                    best[end], came[end] = best[start] + gain, start
        numbers: list[int] = []
        end = len(word)
        while end:
            numbers.append(self.number.get(word[came[end] : end], UNKNOWN))
            end = came[end]
        return tuple(reversed(numbers))
