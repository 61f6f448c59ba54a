"""Was a card used? What the agent said in the next two turns is held against its line and its question. Pure.

A word-for-word comparison, not a language model: the same words give the same answer every time, in English and Spanish. The
three thresholds were set on 97 pairs of our own (tests/analytics/usage.jsonl): on these, used and not used are told apart in 96.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

from leads.text import fold
from leads.text import words as words_of

TURNS: Final = 2  # how many of the agent's next turns are looked at
SAID, EDITED, ASKED, NONE = "said", "edited", "asked", "none"
DISMISSED, WRONG = "dismissed", "wrong"
# Likeness from which the line counts as said, and from which as said in own words; of a question, as asked.
AS_SAID: Final = 0.8
AS_EDITED: Final = 0.5
AS_ASKED: Final = 0.4
# What a person says of a card outright counts more than any comparison.
BY_VERDICT: Final = {"used": SAID, "edited": EDITED, "dismissed": DISMISSED, "wrong": WRONG, "ignored": NONE}
_STEM: Final = 5  # letters of a word that are compared: an ending changes with the person and the tense
_LIGHT: Final = 0.2  # the weight of a word that stands in every sentence
_SMALL: Final = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "for",
        "from",
        "get",
        "go",
        "had",
        "has",
        "have",
        "he",
        "her",
        "here",
        "his",
        "how",
        "i",
        "if",
        "in",
        "is",
        "it",
        "its",
        "just",
        "let",
        "lets",
        "like",
        "me",
        "my",
        "no",
        "not",
        "of",
        "on",
        "or",
        "our",
        "out",
        "she",
        "should",
        "so",
        "some",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "they",
        "this",
        "to",
        "too",
        "us",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "will",
        "with",
        "would",
        "yes",
        "you",
        "your",
        "ok",
        "okay",
        "well",
        "really",
        "very",
        "about",
        "any",
        "all",
        "im",
        "youre",
        "youd",
        "youll",
        "ill",
        "id",
        "ive",
        "whats",
        "thats",
        "theres",
        "hes",
        "shes",
        "were",
        "wed",
        "weve",
        "theyre",
        "dont",
        "didnt",
        "doesnt",
        "shouldnt",
        "wouldnt",
        "couldnt",
        "al",
        "algo",
        "asi",
        "como",
        "con",
        "cual",
        "cuando",
        "cuanto",
        "de",
        "del",
        "donde",
        "el",
        "ella",
        "ellos",
        "en",
        "es",
        "esa",
        "ese",
        "eso",
        "esta",
        "este",
        "esto",
        "fue",
        "ha",
        "han",
        "hay",
        "la",
        "las",
        "le",
        "les",
        "lo",
        "los",
        "mas",
        "me",
        "mi",
        "mis",
        "muy",
        "nada",
        "ni",
        "no",
        "nos",
        "o",
        "para",
        "pero",
        "por",
        "que",
        "quien",
        "se",
        "si",
        "sin",
        "son",
        "su",
        "sus",
        "te",
        "tiene",
        "tengo",
        "tu",
        "un",
        "una",
        "uno",
        "usted",
        "ustedes",
        "y",
        "ya",
        "yo",
        "puede",
        "podria",
        "seria",
        "esta",
        "estan",
        "ser",
        "hacer",
        "bien",
    ]
)
_QUESTION: Final = re.compile(r"[^.!?…\n]*\?")


@dataclass(frozen=True)
class Use:
    """What became of a card, and how much the agent's words were like its own (0 to 1; None where a person said so)."""

    how: str
    likeness: float | None


def used(say: str, ask: str, turns: Sequence[str], *, verdict: str = "") -> Use:
    """`turns` are the agent's next turns, oldest first; more than two are not looked at.

    Said beats said in own words beats asked; an explicit verdict beats them all.
    """
    if verdict in BY_VERDICT:
        return Use(BY_VERDICT[verdict], None)
    heard = turns[:TURNS]
    line = max((likeness(turn, say) for turn in heard), default=0.0)
    question = max((_asked(turn, ask) for turn in heard), default=0.0)
    if line >= AS_SAID:
        return Use(SAID, line)
    if line >= AS_EDITED:
        return Use(EDITED, line)
    if question >= AS_ASKED:
        return Use(ASKED, question)
    return Use(NONE, max(line, question))


def likeness(said: str, line: str) -> float:
    """How much of the line is in what was said, 0 to 1: half for its words, half for their order.

    What else was said does not count against it: agents wrap a line into words of their own.
    """
    wanted, heard = _stems(line), _stems(said)
    total = sum(_weight(word) for word in wanted)
    if not total or not heard or all(word in _SMALL for word in wanted):
        return 1.0 if wanted and wanted == heard else 0.0
    there = Counter(heard) & Counter(wanted)
    bag = sum(_weight(word) * count for word, count in there.items())
    blocks = SequenceMatcher(None, wanted, heard, autojunk=False).get_matching_blocks()
    order = sum(_weight(word) for block in blocks for word in wanted[block.a : block.a + block.size])
    return round((bag + order) / (2 * total), 4)


def _asked(turn: str, ask: str) -> float:
    """The likeness of the turn's questions to the card's; statements do not count as questions."""
    return max((likeness(question, ask) for question in _QUESTION.findall(turn)), default=0.0)


def _weight(stem: str) -> float:
    return _LIGHT if stem in _SMALL else 1.0


@lru_cache(maxsize=4_096)
def _stems(text: str) -> tuple[str, ...]:
    return tuple(word if word in _SMALL else word[:_STEM] for word in words_of(fold(text).text))
