"""Which amounts of money does a message name, in which currency, and how often are they paid?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from enterprisehub.engines.base import Capability
from enterprisehub.errors import Invalid
from leads.amounts.currencies import words
from leads.amounts.guessing import language as guessed
from leads.amounts.numbers import LANGUAGES, Number, read
from leads.amounts.tokens import Token, longest, split, touching

# "the low 500s": which part of the hundred is meant; our own reading of how agents talk, in units of the hundred
_PART: Final = {"l": (0.0, 0.3), "m": (0.4, 0.6), "h": (0.7, 0.99), "": (0.0, 0.99)}
# C is a sign that belongs to the figure right behind it
_ONE = r"[cC]{0,2}n(?:(?<=[cC]n)d?c{1,2}(?!n)|(?<![cC]n)(?:d?c{1,2}B?|-c(?!n)))?"
_GRAMMAR = re.compile(
    rf"(?P<fuzzy>[lmh]-?(?:[cC]?P|s)|[cC]P)"
    rf"|b(?P<between>{_ONE})a(?P<and>{_ONE})"
    rf"|(?P<from>{_ONE})[t-](?P<to>{_ONE})"
    rf"|(?P<one>{_ONE})(?P<tail>(?:a?nz){{1,2}}|a?n(?=[,e])|n(?=\.))?(?P<cents>d?z)?"
)


@dataclass(frozen=True)
class Money:
    """One amount: `text[start:end] == quote`. `currency` is ISO 4217 or "" when none was said; a plain "$" or "dollars" is USD.

    `to` is the upper end of a range. `period` is "month", "year" or "". With `hundredths` the value counts cents ("50 cents" is 50).
    The quote is the amount with its currency, without the period.
    """

    value: float
    quote: str
    start: int
    end: int
    currency: str = ""
    to: float | None = None
    period: str = ""
    hundredths: bool = False


@dataclass(frozen=True)
class MoneyQuestion:
    """A message and its language, "" = guess."""

    text: str
    language: str = ""


class _Item(NamedTuple):
    kind: str
    start: int
    end: int
    number: Number | None = None
    value: str = ""


class _Part(NamedTuple):
    """One end of an amount: its number, and what else was said with it."""

    number: Number
    currency: str
    factor: float


def find(text: str, *, language: str = "") -> tuple[Money, ...]:
    """The amounts in the first `LONGEST` characters, ascending and apart; a bare number is none, however large.

    What makes a number money: a currency, "k" / "thousand" / "million" not counting something else, or "a month" after three figures.
    """
    tongue = language if language in LANGUAGES else guessed(text)
    items = _items(split(text), tongue)
    kinds = "".join(item.kind for item in items)
    return tuple(
        money
        for hit in _GRAMMAR.finditer(kinds + "e")
        if (money := _money(text, items, hit, kinds, tongue)) is not None
    )


def _items(tokens: Sequence[Token], language: str) -> list[_Item]:
    known, items, at, between = words(language), [], 0, False
    while at < len(tokens):
        token = tokens[at]
        word = None if token.figure or _article_before_sign(tokens, at) else longest(known, tokens, at)
        number = read(tokens, at, language, joins=not between)
        if number and (word is None or number.stop >= word.stop) and not (word and word.value.kind == "z"):
            number = number._replace(bare=number.bare and number.stop == at + 1)
            items.append(_numbered(tokens, at, number))
            at = number.stop + (items[-1].kind == "P")
        elif word:
            before = word.value.kind == "c" and not token.folded.isalnum() and _belongs_behind(tokens, at, word.stop)
            kind = "C" if before else word.value.kind
            items.append(_Item(kind, token.start, tokens[word.stop - 1].end, value=word.value.value))
            between = word.value.kind == "b" or (between and word.value.kind in "cnd")
            at = word.stop
        else:
            kind = "-" if token.folded in "-~" else "," if not token.folded.isalnum() else "."
            items.append(_Item(kind, token.start, token.end))
            at += 1
    return items


def _article_before_sign(tokens: Sequence[Token], at: int) -> bool:
    # "A$ 5" are Australian dollars, "a $ 5 fee" and "the country's $ 5" are not
    return (
        tokens[at].folded in ("a", "s")
        and at + 1 < len(tokens)
        and tokens[at + 1].folded == "$"
        and not touching(tokens, at + 1)
    )


def _belongs_behind(tokens: Sequence[Token], at: int, stop: int) -> bool:
    """Whether a sign touches the figure behind it and nothing before: the second in "1 $10"."""
    return stop < len(tokens) and tokens[stop].figure and touching(tokens, stop) and not touching(tokens, at)


def _numbered(tokens: Sequence[Token], at: int, number: Number) -> _Item:
    plural = number.stop < len(tokens) and tokens[number.stop].folded == "s" and touching(tokens, number.stop)
    hundred = plural and number.scale == 1 and number.value in range(100, 1000, 50)
    end = tokens[number.stop].end if hundred else tokens[number.stop - 1].end
    return _Item("P" if hundred else "B" if number.bare and number.scale >= 1e6 else "n", tokens[at].start, end, number)


def _money(text: str, items: list[_Item], hit: re.Match[str], kinds: str, language: str) -> Money | None:
    if hit["fuzzy"]:
        return _fuzzy(text, items[hit.start() : hit.end()])
    period = _period(items, hit, kinds, language)
    for low, high in (("between", "and"), ("from", "to")):
        if hit[low]:
            return _range(text, items, (hit.span(low), hit.span(high)), kinds, period)
    part = _part(items[slice(*hit.span("one"))])
    cents = bool(hit["cents"]) and items[hit.end("cents") - 1].value == "100"
    if (
        not (cents or _is_money(part, kinds[hit.end("one") :], period))
        or text[slice(*_span(items, hit.span("one")))].lower() == "401k"
    ):
        return None
    value, stop = part.number.value * part.factor, hit.end("one")
    if hit["tail"] and part.currency and (more := _tail(items[slice(*hit.span("tail"))])):
        value, stop = round(value + more, 2), hit.end("tail")
    hundredths = cents and not part.currency
    start, end = _span(items, (hit.start("one"), hit.end("cents") if hundredths else stop))
    return Money(value, text[start:end], start, end, part.currency, period=period, hundredths=hundredths)


def _span(items: list[_Item], places: tuple[int, int]) -> tuple[int, int]:
    return items[places[0]].start, items[places[1] - 1].end


def _part(items: Sequence[_Item]) -> _Part:
    currency, factor, number = "", 1.0, None
    for item in items:
        if item.kind in "cC":
            code, _, scale = item.value.partition(" ")
            # the exact name wins over the sign: "$ 5 Canadian" and "R$ 5 reais"
            currency = code if not currency or currency == "USD" else currency
            factor *= float(scale or 1)
        elif item.number and number is None:
            number = item.number
        elif item.number:
            factor *= item.number.value
    assert number is not None, "the grammar has a number in each part"  # noqa: S101 - a reminder for the type checker
    return _Part(number, currency, factor)


def _is_money(part: _Part, after: str, period: str) -> bool:
    if part.currency:
        return True
    if after[:1] == "u" or after[:2] == "du":
        return False
    if part.number.scaled and not (part.number.bare and part.number.spelled):
        return True
    return bool(period) and part.number.value >= 100 and part.number.digits > 0


def _tail(items: Sequence[_Item]) -> float:
    """The cents of "15 dollars and 45 cents", "15 dólares 50" or "五元三毛" as a part of one."""
    total, value = 0.0, 0.0
    for item in items:
        if item.number:
            value = item.number.value
            if value >= 100 or value % 1 or item.number.scaled or (item.number.digits == 1 and len(items) == 1):
                return 0.0
        elif item.kind == "z":
            total, value = total + value / float(item.value), 0.0
    return total + value / 100


def _period(items: list[_Item], hit: re.Match[str], kinds: str, language: str) -> str:
    if kinds[hit.end() : hit.end() + 1] == "p":
        return items[hit.end()].value
    before = language == "zh" and kinds[hit.start() - 1 : hit.start()] == "p"
    return items[hit.start() - 1].value if before else ""


def _range(
    text: str, items: list[_Item], places: tuple[tuple[int, int], tuple[int, int]], kinds: str, period: str
) -> Money | None:
    """Both ends as one amount; when they do not belong together, the second alone ("3 - $400k")."""
    low, high = (_part(items[slice(*place)]) for place in places)
    start, end = _span(items, (places[0][0], places[1][1]))
    value, to = low.number.value * low.factor, high.number.value * high.factor
    value = _shared(low, high)
    if not _is_money(high, kinds[places[1][1] :], period) and not low.currency and not low.number.scaled:
        return None
    currency = high.currency or low.currency
    if value < to <= value * 20:
        return Money(value, text[start:end], start, end, currency, to=to, period=period)
    start, end = _span(items, places[1] if high.currency or high.number.scaled else places[0])
    value = to if high.currency or high.number.scaled else value
    return Money(value, text[start:end], start, end, currency, period=period)


def _shared(low: _Part, high: _Part) -> float:
    """The lower end, with the "k" or the "hundred thousand" that was only said of the upper one."""
    value, scale = low.number.value * low.factor, high.number.scale * high.factor
    if (
        low.number.scaled
        or low.factor != 1
        or scale == 1
        or value >= 1000
        or value * scale > high.number.value * high.factor
    ):
        return value
    hundreds = low.number.spelled and value < 10 <= high.number.value / high.number.scale / 10
    return value * scale * (100 if hundreds else 1)


def _fuzzy(text: str, items: Sequence[_Item]) -> Money:
    """ "low 500s" and "mid-sixes" in thousands: 500,000 to 530,000 and 640,000 to 660,000."""
    last = items[-1]
    hundred = (last.number.value if last.number else float(last.value) * 100) * 1000
    step = 100_000 if hundred % 100_000 == 0 else 50_000
    low, high = _PART[items[0].kind if items[0].kind in "lmh" else ""]
    currency = next((item.value for item in items if item.kind in "cC"), "")
    start, end = items[0].start, last.end
    return Money(hundred + round(low * step), text[start:end], start, end, currency, to=hundred + round(high * step))


def answer(question: MoneyQuestion) -> tuple[Money, ...]:
    """The local engine of `leads.money`."""
    return find(question.text, language=question.language)


def parse(given: Mapping[str, Any]) -> MoneyQuestion:
    """A question from JSON: `text`, `language` (a code; "" or an unknown one is guessed); Invalid names what is wrong."""
    text, language = given.get("text"), given.get("language")
    if not isinstance(text, str):
        raise Invalid("`text` must be a text.", field="text")
    if language is not None and not isinstance(language, str):
        raise Invalid("`language` must be a text.", field="language")
    return MoneyQuestion(text, (language or "")[:2].lower())


def render(found: tuple[Money, ...]) -> dict[str, Any]:
    """The amounts as JSON; what was not said is left out."""
    return {"values": list(_rows(found))}


def _rows(found: tuple[Money, ...]) -> Iterator[dict[str, Any]]:
    for each in found:
        row: dict[str, Any] = {"value": each.value, "quote": each.quote, "start": each.start, "end": each.end}
        told = {"to": each.to, "currency": each.currency, "period": each.period, "hundredths": each.hundredths}
        yield {**row, **{name: value for name, value in told.items() if value}}


MONEY = Capability("leads.money", MoneyQuestion, tuple, answer, parse=parse, render=render)
