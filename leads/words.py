"""How is a message folded so that patterns can read it, with every character still in its place?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

LONGEST = 4_000  # characters of one message that are read

_PLAIN = str.maketrans("áéíóúüÁÉÍÓÚÜàèìòùÀÈÌÒÙ’‘ʼ`´“”–—", "aeiouuAEIOUUaeiouAEIOU'''''\"\"--")


class Said(Protocol):
    """Anything with a speaker (prospect | agent) and a text: a message, a turn."""

    @property
    def speaker(self) -> str: ...

    @property
    def text(self) -> str: ...


@dataclass(frozen=True)
class Turn:
    """One message of a conversation."""

    speaker: str
    text: str


def unaccented(text: str) -> str:
    """Plain vowels and quotes, case kept; as long as what is read of the text, so that offsets stay true."""
    text = text[:LONGEST]
    return text if text.isascii() else text.translate(_PLAIN)


def folded(text: str) -> str:
    """The same in lower case."""
    text = unaccented(text)
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)


def same_words(text: str) -> str:
    """Compatibility forms, case, quotes and spaces evened out: two texts with the same words are equal."""
    plain = unicodedata.normalize("NFKC", text).translate(_PLAIN).casefold()
    return " ".join(re.sub(r"[^\w\s%$+@./:-]", " ", plain).split())


def last_of(turns: Sequence[Said], speaker: str) -> str:
    """The newest text of that speaker, "" when there is none."""
    return next((turn.text for turn in reversed(turns) if turn.speaker == speaker), "")
