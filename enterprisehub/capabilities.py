"""What can be asked from the outside, by name?"""

from __future__ import annotations

from typing import Any, Final

from coaching.fairhousing import FAIR_HOUSING
from coaching.objections import OBJECTION
from coaching.questions import QUESTION
from coaching.suggestions import COACH
from enterprisehub.engines.base import Capability
from leads.dates import DATES
from leads.language import LANGUAGE
from leads.money import MONEY
from leads.optout import OPT_OUT
from leads.planning.answering import FOLLOW_UP, URGENCY
from leads.planning.claims import CLAIMS
from leads.planning.refining import PLAN
from leads.preferences import PREFERENCES
from leads.purposes import INTENT
from leads.qualification import QUALIFICATION
from leads.scoring import SCORING
from leads.sentiment import SENTIMENT
from leads.understanding import UNDERSTAND

CAPABILITIES: Final[dict[str, Capability[Any, Any]]] = {
    each.name: each
    for each in (
        CLAIMS,
        COACH,
        DATES,
        FAIR_HOUSING,
        FOLLOW_UP,
        INTENT,
        LANGUAGE,
        MONEY,
        OBJECTION,
        PLAN,
        OPT_OUT,
        PREFERENCES,
        QUALIFICATION,
        QUESTION,
        SCORING,
        SENTIMENT,
        UNDERSTAND,
        URGENCY,
    )
}
_WARMING: Final[dict[str, dict[str, Any]]] = {
    "coaching.card": {"text": "Hello. That is too expensive for us, under $450k by March. ¿Cuánto cuesta?"},
    "coaching.fairhousing": {"text": "A safe area.", "speaker": "agent"},
    "leads.plan": {
        "conversation": [{"speaker": "prospect", "text": "Our lease ends on March 3. ¿Cuándo puedo verla?"}]
    },
    "leads.optout": {"text": "Hello."},
    "leads.qualification": {},
    "leads.scoring": {},
}


def warm() -> None:
    """Load the tables of what a message goes through, which takes a second: before the first prospect speaks, not while."""
    for name, given in _WARMING.items():
        capability = CAPABILITIES[name]
        if capability.parse is not None:
            capability.local(capability.parse(given))
