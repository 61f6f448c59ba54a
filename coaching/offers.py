"""Is this an offer below the listed price? An objection to the price needs no objection word."""

from __future__ import annotations

import re
from dataclasses import dataclass

from leads.text import Span

LOWEST, HIGHEST = 0.3, 0.995  # of the listed price: below it is another amount (a deposit), above it is agreement
_AMOUNT = re.compile(
    r"(?P<cash>\$\s?)?(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?P<part>\.\d+)?\s?(?P<unit>k|m|mil|thousand|million)?\b(?P<pct>\s?%)?"
)
_NOT_MONEY = re.compile(
    r"\s*(?:bed|bath|br\b|ba\b|sq|square|feet|ft|mile|minute|min\b|year|yr|month|day|week|hour|am\b|pm\b|people|cat|dog|pet|unit|floor|car|blocks?|percent|st\b|nd\b|th\b|%)"
)
_ASKING = re.compile(
    r"\b(?:is|was|so) (?:the )?(?:price|rent|it|that|asking)\b[^?]*\?\s*$|\blisted (?:at|for)\b|\b(?:how much|what is|whats)\b"
)
_TAKE_OFF = re.compile(r"\b(?:take|knock|cut|drop|shave|lower|reduce|bring|come down|off|less|discount)\b")


@dataclass(frozen=True)
class Offer:
    """An amount in the listing's unit and where it stands in the folded text."""

    amount: float
    span: Span


def below(folded: str, listing_price: float) -> Offer | None:
    """The lowest amount in the text that is clearly below the listed price and not a plain question about it."""
    if listing_price <= 0 or _ASKING.search(folded):
        return None
    found = [offer for match in _AMOUNT.finditer(folded) if (offer := _offer(match, folded, listing_price))]
    return min(found, key=lambda offer: offer.amount, default=None)


def _offer(match: re.Match[str], folded: str, price: float) -> Offer | None:
    if not match["cash"] and _NOT_MONEY.match(folded, match.end()):
        return None
    amount = float(match["whole"].replace(",", "") + (match["part"] or ""))
    unit = match["unit"] or ""
    amount *= 1_000 if unit in ("k", "mil", "thousand") else 1_000_000 if unit in ("m", "million") else 1
    if not unit and amount < 1_000 <= price / 100:
        amount *= 1_000  # "would they take 440" for a house listed at 485,000
    if LOWEST * price <= amount <= HIGHEST * price:
        return Offer(amount, Span(*match.span()))
    if 0.01 * price <= amount < LOWEST * price and _TAKE_OFF.search(folded):
        return Offer(price - amount, Span(*match.span()))
    return None
