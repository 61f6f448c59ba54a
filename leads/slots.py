"""What can be known of a prospect's wishes, by which names, and what does one known thing look like?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

Value = str | int | float | bool
ANY: Final = "any"
"""The value of a slot that does not matter to the prospect: known, nothing to search by, not to be asked again."""


@dataclass(frozen=True)
class Kind:
    """How one slot is valued: `type` is int, float, money, bool, date, time, text or one of `choices`.

    `several` slots hold more than one value at a time; the others are replaced by what is said later.
    """

    type: str
    unit: str = ""
    several: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Slot:
    """One known thing with its evidence: `conversation[turn].text[start:end] == quote`.

    `confidence` is by rule, 0..1, not a probability. `offered`: the agent said it and the prospect accepted; the quote is then the
    agent's. `earlier` is the value that this one replaced; `contradiction` says that it did so without a word of correction.
    """

    name: str
    value: Value
    quote: str
    turn: int
    start: int
    end: int
    confidence: float
    unit: str = ""
    offered: bool = False
    earlier: Value | None = None
    contradiction: bool = False


@dataclass(frozen=True)
class Told:
    """One thing that one text tells: `text[start:end]` is its evidence. `more` adds to the values of a several-valued slot."""

    name: str
    value: Value
    start: int
    end: int
    confidence: float = 0.9
    unit: str = ""
    more: bool = False


def _one_of(*choices: str) -> Kind:
    return Kind("one of", choices=choices)


_BOOL, _TEXT, _MONEY, _DATE, _MANY = Kind("bool"), Kind("text"), Kind("money"), Kind("date"), Kind("text", several=True)

SLOTS: Final[Mapping[str, Kind]] = {
    # the home
    "location": _MANY,
    "tenure": _one_of("rent", "buy", "sell", "invest"),
    "property_type": _one_of(
        *("house", "apartment", "condo", "townhouse", "duplex", "multifamily", "studio", "loft", "villa"),
        *("mobile_home", "land", "office", "retail", "warehouse", "industrial", "room"),
    ),
    "beds": Kind("float"),
    "baths": Kind("float"),
    "size": Kind("float", unit="sqft"),
    "furnished": _BOOL,
    "pets": _BOOL,
    "garage": _BOOL,
    "laundry": _BOOL,
    "yard": _BOOL,
    "accessibility": _BOOL,
    "must_have": _MANY,
    "deal_breaker": _MANY,
    # the money
    "price_min": _MONEY,
    "price_max": _MONEY,
    "price_monthly_max": _MONEY,
    "financing": _one_of("cash", "preapproved", "needs_lender", "loan", "fha", "va", "usda", "conventional", "jumbo"),
    "preapproved": _BOOL,
    # the time
    "timeframe": _TEXT,
    "deadline": _DATE,
    "visit_date": _DATE,
    "visit_time": Kind("time"),
    # the people
    "agent_status": _one_of("none", "unsigned", "signed"),
    "decision_makers": _MANY,
    "motivation": _one_of("relocation", "space", "downsizing", "lease_end", "investment", "life_event"),
    "contact_preference": _one_of("call", "text", "email", "whatsapp"),
    "language": _one_of("en", "es", "fr", "pt", "de", "it", "zh"),
    "property_to_sell": _BOOL,
    # the seller's pack
    "reason": _one_of("relocation", "space", "downsizing", "investment", "life_event", "finances"),
    "destination": _TEXT,
    "condition": _one_of("updated", "good", "needs_work"),
    "price_expectation": _MONEY,
    "payoff": _MONEY,
    "occupancy": _one_of("owner", "tenant", "vacant"),
    "other_agents": _BOOL,
    # the investor's pack
    "strategy": _one_of("buy_hold", "flip", "brrrr", "short_term_rental"),
    "target_cap": Kind("float", unit="%"),
    "reserves": _MONEY,
    "entity": _one_of("llc", "trust", "corporation", "personal"),
    "exchange_1031": _BOOL,
    # the commercial pack
    "use": _TEXT,
    "lease_or_buy": _one_of("lease", "buy"),
    "term": Kind("float", unit="years"),
    "move_in": _DATE,
    "ti": _BOOL,
}
"""Every slot that `leads.preferences` can fill. docs/slots.md says what each one means."""
