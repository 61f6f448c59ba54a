"""How does an event look as a piece of the dashboard's page? The same partials as the page itself, in one envelope."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from coaching import mode
from leads.values import SLOT_NAMES

TEMPLATE = "coaching/_event.html"


def html_frame(
    kind: str, payload: dict[str, Any], *, seq: int | None = None, at: str = "", missed: bool = False
) -> str:
    """One `<section class="event">` for subprotocol ehub.html.v1; `kind` and `payload` are those of the JSON event.

    `seq` is None for what is not part of the numbered stream (errors, receipts); `missed` marks a replayed event.
    """
    return render_to_string(
        TEMPLATE,
        {
            "kind": kind,
            "seq": seq,
            "at": at,
            "missed": missed,
            "payload": payload,
            "message": payload.get("message") if isinstance(payload.get("message"), dict) else None,
            "card": payload.get("card") if isinstance(payload.get("card"), dict) else None,
            "mode": _mode(kind, payload),
            "slot_names": SLOT_NAMES if "known" in payload else (),
        },
    )


def _mode(kind: str, payload: dict[str, Any]) -> mode.Mode | None:
    """What this event tells about Claude, if anything."""
    card = payload.get("card")
    if kind == "suggestion" and isinstance(card, dict) and card.get("source") == "claude":
        return mode.after("ok", stand_in=bool(card.get("stand_in")))
    if kind == "status" and payload.get("state") in ("connected", "mode") and payload.get("mode") == "reduced":
        return mode.TROUBLE
    if kind == "status" and payload.get("state") == "refinement_ended":
        return mode.after(str(payload.get("reason", "")), stand_in=settings.CLAUDE_STAND_IN)
    return None
