"""How soon must the agent act on these words: low, medium, high or critical?

By rule, so that it can be explained and tested; no engine may change it.

| urgency  | when |
|----------|------|
| critical | the law or a person's safety is near (opt-out, steering, distress, a child, signed with another broker), or the prospect is walking away with a deadline of days |
| high     | the prospect is walking away, or names a deadline of days (tomorrow, this weekend, an offer on the table), or complains, or asks for legal, tax or lending advice |
| medium   | any other objection, a wish to tour or meet, or a deadline of weeks to a few months |
| low      | everything else |
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from leads.words import folded

Level = Literal["low", "medium", "high", "critical"]
LEVELS: tuple[Level, ...] = ("low", "medium", "high", "critical")
CRITICAL_KINDS = frozenset({"opt_out", "signed_exclusive", "steering", "distress", "minor"})
HIGH_KINDS = frozenset({"professional_advice", "complaint"})
MEDIUM_INTENTS = frozenset({"book_tour", "book_consult", "scheduling", "valuation_request", "sell_intent"})

_LEAVING = re.compile(
    r"\b(?:forget it|never ?mind(?: then)?\W*$|no longer interested|not interested(?: any ?more)?|changed (?:my|our) minds?"
    r"|(?:going|go|gone|went|signing) with (?:another|someone|somebody|a different)|found (?:another|someone else|a different) agent"
    r"|(?:we|i)(?:'re| are|'m| am) (?:done|out)\b|call(?:ing)? it off|back(?:ing)? out|walk(?:ing)? away|lost interest"
    r"|ya no (?:me|nos) interesa|no (?:me|nos) interesa|olvidelo|cambi(?:e|amos) de (?:idea|opinion)|otr[oa] agente ya"
    r"|vamos con otr[oa]|me voy con otr[oa])"
)
_DAYS = re.compile(
    r"\b(?:today|tonight|tomorrow|asap|right away|immediately|urgent(?:ly)?|this (?:week|weekend)|in (?:a|one|two|three|1|2|3|4|5|6|7) days?"
    r"|within (?:a|the|\d) (?:week|days?|hours?)|(?:by|before|until|due|ends|expires|is up) (?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|(?:made|make|making|submit\w*|put(?:ting)? in|received|got|have) an? (?:\w+ )?offer|(?:other|another|competing|multiple) offers?"
    r"|offer (?:expires|deadline)|deadline is|hoy|esta noche|manana mismo|para manana|urgente|lo antes posible|cuanto antes"
    r"|esta semana|este fin de semana|otra oferta|una oferta)\b"
)
_WEEKS = re.compile(
    r"\b(?:next (?:week|month)|this month|in (?:a|two|three|few|\d+) (?:weeks?|months?)|(?:lease|rent|contract) (?:ends|is up|expires|runs out)"
    r"|by (?:the end of|january|february|march|april|may|june|july|august|september|october|november|december|spring|summer|fall|christmas)"
    r"|before (?:the )?(?:school|winter|summer|holidays)|(?:la )?proxima semana|proximo mes|este mes|contrato (?:termina|vence)"
    r"|en (?:dos|tres|\d+) (?:semanas|meses)|antes de (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre))\b"
)
_NOT_SOON = re.compile(
    r"\b(?:no|not|isn't|nothing|without|no hay|sin) (?:so |that |very |too |any |in a )?(?:urgent\w*|rush|hurry|urgente|prisa)"
)


@dataclass(frozen=True)
class Urgency:
    """The level, and the rule that set it: compliance | leaving | deadline | complaint | advice | objection | wish | none."""

    level: Level
    reason: str


def weigh(text: str, *, objections: Iterable[str] = (), intents: Iterable[str] = ()) -> Urgency:
    """The strongest rule that holds for the newest message, its objections (kinds) and its intents (names)."""
    plain = _NOT_SOON.sub(" ", folded(text))
    kinds, wishes = set(objections), set(intents)
    leaving, days = bool(_LEAVING.search(plain)), bool(_DAYS.search(plain))
    rules: tuple[tuple[bool, Level, str], ...] = (
        (bool(kinds & CRITICAL_KINDS), "critical", "compliance"),
        (leaving and days, "critical", "leaving"),
        (leaving, "high", "leaving"),
        (days, "high", "deadline"),
        ("complaint" in kinds | wishes, "high", "complaint"),
        (bool(kinds & HIGH_KINDS), "high", "advice"),
        (bool(_WEEKS.search(plain)), "medium", "deadline"),
        (bool(kinds), "medium", "objection"),
        (bool(wishes & MEDIUM_INTENTS), "medium", "wish"),
    )
    return next((Urgency(level, reason) for holds, level, reason in rules if holds), Urgency("low", "none"))
