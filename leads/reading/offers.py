"""What did the agent put forward that the prospect's reply accepts?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from leads.reading.asking import questions
from leads.reading.replies import verdict
from leads.reading.stance import Sentence, around, sentences
from leads.reading.telling import Setting, told
from leads.reading.times import smells
from leads.slots import Told
from leads.words import Said, folded

# said of the visit that is being made, not of a listing or of the agent's own diary
_PROPOSES: Final = re.compile(
    r"\b(?:visit\w*|schedul\w+|tour\w*|view\w*|see (?:it|the)|showing|appointment|book\w*|confirm\w*|how about|what about|(?:can|could|are|will) you|i can|i have|let's|puede|would|does|works?|shall|should|then|instead|so|visita\w*|cita|le parece|le queda)\b"
)
_NO_OFFER: Final = re.compile(
    r"\b(?:help|assist|anything else|you(?:'re| are) (?:free|available|all set)|empty|your calendar|have a|enjoy|ayudar)\b"
)
_CHECKS: Final = re.compile(
    r"\b(?:confirm\w*|correct|right|ensure|verify|to be clear|make sure|double[- ]check|green light|you (?:want|would like|wish|are scheduling|will)|you'd like|you're|so\b|scheduling|confirmar|correcto)"
)
_WISHES: Final = re.compile(
    r"\b(?:you (?:want|need|would like|wish|are looking|said|prefer|mentioned)|you'd (?:like|prefer)|you're looking|are you looking|do you (?:want|need)|would you (?:like|prefer)|should (?:it|i)|quiere|busca|necesita)\b"
)
_VISITS: Final = re.compile(r"\b(?:visit\w*|schedul\w+|tour\w*|view\w*|showing|appointment|see (?:it|the|this))\b")
_OFFERED: Final = frozenset({"visit_date", "visit_time"})
_CHECKED: Final = frozenset(
    {
        "beds",
        "baths",
        "location",
        "tenure",
        "property_type",
        "price_max",
        "price_min",
        "price_monthly_max",
        "deadline",
        "size",
    }
)


def accepted(
    plain: str, history: Sequence[Said], found: Sequence[Told], setting: Setting
) -> Iterator[tuple[Told, int]]:
    """What the agent's last turn offered and `plain`, the prospect's folded reply, takes: each with the offer's turn.

    A day that the agent asks to have confirmed is taken by a reply that goes on without objecting; a listing's facts are
    never taken. Nothing is accepted by a no, by a reply that names another value, or of two offers at once.
    """
    turn = next((place for place in range(len(history) - 1, -1, -1) if history[place].speaker == "agent"), -1)
    reply = verdict(plain)
    if turn < 0 or reply == "no" or not plain.strip():
        return
    known = {one.name for one in found}
    for one in _single(_put_forward(history[turn].text, reply, setting)):
        if one.name not in known:
            yield replace(one, confidence=0.8 if reply == "yes" else 0.6), turn


def _put_forward(text: str, reply: str, setting: Setting) -> list[Told]:
    plain = folded(text)
    visits = smells(plain) and bool(_PROPOSES.search(plain)) and (reply == "yes" or bool(_CHECKS.search(plain)))
    # "would you like to see the one in Salem?" asks for a visit, not for a place
    wishes = reply == "yes" and bool(_WISHES.search(plain)) and not _VISITS.search(plain)
    if not (visits or wishes):
        return []
    asking = questions(plain)
    offered = told(text, replace(setting, question="when would you like to visit?", counted="", offer=True))
    parts = sentences(plain)
    return [
        one
        for one in offered
        if (visits and _in_offer(one, parts))
        or (wishes and one.name in _CHECKED and folded(text[one.start : one.end]) in asking)
    ]


def _in_offer(one: Told, parts: tuple[Sentence, ...]) -> bool:
    """Whether a day or an hour stands in a sentence that proposes it, or that says nothing else ("March 4th then")."""
    said = around(one.start, parts).text
    return one.name in _OFFERED and not _NO_OFFER.search(said) and (bool(_PROPOSES.search(said)) or len(said) < 30)


def _single(offered: list[Told]) -> Iterator[Told]:
    # "buy or rent?" — "yes" chooses nothing
    for one in offered:
        if sum(other.name == one.name for other in offered) == 1:
            yield one
