"""Where does a tenant, or an agent, sell, and what does fair-housing law say there to these words?"""

from __future__ import annotations

from typing import Any

from coaching.fairhousing import FairHousingQuestion, Flag, guard, rendered
from coaching.fairhousing_law import among
from enterprisehub.tenants.models import Agent, Tenant

HEADLINES = {
    "agent": "Your own words touch fair housing: take them back, and say it the lawful way",
    "schools": "You judged schools: hand over the district's site instead",
    "safety": "You judged safety: hand over police data instead",
}


def jurisdiction_of(tenant: Tenant, agent: Agent | None = None) -> str:
    """The tenant's own setting, else the one state of the agent's licence; "" (the strictest reading) when that is not one place."""
    chosen = tenant.settings.get("jurisdiction")
    if isinstance(chosen, str) and chosen:
        return chosen
    return among(agent.licence_states) if agent is not None else ""


def look_at(
    text: str, *, speaker: str, tenant: Tenant, agent: Agent | None = None, place: str = ""
) -> tuple[Flag, ...]:
    """What is wrong with these words where they are said (`place`, else as for `jurisdiction_of`)."""
    here = place or jurisdiction_of(tenant, agent)
    return guard(FairHousingQuestion(text, speaker, here)).flags


def flags_of(text: str, agent: Agent) -> list[dict[str, Any]]:
    """The same for words that this agent has said, as they are shown on a screen."""
    return [rendered(flag) for flag in look_at(text, speaker="agent", tenant=agent.tenant, agent=agent)]


def headline_of(flags: list[dict[str, Any]]) -> str:
    """What the agent reads first."""
    return HEADLINES.get(flags[0]["class"], HEADLINES["agent"])
