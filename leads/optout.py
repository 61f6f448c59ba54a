"""Does somebody ask to be left alone? The one place that decides it, in English and Spanish.

A wish for less ("no condos", "text, don't call") is told apart from a wish for nothing. Rules first (data/optout.yaml); what
none of them knows is guessed (leads/leaving.py).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Final

import yaml

from enterprisehub.engines.base import Capability
from enterprisehub.errors import Invalid
from leads import leaving
from leads.words import folded

LONGEST: Final = 1_500  # characters of a message that are read: who wants out says so at the start, or at the end
ALL, NOTHING = "all", ""
KEYWORD, PHRASE, GUESS, PART = 0.99, 0.93, 0.8, 0.6
"""How sure a finding is: nothing but a keyword, words that say it, words that no rule knows, a wish for less."""
_TOKEN: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[.!?;,#\n\U0001F6D1]|[\u2600-\u27bf\U0001F300-\U0001FAFF]")
_MARKS: Final = {".": ".", "!": "!", "?": "?", ";": ".", "\n": ".", ",": ",", "#": "number"}
_SPELT: Final = re.compile(r"(?:^|[\s,.!])s\W{1,2}t\W{1,2}o\W{1,2}p\W*(?:please|thanks|now|ok|asap|$)")
_LONG: Final = re.compile(r"(\w)\1{2,}")
_WRONG: Final = re.compile(r"\bwrong (?:number|person)|equivocad[oa]|\bequivoc(?:o|aron)\b")
_REFUSED: Final = re.compile(r"\b(?:dont|do not|never|stop|quit|no) \w+ (?:me|us)\b")
_SIGN: Final = "\U0001f6d1"  # the stop sign


@dataclass(frozen=True)
class OptOut:
    """`scope` is all when they want nothing any more; sms, call, email or topic when they want less of that, and "" for neither.

    `opt_out` is True only for all. `text[start:end] == quote`.
    """

    opt_out: bool = False
    confidence: float = 0.0
    quote: str = ""
    start: int = 0
    end: int = 0
    scope: str = NOTHING

    @property
    def wrong_number(self) -> bool:
        """Do they say that somebody else is meant?"""
        return self.opt_out and bool(_WRONG.search(folded(self.quote)))


@dataclass(frozen=True)
class _Words:
    """The message as words put right, with the way back: `starts[i]` is where the i-th one begins in `line`."""

    line: str
    starts: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]

    def back(self, start: int, end: int) -> tuple[int, int]:
        """Where in the message these characters of the line come from."""
        first = bisect_right(self.starts, start) - 1
        last = bisect_right(self.starts, max(end - 1, start)) - 1
        return self.spans[max(first, 0)][0], self.spans[max(last, 0)][1]


@lru_cache(maxsize=32)  # learning, the hand-off, the intents and the objection reader ask of the same words
def read(text: str) -> OptOut:
    """One message of a prospect's; never raises on any text."""
    text = text if len(text) <= LONGEST else f"{text[: LONGEST // 2]}\n{text[-LONGEST // 2 :]}"
    plain = folded(text)
    words = _words(plain)
    if not words.spans:
        return OptOut()
    rules = _rules()
    if _SPELT.search(plain) or _only_keywords(words.line, rules):
        return _found(text, (words.spans[0][0], words.spans[-1][1]), KEYWORD, ALL)
    if any(pattern.search(words.line) for pattern in rules.never):
        return OptOut()
    denied = False
    for start, end, wish, taken_back in _hits(words.line, rules):
        if not taken_back:
            scope = _scope(words.line, start, end, rules) if wish else ALL
            return _found(text, words.back(start, end), PHRASE if scope == ALL else PART, scope)
        denied = True
    found = _alone(text, words, rules)
    if found.opt_out or denied or leaving.chance(text, words.line) < leaving.SURE:
        return found
    return _found(text, (words.spans[0][0], words.spans[-1][1]), GUESS, ALL)


def line_of(text: str) -> str:
    """The words of a message put right, as the rules read them; for who learns from them."""
    return _words(folded(text)).line


def _found(text: str, span: tuple[int, int], sure: float, scope: str) -> OptOut:
    start, end = span
    return OptOut(scope == ALL, sure, text[start:end], start, end, scope)


def _words(plain: str) -> _Words:
    pieces: list[str] = []
    starts: list[int] = []
    spans: list[tuple[int, int]] = []
    place = 0
    rules = _rules()
    for hit in _TOKEN.finditer(plain):
        piece = _put_right(hit[0], rules)
        if pieces and piece == pieces[-1] and piece in "..!?,":
            continue
        pieces.append(piece)
        starts.append(place)
        spans.append(hit.span())
        place += len(piece) + 1
    return _Words(" ".join(pieces), tuple(starts), tuple(spans))


def _put_right(token: str, rules: _Rules) -> str:
    if token in _MARKS:
        return _MARKS[token]
    if token == _SIGN:
        return "stop"
    if not token[0].isalnum():
        return "."  # a picture ends a sentence
    word = _LONG.sub(r"\1", token).replace("'", "")
    return rules.slips.get(word, word)


def _only_keywords(line: str, rules: _Rules) -> bool:
    """Nothing but a keyword, with or without "please"; a sentence of its own is not looked for here."""
    said = [word for word in line.split() if word not in rules.polite and word not in ".,!?"]
    return bool(said) and len(said) <= 8 and all(word in rules.keywords for word in said)


def _hits(line: str, rules: _Rules) -> Iterator[tuple[int, int, bool, bool]]:
    """Findings in the order of the rules; the third value tells a wish from a fact, the fourth whether words around take it back."""
    for patterns, before in ((rules.all, rules.before), (rules.told, ())):
        for pattern in patterns:
            for hit in pattern.finditer(line):
                start, end = hit.span()
                while start < end and line[start] in " .,!?":
                    start += 1
                head = re.split(r"[.!?,]", line[:start])[-1]
                tail = re.split(r"[.!?]", line[end:])[0]
                wish = patterns is rules.all or "unsubscribe" in line[start:end]
                yield start, end, wish, _taken_back(head, before) or _taken_back(tail, rules.after)


def _taken_back(around: str, guards: tuple[re.Pattern[str], ...]) -> bool:
    return any(guard.search(around) for guard in guards)


def _scope(line: str, start: int, end: int, rules: _Rules) -> str:
    """All, or what they want less of: a topic that is named with "only", or the medium beside which they offer another."""
    sentence = line
    if any(p.search(sentence) for p in rules.topic) and any(p.search(sentence) for p in rules.keep):
        return "topic"
    refused = next((medium for medium, verb in rules.verbs.items() if verb.search(line[start:end])), "")
    rest = _REFUSED.sub("", line[:start] + line[end:])
    offered = [medium for medium, way in rules.prefers.items() if medium != refused and way.search(rest)]
    return refused if refused and offered else ALL


def _alone(text: str, words: _Words, rules: _Rules) -> OptOut:
    """A sentence of the message that is nothing but a keyword, where the rest of the message fits."""
    place = 0
    for part in re.split(r"([.!?,])", words.line):
        if part.strip() and part not in ".!?," and _only_keywords(part, rules):
            rest = words.line[:place] + words.line[place + len(part) :]
            if rules.fits.search(rest):
                start = place + len(part) - len(part.lstrip())
                return _found(text, words.back(start, place + len(part.rstrip())), PHRASE, ALL)
        place += len(part)
    return OptOut()


@dataclass(frozen=True)
class _Rules:
    slips: Mapping[str, str]
    keywords: frozenset[str]
    polite: frozenset[str]
    all: tuple[re.Pattern[str], ...]
    told: tuple[re.Pattern[str], ...]
    before: tuple[re.Pattern[str], ...]
    after: tuple[re.Pattern[str], ...]
    never: tuple[re.Pattern[str], ...]
    topic: tuple[re.Pattern[str], ...]
    keep: tuple[re.Pattern[str], ...]
    prefers: Mapping[str, re.Pattern[str]]
    verbs: Mapping[str, re.Pattern[str]]
    fits: re.Pattern[str]


@lru_cache(maxsize=1)
def _rules() -> _Rules:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = resources.files("leads").joinpath("data", "optout.yaml").read_text("utf-8")
    data = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader either way
    sets = data["sets"]

    def compiled(patterns: list[str]) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(_filled(pattern, sets)) for pattern in patterns)

    against, part = data["against"], data["part"]
    return _Rules(
        slips=_slips(data),
        keywords=frozenset(data["keywords"]),
        polite=frozenset(str(word) for word in data["polite"]),
        all=compiled(data["all"]),
        told=compiled(data["told"]),
        before=compiled(against["before"]),
        after=compiled(against["after"]),
        never=compiled(against["all"]),
        topic=compiled(part["topic"]),
        keep=compiled(part["keep"]),
        prefers={medium: re.compile(way) for medium, way in data["prefers"].items()},
        verbs={medium: re.compile(verb) for medium, verb in data["verbs"].items()},
        fits=re.compile(data["fits"]),
    )


def _filled(pattern: str, sets: Mapping[str, str]) -> str:
    """A pattern with its sets; one set may stand in another."""
    for _ in range(3):
        for name, words in sets.items():
            pattern = pattern.replace(f"{{{name}}}", words)
    return pattern


def _slips(data: Mapping[str, Any]) -> dict[str, str]:
    known = {str(wrong): str(right) for right, wrongs in data["slips"].items() for wrong in wrongs}
    real = {*data["not_near"], *data["near"], *map(str, data["slips"])}
    near = {variant: word for word in data["near"] for variant in _variants(word) if variant not in real}
    return {**near, **known}


def _variants(word: str) -> Iterator[str]:
    """The word with one letter missing, wrong, too much, or two of them swapped."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    for i in range(len(word) + 1):
        head, tail = word[:i], word[i:]
        for letter in letters:
            yield head + letter + tail
            yield head + letter + tail[1:]
        yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]


def parse(given: dict[str, Any]) -> str:
    """`{"text": …}`; Invalid without it. Other fields are not needed."""
    text = given.get("text")
    if not isinstance(text, str):
        raise Invalid("Say what was written: text is a string.", field="text")
    return text


def render(value: OptOut) -> dict[str, Any]:
    """As JSON."""
    return {"opt_out": value.opt_out, "confidence": value.confidence, "quote": value.quote, "scope": value.scope}


OPT_OUT: Final[Capability[str, OptOut]] = Capability("leads.optout", str, OptOut, read, parse=parse, render=render)
