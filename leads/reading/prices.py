"""Which of the amounts that are named bound the price, and from which side?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from leads import money
from leads.money import Money
from leads.reading.stance import Sentence, around, own
from leads.slots import ANY, Told

MOST, REACH = 16, 120
"""So many amounts of one text are weighed, by the words that stand within so many characters of each."""
CURRENCIES: Final = {
    "US": "USD",
    "CA": "CAD",
    "GB": "GBP",
    "MX": "MXN",
    "AU": "AUD",
    "IN": "INR",
    "CN": "CNY",
    "BR": "BRL",
    "CH": "CHF",
}
_LEAST: Final = {"MXN": 100_000, "INR": 300_000, "CNY": 50_000, "BRL": 30_000}
"""Amounts below these, else below 15,000, buy no home: our own thresholds, by the order of magnitude of a currency."""
_EURO: Final = frozenset({"ES", "FR", "DE", "IT", "PT", "NL", "BE", "AT", "IE", "FI", "GR"})
_UP_TO: Final = re.compile(
    r"\b(?:under|below|up to|max(?:imum)?(?: (?:of|is|budget))?|at most|(?:no|not) (?:more than|over|above|higher than|exceed(?:ing)?)|less than|within|beneath|cap(?:ped)? (?:at|of)|top(?:s|ping)? (?:out )?at|as high as|limit (?:is|of)|ceiling (?:is|of)|don't want to (?:go|spend|pay) (?:over|above|more than)"
    r"|hasta|menos de|maximo(?: de)?|no mas de|por debajo de|tope de|moins de|jusqu'a|ate|menos do que|bis(?: zu)?|unter|hochstens|fino a|sotto|meno di)\b[^.!?\d$€£]{0,16}$"
)
_FROM: Final = re.compile(
    r"\b(?:(?:at least|over|above|more than|from|starting (?:at|from)|min(?:imum)?(?: of)?|no less than|north of|upwards of|desde|mas de|por lo menos|minimo(?: de)?|a partir de|plus de|mindestens|uber|ab|almeno))\b[^.!?\d$€£]{0,12}$"
)
_BUDGET: Final = re.compile(
    r"\b(?:budget\w*|afford\w*|spend\w*|pay(?:ing)?|price range|range|comfortable|looking (?:at|to spend)|around|about|approximately|roughly|in the|go (?:to|as high as|up)|have|got|stretch|for|is|presupuesto|gastar|pagar|alrededor de|unos|como|tengo|tenemos)\b[^.!?\d$€£]{0,20}$"
)
_AFTER_MAX: Final = re.compile(
    r"^\W{0,2}(?:max(?:imum)?|tops?|or (?:less|under|below)|budget|price range|at (?:the )?most|is (?:my|our|the) (?:max|limit|budget|ceiling)|range|o menos|maximo|como maximo|de presupuesto)\b"
)
_AFTER_MIN: Final = re.compile(r"^\W{0,2}(?:min(?:imum)?|or (?:more|above|higher|up)|and up|\+|o mas|minimo)")
# an amount that is no bound of what is sought
_NO_PRICE: Final = re.compile(
    r"\b(?:down ?payment|deposit|down|closing costs?|income|salary|make|earn\w*|taxes|tax|hoa|fees?|commission|insurance|saved|savings|listed|asking|appraised|zestimate|they want|it'?s? (?:costs?|listed)|sold|bought|enganche|ingresos?|gano|ganamos|cuesta|costs?)\b[^.!?]{0,24}$"
)
_PER: Final = re.compile(
    r"^ ?(?:/ ?|(?:a|per|each|every|al|por|im|par|ao|al) )(?:mo|month|mes|monat|mois|mese)\b|^ ?(?:monthly|mensual\w*)\b"
)
_JUDGED: Final = re.compile(
    r"^ ?(?:still )?(?:sounds?|is|seems?|looks?|feels?) (?:still |just |way |a |really )*(?:little|bit|lot|too|much|high|steep|expensive|fair|great|good|mucho|caro)\b"
)
_AFTER_NO: Final = re.compile(
    r"^ ?(?:down|deposit|saved|salary|income|in savings|for the down|closing|de enganche|a year income|hoa)\b"
)
_OWED: Final = re.compile(
    r"\b(?:owe|owing|payoff|pay off|left on (?:the|my|our) (?:mortgage|loan)|mortgage balance|balance (?:is|of)|remaining|debo|debemos|saldo)\b"
)
_EXPECTED: Final = re.compile(
    r"\b(?:(?:sell|list|get|worth|want|hoping|expect\w*|asking|net|price)\b[^.!?]{0,30}\b(?:for|at|worth|is|least|about|around|get|of)?|vender\w*|pedir|vale|esperamos|pido)[^.!?\d]{0,24}$"
)
_RESERVED: Final = re.compile(r"\b(?:reserves?|liquid|cash on hand|reservas)\b")
_ASKED: Final = re.compile(
    r"\b(?:payment|price|budget|number|comfortable|range|spend|afford|how much|rent|pago|precio|presupuesto|cifra|cuanto)\b"
)
_ASKED_MONTHLY: Final = re.compile(r"\b(?:payment|monthly|per month|a month|rent|mensual|al mes|renta)\b")
_BARE: Final = re.compile(
    r"(?<![\d.,$/:-])(?P<a>\d{3,7}|\d{1,3}(?:[.,]\d{3})+)(?: ?(?:-|to|and|or|y|a) ?(?P<b>\d{3,7}|\d{1,3}(?:[.,]\d{3})+))?(?![\d%:/-]| ?(?:sq|square|feet|ft|m2|miles|minutes|people|years|homes|am\b|pm\b))"
)
_AMOUNTS: Final = re.compile(
    r"\d|million|millon|thousand|hundred|\bmil\b|sixes|fives|fours|sevens|eights|nines|万|hunderttausend"
)
_NO_MATTER: Final = re.compile(
    r"\b(?:(?:price|budget|money) (?:is no|isn't an?|is not an?|doesn't|does not) (?:object|issue|problem|matter)|no (?:price limit|budget limit)|el precio no importa)\b"
)


def priced(text: str, plain: str, parts: tuple[Sentence, ...], *, question: str, country: str) -> Iterator[Told]:
    """`price_min`, `price_max`, `price_monthly_max` and the seller's and investor's amounts that the text tells.

    The unit is the ISO 4217 currency: the one said, else the country's. `question` is the agent's folded questions.
    """
    if hit := _NO_MATTER.search(plain):
        yield Told("price_max", ANY, *hit.span(), confidence=0.85)
    if not _AMOUNTS.search(plain):
        return
    found = money.find(text)[:MOST]
    for one in found:
        part = around(one.start, parts)
        if own(one.start, part):
            yield from _bounds(one, plain, part, (question, _currency(one, country)))
    if not found and question and _ASKED.search(question) and "?" not in plain:
        yield from _bare(plain, question, _currency(None, country))


def _currency(one: Money | None, country: str) -> str:
    said = one.currency if one else ""
    return said or CURRENCIES.get(country.upper(), "EUR" if country.upper() in _EURO else "USD")


def _bounds(one: Money, plain: str, part: Sentence, asked: tuple[str, str]) -> Iterator[Told]:
    question, unit = asked
    before, after = (
        plain[max(part.start, one.start - REACH) : one.start],
        _PER.sub("", plain[one.end : min(part.end, one.end + REACH)]),
    )
    if name := _other(before, after, part.text):
        yield _told(name, one, one.value, unit)
    elif _NO_PRICE.search(before) or _AFTER_NO.search(after):
        return
    elif one.to is not None:
        yield from _range(one, unit)
    else:
        yield from _side(one, (before, after), part, (question, unit))


def _other(before: str, after: str, sentence: str) -> str:
    """The slot of an amount that is not what the prospect would pay; "" for one that is."""
    if _RESERVED.search(sentence):
        return "reserves"
    if _OWED.search(before[-30:]) or _OWED.search(after[:25]):
        return "payoff"
    selling = re.search(
        r"\b(?:sell\w*|list (?:my|our|it)|my (?:home|house|place|condo)|our (?:home|house|place|condo)|vend\w+|mi casa)\b",
        sentence,
    )
    return "price_expectation" if selling and _EXPECTED.search(before) else ""


def _monthly(one: Money, value: float, unit: str) -> bool:
    """Whether it is paid by the month: so said, or too little to buy a home with."""
    return one.period == "month" or (not one.period and value < _LEAST.get(unit, 15_000))


def _range(one: Money, unit: str) -> Iterator[Told]:
    if _monthly(one, one.to or 0.0, unit):
        yield _told("price_monthly_max", one, one.to or 0.0, unit)
        return
    yield _told("price_min", one, one.value, unit)
    yield _told("price_max", one, one.to or 0.0, unit)


def _side(one: Money, sides: tuple[str, str], part: Sentence, asked: tuple[str, str]) -> Iterator[Told]:
    before, after = sides
    question, unit = asked
    monthly = _monthly(one, one.value, unit) or (
        not one.period and one.value < 20_000 and bool(_ASKED_MONTHLY.search(question or part.text))
    )
    upper = bool(_UP_TO.search(before) or _AFTER_MAX.match(after))
    lower = not upper and bool(_FROM.search(before) or _AFTER_MIN.match(after))
    told = (
        upper
        or lower
        or _BUDGET.search(before)
        or _ASKED.search(question)
        or part.manner == "sought"
        or (part.manner == "told" and not before.strip(" ,.$"))
    )
    if part.manner == "asked" or not told or _JUDGED.match(after):
        return
    sure = 0.9 if upper or lower else 0.75
    if lower:
        if not monthly:
            yield _told("price_min", one, one.value, unit, sure)
        return
    yield _told("price_monthly_max" if monthly else "price_max", one, one.value, unit, sure)


def _told(name: str, one: Money, value: float, unit: str, sure: float = 0.9) -> Told:
    return Told(name, _whole(value), one.start, one.end, sure, unit)


def _whole(value: float) -> int | float:
    return int(value) if float(value).is_integer() else value


def _bare(plain: str, question: str, unit: str) -> Iterator[Told]:
    """ "2500" after a question for the payment, "450" for a price in thousands."""
    hit = _BARE.search(plain)
    if not hit:
        return
    values = [float(re.sub(r"[.,]", "", hit[group])) for group in ("a", "b") if hit[group]]
    monthly = bool(_ASKED_MONTHLY.search(question)) and max(values) < 20_000
    if not monthly and max(values) < 2_000:
        values = [value * 1_000 for value in values]
    if monthly or max(values) < 20_000:
        yield Told("price_monthly_max", _whole(max(values)), *hit.span(), 0.75, unit)
        return
    if len(values) == 2:
        yield Told("price_min", _whole(values[0]), *hit.span(), 0.75, unit)
    yield Told("price_max", _whole(values[-1]), *hit.span(), 0.75, unit)
