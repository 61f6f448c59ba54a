"""The endpoints of plans and actions: parse, call the service that the pages call, render."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from enterprisehub.engines.gate import instant
from enterprisehub.errors import Invalid, NotAllowed
from enterprisehub.tenants.api.callers import Caller
from enterprisehub.tenants.api.door import Door
from enterprisehub.tenants.api.once import once
from enterprisehub.tenants.models import Agent, Membership
from leads import api_told_actions as told
from leads import serializers_actions as shapes
from leads.api import known_id
from leads.models import ActionPlan, Lead
from leads.planning import cadence, urgency
from leads.planning.asking import parse
from leads.planning.plan import render
from leads.planning.refining import PLAN
from leads.planning.situation import Situation
from leads.services import deciding, planning, today
from leads.services.deciding import Decider, Words
from leads.services.people import seen
from leads.services.situations import situation_of

ASK, WRITE, READ = ("actions.write", "actions.read"), ("actions.write",), ("actions.read",)


class PlanOf(Door):
    operations = {"POST": ASK}
    names_things = ("POST",)

    @told.plan
    @once
    def post(self, request: Request) -> Response:
        """Goal, evidence, urgency, next action with its words, what follows silence, risks, opportunities, and what would change it.

        With `lead_id` the plan is kept, and shown to the lead's agent; asked again, the same situation gives the same plan.
        Without, nothing is recorded.
        """
        given = self.given(shapes.SituationRequest, request)
        kept: dict[str, Any] = {"plan_id": None, "action_id": None}
        if "lead_id" in given:
            lead = _lead(self.caller, given)
            if not self.caller.may("actions.write"):
                raise NotAllowed("You may not keep a plan; ask without a lead.")
            kept = _kept(planning.plan(lead))
            lead.refresh_from_db()
            made = planning.preview(lead)
        else:
            made = instant(PLAN, _situation(self.caller, given)).value
        return Response(shapes.PlanAnswer({**render(made), **kept, "processing_time_ms": self.ms}).data)


class UrgencyOf(Door):
    operations = {"POST": ASK}
    names_things = ("POST",)

    @told.urgency
    def post(self, request: Request) -> Response:
        """How urgent is it, by which dates, and which words name them? Nothing is recorded."""
        given = self.given(shapes.SituationRequest, request)
        found = urgency.urgency(_asked(self.caller, given))
        return Response(shapes.UrgencyAnswer({**urgency.render(found), "processing_time_ms": self.ms}).data)


class FollowUpOf(Door):
    operations = {"POST": ASK}
    names_things = ("POST",)

    @told.follow_up
    def post(self, request: Request) -> Response:
        """The cadence for this stage, timeframe and vertical: the steps ahead, what rests it, what has stopped it. Nothing is recorded."""
        given = self.given(shapes.SituationRequest, request)
        found = cadence.follow_up(_asked(self.caller, given))
        return Response(shapes.FollowUpAnswer({**cadence.render(found), "processing_time_ms": self.ms}).data)


class Actions(Door):
    operations = {"GET": READ}

    @told.actions
    def get(self, request: Request) -> Response:
        """The queue, the most pressing first: open actions of the leads that the caller may see. `next` leads on."""
        asked = shapes.ActionsQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        given = dict(asked.validated_data)
        agent, everyone = _reader(self.caller)
        states = (given["state"],) if "state" in given else today.QUEUE
        size = given["limit"]
        rows = today.listed(
            agent, everyone=everyone, states=states, size=size + 1, after=_after(given.get("cursor", ""))
        )
        last = rows[size - 1] if len(rows) > size else None
        further = {**given, "cursor": f"{last.rank}_{last.pk}"} if last is not None else None
        answer = {"results": rows[:size], "next": f"{request.path}?{urlencode(further)}" if further else None}
        return Response(shapes.ActionsAnswer(answer).data)


class OneAction(Door):
    operations = {"GET": READ, "PATCH": WRITE}
    names_things = ("GET", "PATCH")

    @told.action
    def get(self, request: Request, action_id: str) -> Response:
        """One action, whatever became of it."""
        agent, everyone = _reader(self.caller)
        found = today.one(agent, known_id(action_id, "action_id"), everyone=everyone)
        return Response(shapes.ActionAnswer(found).data)

    @told.edit
    @once
    def patch(self, request: Request, action_id: str) -> Response:
        """Change the words and leave it open; what a person wrote is not replaced by a newer plan."""
        words = _words(self.given(shapes.WordsRequest, request))
        done = deciding.edit(known_id(action_id, "action_id"), by=_decider(self.caller), words=words)
        return Response(shapes.ActionAnswer(done).data)


class Approve(Door):
    operations = {"POST": WRITE}
    names_things = ("POST",)

    @told.approve
    @once
    def post(self, request: Request, action_id: str) -> Response:
        """Send it, with these words or as drafted. The gate decides: `state` is approved, or denied with `verdict` and the next legal time.

        A claim about the property that no fact bears out is 409 until its source is named or it is taken out.
        """
        words = _words(self.given(shapes.WordsRequest, request))
        done = deciding.approve(known_id(action_id, "action_id"), by=_decider(self.caller), words=words)
        return Response(shapes.ActionAnswer(done).data)


class Snooze(Door):
    operations = {"POST": WRITE}
    names_things = ("POST",)

    @told.snooze
    @once
    def post(self, request: Request, action_id: str) -> Response:
        """Not now: it comes back then."""
        given = self.given(shapes.SnoozeRequest, request)
        done = deciding.snooze(known_id(action_id, "action_id"), by=_decider(self.caller), until=given["until"])
        return Response(shapes.ActionAnswer(done).data)


class Complete(Door):
    operations = {"POST": WRITE}
    names_things = ("POST",)

    @told.complete
    @once
    def post(self, request: Request, action_id: str) -> Response:
        """It is done, and this came of it."""
        given = self.given(shapes.CompleteRequest, request)
        done = deciding.complete(known_id(action_id, "action_id"), by=_decider(self.caller), outcome=given["outcome"])
        return Response(shapes.ActionAnswer(done).data)


class Dismiss(Door):
    operations = {"POST": WRITE}
    names_things = ("POST",)

    @told.dismiss
    @once
    def post(self, request: Request, action_id: str) -> Response:
        """Not needed: the same step is not proposed again."""
        given = self.given(shapes.DismissRequest, request)
        reason = given.get("reason", "")
        done = deciding.dismiss(known_id(action_id, "action_id"), by=_decider(self.caller), reason=reason)
        return Response(shapes.ActionAnswer(done).data)


def _reader(caller: Caller) -> tuple[Agent | None, bool]:
    """Whose rows: a program's own agent's, or everybody's; a person's own and nobody's, or everybody's by role."""
    if caller.key is not None:
        return caller.agent, caller.agent is None
    agent = caller.seen_by("leads.read.all")
    return agent, agent is None


def _decider(caller: Caller) -> Decider:
    if caller.key is not None:
        return Decider(None, caller.agent, everyone=caller.agent is None)
    member = Membership.objects.filter(user=caller.id).first()
    return Decider(member, caller.agent, everyone=caller.may("leads.write.all"))


def _lead(caller: Caller, given: dict[str, Any]) -> Lead:
    agent, everyone = _reader(caller)
    lead = seen(given["lead_id"], agent, everyone=everyone)
    if len(given) > 1:
        raise Invalid("With a lead_id everything is read from the lead.", field=min(given.keys() - {"lead_id"}))
    return lead


def _asked(caller: Caller, given: dict[str, Any]) -> Situation:
    if "lead_id" in given:
        return situation_of(_lead(caller, given), tenant=caller.tenant)
    return _situation(caller, given)


def _situation(caller: Caller, given: dict[str, Any]) -> Situation:
    tenant = caller.tenant
    around = {"timezone": tenant.timezone, "office_timezone": tenant.timezone, "brokerage": tenant.name}
    settings = tenant.settings if isinstance(tenant.settings, dict) else {}
    return parse({"vertical": tenant.vertical, **around, **given, "settings": settings})


@transaction.atomic
def _kept(row: ActionPlan) -> dict[str, Any]:
    _, actions = today.standing(row.lead)
    return {"plan_id": row.pk, "action_id": actions[0].pk if actions else None}


def _words(given: dict[str, Any]) -> Words:
    sources = {one["claim"]: one["source"] for one in given.get("sources", ())}
    return Words(given.get("text"), given.get("subject"), sources)


def _after(cursor: str) -> tuple[float, UUID] | None:
    if not cursor:
        return None
    rank, _, key = cursor.partition("_")
    return float(rank), known_id(key, "cursor")
