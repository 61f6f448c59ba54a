"""How many bedrooms and bathrooms, and how large a home, do these words want?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from leads.reading.stance import Sentence, around, denied, having, own
from leads.slots import Told, Value

_WORDS: Final = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "single": 1, "couple": 2,
    "un": 1, "una": 1, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8,
    "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "um": 1, "uma": 1, "dois": 2, "duas": 2, "quatro": 4,
    "ein": 1, "eine": 1, "zwei": 2, "drei": 3, "vier": 4, "funf": 5, "fünf": 5, "due": 2, "tre": 3, "quattro": 4, "cinque": 5,
    "一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6,
}  # fmt: skip
_NUMBER: Final = rf"(?:(?<![\d.,$#/])\d{{1,2}}(?:\.5)?(?!\d)|\b(?:{'|'.join(w for w in _WORDS if w.isascii() or w == 'fünf')})\b|[一两二三四五六])"
_FROM: Final = rf"(?P<n>{_NUMBER})(?P<half> and a half|½| y medio)?"
_GAP: Final = (
    r"(?: ?(?:or|to|-|o|a|ou|bis) ?"
    + _NUMBER
    + r")?(?: ?\+)?[ -]?(?:(?:or more|more|full|large|big|nice|good|private|plus) )?"
)
_BEDS: Final = (
    r"(?:bed ?-?rooms?|bedrms?|beds?|brs?|bdrms?|bdrs?|bds?|bhk|recamaras?|habitaciones|habitacion|dormitorios?|cuartos?|alcobas?"
    r"|chambres?|quartos?|dormitorios?|schlafzimmer|camere(?: da letto)?|camera da letto)(?![a-zñ])|(?:个)?(?:卧室|房间|室|卧)"
)
_BATHS: Final = (
    r"(?:(?:bath|restroom|washroom|toilet) ?-?rooms?|bath(?:e?s|rms?)?|bathrooms?|bth?s?|ba|restrooms?|banos|bano|baños?"
    r"|salles? de bains?|banheiros?|badezimmer|bader|bagn[io])(?![a-zñ])|(?:个)?(?:卫生间|浴室|卫)"
)
_ROOMS: Final = r"(?:bed )?ro?oms?(?![a-z])"
_UNITS: Final = {"beds": _BEDS, "baths": _BATHS}
_COUNTED: Final = {name: re.compile(_FROM + _GAP + f"(?:{unit})") for name, unit in _UNITS.items()}
# "the number of bedrooms must be three"
_AFTER: Final = {
    name: re.compile(rf"(?:{unit})[a-z ,']{{0,24}}\b(?:is|be|are|to|as|should be|must be|would be|count|:) ?(?:at least |about )?{_FROM}(?![a-z]| ?(?:bath|bed|th\b))")
    for name, unit in _UNITS.items()
}  # fmt: skip
_BARE_ROOMS: Final = re.compile(_FROM + _GAP + _ROOMS)
_STUDIO: Final = re.compile(r"\b(?:studio(?: apartment)?|monoambiente|monolocale|estudio(?= (?:en|para|cerca)))\b")
_UNWANTED: Final = re.compile(r"\b(?:bed and breakfast|meeting|class|conference|family|living)\b")
_SHORT: Final = re.compile(r"(?<![a-z\d])(?P<beds>[1-9]) ?(?:/|x|by) ?(?P<baths>[1-6](?:\.5)?)(?![\d/]| ?(?:of|th|\d))")
# numbers that count something else, or are part of a date, a price, a time
_BARE: Final = re.compile(
    _FROM
    + r"(?! ?(?:%|k\b|m\b|am\b|pm\b|a\.?m|p\.?m|st\b|nd\b|rd\b|th\b|days?|weeks?|months?|years?|hours?|minutes?|miles?|blocks?|people|persons|kids|children"
    r"|dogs?|cats?|cars?|adults|of us|square|sq|acres?|thousand|hundred|million|mil\b|dias|semanas|meses|anos|personas|hijos|perros|gatos|:\d|[\d,]{2,}|"
    r" ?(?:more )?(?:questions?|things?|options?|places?|apartments?|properties|homes?|houses?)))"
)
_NAMED_ONE: Final = re.compile(
    r"(?:\$ ?|#|no|any|which|that|the|this|another|other|last|first|next|different|new|good|nice|furnished|friendly) ?$"
)
_WISHED_ONE: Final = re.compile(r"(?:need|want) ?$")
_SIZE: Final = re.compile(
    r"(?<![\d.,$])(?P<n>\d{1,3}(?:[.,]\d{3})+|\d{1,7}(?:\.\d)?)(?P<k>k)? ?\+?[- ]?(?P<u>sq(?:uare)?\.?[- ]?(?:feet|foot|ft|fts)|sqft|sf|pies(?: cuadrados)?|ft2|ft²"
    r"|m2|m²|sqm|square met(?:er|re)s?|metros(?: cuadrados)?|qm|quadratmeter|平米|平方米|acres?)(?![a-z])"
)
_AREA_UNITS: Final = (("acre", "acre"), ("f", "sqft"), ("sq", "sqft"), ("pies", "sqft"))


def counted(plain: str, parts: tuple[Sentence, ...]) -> Iterator[Told]:
    """Beds, baths and size that are told with their unit; of a range ("two or three") the lower end."""
    for name, pattern in _COUNTED.items():
        found = list(_wanted(name, pattern, plain, parts))
        yield from found or _wanted(name, _AFTER[name], plain, parts)
    yield from _sized(plain, parts)
    yield from _shorthand(plain, parts)


def _wanted(name: str, pattern: re.Pattern[str], plain: str, parts: tuple[Sentence, ...]) -> Iterator[Told]:
    for hit in pattern.finditer(plain):
        part = around(hit.start(), parts)
        if part.manner != "asked" and own(hit.start(), part) and not _unwanted(plain, hit, part):
            yield Told(name, _value(hit), *hit.span())


def _unwanted(plain: str, hit: re.Match[str], part: Sentence) -> bool:
    return denied(plain, hit.start(), part) or having(plain, hit.start(), part)


def _value(hit: re.Match[str]) -> Value:
    word = hit["n"]
    number = float(_WORDS[word]) if word in _WORDS else float(word)
    number += 0.5 if hit["half"] else 0.0
    return int(number) if number.is_integer() else number


def _sized(plain: str, parts: tuple[Sentence, ...]) -> Iterator[Told]:
    for hit in _SIZE.finditer(plain):
        part = around(hit.start(), parts)
        if part.manner != "asked" and own(hit.start(), part):
            yield Told("size", _area(hit), *hit.span(), unit=_unit(hit["u"]))


def _area(hit: re.Match[str]) -> Value:
    number = float(re.sub(r"[.,](?=\d{3})", "", hit["n"])) * (1000 if hit["k"] else 1)
    return int(number) if number.is_integer() else number


def _unit(word: str) -> str:
    metric = "met" in word or word in ("m2", "m²", "sqm", "qm", "quadratmeter", "平米", "平方米")
    return "sqm" if metric else "acre" if word.startswith("acre") else "sqft"


def _shorthand(plain: str, parts: tuple[Sentence, ...]) -> Iterator[Told]:
    """ "3/2", and a studio, which has no bedroom of its own."""
    hit = _SHORT.search(plain)
    if (
        hit
        and around(hit.start(), parts).manner != "asked"
        and re.search(r"\b(?:looking|need|want|home|house|condo)\b", plain)
    ):
        yield Told("beds", int(hit["beds"]), *hit.span(), confidence=0.7)
        baths = float(hit["baths"])
        yield Told("baths", int(baths) if baths.is_integer() else baths, *hit.span(), confidence=0.7)
    hit = _STUDIO.search(plain)
    if hit and around(hit.start(), parts).manner != "asked" and not _COUNTED["beds"].search(plain):
        yield Told("beds", 0, *hit.span(), confidence=0.8)


def rooms(plain: str, parts: tuple[Sentence, ...]) -> Iterator[Told]:
    """ "Three rooms" in talk about a home: most people mean bedrooms."""
    if not _UNWANTED.search(plain):
        yield from _wanted("beds", _BARE_ROOMS, plain, parts)


def bare(plain: str, asked: tuple[str, ...], taken: tuple[tuple[int, int], ...]) -> Iterator[Told]:
    """Numbers without a unit that answer the agent's question about `asked` (beds, baths), in the order of the question."""
    hits = [hit for hit in _BARE.finditer(plain) if _free(hit, plain, taken)]
    for name, hit in zip(asked, hits, strict=False):
        yield Told(name, _value(hit), *hit.span(), confidence=0.8)


def _free(hit: re.Match[str], plain: str, taken: tuple[tuple[int, int], ...]) -> bool:
    crossed = any(start < hit.end() and hit.start() < end for start, end in taken)
    pronoun = hit["n"] in ("one", "un", "una", "um", "uma", "ein", "eine", "single") and _pronoun(hit, plain)
    return not crossed and not pronoun


def _pronoun(hit: re.Match[str], plain: str) -> bool:
    # "the one in Albany", "I need one that ..." count nothing
    before = plain[: hit.start()]
    more = bool(plain[hit.end() :].strip(" .!,?"))
    return bool(_NAMED_ONE.search(before)) or (more and bool(_WISHED_ONE.search(before)))
