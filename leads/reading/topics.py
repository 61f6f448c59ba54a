"""Is this talk about a home, or about other business on the way to one (a car, a table, a doctor)?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from leads.words import Said, folded

WINDOW: Final = 30
"""Turns that are looked back through for what the talk is about."""

_HOME: Final = re.compile(
    r"\b(?:apartments?|apts?|flats?|condos?|houses?|homes?|town ?houses?|propert(?:y|ies)|residences?|real estate|realtor|landlord|lease|bed ?rooms?|beds?|baths?|bath ?rooms?|studio apartment"
    r"|places? to (?:live|stay|rent|buy|move)|live in|(?:buy|rent) a place|new place|how many rooms|(?:\d|one|two|three|four) rooms?|furnished|garage|back ?yard|yard|hoa|square feet|sq ?ft|mortgage|pre-?approved|listings?|mov(?:e|ing) (?:in|out)"
    r"|(?:schedule|book|arrange|set up|make)[a-z ]{0,24} visit|visit(?:ing)? (?:to|the|it|that|this|them)|viewing|walk ?through|showings?|office space|warehouse"
    r"|casas?|departamentos?|apartamentos?|pisos?|recamaras?|habitaciones|alquiler|hipoteca)\b|公寓|房"
)
_OTHER: Final = re.compile(
    r"\b(?:(?:rental|rent(?:ing)? an?|hire an?|reserve (?:the|that|a)|book (?:the|that|a)|the|that|a|compact|standard|full-?size|my) (?:\w+ )?cars?|cars?(?= (?:rental|from|for|to|in|that|we|you|available))|car rental|automobile|vehicle|sedan|hatchback|rental(?! (?:homes?|houses?|apartments?|units?|propert|agreement|price|cost|rate|is|market|income|contract|history))"
    r"|pick(?:ed|ing)? (?:it |the car )?up (?:from|at|in|on|location|date|time)|pick[- ]?up|drop(?:ping)?[- ](?:it )?off|taxis?|cabs?|uber|lyft|rides?|restaurants?|table for|reservation|place to eat|(?:get|grab|have|want|eat|something|some) (?:to eat|food|dinner|lunch|breakfast)"
    r"|dinner|lunch|food|cuisine|fun place|flights?|fly(?:ing)? (?:to|from)|plane|airlines?|hotels?|movies?|film|theat(?:er|re)|bus(?:es)?|train (?:to|from|ticket)|tickets?|concerts?|events?|calendar|(?:am|be|are) i (?:\w+ )?(?:free|available|busy)|(?:do|did) i have (?:any|free|time|something|a free|an? (?:open|empty))|my (?:availability|schedule)|dentist|doctor|dermatologist|gynecologist|salons?|stylist|hair|therapist|psychologist|psychiatrist"
    r"|haircut|massage|attractions?|something to (?:do|eat|watch)|things to do|to (?:eat|watch|listen)|sports? (?:game|match|event)s?|(?:baseball|basketball|football|soccer)|sushi|shared ride|luxury|tourist|(?:find|see|watch|good) (?:some )?(?:good )?shows?\b|houses? to stay in|alarms?|songs?|music|weather|forecast|temperature|bank account|account balance|transfer (?:money|funds|\$)|message to|share (?:my|the) location|play |tour guide|attractions?|museums?)\b"
)


# "my doctor says no stairs" is about a home still: other business is asked for, arranged or confirmed
_ASKS_FOR: Final = re.compile(
    r"\b(?:find\w*|found|book\w*|reserv\w+|rent(?:al|ing)?|need|want|wanna|looking|search\w*|get|like|love|wish|schedul\w+|check|add|show|help|play|plan\w*|pick(?:ed|ing|up)?|drop\w*|arrang\w+|buy|purchase|prefer|recommend|suggest|how|what|when|where|which|am i|do i|can i|can you|could you|your|available|confirm\w*|mood)\b"
)
_SHORT_STAY: Final = re.compile(
    r"\bhouses? to stay in\b|\b(?:houses?|homes?|places?|residences?) for (?:\d+|one|two|three|four|five|six) (?:people|persons?|guests?|adults?)\b(?=.*\bstay\b)|\bstay in for \d+ (?:people|nights?)\b"
)


def about_home(said: str, history: Sequence[Said]) -> bool:
    """Whether folded words, or else the newest turn before them that says so, speak of a home; true when nothing does."""
    found = told_topic(said)
    if found is not None:
        return found
    for turn in reversed(history[-WINDOW:]):
        found = told_topic(folded(turn.text))
        if found is not None:
            return found
    return True


def told_topic(plain: str) -> bool | None:
    """Whether folded words speak of a home (true) or of other business (false); None when they speak of neither."""
    if _HOME.search(plain) and not _SHORT_STAY.search(plain):
        # "a ride to the property" is about the ride
        return not re.search(
            r"\b(?:ride|taxi|cab|directions|car|bus|uber) (?:to|for|from) (?:the|that|this|my)\b", plain
        )
    return False if _OTHER.search(plain) and _ASKS_FOR.search(plain) else None
