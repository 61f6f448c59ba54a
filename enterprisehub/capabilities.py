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
from leads.preferences import PREFERENCES
from leads.purposes import INTENT
from leads.qualification import QUALIFICATION
from leads.scoring import SCORING
from leads.sentiment import SENTIMENT
from leads.understanding import UNDERSTAND

CAPABILITIES: Final[dict[str, Capability[Any, Any]]] = {
    each.name: each
    for each in (
        COACH,
        DATES,
        FAIR_HOUSING,
        INTENT,
        LANGUAGE,
        MONEY,
        OBJECTION,
        PREFERENCES,
        QUALIFICATION,
        QUESTION,
        SCORING,
        SENTIMENT,
        UNDERSTAND,
    )
}
