"""What can be asked from the outside, by name?"""

from __future__ import annotations

from typing import Any, Final

from coaching.objections import OBJECTION
from coaching.questions import QUESTION
from coaching.suggestions import COACH
from enterprisehub.engines.base import Capability
from leads.scoring import SCORING

CAPABILITIES: Final[dict[str, Capability[Any, Any]]] = {
    each.name: each for each in (OBJECTION, COACH, QUESTION, SCORING)
}
