"""Which number is said here, in figures or in words, in any of seven languages?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

import yaml

from leads.amounts.figures import Sum, figure
from leads.amounts.tokens import Lexicon, Token, lexicon, longest, spell, touching

LANGUAGES = ("en", "es", "fr", "pt", "de", "it", "zh")
_TOUCHING_SCALES = {"k": 1e3, "m": 1e6, "mm": 1e6, "b": 1e9, "bn": 1e9}
_ONLY_AFTER_A_SIGN = ("mm", "b")  # "5mm" and "3b/2b" are no money, "$1.2B" is


class Number(NamedTuple):
    """A number in a text. `stop`: the place after its last token; `scale`: 1000 for "k", 1e6 for "million", 1 without such a word.

    `bare`: it is nothing but such a word; `spelled`: it has words in it; `digits`: how many figures it was written with.
    """

    value: float
    stop: int
    scale: float = 1.0
    bare: bool = False
    spelled: bool = False
    digits: int = 0

    @property
    def scaled(self) -> bool:
        return self.scale >= 1000


class _Word(NamedTuple):
    kind: str
    value: float


@dataclass(frozen=True)
class Numerals:
    """How one language writes numbers; see data/numbers.yaml."""

    language: str
    decimal: str
    words: Lexicon[_Word]
    halves: Lexicon[float]
    glued: re.Pattern[str] | None


@lru_cache(maxsize=len(LANGUAGES))
def numerals(language: str) -> Numerals:
    """The numerals of one of `LANGUAGES`; KeyError for another."""
    given = _tables()[language]
    words = [
        *((join, _Word("join", 0)) for join in given["joins"]),
        *((point, _Word("point", 0)) for point in given["point"]),
        *((article, _Word("article", 1)) for article in given["articles"] if article not in given["units"]),
        *((word, _Word("unit", float(value))) for word, value in given["units"].items()),
        *((word, _Word("fraction", float(value))) for word, value in given["fractions"].items()),
        *((word, _Word("scale", float(value))) for word, value in given["scales"].items()),
    ]
    glued = (
        _glue([word for word, each in words if each.kind in ("unit", "scale", "join")]) if given.get("glued") else None
    )
    return Numerals(language, given["decimal"], lexicon(words), lexicon(given["halves"].items()), glued)


def spelled(language: str) -> frozenset[str]:
    """The first words of the language's numbers, folded."""
    return frozenset(numerals(language).words)


def is_glued(word: str, language: str) -> bool:
    """Whether it is a number written as one word, as "zweihundert" in German."""
    return _glued(word, numerals(language)) > 0


def _glue(words: Sequence[str]) -> re.Pattern[str]:
    ordered = sorted((word for word in words if " " not in word), key=len, reverse=True)
    return re.compile("|".join(ordered))


@lru_cache(maxsize=1)
def _tables() -> Mapping[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = resources.files("leads").joinpath("data", "numbers.yaml").read_text("utf-8")
    tables: Mapping[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader either way
    return tables


def read(tokens: Sequence[Token], at: int, language: str, *, joins: bool = True) -> Number | None:
    """The longest number that begins at this token; without `joins` it ends before "and" ("between 400 and 500k")."""
    known = numerals(language)
    first = tokens[at]
    if first.figure:
        return _from_figure(tokens, at, known)
    word = longest(known.words, tokens, at)
    if word is None:
        return _from_glued(tokens, at, known) if known.glued else None
    if word.value.kind in ("join", "point"):
        return None if word.value.kind == "point" or first.folded not in "零〇" else _spelled(tokens, at, known, joins)
    return _spelled(tokens, at, known, joins)


def _from_figure(tokens: Sequence[Token], at: int, known: Numerals) -> Number | None:
    written, stop = tokens[at].folded, at + 1
    while known.language not in ("en", "zh") and _grouped_by_space(tokens, at, stop):
        written, stop = written + tokens[stop].folded, stop + 1
    digits = sum(each.isdigit() for each in written)
    following = _scale(tokens, stop, known)
    value = figure(written, decimal=known.decimal, scaled=following is not None)
    if value is None:
        return None
    scale = 1.0
    while following and (scale == 1.0 or following[0] > scale or known.language == "zh"):
        scale = _sane(value, tokens[stop].folded, known.language) or following[0]
        value, stop = value * scale, following[1]
        following = _scale(tokens, stop, known)
    half = longest(known.halves, tokens, stop) if stop < len(tokens) else None
    if half and (scale > 1 or _scale(tokens, half.stop, known)):
        value, stop = value + half.value * scale, half.stop
        if scale == 1.0 and (following := _scale(tokens, stop, known)):
            value, scale, stop = value * following[0], following[0], following[1]
    rest = _remainder(tokens, stop, known, scale)
    if rest:
        value, stop = value + rest.value, rest.stop
    return Number(value, stop, scale, digits=digits)


def _sane(value: float, word: str, language: str) -> float:
    # "1.2 mil" is short for million in English and "450 mil" a thousand in Spanish, which Americans mix
    return 1e6 if word == "mil" and language == "en" and value < 20 else 0.0


def _remainder(tokens: Sequence[Token], at: int, known: Numerals, scale: float) -> Number | None:
    """What comes after "2 million" in "2 million 300 thousand"."""
    if scale == 1000 and known.language == "es" and at < len(tokens) and re.fullmatch(r"\d{3}", tokens[at].folded):
        return Number(float(tokens[at].folded), at + 1)  # "2 mil 500"
    if scale < 1e6 or at >= len(tokens):
        return None
    more = read(tokens, at, known.language)
    return more if more and more.scaled and not more.bare and more.value < scale else None


def _grouped_by_space(tokens: Sequence[Token], at: int, stop: int) -> bool:
    if stop >= len(tokens) or len(tokens[at].folded) > 3 or not re.fullmatch(r"\d{3}(?:,\d+)?", tokens[stop].folded):
        return False
    return tokens[stop].start - tokens[stop - 1].end == 1 and tokens[stop - 1].folded.isdigit()


def _scale(tokens: Sequence[Token], at: int, known: Numerals) -> tuple[float, int] | None:
    """A word that multiplies the figures before it: "k" with or without a space, "m" only right behind them."""
    if at >= len(tokens):
        return None
    letter = tokens[at].folded
    signed = at > 1 and tokens[at - 2].folded in "$€£"
    if letter in _TOUCHING_SCALES and (letter == "k" or signed or touching(tokens, at)):
        return (_TOUCHING_SCALES[letter], at + 1) if signed or letter not in _ONLY_AFTER_A_SIGN else None
    word = longest(known.words, tokens, at)
    multiplies = (
        word
        and word.value.kind == "scale"
        and (word.value.value >= 1000 or known.language == "zh" or (word.value.value == 100 and known.language == "en"))
    )
    return (word.value.value, word.stop) if word and multiplies else None


def _spelled(tokens: Sequence[Token], at: int, known: Numerals, joins: bool) -> Number | None:
    total, here, stop = Sum(10 if known.language == "zh" else 20), at, at
    if known.language == "zh" and (run := _digits(tokens, at)):
        return Number(float(run), at + len(run), spelled=True, digits=len(run))
    while here < len(tokens):
        half = longest(known.halves, tokens, here) if total.parts else None
        if half:
            total.parts[-1 if total.scale == 1 else 0] += half.value * total.scale
            here = stop = half.stop
            continue
        word = longest(known.words, tokens, here)
        if word is None or (word.value.kind == "join" and not (joins and total.parts)):
            glued = _glued(tokens[here].folded, known) if word is None and known.glued else None
            if glued and total.fits(glued):
                total.parts.append(glued)
                here = stop = here + 1
                continue
            if tokens[here].folded == "-" and touching(tokens, here) and touching(tokens, here + 1) and total.parts:
                here += 1
                continue
            break
        if word.value.kind == "join":
            here, total.joined = word.stop, True
            continue
        after = _added(total, word.value, tokens, word.stop, known)
        if after is None:
            break
        here = stop = after
        total.joined = False
    if stop == at:
        return None
    return Number(sum(total.parts), stop, total.scale, total.bare, spelled=True)


def _added(total: Sum, word: _Word, tokens: Sequence[Token], stop: int, known: Numerals) -> int | None:
    """The place after this word when it belongs to the number, else None."""
    if word.kind == "scale":
        return stop if total.multiply(word.value) else None
    if word.kind in ("fraction", "article"):
        if total.parts or _scale(tokens, stop, known) is None:
            return None
        total.parts.append(word.value)
        return stop
    if word.kind == "point":
        return _decimals(total, tokens, stop, known) if total.parts else None
    if word.value == 0 and total.parts and known.language == "zh":
        return stop  # "一千零五"
    if total.fits(word.value):
        total.parts.append(word.value)
        return stop
    if total.joined and known.language == "de" and total.inverted(word.value):
        total.parts[-1] += word.value
        return stop
    return None


def _decimals(total: Sum, tokens: Sequence[Token], at: int, known: Numerals) -> int | None:
    said = ""
    while at < len(tokens):
        word = longest(known.words, tokens, at)
        digit = int(word.value.value) if word and word.value.kind == "unit" else -1
        if not 0 <= digit <= (9 if said else 99):
            break
        said, at = said + str(digit), (word.stop if word else at + 1)
    if not said:
        return None
    total.parts[-1] += float("0." + said)
    return at


def _digits(tokens: Sequence[Token], at: int) -> str:
    """ "二〇二六" as "2026": two or more Chinese digits with no scale among them."""
    units = "零一二三四五六七八九"
    run = ""
    while at < len(tokens) and (digit := units.find(tokens[at].folded.replace("〇", "零"))) >= 0:
        run, at = run + str(digit), at + 1
    ended = at >= len(tokens) or tokens[at].folded not in "十百千万萬亿億兆点"
    return run if len(run) > 1 and ended else ""


def _from_glued(tokens: Sequence[Token], at: int, known: Numerals) -> Number | None:
    return _spelled(tokens, at, known, True) if _glued(tokens[at].folded, known) else None


@lru_cache(maxsize=4096)
def _cut(word: str, language: str) -> float:
    """The value of "achtundsiebzig" or "duecentomila", 0 when it is no number."""
    known = numerals(language)
    pieces = known.glued.findall(word) if known.glued else []
    if len(pieces) < 2 or "".join(pieces) != word:
        return 0.0
    row = [Token(spell(piece)[0], n * 100, n * 100 + 1) for n, piece in enumerate(pieces)]
    found = _spelled(row, 0, known, True)
    return found.value if found and found.stop == len(row) else 0.0


def _glued(word: str, known: Numerals) -> float:
    return _cut(word, known.language) if len(word) > 5 else 0.0
