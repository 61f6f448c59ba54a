"""Which of the days and hours that are named are for a visit, which are a deadline?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Final

from leads import dates
from leads.dates import When
from leads.reading.stance import Sentence, around, own
from leads.slots import Told

# nothing that looks like a day or an hour: the calendar is not asked
_SMELLS: Final = re.compile(
    r"\d|day\b|morrow|tonight|week|month|noon|morning|evening|january|february|march|april|\bmay\b|june|july|august|september|october|november|december|spring|summer|winter|autumn|\bfall\b"
    r"|\bhoy\b|manana|mañana|lunes|martes|miercoles|jueves|viernes|sabado|domingo|semana|\bmes\b|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
    r"|heute|morgen|tag\b|woche|demain|lundi|mardi|jeudi|amanha|segunda|domani|lunedi|明天|月|周|星期"
)
_DAYS: Final = (
    "monday|tuesday|wednesday|thursday|friday|saturday|sunday|lunes|martes|miercoles|jueves|viernes|sabado|domingo"
)
_VISIT: Final = (
    r"visit\w*|see|seeing|tours?|touring|view\w*|showings?|show(?: it| me)?|looking at|look at|take a look|schedul\w+|book\w*|appointment|availab\w+|free|go|going|come|coming|stop by|drop by|swing by|walk ?through|meet\w*|check (?:it|them|that) out"
    r"|works?|suits?|set(?: it)? up|arrange|plan|make (?:it|that)|chang\w+|move it|reschedul\w+|instead|how about|what about|let's do|going|shoot for|confirm\w*|verla|verlo|ver|visita\w*|cita|conocer|agend\w+|nos vemos|puedo|podemos|me queda"
)
_DEADLINE: Final = (
    r"lease\w*|contract|rental agreement|ends?|ending|expires?|is up|mov(?:e|ing)(?: in| out)?|clos(?:e|ing)|no later than|deadline|be out|out of|starts?|starting|school|job|transfer\w*|settled|keys|due|born|wedding"
    r"|contrato|vence|termina|mudar\w*|cierre|empieza"
)
_CUE: Final = re.compile(rf"\b(?:(?P<visit>{_VISIT})|(?P<deadline>{_DEADLINE}))\b")
_ASKED_VISIT: Final = re.compile(
    r"\b(?:visit\w*|see|tour\w*|view\w*|showing|go|schedul\w+|book\w*|appointment|(?:what|which|any|particular|specific|a) (?:day|date|time)|when|date|day|works|suits|easier|confirm\w*|come by|meet|que dia|a que hora|cuando|visita\w*|cita)\b"
)
_ASKED_DEADLINE: Final = re.compile(
    r"\b(?:move|moving|lease|clos(?:e|ing)|keys|deadline|how soon|timeline|timeframe|by when|in by|date you're working|have to be|mudarse|contrato|plazo|para cuando)\b"
)
_BY: Final = re.compile(r"\b(?:by|before|until|till|within|antes de|para|para el|hasta|dentro de)(?: the| el)? $")
_AFTER: Final = re.compile(r"\b(?:good|fine|ok|okay|possible|perfect|great|best|better|easier|ideal|bien)\b")
_DAY_ASKED: Final = re.compile(rf"\b(?:{_DAYS}|tomorrow|today|manana|hoy|weekend|\d{{1,2}}(?:st|nd|rd|th))\b")
_NOT_THEN: Final = re.compile(
    r"(?<!why )\b(?:not|cannot|can't|don't|won't|isn't|doesn't|except|unavailable|busy|instead of|rather than|no puedo)\b[^.!?,;]{0,24}$"
    r"|\b(?:that|that's|thats|this|be|is|would be|nothing|no|eso es) (?:is |will be |'ll be )?(?:all|everything|it|enough|else|todo)\b(?: \w+){0,2}? ?(?:for|por)? $"
)
DIARY: Final = re.compile(
    r"\b(?:(?:am|amd|will) i (?:\w+ )?(?:free|available|busy)|(?:do|did) i have (?:any|free|time|something|a free|an? (?:open|empty))|so i have free|my (?:availability|calendar|agenda)|(?:check|see) (?:if|when|whether) i(?:'m| am))\b"
)
"""A question about one's own diary: the day is not yet wanted for a visit."""
_TO_SEE: Final = re.compile(r"\b(?:visit|tour|showing|viewing|see it|see the|visita|recorrido)\b")
MOST: Final = 16
"""So many days of one text are weighed; who names more has no wish for a visit."""
_NTH: Final = re.compile(
    r"\bthe \d{1,2}(?:st|nd|rd|th)\b(?! (?:floor|street|st|avenue|ave|place|time|one|house|home|apartment|unit|option|grade|of|amendment))",
    re.IGNORECASE,
)
_COMMERCIAL: Final = re.compile(
    r"\b(?:move[- ]in|occupancy|take (?:possession|occupancy)|commercial|office|warehouse|retail|entrar)\b"
)


def smells(plain: str) -> bool:
    """Whether folded words may name a day or an hour at all."""
    return bool(_SMELLS.search(plain))


def timed(text: str, plain: str, parts: tuple[Sentence, ...], *, now: datetime, question: str) -> Iterator[Told]:
    """`visit_date`, `visit_time`, `deadline` and `move_in` that the text tells: by the nearest word that says what for.

    A day with no such word is what `question`, the agent's folded questions, asked for, and nothing without one.
    """
    if not _SMELLS.search(plain):
        return
    for when in named_days(text, now=now):
        part = around(when.start, parts)
        if (
            own(when.start, part)
            and not DIARY.search(part.text)
            and not _NOT_THEN.search(plain[part.start : when.start])
        ):
            yield from _for_what(when, plain, part, question)


def named_days(text: str, *, now: datetime) -> list[When]:
    """The days and times of the text; where homes are talked about, "the 10th" is a day whatever follows it."""
    found = list(dates.find(text, now=now)[:MOST])
    for hit in islice(_NTH.finditer(text), MOST):
        if all(hit.end() <= when.start or when.end <= hit.start() for when in found):
            alone = dates.find(hit[0], now=now)
            found += [
                replace(when, start=hit.start() + when.start, end=hit.start() + when.end) for when in alone if when.on
            ]
    return sorted(found, key=lambda when: when.start)


def _for_what(when: When, plain: str, part: Sentence, question: str) -> Iterator[Told]:
    purpose = _purpose(plain, when, part) or _asked(question) or _by_itself(plain, when)
    if purpose == "visit":
        if when.on:
            sure = 0.9 if when.to is None else 0.6
            yield Told("visit_date", when.on.isoformat(), when.start, when.end, confidence=sure)
        if when.at:
            yield Told("visit_time", when.at, when.start, when.end)
    elif purpose == "deadline" and when.on:
        last = (when.to or when.on).isoformat()
        sure = 0.9 if when.to is None else 0.65
        yield Told("deadline", last, when.start, when.end, confidence=sure)
        if _COMMERCIAL.search(plain):
            yield Told("move_in", last, when.start, when.end, confidence=sure)


def _purpose(plain: str, when: When, part: Sentence) -> str:
    """What the nearest word before the day says it is for, else the first one after it."""
    before = list(_CUE.finditer(plain, part.start, when.start))
    if before:
        return before[-1].lastgroup or ""
    if _BY.search(plain[part.start : when.start]) or when.quote.lower().startswith(("within", "dentro")):
        return "deadline"
    after = _CUE.search(plain, when.end, part.end)
    return (after.lastgroup or "") if after else "visit" if _AFTER.search(plain, when.end, part.end) else ""


def _asked(question: str) -> str:
    if not question:
        return ""
    if _ASKED_DEADLINE.search(question) and not re.search(r"\b(?:visit|tour|showing|see)\b", question):
        return "deadline"
    return "visit" if _ASKED_VISIT.search(question) or _DAY_ASKED.search(question) else ""


def _by_itself(plain: str, when: When) -> str:
    # "monday next week" and nothing else, while homes are talked about, is a day to see one
    bare = len(plain.strip()) - (when.end - when.start) <= 4
    return "visit" if when.grain == "day" and (bare or _TO_SEE.search(plain)) else ""
