"""Who answers a question: the local engine at once, or Claude with the local engine behind it?"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from time import perf_counter
from typing import Any, Generic

from django.conf import settings
from pydantic import BaseModel, ValidationError

from enterprisehub.engines import breaker, budget, ledger, policies, prices, prompts, seats
from enterprisehub.engines import cache as kept
from enterprisehub.engines.base import A, Answer, Brief, Capability, Outcome, Policy, Q, StoreDown
from enterprisehub.engines.calls import Call, Credential, Wanted
from enterprisehub.engines.models import EngineCall
from enterprisehub.engines.partial import whole
from enterprisehub.engines.talking import Listener, talk
from enterprisehub.privacy import injection
from enterprisehub.privacy.redaction import Pseudonyms, each_text, leftover
from enterprisehub.tenants.scope import current

FRAME = 600  # characters of a request around what we fill in: the tool, the field names
OnText = Callable[[dict[str, Any]], None]


def instant(
    capability: Capability[Q, A], question: Q, *, own: dict[str, Any] | None = None, names: tuple[str, ...] = ()
) -> Answer[A]:
    """What Claude answered before to exactly this, else the local engine's answer; milliseconds are measured.

    Nobody is asked: the local engine answers in this process, and given the tenant's settings (`own`) the response cache
    is looked at, once for most questions. `names` are those that `ask` was given.
    """
    started = perf_counter()
    value, remembered = capability.local(question), None
    if own is not None:
        remembered = _remembered(capability, question, policies.terms_of(own), names)
    answer = remembered or Answer[A](value, "local", Outcome.LOCAL_ONLY, 0.0)
    return replace(answer, ms=(perf_counter() - started) * 1000)


def _remembered(
    capability: Capability[Q, A], question: Q, terms: policies.Terms, names: tuple[str, ...]
) -> Answer[A] | None:
    key = policies.credential()
    if key is None or not terms.enabled or capability.said is None or capability.brief is None:
        return None
    if not kept.known(kept.trace(current(), capability.name, capability.said(question))):
        return None
    policy = policies.policy_of(capability, terms, deadline=None)
    asking = Asking(capability, question, capability.brief(question), policy, terms, key, names)
    value = asking.remembered()
    return None if value is None else Answer(value, "cache", Outcome.OK, 0.0, asking.prompt.version)


def ask(
    capability: Capability[Q, A],
    question: Q,
    *,
    on_text: OnText | None = None,
    still_wanted: Callable[[], bool] | None = None,
    deadline: float | None = None,
    names: tuple[str, ...] = (),
    subject: str = "",
    own: dict[str, Any] | None = None,
) -> Answer[A]:
    """Claude's answer if it comes in time and holds, else the local engine's with the reason why.

    Runs in the name of a tenant (`named`), with no transaction open. `on_text` gets the answer's JSON as far as it has
    come; once `still_wanted` says no, the call is dropped. `deadline` is in seconds. `names` are words that must not
    leave the house. `subject` is the id that the ledger shows. `own` are the tenant's settings, if they are at hand.
    """
    started = perf_counter()
    local = instant(capability, question)
    terms, key = policies.terms() if own is None else policies.terms_of(own), policies.credential()
    if capability.draft is None or capability.brief is None or not capability.prompt:
        return local
    if key is None or not terms.enabled:
        return replace(local, outcome=Outcome.NO_KEY if key is None else Outcome.AI_OFF)
    policy = policies.policy_of(capability, terms, deadline=deadline)
    asking = Asking(capability, question, capability.brief(question), policy, terms, key, names)
    try:
        value, source, outcome = asking.answer(Listener(on_text, still_wanted))
    except BaseException:  # whoever stops us here: what was spent by then is written down
        asking.write_down("local", asking.call.outcome, subject)
        raise
    asking.write_down(source, outcome, subject)
    if value is None:
        return replace(local, outcome=outcome, ms=(perf_counter() - started) * 1000)
    return Answer(
        value, source, outcome, (perf_counter() - started) * 1000, asking.prompt.version, asking.call.first_text_ms
    )


@dataclass
class Asking(Generic[Q, A]):
    """One question on its way to Claude: what leaves the house, what comes back, and what it costs."""

    capability: Capability[Q, A]
    question: Q
    brief: Brief
    policy: Policy
    terms: policies.Terms
    key: Credential
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        self.prompt = prompts.either(self.brief.prompt, self.capability.prompt)
        self.call = Call()
        self.reserved = self.cost = 0
        self.breaker = ""
        self.hiding = Pseudonyms((*self.names, *self.brief.names))
        draft = self.capability.draft
        assert draft is not None  # noqa: S101 - ask() looked
        self.draft: type[BaseModel] = draft
        self.wanted = Wanted(
            policy=self.policy,
            draft=draft,
            rules=self.prompt.text,
            knowledge=self.brief.knowledge,
            situation=self.hiding.hide_all(self.brief.situation),
            untrusted=self.hiding.hide_all(self.brief.untrusted),
            user=_opaque(str(current())),
        )

    def answer(self, listener: Listener) -> tuple[A | None, Any, Outcome]:
        """The adopted answer, who gave it, and what became of the question."""
        if (value := self.remembered()) is not None:
            return value, "cache", Outcome.OK
        try:
            outcome = self._spend(listener)
        except StoreDown:
            return None, "local", Outcome.STORE_DOWN
        if outcome is not Outcome.OK:
            return None, "local", outcome
        try:
            given = each_text(whole(self.call.text), injection.cleaned)
        except ValueError:
            return None, "local", Outcome.INVALID_OUTPUT
        value, outcome = self.adopted(given)
        if value is None:
            return None, "local", outcome
        # An answer that names somebody is about this conversation alone, and is not kept.
        if self.brief.cache_key and not leftover(given):
            said = self.capability.said(self.question) if self.capability.said else ()
            traced = kept.trace(current(), self.capability.name, said) if said else ""
            kept.put(self._name, given, seconds=self.policy.cache_seconds, traced=traced)
        return value, "claude", Outcome.OK

    def remembered(self) -> A | None:
        """What was answered before to exactly this, if it still holds."""
        given = kept.get(self._name)
        return None if given is None else self.adopted(given)[0]

    def _spend(self, listener: Listener) -> Outcome:
        """Make the call if there is a seat, the money and the hope for it. Raises StoreDown before anything is spent."""
        with seats.seat(current()) as seated:
            if not seated:
                return Outcome.BUSY
            permit = breaker.state(self.key.fingerprint, self.policy.model)
            self.breaker = permit.state
            if not permit.allowed:
                return Outcome.BREAKER_OPEN
            most = prices.most(self.size, self.policy.max_tokens, self.policy.model, on=_today())
            reservation = budget.reserve(current(), most, self.terms.limits, booked=ledger.booked)
            if reservation is None:
                return Outcome.BUDGET
            if not self._permitted():
                budget.settle(reservation, 0)
                return Outcome.BREAKER_OPEN
            self.reserved = most
            try:
                talk(self.wanted, self.key, self.call, listener=listener, restore=self.hiding)
            finally:
                self.cost = prices.cost(self.call.billed(), self.policy.model, on=_today())
                self._settle(reservation)
        return self.call.outcome

    def _permitted(self) -> bool:
        permit = breaker.permit(self.key.fingerprint, self.policy.model)
        self.breaker = permit.state
        return permit.allowed

    def _settle(self, reservation: budget.Reservation) -> None:
        """Money first, then the breaker; without Redis the reservation stays spent, which is the safe side."""
        try:
            budget.settle(reservation, self.cost)
            breaker.report(
                self.key.fingerprint, self.policy.model, self.call.outcome, retry_after=self.call.retry_after
            )
        except StoreDown:
            return

    def adopted(self, given: Any) -> tuple[A | None, Outcome]:
        """The answer that this draft makes, if it is one, names nobody unknown, and is borne out."""
        try:
            draft = self.draft.model_validate(self.hiding.restore_all(given))
        except ValidationError:
            return None, Outcome.INVALID_OUTPUT
        if leftover(draft.model_dump()) or self.capability.adopt is None:
            return None, Outcome.UNGROUNDED
        value = self.capability.adopt(self.question, draft)
        return value, Outcome.OK if value is not None else Outcome.UNGROUNDED

    @property
    def size(self) -> int:
        """Characters that are sent, at most: bytes, since rare characters are tokens of their own."""
        told = (
            self.wanted.rules,
            self.wanted.knowledge,
            self.wanted.situation,
            self.wanted.untrusted,
            _schema(self.draft),
        )
        text = json.dumps(told, ensure_ascii=False, default=str)
        return len(text.encode("utf-8", "replace")) + FRAME

    @property
    def _name(self) -> str:
        """Everything that was said is part of the name, so an answer never meets another conversation's words."""
        versions = (self.capability.name, self.prompt.version, _version(_schema(self.draft)))
        said = json.dumps(self.wanted.untrusted, ensure_ascii=False, sort_keys=True)
        return kept.key(
            current(),
            *versions,
            policy=replace(self.policy, total=0, first_text=0),
            parts=(*self.brief.cache_key, said),
        )

    def write_down(self, source: str, outcome: Outcome, subject: str) -> None:
        call, usage = self.call, self.call.billed()
        ledger.book(
            EngineCall(
                capability=self.capability.name,
                source=source,
                outcome=outcome,
                model=self.policy.model,
                effort=self.policy.effort,
                stand_in=settings.CLAUDE_STAND_IN,
                subject=subject,
                prompt_version=self.prompt.version,
                schema_version=_version(_schema(self.draft)),
                stop_reason=call.stop_reason[:40],
                refusal_category=call.refusal_category[:60],
                status=call.status,
                error=call.error[:60],
                error_type=call.error_type[:60],
                error_code=call.error_code[:60],
                request_id=call.request_id[:80],
                breaker=self.breaker,
                **vars(usage),
                estimated=call.estimated,
                reserved=self.reserved,
                cost=self.cost,
                first_text_ms=call.first_text_ms,
                total_ms=call.total_ms,
                hidden=sum(self.hiding.counts.values()),
                injection_flags=sum(len(injection.flags(item.get("text", ""))) for item in self.brief.untrusted),
                asked={"situation": self.wanted.situation, "untrusted": self.wanted.untrusted}
                if self.terms.keep_transcripts
                else None,
                answered=call.text if self.terms.keep_transcripts else "",
            )
        )


@cache
def _schema(draft: type[BaseModel]) -> str:
    return json.dumps(draft.model_json_schema(), sort_keys=True)


def _version(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _opaque(name: str) -> str:
    """An id for the provider's abuse checks that tells them nothing."""
    return hmac.new(settings.SECRET_KEY.encode(), name.encode(), "sha256").hexdigest()[:32]


def _today() -> Any:
    return datetime.now(UTC).date()
