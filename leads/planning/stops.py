"""What ends every follow-up at once, whatever the stage?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from leads import handoff
from leads.planning.evidence import NOTHING, Evidence, hits, of_slot
from leads.planning.situation import PROSPECT, Situation

_OVERLAYS: Final[Mapping[str, str]] = {
    "dnc": "opt_out",
    "other_agent": "signed_elsewhere",
    "invalid": "invalid",
    "duplicate": "duplicate",
    "lost": "lost",
    "paused_by_lead": "paused_by_lead",
}
# Of the reasons to hand over, those after which nothing automatic follows.
_HAND_OFFS: Final = frozenset(
    {"opt_out", "signed_elsewhere", "complaint", "wrong_person", "minor", "threat", "distress", "vendor", "paused"}
)
_DECEASED: Final = re.compile(
    r"\b(?:(?:he|she|mrs?\.? \w+) (?:has |just )?(?:passed away|died|is deceased)|is (?:now )?deceased|ya fallecio|(?:el|ella) (?:fallecio|murio))\b"
)
_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "opt_out": (
        "They asked not to be contacted. Nothing more is sent.",
        "Pidió que no le contacten. No se envía nada más.",
    ),
    "signed_elsewhere": (
        "They signed with another brokerage; that agreement is respected.",
        "Firmó con otra inmobiliaria; ese acuerdo se respeta.",
    ),
    "invalid": ("This record reaches nobody.", "Este registro no llega a nadie."),
    "duplicate": ("This record is a double; work with the other one.", "Este registro está duplicado; use el otro."),
    "lost": ("This lead is recorded as lost.", "Este prospecto está registrado como perdido."),
    "paused_by_lead": (
        "They asked for a pause; wait until they come back.",
        "Pidió una pausa; espere a que vuelva.",
    ),
    "complaint": ("There is a complaint: a person answers it first.", "Hay una queja: primero responde una persona."),
    "wrong_person": ("The wrong person was reached.", "Se contactó a la persona equivocada."),
    "minor": (
        "This may be a minor; speak with a parent or guardian only.",
        "Puede ser un menor; hable solo con su tutor.",
    ),
    "threat": ("A threat was made; the broker takes over.", "Hubo una amenaza; el bróker se hace cargo."),
    "distress": ("Somebody is in distress; a person takes over.", "Alguien pasa un mal momento; sigue una persona."),
    "vendor": ("This is somebody selling, not a lead.", "Es alguien que vende, no un prospecto."),
    "deceased": ("Somebody died; nothing automatic follows.", "Alguien falleció; no sigue nada automático."),
    "deleted": ("The contact was deleted in HighLevel.", "El contacto se borró en HighLevel."),
}


@dataclass(frozen=True)
class Stop:
    """Why nothing automatic follows: a reason of this file, the sentence for the agent, and what shows it."""

    reason: str
    text: str
    evidence: Evidence = NOTHING


def stop_of(situation: Situation) -> Stop | None:
    """The hard stop that holds, None when follow-up may go on."""
    if reason := _OVERLAYS.get(situation.overlay):
        return _stop(reason, situation)
    if (died := _deceased(situation)) is not None:
        return died
    heard = handoff.triggered(situation.turns, situation.agent_language)
    if heard is not None and heard.reason in _HAND_OFFS:
        message = situation.turns[heard.turn].id if 0 <= heard.turn < len(situation.turns) else ""
        return _stop(heard.reason, situation, Evidence(heard.quote, message, "", heard.turn))
    if situation.hand_off in _HAND_OFFS:
        return _stop("paused_by_lead" if situation.hand_off == "paused" else situation.hand_off, situation)
    status = situation.slot("agent_status")
    if status is not None and handoff.signed(status.value):
        return _stop("signed_elsewhere", situation, of_slot(status, situation))
    return None


def is_frozen(stop: Stop | None) -> bool:
    """Whether nothing may go out at all, not even an answer; after the other stops a person still answers."""
    return stop is not None and stop.reason not in ("complaint", "distress", "paused_by_lead", "lost")


def told(reason: str, language: str) -> str:
    """The sentence for the agent, English for a language that we do not write."""
    english, spanish = _TEXTS.get(reason, (reason.replace("_", " "), reason.replace("_", " ")))
    return spanish if language == "es" else english


def _deceased(situation: Situation) -> Stop | None:
    """Somebody else answers in the lead's place: "she passed away", "he is deceased"."""
    for hit in hits(situation, _DECEASED):
        if situation.turns[hit.place].speaker == PROSPECT:
            return _stop("deceased", situation, hit.evidence())
    return None


def _stop(reason: str, situation: Situation, evidence: Evidence | None = None) -> Stop:
    return Stop(reason, told(reason, situation.agent_language), evidence or NOTHING)
