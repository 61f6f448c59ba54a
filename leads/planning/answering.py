"""What can the planner be asked alone: how urgent is it, and when is the lead followed up?"""

from __future__ import annotations

from enterprisehub.engines.base import Capability
from leads.planning import cadence, urgency
from leads.planning.asking import parse
from leads.planning.cadence import Cadence
from leads.planning.situation import Situation
from leads.planning.urgency import Urgency

URGENCY: Capability[Situation, Urgency] = Capability(
    "leads.urgency", Situation, Urgency, urgency.urgency, parse=parse, render=urgency.render
)
FOLLOW_UP: Capability[Situation, Cadence] = Capability(
    "leads.follow_up", Situation, Cadence, cadence.follow_up, parse=parse, render=cadence.render
)
