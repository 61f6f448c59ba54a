"""What would a draft have shown, and may it go live? The golden conversations and the latest real ones, replayed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.utils.timezone import now

from coaching import replaying
from coaching.models import PlaybookVersion, Replay
from coaching.objections import Turn
from coaching.playbooks import Library
from coaching.replaying import ANY, Books, Case, Outcome
from coaching.services.libraries import library_of
from enterprisehub.errors import Conflict, NotFound
from enterprisehub.privacy.audit import record
from enterprisehub.privacy.redaction import Pseudonyms
from enterprisehub.tenants.models import Membership, Tenant
from enterprisehub.tenants.scope import current, scope
from enterprisehub.tenants.work import later
from leads.models import Message, Speaker

RECENT: Final = 200  # real messages, the newest
BEFORE: Final = 6  # messages before each of them
SHOWN: Final = 60  # changes that are kept to be looked at
LONGEST: Final = 240  # characters of the words beside a change
LASTS: Final = timedelta(minutes=15)
AT_ONCE: Final = 35  # cases between two signs of progress
State = Replay.State


def wish(version: PlaybookVersion, *, by: Membership | None = None) -> Replay:
    """Replay this version in the worker; one that is under way is the answer."""
    known = Replay.objects.filter(version=version).first()
    if known is not None and going_on(known):
        return known
    row: Replay = Replay.objects.create(version=version, fingerprint=_fingerprint(_books(version)), created_by=by)
    later("coaching.replay", replay=row.pk)
    return row


def going_on(row: Replay) -> bool:
    """Whether it waits or runs; one that has not ended by now died with its worker."""
    return row.open and row.created_at > now() - LASTS


def find(replay_id: UUID) -> Replay:
    """The replay, with its version; NotFound for none of ours."""
    found = Replay.objects.select_related("version").filter(pk=replay_id).first()
    if found is None:
        raise NotFound("There is no such replay.")
    return found


def run(replay_id: UUID) -> None:
    """Play it, a piece at a time, so that a page sees how far it is; runs named, not scoped."""
    with scope(current()):
        row = find(replay_id)
        if not row.open or row.version is None:
            return
        books = _books(row.version)
        sets = _sets(row.version, books, _vertical(), recent())
        row.state, row.total = State.RUNNING, sum(len(cases) for _, cases in sets)
        row.golden, row.recent = len(replaying.golden()), sum(not case.golden for case in sets[0][1])
        row.save(update_fields=["state", "total", "golden", "recent"])
    found: list[Outcome] = []
    for piece, with_books in _pieces(sets):
        found += replaying.replay(piece, with_books)
        with scope(current()):
            Replay.objects.filter(pk=replay_id).update(done=len(found))
    with scope(current()):
        _close(find(replay_id), found)


def require(version: PlaybookVersion) -> None:
    """Let it pass when the newest replay of exactly these lines over exactly what coaches now found nothing worse.

    Without one the golden conversations are played here and now: some seconds. Conflict says what got worse.
    """
    books = _books(version)
    known = Replay.objects.filter(version=version, fingerprint=_fingerprint(books), ended_at__isnull=False).first()
    if known is None:
        known = Replay(version=version, fingerprint=_fingerprint(books))
        sets = _sets(version, books, _vertical(), [])
        known.golden, known.total = len(replaying.golden()), sum(len(cases) for _, cases in sets)
        known.note = "Played when it was to go live: the golden conversations alone."
        known.save()
        _close(known, [one for cases, with_books in _pieces(sets) for one in replaying.replay(cases, with_books)])
    if known.state != State.PASSED:
        raise Conflict(f"Version {version.number} does not go live: {reasons(known.worse)}. See its replay.")


def reasons(worse: dict[str, int]) -> str:
    """What got worse, in words: "20 times no card where the law needs one"."""
    told = [
        f"{count} {'time' if count == 1 else 'times'} {replaying.PROBLEMS.get(name, name)}"
        for name, count in worse.items()
    ]
    return "; ".join(told) or "the replay was broken off"


def _close(row: Replay, found: Sequence[Outcome]) -> None:
    worse = Counter(name for one in found for name in one.problems)
    row.worse = dict(worse.most_common())
    changed = sorted((one for one in found if one.changed or one.problems), key=lambda one: not one.problems)
    row.changed, row.changes = len(changed), [shown(one) for one in changed[:SHOWN]]
    row.done, row.ended_at = row.total, now()
    row.state = State.BLOCKED if worse else State.PASSED
    row.save()
    record("replay.end", row, state=row.state, changed=row.changed, worse=sum(worse.values()))


def shown(one: Outcome) -> dict[str, Any]:
    """A change as it is kept and looked at; real words have been pseudonymised before they came here."""
    old, new = replaying.words_of(one.before), replaying.words_of(one.after)
    names = ("kind", "headline", "say", "ask")
    return {
        "case": one.case.id,
        "golden": one.case.golden,
        "text": one.case.text[:LONGEST],
        "before": dict(zip(names, old, strict=False)),
        "after": dict(zip(names, new, strict=False)),
        "problems": list(one.problems),
    }


def _sets(version: PlaybookVersion, books: Books, own: str, real: list[Case]) -> list[tuple[Books, list[Case]]]:
    """What is played under which vertical: everything under the tenant's own, the golden ones under each that the draft names."""
    golden = list(replaying.golden())
    first, *others = replaying.verticals(version.content, own)
    played = [(Books(books.before, books.after, first), [*golden, *real])]
    return [*played, *((Books(books.before, books.after, name), golden) for name in others)]


def _pieces(sets: Sequence[tuple[Books, list[Case]]]) -> Iterator[tuple[list[Case], Books]]:
    for books, cases in sets:
        for start in range(0, len(cases), AT_ONCE):
            yield cases[start : start + AT_ONCE], books


def recent() -> list[Case]:
    """The tenant's newest prospect messages with what was said before them, names and addresses hidden."""
    said = Message.objects.filter(speaker=Speaker.PROSPECT).select_related("conversation__lead")
    newest = list(said.order_by("-at")[:RECENT])
    earlier: dict[UUID, list[Message]] = {}
    talks = {message.conversation_id for message in newest}
    for row in (
        Message.objects.filter(conversation__in=talks)
        .order_by("position")
        .only("conversation_id", "position", "speaker", "text")
    ):
        earlier.setdefault(row.conversation_id, []).append(row)
    return [_real(message, earlier[message.conversation_id]) for message in newest]


def _real(message: Message, talk: Sequence[Message]) -> Case:
    lead = message.conversation.lead
    names = (lead.name, lead.email, lead.phone, message.conversation.listing)
    hiding = Pseudonyms([name for name in names if name])
    history = [row for row in talk if row.position < message.position][-BEFORE:]
    price = message.conversation.listing_price
    return Case(
        id=f"message-{message.pk.hex[-8:]}",
        text=hiding.hide(message.text),
        kind=ANY,
        history=tuple(Turn(row.speaker, hiding.hide(row.text)) for row in history),
        language="es" if lead.language == "es" else "en",
        listing_price=float(price) if price is not None else None,
    )


def _books(version: PlaybookVersion) -> Books:
    tenant = Tenant.objects.get(pk=current())
    return Books(library_of(tenant), Library.base().merged(version.content), tenant.vertical)


def _vertical() -> str:
    return Tenant.objects.values_list("vertical", flat=True).get(pk=current())


def _fingerprint(books: Books) -> str:
    return f"{books.before.version}/{books.after.version}/{books.vertical}/{replaying.edition()}"
