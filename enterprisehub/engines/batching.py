"""How are many questions asked that may wait a day, at half the price? Handed in once, fetched later, each written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from enterprisehub.engines import budget, claude, ledger, policies, prices
from enterprisehub.engines.base import A, Capability, Outcome, Q, StoreDown
from enterprisehub.engines.calls import Unsent
from enterprisehub.engines.gate import Asking
from enterprisehub.engines.partial import whole
from enterprisehub.ops import loops
from enterprisehub.privacy import injection
from enterprisehub.privacy.redaction import each_text
from enterprisehub.tenants.scope import current

WAIT = 45.0  # seconds for one conversation with the API about a batch


@dataclass(frozen=True)
class Put:
    """A question and the words that must not leave the house."""

    question: Any
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sent:
    """A batch under way: its id, and the money that is set aside for it; as JSON it can wait in a row."""

    batch: str
    reserved: int
    counters: tuple[str, str]
    mark: str

    def kept(self) -> dict[str, Any]:
        return {"batch": self.batch, "reserved": self.reserved, "counters": list(self.counters), "mark": self.mark}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Sent:
        first, second = kept["counters"]
        return cls(kept["batch"], kept["reserved"], (first, second), kept["mark"])


def send(capability: Capability[Q, A], puts: Mapping[str, Put]) -> Sent | Outcome:
    """Hand the questions in, or why they were not. Runs named, with no transaction open."""
    terms, key = policies.terms(), policies.credential()
    if key is None or not terms.enabled:
        return Outcome.NO_KEY if key is None else Outcome.AI_OFF
    askings = {name: _asking(capability, put, terms, key) for name, put in puts.items()}
    most = sum(_most(one) for one in askings.values())
    try:
        reservation = budget.reserve(current(), most, terms.limits, booked=ledger.booked)
    except StoreDown:
        return Outcome.STORE_DOWN
    if reservation is None:
        return Outcome.BUDGET
    claude.warm()
    try:
        batch = loops.run(claude.send_batch({name: one.wanted for name, one in askings.items()}, key), WAIT)
    except (Unsent, TimeoutError) as error:
        _settle(Sent("", most, reservation.counters, reservation.mark), 0)
        return error.call.outcome if isinstance(error, Unsent) else Outcome.TIMEOUT
    return Sent(batch, most, reservation.counters, reservation.mark)


def ended(sent: Sent) -> bool:
    """Whether the answers can be fetched. Raises Unsent when the API does not say."""
    key = policies.credential()
    if key is None:
        return False
    claude.warm()
    return loops.run(claude.batch_state(sent.batch, key), WAIT) == "ended"


def collect(capability: Capability[Q, A], puts: Mapping[str, Put], sent: Sent, *, subject: str) -> dict[str, A]:
    """The answers that hold, by name; every question is booked at a batch's price and the rest of the money given back.

    `puts` are those that were handed in, in their order: what was hidden of each is found again that way.
    """
    terms, key = policies.terms(), policies.credential()
    if key is None:
        return {}
    calls = loops.run(claude.batch_results(sent.batch, key), WAIT)
    found: dict[str, A] = {}
    spent = 0
    for name, put in puts.items():
        asking = _asking(capability, put, terms, key)
        asking.call = calls.get(name, asking.call)  # what is not among the results was superseded
        asking.cost = prices.cost(asking.call.billed(), asking.policy.model, on=datetime.now(UTC).date(), batch=True)
        asking.reserved = _most(asking)
        spent += asking.cost
        value, outcome = _answer(asking)
        if value is not None:
            found[name] = value
        asking.write_down("claude" if value is not None else "local", outcome, subject)
    _settle(sent, spent)
    return found


def abandon(sent: Sent) -> None:
    """Nobody waits for the batch any more; what it did cost is not known, so the money stays spent."""
    _settle(sent, sent.reserved)


def _answer(asking: Asking[Any, Any]) -> tuple[Any, Outcome]:
    if asking.call.outcome is not Outcome.OK:
        return None, asking.call.outcome
    try:
        given = each_text(whole(asking.call.text), injection.cleaned)
    except ValueError:
        return None, Outcome.INVALID_OUTPUT
    return asking.adopted(given)


def _asking(capability: Capability[Q, A], put: Put, terms: policies.Terms, key: Any) -> Asking[Q, A]:
    assert capability.brief is not None  # noqa: S101 - what is asked in batches has a prompt
    policy = policies.policy_of(capability, terms, deadline=None)
    return Asking(capability, put.question, capability.brief(put.question), policy, terms, key, put.names)


def _most(asking: Asking[Any, Any]) -> int:
    whole_price = prices.most(asking.size, asking.policy.max_tokens, asking.policy.model, on=datetime.now(UTC).date())
    return -(-whole_price // 2)


def _settle(sent: Sent, actual: int) -> None:
    tenant: UUID = current()
    try:
        budget.settle(budget.Reservation(tenant, sent.reserved, sent.counters, sent.mark), actual)
    except StoreDown:
        return
