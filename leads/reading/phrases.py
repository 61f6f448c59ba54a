"""Which slots do set phrases tell, and which do short answers to a question about them?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Final

import yaml

from leads.reading.replies import verdict
from leads.reading.stance import Sentence, around, denied, having, needless, own
from leads.slots import ANY, Told, Value

AS_WRITTEN, NUMBER = "@", "#"
_NUMBERS: Final = {"one": 1, "two": 2, "three": 3, "five": 5, "seven": 7, "ten": 10}
_DEFINITE: Final = re.compile(r"\b(?:the|this|that|your|which|la|el|esta|este|esa)(?: \w+)? $")
_HOME_FEATURES: Final = frozenset({"furnished", "garage", "laundry", "yard", "must_have", "property_type"})
_HEDGED: Final = re.compile(
    r"\b(?:maybe|perhaps|probably|possibly|might|i guess|not sure|ideally|quizas|tal vez|a lo mejor)\b[^.!?]{0,30}$"
)


@dataclass(frozen=True)
class Phrases:
    """How one slot is told; see the head of data/slots.yaml."""

    slot: str
    stems: tuple[str, ...]
    told: tuple[tuple[Value, re.Pattern[str]], ...]
    answer: tuple[tuple[Value, re.Pattern[str]], ...]
    asked: re.Pattern[str] | None
    only_if: re.Pattern[str] | None
    if_yes: Value | None
    if_no: Value | None
    denied: Value | None
    needless: bool
    even_asked: bool
    indefinite: bool


def phrased(text: str, plain: str, parts: tuple[Sentence, ...]) -> Iterator[Told]:
    """Every slot that a phrase of the text tells unasked; one value per slot, of `must_have` and the like all."""
    for phrases in tables():
        if any(stem in plain for stem in phrases.stems) and (not phrases.only_if or phrases.only_if.search(plain)):
            yield from _told(phrases, text, plain, parts)


def _told(phrases: Phrases, text: str, plain: str, parts: tuple[Sentence, ...]) -> Iterator[Told]:
    for value, pattern in phrases.told:
        found = [told for hit in pattern.finditer(plain) if (told := _read(phrases, value, hit, (text, plain, parts)))]
        yield from found
        if found and value != AS_WRITTEN:
            return


def _read(
    phrases: Phrases, value: Value, hit: re.Match[str], said: tuple[str, str, tuple[Sentence, ...]]
) -> Told | None:
    text, plain, parts = said
    start = hit.start()
    part = around(start, parts)
    if not own(start, part) or (part.manner == "asked" and not phrases.even_asked):
        return None
    if phrases.indefinite and _DEFINITE.search(plain[:start]):
        return None
    if phrases.slot in _HOME_FEATURES and having(plain, start, part):
        return None
    sure = 0.7 if _HEDGED.search(plain[part.start : start]) else 0.9
    if phrases.needless and needless(plain, start, part):
        return Told(phrases.slot, ANY, *hit.span(), confidence=sure)
    if not denied(plain, start, part) or phrases.slot == "deal_breaker":
        return Told(phrases.slot, _value(value, hit, text), *hit.span(), confidence=sure)
    if phrases.denied is None or phrases.denied == value:
        return None
    return Told(phrases.slot, phrases.denied, *_wide(plain, part, hit), confidence=sure)


def _wide(plain: str, part: Sentence, hit: re.Match[str]) -> tuple[int, int]:
    """The denied phrase with the word that denies it."""
    no = re.search(r"\b(?:\w*n't|not|no|never|without|sin|nunca)\b[^.!?]*$", plain[part.start : hit.start()])
    return (part.start + no.start() if no else hit.start()), hit.end()


def _value(value: Value, hit: re.Match[str], text: str) -> Value:
    if value == AS_WRITTEN:
        return text[slice(*hit.span("v"))].strip(" .,;")
    if value == NUMBER:
        word = hit["v"] or hit["w"]
        number = float(_NUMBERS.get(word, 0) or word)
        return int(number) if number.is_integer() else number
    return value


def answered(text: str, plain: str, question: str) -> Iterator[Told]:
    """What a short answer tells of the slots that `question`, the agent's folded words, asked about."""
    if not question or "?" in plain[:-1] or len(plain) > 200:
        return
    for phrases in asked_for(question):
        found = next(
            (
                Told(phrases.slot, _value(value, hit, text), *hit.span(), confidence=0.8)
                for value, hit in _hits(phrases, plain)
            ),
            None,
        )
        found = found or _yes_or_no(phrases, plain)
        if found:
            yield found


def _hits(phrases: Phrases, plain: str) -> Iterator[tuple[Value, re.Match[str]]]:
    for value, pattern in phrases.answer:
        if hit := pattern.search(plain):
            yield value, hit


def _yes_or_no(phrases: Phrases, plain: str) -> Told | None:
    reply = verdict(plain)
    value = phrases.if_yes if reply == "yes" else phrases.if_no if reply == "no" else None
    if value is None or not plain.strip():
        return None
    return Told(phrases.slot, value, *_first_words(plain), confidence=0.75)


def _first_words(plain: str) -> tuple[int, int]:
    start = len(plain) - len(plain.lstrip())
    end = re.search(r"[.!?;\n]|$", plain[start:])
    return start, start + (end.start() if end and end.start() else len(plain) - start)


def asked_for(question: str) -> tuple[Phrases, ...]:
    """The slots that the agent's folded words ask about."""
    return tuple(phrases for phrases in tables() if phrases.asked and phrases.asked.search(question))


@lru_cache(maxsize=1)
def tables() -> tuple[Phrases, ...]:
    """Every slot of data/slots.yaml, compiled once."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    source = resources.files("leads").joinpath("data", "slots.yaml").read_text("utf-8")
    data = yaml.load(source, Loader=loader)  # noqa: S506 - a safe loader either way
    return tuple(_phrases(slot, how) for slot, how in data.items())


def _phrases(slot: str, how: dict[str, Any]) -> Phrases:
    return Phrases(
        slot=slot,
        stems=tuple(how["stems"]),
        told=tuple((value, re.compile(pattern)) for value, pattern in how["told"]),
        answer=tuple((value, re.compile(pattern)) for value, pattern in how.get("answer", ())),
        asked=re.compile(how["asked"]) if "asked" in how else None,
        only_if=re.compile(how["only_if"]) if "only_if" in how else None,
        if_yes=how.get("if_yes"),
        if_no=how.get("if_no"),
        denied=how.get("denied"),
        needless=how.get("needless", False),
        even_asked=how.get("even_asked", False),
        indefinite=how.get("indefinite", False),
    )
