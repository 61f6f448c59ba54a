"""What did we make in HighLevel already? It starts nothing when it comes back, and is not made twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.utils.timezone import now

from enterprisehub.ghl.models import OutboundCall, State, Written

ABOUT = "about"  # among the arguments: what a write is about on our side; never sent
CONTENT = "content"  # kind of the row that holds what was last promised about something
UNANSWERED = {"message": "message.send", "note": "note.create", "task": "task.create"}


def fingerprint(*parts: Any) -> str:
    """The same for the same content, whatever the order of its fields."""
    told = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(told.encode()).hexdigest()


def promised(call: OutboundCall) -> bool:
    """Whether this very content is new about its subject; if so it is remembered as the latest that was promised.

    Of two at the same time the second waits for the first.
    """
    about = call.arguments.get(ABOUT)
    if not about:
        return True
    content = fingerprint(call.operation, call.contact_id, _words(call.arguments))
    kind = {"kind": CONTENT, "remote_id": _subject(call, about)}
    row = Written(**kind, about=about[:120], fingerprint=content)
    Written.objects.bulk_create([row], ignore_conflicts=True)
    kept = Written.objects.select_for_update().get(**kind)
    if kept.pk == row.pk:
        return True
    if kept.fingerprint == content:
        return False
    Written.objects.filter(pk=kept.pk).update(fingerprint=content, at=now())
    return True


def broken(call: OutboundCall) -> None:
    """A promise that was given up may be made again with the same words."""
    if about := call.arguments.get(ABOUT):
        content = fingerprint(call.operation, call.contact_id, _words(call.arguments))
        Written.objects.filter(kind=CONTENT, remote_id=_subject(call, about), fingerprint=content).delete()


def superseded(call: OutboundCall) -> bool:
    """Whether something newer was promised about the same since: repeating the old words would undo it."""
    about = call.arguments.get(ABOUT)
    return bool(about) and Written.objects.filter(kind=CONTENT, remote_id=_subject(call, str(about))).exists()


def made(kind: str, remote_ids: list[str], *, call: OutboundCall) -> None:
    """These came into being at HighLevel by this call."""
    about = str(call.arguments.get(ABOUT, ""))[:120]
    content = fingerprint(call.operation, call.contact_id, _words(call.arguments))
    rows = [
        Written(kind=kind, remote_id=remote_id[:80], about=about, fingerprint=content)
        for remote_id in dict.fromkeys(remote_ids)
        if remote_id
    ]
    Written.objects.bulk_create(rows, ignore_conflicts=True)


def is_ours(kind: str, remote_id: str, *, contact_id: str = "") -> bool | None:
    """Whether we made this message, note or task; None while a write of ours about that contact is on its way.

    HighLevel may tell of it before its answer to us is settled, so None means: ask again in a few seconds.
    """
    # First what is on its way, then what is known: a send that is settled between the two questions is found by the second.
    # The other way round it would be missed by both, and our own words taken for a person's.
    under_way = (
        OutboundCall.objects.filter(
            operation=UNANSWERED.get(kind, ""), contact_id=contact_id, state=State.WAITING, begun_at__isnull=False
        ).exists()
        if contact_id
        else False
    )
    if Written.objects.filter(kind=kind, remote_id=remote_id[:80]).exists():
        return True
    return None if under_way else False


def _subject(call: OutboundCall, about: str) -> str:
    """Adding and taking away tags answer each other, so they are remembered in one place: by the noun."""
    return fingerprint(call.operation.partition(".")[0], call.contact_id, about)


def _words(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if name != ABOUT}
