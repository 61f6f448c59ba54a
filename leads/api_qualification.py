"""The endpoints of a qualification: parse, call the service, render."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.utils.timezone import now
from rest_framework.request import Request
from rest_framework.response import Response

from enterprisehub.tenants.api.callers import Caller
from enterprisehub.tenants.api.door import Door
from enterprisehub.tenants.api.once import once
from leads import api_told as told
from leads import serializers as shapes
from leads.api import READ, READ_ALL, WRITE, WRITE_ALL, known_id
from leads.services import qualifying


class Start(Door):
    operations = {"POST": WRITE}
    names_things = ("POST",)

    @told.start
    @once
    def post(self, request: Request) -> Response:
        """Begin to qualify a contact: learn from the first message and choose the first question.

        A contact that is not known yet becomes a lead. A qualification that is open goes on (200 instead of 201).
        """
        given, begun = self.given(shapes.StartRequest, request), now()
        opening = qualifying.Opening(
            contact_id=given["contact_id"],
            contact_name=given.get("contact_name", ""),
            message=given.get("initial_message", ""),
            id=given.get("message_id") or f"api-{uuid4()}",
            side=given["side"],
            vertical=given["vertical"],
        )
        step = qualifying.start(self.caller.tenant, opening, by=_asker(self.caller, WRITE_ALL, given.get("agent_id")))
        answer = shapes.FlowAnswer(qualifying.told(step)).data
        return Response(answer, status=201 if step.flow.started_at >= begun else 200)


class Responses(Door):
    operations = {"POST": WRITE}
    names_things = ("POST",)

    @told.respond
    @once
    def post(self, request: Request, flow_id: str) -> Response:
        """The prospect answered: what was learned, and the next question or why there is none.

        Completion never falls without a reason in `fell_because`.
        """
        given = self.given(shapes.ResponseRequest, request)
        reply = qualifying.Reply(
            given["user_message"],
            given.get("message_id") or f"api-{uuid4()}",
            given.get("context", {}).get("question", ""),
        )
        flow = known_id(flow_id, "flow_id")
        step = qualifying.respond(self.caller.tenant, flow, reply, by=_asker(self.caller, WRITE_ALL))
        return Response(shapes.FlowAnswer(qualifying.told(step)).data)


class OneFlow(Door):
    operations = {"GET": READ}
    names_things = ("GET",)

    @told.flow
    def get(self, request: Request, flow_id: str) -> Response:
        """Where a qualification stands: nothing is asked anew, and nothing changes."""
        step = qualifying.standing(known_id(flow_id, "flow_id"), by=_asker(self.caller, READ_ALL))
        return Response(shapes.FlowAnswer(qualifying.told(step)).data)


class EndOf(Door):
    operations = {"POST": WRITE}
    names_things = ("POST",)

    @told.end
    @once
    def post(self, request: Request, flow_id: str) -> Response:
        """End a qualification; ending twice changes nothing."""
        step = qualifying.end(known_id(flow_id, "flow_id"), by=_asker(self.caller, WRITE_ALL))
        return Response(shapes.FlowAnswer(qualifying.told(step)).data)


def _asker(caller: Caller, everyones: str, wanted: UUID | None = None) -> qualifying.Asker:
    """For which agent; who may touch everybody's leads and has no agent begins a lead that is nobody's."""
    everyone = caller.may(everyones)
    if wanted is None and everyone:
        return qualifying.Asker(caller.agent, everyone)
    agent = caller.agent_for(wanted, others=WRITE_ALL) if wanted else caller.seen_by(everyones)
    return qualifying.Asker(agent, everyone)
