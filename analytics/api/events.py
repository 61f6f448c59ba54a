"""The endpoints of events: tell an outcome, read what happened."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import uuid4

from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api import shapes_events as shapes
from analytics.api import told_events as told
from analytics.services import listing, outcomes
from analytics.services.outcomes import Telling
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.api.callers import Caller
from enterprisehub.tenants.api.door import Door
from enterprisehub.tenants.api.once import once
from enterprisehub.tenants.models import Agent


class Events(Door):
    operations = {"GET": ("analytics.read", "analytics.read.own"), "POST": ("analytics.events.write",)}
    names_things = ("POST",)

    @told.events
    def get(self, request: Request) -> Response:
        """What happened, the latest first: outcomes, cards, whether they were used, messages, stages.

        Team leads, administrators, owners, auditors and keys that belong to no agent see all of the tenant's; an agent, and a
        key that is bound to one, see their own and those of their leads. `next` leads on. No words of anybody are in it.
        """
        asked = shapes.EventsQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        given = dict(asked.validated_data)
        size, cursor = given.pop("limit"), given.pop("cursor", "")
        wish = listing.Wish(lead=given.pop("lead_id", None), agent=given.pop("agent_id", None), **given)
        rows, after = listing.page(self.caller.seen_by("analytics.read"), wish, size=size, cursor=cursor)
        record("analytics.events.read", "events", rows=len(rows))
        further = {**request.query_params.dict(), "cursor": after}
        answer = {"results": rows, "next": f"{request.path}?{urlencode(further)}" if after else None}
        return Response(shapes.EventsAnswer(answer).data)

    @told.tell
    @once
    def post(self, request: Request) -> Response:
        """Tell an outcome of a lead: it is counted at once, and credited to the cards before it.

        The same `event_id` again is answered with what is on record (200) and counts once. What HighLevel tells by itself
        (appointments, deals won and lost) need not be told here; told twice within some days it counts once.
        """
        given = self.given(shapes.OutcomeRequest, request)
        lead = listing.visible_lead(_reader(self.caller), given.pop("lead_id"))
        said = Telling(
            kind=given["kind"],
            client_id=given.get("event_id") or f"api-{uuid4()}",
            told_by="api",
            at=given.get("at"),
            amount=given.get("amount"),
            currency=given["currency"],
            reason=given.get("reason", ""),
        )
        outcome, new = outcomes.tell(lead, said)
        return Response(shapes.OutcomeAnswer(outcome).data, status=201 if new else 200)


def _reader(caller: Caller) -> Agent | None:
    """Whose leads: a key that is bound to no agent reaches all, as a person does who sees everybody's."""
    if caller.key is not None and caller.key.agent_id is None:
        return None
    return caller.seen_by("leads.read.all")
