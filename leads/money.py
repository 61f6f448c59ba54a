"""Which amounts of money do these words name?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from leads.words import folded

_SCALE: Final = {
    **dict.fromkeys(("k", "thousand", "mil", "grand"), 1_000.0),
    **dict.fromkeys(("m", "mm", "million", "millions", "millon", "millones", "mill"), 1_000_000.0),
}
_SCALES: Final = "|".join(sorted(_SCALE, key=len, reverse=True))
_SIGN: Final = r"(?:us\$|\$|€|£|usd ?|eur ?)"
_NAMES: Final = r"dollars?|dolares|bucks|usd|euros?|eur|pesos|pounds?"
_FIGURE: Final = r"\d{1,3}(?:[.,]\d{3})+(?:\.\d\d)?|\d+(?:[.,]\d{1,2})?"
_AMOUNT: Final = re.compile(
    rf"(?<![\w.,#/-])(?P<from>between |entre )?(?P<s1>{_SIGN})? ?(?P<n1>{_FIGURE})(?:[ -]?(?P<k1>{_SCALES})\b)?"
    rf"(?: ?(?:-|–|to|and|y|a) ?(?P<s2>{_SIGN})? ?(?P<n2>{_FIGURE})(?:[ -]?(?P<k2>{_SCALES})\b)?(?![\d%/]))?"
    rf"(?: (?:de )?(?P<name>{_NAMES})\b|(?P<euro>€))?(?![\d%:]|[ -]?(?:sq|square|feet|ft|beds?|baths?|bedrooms?|people|miles|minutes|am\b|pm\b|st\b|nd\b|rd\b|th\b))"
)
_HALF: Final = re.compile(r"\b(?:half a million|medio millon)\b(?: (?:de )?(?P<name>dollars|dolares|euros))?")
_PERIOD: Final = re.compile(
    r" ?(?:(?P<m>/ ?(?:mo|month|mes)\b|(?:a|per|each|every|al|por) (?:month|mes)\b|monthly\b|mensual\w*)|(?P<y>/ ?yr\b|(?:a|per) year\b|yearly\b|al ano\b))"
)


@dataclass(frozen=True)
class Money:
    """One amount: `text[start:end] == quote`. `to` is the upper end of a range, `currency` ISO 4217, `period` month, year or ""."""

    value: float
    quote: str
    start: int
    end: int
    currency: str = ""
    to: float | None = None
    period: str = ""


def find(text: str, *, language: str = "") -> tuple[Money, ...]:
    """The amounts of the text, in order: what has a currency, a scale ("450k") or a period; a bare number is none."""
    plain = folded(text)
    found = [one for hit in _AMOUNT.finditer(plain) if (one := _money(hit, text, plain))]
    found += [Money(500_000.0, text[hit.start() : hit.end()], *hit.span()) for hit in _HALF.finditer(plain)]
    return tuple(sorted(found, key=lambda one: one.start))


def _money(hit: re.Match[str], text: str, plain: str) -> Money | None:
    period = _PERIOD.match(plain, hit.end())
    signs = hit["s1"] or hit["s2"] or hit["name"] or hit["euro"] or ""
    scale = hit["k1"] or hit["k2"]
    if not (signs or scale or period):
        return None
    end = period.end() if period else hit.end()
    value = _number(hit["n1"]) * _SCALE.get(hit["k1"] or (hit["k2"] or "" if hit["n2"] else ""), 1.0)
    to = _number(hit["n2"]) * _SCALE.get(hit["k2"] or "", 1.0) if hit["n2"] else None
    per = "" if not period else "month" if period["m"] else "year"
    return Money(value, text[hit.start() : end], hit.start(), end, _currency(signs), to, per)


def _number(figure: str) -> float:
    grouped = re.sub(r"[.,](?=\d{3}(?:\D|$))", "", figure)
    return float(grouped.replace(",", "."))


def _currency(sign: str) -> str:
    if "€" in sign or sign.startswith("eur"):
        return "EUR"
    return "GBP" if sign in ("£", "pound", "pounds") else "USD" if sign and sign != "pesos" else ""
