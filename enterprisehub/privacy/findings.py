"""Where in a text is personal data? E-mails, phones, street addresses, cards, social security and account numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Finding(NamedTuple):
    """Characters `start` to `end` (exclusive) are a datum of this kind."""

    start: int
    end: int
    kind: str


_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+|\b[\w.+-]+@[\w-]+\b", re.UNICODE)
_SPOKEN_EMAIL = re.compile(
    r"\b[\w.+-]{2,}\s+(?:\(at\)|\[at\]|at|arroba)\s+[\w-]{2,}\s+(?:\(dot\)|\[dot\]|dot|punto)\s+(?:com|net|org|edu|io|us|mx|es)\b",
    re.IGNORECASE,
)
# With separators any ten digits are a phone; without them only those that North America can dial.
_NANP = re.compile(
    r"(?<![\d$€£.,/-])(?:\+?1[ .-]?)?"
    r"(?:\(\d{3}\) ?\d{3}[ .-]?\d{4}|\d{3}[ .-]\d{3}[ .-]\d{4}|[2-9]\d{2}[2-9]\d{6})(?![\d,]|[.-]\d)"
)
_INTERNATIONAL = re.compile(r"(?<![\w+])\+\d[\d ().-]{6,18}\d")
_LOCAL_PHONE = re.compile(r"(?<![\d$-])\d{3}[ -]\d{4}(?![\d-])")
_PHONE_CUE = re.compile(
    r"call|text|phone|cell|mobile|tel[eé]?f?|number|reach|whats\s?app|ll[aá]m|celular|n[uú]mero|m[oó]vil",
    re.IGNORECASE,
)
_SSN = re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}([ -])(?!00)\d{2}\1(?!0000)\d{4}(?![\d-])")
_CARD = re.compile(r"(?<![\d.])(?:\d[ -]?){12,18}\d(?![\d.]\d)")
_NUMBERED = re.compile(
    r"(?:\b(?:ssn|social(?:\s+security)?|seguro\s+social|itin|ein|account|acct|routing|cuenta|iban|passport|pasaporte"
    r"|licen[cs]e|licencia|driver'?s|dl|d\.?o\.?b\.?|born(?:\s+on)?|date\s+of\s+birth|nac[ií]\s+el)\b"
    r"(?:\s+(?:is|number|num|no|nr|security|es|n[uú]mero|de|del))*[\s.:#=-]{0,4})"
    r"(?P<value>[A-Z]{0,3}\d(?:[\dA-Z]|[ ./-](?=\d)){4,33})",
    re.IGNORECASE,
)
_PO_BOX = re.compile(r"\bp\.?\s?o\.?\s?box\s+\d+\b", re.IGNORECASE)

# Words that may stand between a house number and the street's suffix never include these: "3 bedrooms on Main St" is no address.
_NOT_IN_A_STREET = (
    r"(?:bed(?:room)?s?|bath(?:room)?s?|br|ba|on|in|at|for|to|from|of|the|a|an|and|or|is|are|was|by|per|with|than|above|over|under"
    r"|minutes?|mins?|hours?|days?|weeks?|months?|years?|yrs?|miles?|blocks?|car|story|stories|percent|k|homes?|houses?|units?"
    r"|offers?|people|kids|acres?|sq|sqft|square|feet|ft|dollars?|times?|other|more|about|off|near|que|en|de|el|la|los|las|para|por)\b"
)
_UNIT = r"(?:\s*,?\s*(?:apt|apartment|unit|suite|ste|apto|depto|#)\s*\.?\s*#?\s*[\w-]{1,6})?"
_DIRECTION = r"(?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\.?\s+)?"
_SURE_SUFFIX = (
    r"(?:street|avenue|ave|road|rd|boulevard|blvd|lane|ln|parkway|pkwy|highway|hwy|terrace|ter|cir|ct|dr|st|trl|pl)"
)
_MAYBE_SUFFIX = (
    r"(?:Drive|Way|Court|Place|Circle|Trail|Square|Sq|Run|Walk|Point|Pass|Loop|Ridge|Row|Crossing|Broadway|Alley|Path)"
)
_STREETS = (
    re.compile(
        rf"\b\d{{1,6}}[A-Za-z]?\s+{_DIRECTION}(?:(?!{_NOT_IN_A_STREET})[\w'’.-]+\s+){{1,4}}?{_SURE_SUFFIX}\b\.?"
        rf"(?:\s+(?:N|S|E|W|NE|NW|SE|SW)\b)?{_UNIT}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b\d{{1,6}}[A-Za-z]?\s+{_DIRECTION}(?:(?!(?i:{_NOT_IN_A_STREET}))(?:[A-Z][\w'’.-]*|\d+(?:st|nd|rd|th))\s+){{0,4}}?"
        rf"{_MAYBE_SUFFIX}\b(?i:{_UNIT})"
    ),
    re.compile(
        r"\b(?:calle|avenida|avda\.?|av\.|carrera|paseo|camino|calzada|c/)\s+(?:[^\W\d][\w'.-]*[ ,]+){1,5}(?:#|n[º°o]\.?)?\s*\d{1,5}\b",
        re.IGNORECASE,
    ),
)
_SECRET = re.compile(
    r"\b(?:sk|pk|rk)-[\w-]{12,}|\bBearer\s+[\w.~+/=-]{8,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{4,}", re.IGNORECASE
)


def find(text: str) -> list[Finding]:
    """Every finding in the text, maybe overlapping, most certain kinds first."""
    found = [Finding(*match.span(), "EMAIL") for match in _SPOKEN_EMAIL.finditer(text)]
    if "@" in text:
        found += [Finding(*match.span(), "EMAIL") for match in _EMAIL.finditer(text)]
    if any(character.isdigit() for character in text):
        found += [*_cards(text), *_numbers(text), *_addresses(text), *_phones(text)]
    return found


def find_secrets(text: str) -> list[Finding]:
    """Keys and tokens, which only a log could ever hold."""
    return [Finding(*match.span(), "KEY") for match in _SECRET.finditer(text)]


def cleanly(findings: Iterable[Finding]) -> list[Finding]:
    """Without overlaps: an earlier finding wins over a later one, and at the same place the longer one."""
    chosen: list[Finding] = []
    for finding in sorted(findings, key=lambda f: (f.start, f.start - f.end)):
        if not chosen or finding.start >= chosen[-1].end:
            chosen.append(finding)
    return chosen


def luhn(digits: str) -> bool:
    """The check that every payment card number passes (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _cards(text: str) -> Iterator[Finding]:
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if 13 <= len(digits) <= 19 and luhn(digits) and len(set(digits)) > 1:
            yield Finding(*match.span(), "CARD")


def _numbers(text: str) -> Iterator[Finding]:
    for match in _SSN.finditer(text):
        yield Finding(*match.span(), "SSN")
    for match in _NUMBERED.finditer(text):
        yield Finding(*match.span("value"), "ID")


def _addresses(text: str) -> Iterator[Finding]:
    for pattern in (*_STREETS, _PO_BOX):
        for match in pattern.finditer(text):
            yield Finding(*match.span(), "ADDRESS")


def _phones(text: str) -> Iterator[Finding]:
    if sum(character.isdigit() for character in text) < 7:
        return
    for pattern in (_NANP, _INTERNATIONAL):
        for match in pattern.finditer(text):
            yield Finding(*match.span(), "PHONE")
    for match in _LOCAL_PHONE.finditer(text):
        if _PHONE_CUE.search(text, max(0, match.start() - 40), match.start()):
            yield Finding(*match.span(), "PHONE")
    import phonenumbers  # 0.2 s of metadata: only for a text that could hold a number

    for phone in phonenumbers.PhoneNumberMatcher(text, "US"):
        yield Finding(phone.start, phone.end, "PHONE")
