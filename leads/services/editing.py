"""What may be changed about a lead from outside, by whom? All of it at once, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from enterprisehub.errors import Conflict, NotAllowed, NotFound
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.models import Agent
from leads import lifecycle
from leads.models import Lead
from leads.services import crm, moving
from leads.services.learning import SETTLED, recent, settle
from leads.services.telling import tell_known

# Field → the operation of tenants/access.py that changes it. What is not listed, nobody changes.
FIELDS: Final[Mapping[str, str]] = {
    "name": "leads.write",
    "email": "leads.write",
    "phone": "leads.write",
    "language": "leads.write",
    "timezone": "leads.write",
    "side": "leads.write",
    "vertical": "leads.write",
    "agreement": "leads.write",
    "agreement_on": "leads.write",
    "stage": "leads.write",
    "overlay": "leads.write",
    "source": "leads.manage",
    "agent_id": "leads.manage",
}
_PLAIN: Final = frozenset({"name", "email", "phone", "language", "timezone", "side", "vertical", "source"})
_SHOWN: Final = frozenset({"side", "vertical", "language", "stage", "overlay", "agreement", "agreement_on", "agent_id"})
_MEASURED_BY: Final = frozenset({"side", "vertical"})  # which slots count


@dataclass(frozen=True)
class Editor:
    """Who changes it: on behalf of which agent, with which rights, and the trace that stands for them as evidence."""

    agent: Agent | None
    may: Callable[[str], bool]
    trace: str


@transaction.atomic
def edit(lead: Lead, changes: Mapping[str, Any], *, by: Editor, reason: str = "") -> Lead:
    """Change these fields (names of FIELDS); a stage or an overlay moves by the rules of leads/lifecycle.py, with a reason.

    Raises NotAllowed, NotFound or Conflict naming the field; nothing is changed then.
    """
    kept: Lead = Lead.objects.select_for_update().get(pk=lead.pk)
    agent = _agent(kept, changes["agent_id"], by=by) if "agent_id" in changes else kept.agent
    for name in changes:
        if name != "agent_id" and not by.may(FIELDS[name]):
            raise NotAllowed("You may not change this field.", field=name)
    plain = {name: value for name, value in changes.items() if name in _PLAIN}
    for name, value in plain.items():
        setattr(kept, name, value)
    kept.agent = agent
    if _MEASURED_BY & plain.keys():
        settle(kept, history=recent(kept))
    kept.save(update_fields=[*plain, "agent", *SETTLED])
    if changes.keys() & {"agreement", "agreement_on"}:
        on = changes.get("agreement_on", kept.agreement_on)
        kept = moving.agree(kept, changes.get("agreement", kept.agreement), by=by.agent, on=on)
    crm.tell(kept, {name: str(value) for name, value in plain.items()})
    record("lead.edit", kept, fields=sorted(changes))
    moved = _moved(kept, changes, by=by, reason=reason)
    if changes.keys() & _SHOWN:
        tell_known(moved, also=[by.agent.pk if by.agent else None])
    return moved


def _agent(lead: Lead, wanted: UUID | None, *, by: Editor) -> Agent | None:
    """Whose the lead is to be. Who may not give leads to others may take nobody's for themselves."""
    own = by.agent is not None and wanted == by.agent.pk and lead.agent_id in (None, wanted)
    if not own and not by.may(FIELDS["agent_id"]):
        raise NotAllowed("You may take a lead that is nobody's; a team lead gives leads to others.", field="agent_id")
    if wanted is None:
        return None
    found = Agent.objects.filter(pk=wanted, is_active=True).first()
    if found is None:
        raise NotFound("There is no such agent.", field="agent_id")
    return found


def _moved(lead: Lead, changes: Mapping[str, Any], *, by: Editor, reason: str) -> Lead:
    # an overlay comes off before the stage moves, and lies down after it
    wanted = ["overlay", "stage"] if changes.get("overlay") == lifecycle.NONE else ["stage", "overlay"]
    for name in wanted:
        if name in changes and changes[name] != getattr(lead, name):
            try:
                lead = moving.move_quietly(lead, changes[name], by=by.agent, reason=reason, evidence=by.trace)
            except Conflict as error:
                error.field = error.field if error.field == "reason" else name
                raise
    return lead
