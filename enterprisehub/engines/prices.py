"""What does a call to Claude cost, at the prices of its day?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

LONG_PROMPT: Final = 100_000  # prompt tokens, cached ones included, above which a model's long band applies
CHARACTERS_PER_TOKEN: Final = 2.5  # of English and Spanish text, for estimates only


@dataclass(frozen=True)
class Usage:
    """Tokens of one call, as the API counts them: `input` is what was neither read from nor written to the prompt cache."""

    input: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    output: int = 0
    thinking: int = 0  # part of `output`

    @property
    def prompt(self) -> int:
        return self.input + self.cache_read + self.cache_write_5m + self.cache_write_1h


class Price(NamedTuple):
    """Nano-USD per token, which is the same number as USD per thousand million tokens."""

    since: date
    input: int
    output: int
    write_5m: int
    write_1h: int
    read: int


_LAUNCH = date(2026, 1, 1)
# platform.claude.com/docs, models overview, read 2026-11-23. Newest first; a price holds from its date until the next one.
_PRICES: dict[str, tuple[Price, ...]] = {
    "claude-haiku-5-5": (Price(_LAUNCH, 100, 500, 125, 200, 10),),
    "claude-sonnet-5-5": (
        Price(date(2026, 10, 7), 2_000, 10_000, 2_500, 4_000, 100),
        Price(_LAUNCH, 2_000, 10_000, 2_500, 4_000, 200),
    ),
    "claude-opus-5-5": (Price(_LAUNCH, 4_000, 20_000, 5_000, 8_000, 200),),
    "claude-fable-5-1": (Price(_LAUNCH, 10_000, 50_000, 12_500, 20_000, 250),),
}
_LONG: dict[str, tuple[Price, ...]] = {"claude-haiku-5-5": (Price(_LAUNCH, 500, 2_500, 625, 1_000, 50),)}
_DEAREST = "claude-fable-5-1"  # a model that we have no price for is booked as the dearest one


def price_of(model: str, on: date, *, long: bool = False) -> Price:
    """The price that holds on this day; the oldest known one before that."""
    rows = (_LONG.get(model) if long else None) or _PRICES.get(model) or _PRICES[_DEAREST]
    return next((row for row in rows if row.since <= on), rows[-1])


def cost(usage: Usage, model: str, *, on: date, batch: bool = False) -> int:
    """Micro-USD, rounded up. A batch costs half."""
    price = price_of(model, on, long=usage.prompt > LONG_PROMPT)
    nano = (
        usage.input * price.input
        + usage.cache_read * price.read
        + usage.cache_write_5m * price.write_5m
        + usage.cache_write_1h * price.write_1h
        + usage.output * price.output
    )
    return -(-nano // (2_000 if batch else 1_000))


def tokens_in(characters: int) -> int:
    """An estimate of how many tokens a text of this length has."""
    return -(-characters * 10 // int(CHARACTERS_PER_TOKEN * 10))


def most(characters: int, max_tokens: int, model: str, *, on: date) -> int:
    """The most that a call can cost, in micro-USD: all of the prompt written to the one-hour cache, every output token used."""
    return cost(Usage(cache_write_1h=tokens_in(characters), output=max_tokens), model, on=on)
