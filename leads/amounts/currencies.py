"""How is money named in each language: signs, codes, everyday words, and what makes a number no price?"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

import yaml
from babel import Locale

from leads.amounts.tokens import Lexicon, lexicon

# Names in CLDR that are another word in a sentence ("7 real", "10 long").
_TOO_COMMON = 5  # letters


class Word(NamedTuple):
    """One word about money. Kinds: c currency, z hundredths (`value`: how many make one), d "of", t "to", b "between", a "with", l/m/h low mid high,
    s "the fours", p how often it is paid, u what is counted when it is no price. `value`: ISO code, period or figure."""

    kind: str
    value: str = ""


@lru_cache(maxsize=8)
def words(language: str) -> Lexicon[Word]:
    """Everything that has to do with money in this language; KeyError for a language without a table."""
    return lexicon(_entries(language))


def _entries(language: str) -> Iterator[tuple[str, Word]]:
    table = _tables()
    here = table["languages"][language]
    yield from ((name, Word("c", code)) for name, code in _full_names(language))
    yield from (
        (sign, Word("c", code)) for code, sign in Locale.parse(language).currency_symbols.items() if _is_sign(sign)
    )
    yield from (
        (sign, Word("c", "CNY" if (sign, language) == ("¥", "zh") else code)) for sign, code in table["signs"].items()
    )
    for code in table["codes"]:
        iso = "CNY" if code == "rmb" else code.upper()
        yield code, Word("c", iso)
        for letter, scale in (("m", "1e6"), ("k", "1e3")):
            yield letter + code, Word("c", f"{iso} {scale}")
    yield from ((word, Word("u")) for word in (*here["not_money"], "²", "%"))
    for field, kind in (
        ("between", "b"),
        ("of", "d"),
        ("with", "a"),
        ("to", "a"),
        ("plain_to", "t"),
        ("low", "l"),
        ("mid", "m"),
        ("high", "h"),
    ):
        yield from ((word, Word(kind)) for word in here.get(field, ()))
    yield from ((word, Word("s", str(value))) for word, value in here.get("digits", {}).items())
    yield from ((word, Word("p", "month")) for word in here["month"])
    yield from ((word, Word("p", "year")) for word in here["year"])
    yield from ((word, Word("z", "100")) for word in here["cents"])
    yield from ((word, Word("z", "10")) for word in here.get("tenths", ()))
    yield from ((word, Word("c", code)) for word, code in here["words"].items())


def _full_names(language: str) -> Iterator[tuple[str, str]]:
    locale = Locale.parse(language)
    plurals: Mapping[str, Mapping[str, str]] = locale._data.get("currency_names_plural") or {}
    for code, name in locale.currencies.items():
        for each in (name, *plurals.get(code, {}).values()):
            if " " in each or len(each) > _TOO_COMMON or language == "zh":
                yield each, code


def _is_sign(symbol: str) -> bool:
    """Whether it is more than letters: "MX$", "$US"."""
    return any(unicodedata.category(each) == "Sc" for each in symbol)


@lru_cache(maxsize=1)
def _tables() -> Mapping[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = resources.files("leads").joinpath("data", "money.yaml").read_text("utf-8")
    tables: Mapping[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader either way
    return tables
