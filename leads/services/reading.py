"""When does Claude read a conversation again, and what of its reading enters the lead's profile?"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.timezone import now
from redis.exceptions import RedisError

from enterprisehub.engines import policies
from enterprisehub.engines.base import Outcome
from enterprisehub.engines.gate import ask
from enterprisehub.ops.stores import cache_redis
from enterprisehub.tenants import keys
from enterprisehub.tenants.models import Tenant
from enterprisehub.tenants.scope import current, scope
from enterprisehub.tenants.work import later
from leads import profile
from leads.models import Change, Conversation, Lead, Message, SlotFact
from leads.services.learning import SETTLED, Past, Understood, clock, recent, settle
from leads.services.telling import tell_known
from leads.slots import Slot
from leads.understanding import UNDERSTAND, Reading

MOST_MESSAGES = 60  # the newest ones are read
MOST_TEXT = 24_000  # characters of them, so that no conversation costs a fortune
UNREAD = 6  # messages after which a conversation is worth reading again
REST = 20  # seconds between two readings of one conversation
STORE_REST = 5.0  # seconds in which Redis is not asked again after it failed

_GONE = (Change.ERASED, Change.WITHDRAWN)
_COLUMNS = ("name", "value", "earlier", "unit", "quote", "start", "end", "confidence", "extractor", "offered")
_store_rests_until = 0.0


@dataclass(frozen=True)
class _Work:
    """What is needed while Claude thinks and no transaction is open."""

    lead: UUID
    conversation: UUID
    agent: UUID | None
    position: int
    question: Reading
    turns: tuple[Past, ...]


def wish(message: Message, understood: Understood, *, tenant: Tenant) -> None:
    """Ask for a reading when enough is unread, or when something stands against what was said before; no query."""
    conversation = message.conversation
    contradicted = any(change == profile.CONTRADICTED for change, _ in understood.changes)
    if contradicted or message.position - conversation.understood >= UNREAD:
        _queue(conversation, tenant, "heard")


def wish_at_end(conversation: Conversation) -> None:
    """The talk is over for now: ask for a reading of whatever is unread."""
    if conversation.message_count > conversation.understood and policies.credential() is not None:
        _queue(conversation, Tenant.objects.get(pk=current()), "ended")


def _queue(conversation: Conversation, tenant: Tenant, why: str) -> None:
    """Once per REST seconds and reason; without Redis nobody can tell, so nothing is asked."""
    if policies.credential() is None or not policies.terms_of(tenant.settings).enabled:
        return
    if _first(keys.key("reading", why, conversation.pk)):
        later("leads.understand", durable=False, conversation=conversation.pk)


def _first(key: str) -> bool:
    global _store_rests_until
    if time.monotonic() < _store_rests_until:
        return False
    try:
        return bool(cache_redis().set(key, 1, nx=True, ex=REST))
    except RedisError:
        _store_rests_until = time.monotonic() + STORE_REST
        return False


def read_again(conversation_id: UUID) -> Outcome:
    """Ask Claude what this conversation tells; runs named, not scoped: nothing is held while the network is waited for.

    Facts enter only where nothing is known; what a person, the local reader or later words said stays. Whatever goes wrong changes nothing.
    """
    work = _load(conversation_id)
    if work is None:
        return Outcome.SUPERSEDED
    answer = ask(UNDERSTAND, work.question, names=work.question.names, subject=str(conversation_id))
    if answer.source == "local":
        return answer.outcome
    with scope(current()):
        _apply(work, answer.value)
    return answer.outcome


def _load(conversation_id: UUID) -> _Work | None:
    with scope(current()):
        conversation = Conversation.objects.select_related("lead", "tenant").filter(pk=conversation_id).first()
        said = _said(conversation) if conversation is not None else []
        if conversation is None or not said or said[-1].position <= conversation.understood:
            return None
        lead = conversation.lead
        turns = tuple(Past(one.pk, one.speaker, one.text, one.at) for one in said)
        names = tuple(word for word in (lead.name, lead.email, lead.phone, conversation.listing) if word)
        return _Work(
            lead=lead.pk,
            conversation=conversation.pk,
            agent=conversation.agent_id or lead.agent_id,
            position=said[-1].position,
            question=Reading(
                turns,
                clock(lead, said[-1].at, conversation.tenant.timezone),
                side=lead.side,
                known=profile.slots_of(lead.profile),
                names=names,
            ),
            turns=turns,
        )


def _said(conversation: Conversation) -> list[Message]:
    """The newest messages that fit, oldest first."""
    kept: list[Message] = []
    left = MOST_TEXT
    for message in Message.objects.filter(conversation=conversation).order_by("-position")[:MOST_MESSAGES]:
        left -= len(message.text)
        if left < 0 and kept:
            break
        kept.append(message)
    return kept[::-1]


def _apply(work: _Work, state: Sequence[Slot]) -> None:
    # The conversation's row first, as hearing takes them: two who lock in the same order cannot wait for each other.
    Conversation.objects.filter(pk=work.conversation, understood__lt=work.position).update(understood=work.position)
    lead = Lead.objects.select_for_update().filter(pk=work.lead).first()
    if lead is None:  # erased while Claude was reading
        return
    known = profile.slots_of(lead.profile)
    new = tuple(_new(state, work, lead))
    if not new:
        return
    ids = {turn: str(said.id) for turn, said in enumerate(work.turns)}
    got = profile.learned(lead.profile, (*known, *new), ids, at=now(), extractor="claude")
    said_at = {str(said.id): said.at for said in work.turns}
    for _, entry in got.changes:  # a fact is as old as the words that say it
        entry["at"] = said_at[entry["message"]].isoformat()
    lead.profile = got.profile
    for change, entry in got.changes:
        _keep(lead, change, entry)
    found = settle(lead, history=recent(lead))
    lead.save(update_fields=["profile", *SETTLED])
    tell_known(lead, found.next, also=[work.agent])


def _new(state: Sequence[Slot], work: _Work, lead: Lead) -> Iterator[Slot]:
    """What Claude added and nobody has filled, erased or taken back since; its words are looked up in the message once more."""
    taken = {str(entry["name"]) for entry in lead.profile}
    gone: dict[str, list[datetime]] = {}
    for name, at in SlotFact.objects.filter(lead=lead, change__in=_GONE).values_list("name", "at"):
        gone.setdefault(name, []).append(at)
    ids = [said.id for said in work.turns]
    texts = dict(Message.objects.filter(pk__in=ids).values_list("pk", "text"))
    for slot in state:
        if slot.turn == profile.KEPT or slot.name in taken:
            continue
        said = work.turns[slot.turn]
        if any(at >= said.at for at in gone.get(slot.name, ())):
            continue
        if slot.quote and texts.get(said.id, "")[slot.start : slot.end] == slot.quote:
            yield slot


def _keep(lead: Lead, change: str, entry: profile.Entry) -> None:
    SlotFact.objects.create(
        lead=lead,
        message_id=entry["message"],
        change=change,
        at=entry["at"],
        **{name: entry[name] for name in _COLUMNS},
    )
