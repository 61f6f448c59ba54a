"""Which times of day does a message name?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from leads.amounts.numbers import LANGUAGES

_FIGURE = r"(?P<h>[01]?\d|2[0-4])"
_MINUTES = r"(?P<m>[0-5]\d)"
_HALF = r"(?P<half>[ap])\.? ?m\b\.?"
_HOURS: Final = {
    "en": "one two three four five six seven eight nine ten eleven twelve",
    "es": "una dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "fr": "une deux trois quatre cinq six sept huit neuf dix onze douze",
    "pt": "uma duas tres quatro cinco seis sete oito nove dez onze doze",
    "de": "eins zwei drei vier funf sechs sieben acht neun zehn elf zwolf",
    "it": "una due tre quattro cinque sei sette otto nove dieci undici dodici",
    "zh": "一 两 三 四 五 六 七 八 九 十 十一 十二",
}
_AM: Final = {
    "en": r"in the (?:early )?morning|this morning",
    "es": r"de la (?:manana|madrugada)|por la manana",
    "fr": r"du matin",
    "pt": r"da (?:manha|madrugada)",
    "de": r"(?:uhr )?(?:morgens|fruh|vormittags)|am (?:morgen|vormittag)",
    "it": r"del mattino|di mattina",
    "zh": r"$^",
}
_PM: Final = {
    "en": r"in the (?:late |early )?(?:afternoon|evening)|at night|tonight|this (?:afternoon|evening)",
    "es": r"de la (?:tarde|noche)|por la (?:tarde|noche)",
    "fr": r"de l'apres-midi|du soir",
    "pt": r"da (?:tarde|noite)",
    "de": r"(?:uhr )?(?:abends|nachmittags)|am (?:abend|nachmittag)",
    "it": r"del pomeriggio|di sera|della sera",
    "zh": r"$^",
}
_END: Final = r"(?=[ ]*(?:$|[,.;!?)\n]|(?:or|and|on|if|for|works|would|is|please|with|today|tomorrow|this|next|mon|tue|wed|thu|fri|sat|sun|y|o|el|del|hoy|manana|por|con|si)))"
# a bare "at 5" is an hour of visits: 8 to 11 in the morning, else after noon
_FIRST_BUSINESS_HOUR = 8


class Clock(NamedTuple):
    """One time: its place in the text, and "HH:MM" of 24 hours."""

    start: int
    end: int
    at: str


def find(plain: str, language: str) -> tuple[Clock, ...]:
    """The times in a folded text, ascending and apart."""
    if language not in LANGUAGES:
        return ()
    found = sorted(_hits(plain, language), key=lambda each: (each.start, -each.end))
    kept: list[Clock] = []
    for each in found:
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return tuple(kept)


def _hits(plain: str, language: str) -> Iterator[Clock]:
    for pattern in _patterns(language):
        for hit in pattern.finditer(plain):
            if at := _time(hit, language):
                yield Clock(hit.start(), hit.end(), at)


def _time(hit: re.Match[str], language: str) -> str:
    said = hit.groupdict()
    if said.get("noon") is not None:
        return "12:00"
    if said.get("midnight") is not None:
        return "00:00"
    hour = _hour(said["h"], language)
    minute = int(said.get("m") or 0)
    if said.get("past"):
        minute = 30 if said["past"].startswith(("half", "media", "meia", "et demi", "mezz", "demi", "半")) else 15
    if said.get("less"):
        hour, minute = hour - 1, 60 - (15 if said["less"].startswith(("quarter", "cuarto", "quart", "viertel")) else 30)
    afternoon, morning = _halves(hit, said, language)
    if until := said.get("until"):
        before = hour > int(until) != 12  # "11-1 pm" starts in the morning
        afternoon, morning = (afternoon and not before), (morning or before)
    if hour > 24 or (hour > 12 and morning):
        return ""
    if afternoon and hour < 12:
        hour += 12
    elif (morning and hour == 12) or hour == 24:
        hour = 0
    elif not (afternoon or morning) and said.get("bare") is not None and 0 < hour < _FIRST_BUSINESS_HOUR:
        hour += 12
    return f"{hour % 24:02d}:{minute:02d}"


def _halves(hit: re.Match[str], said: dict[str, str | None], language: str) -> tuple[bool, bool]:
    """(after noon, before noon) as said."""
    half = said.get("half") or ""
    part = said.get("part") or ""
    after = half == "p" or bool(part and re.fullmatch(_PM[language], part)) or (said.get("zh") or "") in _CHINESE_PM
    before = half == "a" or bool(part and re.fullmatch(_AM[language], part)) or (said.get("zh") or "") in _CHINESE_AM
    return after, before


_CHINESE_PM = ("下午", "晚上", "傍晚", "中午", "晚")
_CHINESE_AM = ("上午", "早上", "凌晨", "清晨", "早晨", "早")


def _hour(said: str, language: str) -> int:
    if said.isdigit():
        return int(said)
    return _HOURS[language].split().index(said.replace("二", "两") if language == "zh" and said == "二" else said) + 1


@lru_cache(maxsize=8)
def _patterns(language: str) -> tuple[re.Pattern[str], ...]:
    words = "|".join(sorted(_HOURS[language].split(), key=len, reverse=True))
    hour = rf"(?P<h>1\d|2[0-4]|0?\d|{words})"
    part = rf"(?: (?P<part>{_AM[language]}|{_PM[language]}))"
    shared = (
        rf"(?<![\d.,:/$€£])\b{_FIGURE}(?:[:.h]{_MINUTES})? ?{_HALF}",
        # "4-6 pm", "between 11 and 1pm"
        rf"(?<![\d.,:/$€£-])\b{_FIGURE}(?::{_MINUTES})?(?= ?(?:-|to|and|a|y) ?(?P<until>1?\d)(?::\d\d)? ?{_HALF})",
        rf"(?<![\d.,:/$])\b{_FIGURE}:{_MINUTES}(?::\d\d)?(?![\d:]){part}?(?P<bare>)",
    )
    return tuple(re.compile(each) for each in (*_OWN[language](hour, part), *shared))


_OWN: Final[Mapping[str, Callable[[str, str], tuple[str, ...]]]] = {
    "en": lambda hour, part: (
        rf"\b(?P<past>half|quarter|a quarter) (?:past|after) {hour}\b{part}?(?: ?{_HALF})?(?P<bare>)",
        rf"\b(?:a )?(?P<less>quarter) (?:to|till|of|before) {hour}\b{part}?(?: ?{_HALF})?(?P<bare>)",
        rf"\b{hour} ?o ?'? ?clock\b{part}?(?P<bare>)",
        rf"\b{hour}(?:[ :-]?{_MINUTES})?{part}",
        rf"\b(?P<h>{'|'.join(_HOURS['en'].split())})(?: {_MINUTES})? ?{_HALF}",
        r"\b(?P<noon>noon|midday)\b|\b(?P<midnight>midnight)\b",
        rf"(?:(?<=\bat )|(?<=\bafter )|(?<=\bbefore )|(?<=\buntil )){hour}\b(?!\.\d){_END}(?P<bare>)",
    ),
    "es": lambda hour, part: (
        rf"\ba las? {hour}(?::{_MINUTES})?(?: y (?P<past>media|cuarto))?(?: menos (?P<less>cuarto))?\b{part}?(?: ?{_HALF})?(?P<bare>)",
        rf"\b{hour} y (?P<past>media|cuarto)\b{part}?(?P<bare>)",
        rf"\b{hour}{part}",
        r"\b(?P<noon>mediodia)\b|\b(?P<midnight>medianoche)\b",
    ),
    "fr": lambda hour, part: (
        rf"\b{hour} ?(?:h|heures?)(?: ?{_MINUTES})?(?: (?P<past>et demie|et quart))?\b{part}?",
        r"\b(?P<noon>midi)\b(?! -)|\b(?P<midnight>minuit)\b",
    ),
    "pt": lambda hour, part: (
        rf"\b(?:as|a) {hour}(?:[:h]{_MINUTES})?(?: ?h(?:oras?)?\b)?(?: e (?P<past>meia|quinze))?\b{part}?(?P<bare>)",
        rf"\b{_FIGURE} ?h(?:oras?)?(?:{_MINUTES})?\b{part}?",
        rf"\b{hour}{part}",
        r"\b(?P<noon>meio[ -]dia)\b|\b(?P<midnight>meia[ -]noite)\b",
    ),
    "de": lambda hour, part: (
        rf"\b{hour}(?:[:.]{_MINUTES})? uhr\b{part}?(?! \d)",
        rf"\b{hour} uhr {_MINUTES}\b{part}?",
        rf"\b(?P<less>halb|viertel vor) {hour}\b{part}?(?P<bare>)",
        rf"\b(?P<past>viertel) nach {hour}\b{part}?(?P<bare>)",
        r"\b(?P<noon>mittags?)\b|\b(?P<midnight>mitternacht)\b",
    ),
    "it": lambda hour, part: (
        rf"\ball[e'] ?{hour}(?:[:.,]{_MINUTES})?(?: e (?P<past>mezz[ao]|un quarto))?(?: meno un (?P<less>quarto))?\b{part}?(?P<bare>)",
        rf"\b{hour}{part}",
        r"\b(?P<noon>mezzogiorno)\b|\b(?P<midnight>mezzanotte)\b",
    ),
    "zh": lambda hour, part: (
        rf"(?P<zh>{'|'.join((*_CHINESE_PM, *_CHINESE_AM))})?(?P<h>[01]?\d|2[0-4]|十[一二]|[一二两三四五六七八九十])(?:点|點|时(?![间候]))(?:(?P<past>半)|{_MINUTES}分?)?(?!儿|子)",
        rf"(?P<zh>{'|'.join((*_CHINESE_PM, *_CHINESE_AM))}){_FIGURE}:{_MINUTES}",
    ),
}
