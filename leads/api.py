"""The endpoints of leads: parse, call the service that the pages call, render."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from enterprisehub.errors import Invalid
from enterprisehub.tenants.api.callers import Caller
from enterprisehub.tenants.api.door import Door
from enterprisehub.tenants.api.once import once
from leads import api_told as told
from leads import serializers as shapes
from leads.lists import finding
from leads.models import Lead
from leads.services import editing, facts, showing

READ_ALL, WRITE_ALL = "leads.read.all", "leads.write.all"
READ, WRITE = ("leads.read.own",), ("leads.write",)


class Leads(Door):
    operations = {"GET": READ}

    @told.leads
    def get(self, request: Request) -> Response:
        """Leads, those spoken with last first.

        An agent sees their own and nobody's; team leads, administrators, owners, auditors and keys that belong to no agent
        see all of the tenant's. `next` leads on.
        """
        asked = shapes.LeadsQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        given = dict(asked.validated_data)
        size, cursor = given.pop("limit"), given.pop("cursor", "")
        wish = finding.Wish(agent=given.pop("agent_id", None), **given)
        rows, after = finding.page(self.caller.seen_by(READ_ALL), wish, size=size, cursor=cursor)
        further = {**asked.validated_data, "cursor": after}
        answer = {"results": rows, "next": f"{request.path}?{urlencode(further)}" if after else None}
        return Response(shapes.LeadsAnswer(answer).data)


class OneLead(Door):
    operations = {"GET": READ, "PATCH": WRITE}
    names_things = ("GET", "PATCH")

    @told.lead
    def get(self, request: Request, lead_id: str) -> Response:
        """One lead: facts with their evidence, the parts of completeness, what to ask next, and the score.

        Who may see it is as for the list. That it was read is written to the audit trail.
        """
        lead = finding.one(self.caller.seen_by(READ_ALL), known_id(lead_id))
        return Response(shapes.LeadDetail(_detail(showing.read(lead), lead)).data)

    @told.lead_change
    @once
    def patch(self, request: Request, lead_id: str) -> Response:
        """Change what is named and nothing else, all of it or nothing.

        `agent_id` and `source` are for team leads, administrators and owners; an agent may take nobody's lead.
        """
        given = self.given(shapes.LeadChange, request)
        lead = finding.one(self.caller.seen_by(WRITE_ALL), known_id(lead_id))
        reason = given.pop("reason", "")
        by = editing.Editor(self.caller.agent, self.caller.may, trace_of(self.caller))
        return Response(shapes.LeadAnswer(editing.edit(lead, given, by=by, reason=reason)).data)


class LeadFacts(Door):
    operations = {"POST": WRITE}
    names_things = ("POST",)

    @told.lead_facts
    @once
    def post(self, request: Request, lead_id: str) -> Response:
        """Confirm a fact, correct it (or enter what nobody said), or erase it.

        It stands as the agent's own word from then on, and the history keeps that it happened.
        """
        given = self.given(shapes.FactChange, request)
        lead = finding.one(self.caller.seen_by(WRITE_ALL), known_id(lead_id))
        agent = self.caller.agent_for(given.get("agent_id"), others=WRITE_ALL)
        name, which = given["name"], given.get("which")
        if given["do"] == "correct":
            if "value" not in given:
                raise Invalid("Say what is right.", field="value")
            lead = facts.correct(lead, name, facts.written(given["value"]), by=agent, instead_of=which)
        else:
            lead = (facts.confirm if given["do"] == "confirm" else facts.erase)(lead, name, which, by=agent)
        return Response(shapes.LeadDetail(_detail(showing.shown(lead), lead)).data)


class LeadScore(Door):
    operations = {"GET": READ}
    names_things = ("GET",)

    @told.lead_score
    def get(self, request: Request, lead_id: str) -> Response:
        """How likely does this lead close, how sure is that, what speaks for and against it, and what would change it?

        Where there is too little to go on, `abstains` says so. That it was read is written to the audit trail.
        """
        lead = finding.one(self.caller.seen_by(READ_ALL), known_id(lead_id))
        return Response(shapes.ScoreAnswer(_score(showing.read(lead)["score"])).data)


def known_id(text: str, field: str = "lead_id") -> UUID:
    """The id in a path. Raises Invalid for what is none."""
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("This is not an id.", field=field) from None


def trace_of(caller: Caller) -> str:
    """Who did it, as evidence of a move."""
    return f"{'key' if caller.key is not None else 'person'}:{caller.id}"


def _detail(sheet: dict[str, Any], lead: Lead) -> dict[str, Any]:
    names = [str(name) for name in shapes.LeadAnswer().fields]
    row = {name: getattr(lead, name) for name in names if name != "lead_id"}
    return {
        **row,
        "pk": lead.pk,
        "facts": sheet["facts"],
        "parts": sheet["parts"],
        "qualified": sheet["qualified"],
        "next_question": sheet["next"],
        "told_score": _score(sheet["score"]),
    }


def _score(told_: dict[str, Any]) -> dict[str, Any]:
    return {"by": "rules", "note": "", **told_, "speaks_for": told_["for"], "speaks_against": told_["against"]}
