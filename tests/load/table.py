"""What do events do under load? Those of the counting tenants leave a lead each; a real brokerage hears its prospects and answers them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from enterprisehub import webhooks
from enterprisehub.ghl.schemas import Event
from leads.models import Lead, Purpose
from leads.services.contacting import WordsToSend, send
from tests.ghl import effects
from tests.load.brokerage import ANSWER

COUNTED: Final = "load-"  # begins the locations whose events are only counted


def _either(kind: str, event: Event) -> None:
    if event.location_id.startswith(COUNTED):
        effects.table[kind](event)
        return
    webhooks.table[kind](event)
    if kind == "InboundMessage":
        _answer(event)


def _answer(event: Event) -> None:
    """Every message is answered, through the gate and the outbox as any other: what must never reach a prospect twice."""
    lead = Lead.objects.get(contact_id=event.subject)
    words = ANSWER + str(event.body["body"])
    told = send(
        lead,
        WordsToSend(
            medium="email",
            text=words,
            subject="Your question",
            key=str(event.body["messageId"]),
            purpose=Purpose.REPLY,
        ),
    )
    if not told.allow:
        raise LookupError(f"the gate says {told.reason}")


table: Final[dict[str, Callable[[Event], Any]]] = {
    kind: partial(_either, kind) for kind in {*webhooks.table, *effects.table}
}
