"""The endpoints of consent: may they be contacted, what they agreed to, and that they want to be left alone."""

from __future__ import annotations

from typing import Any

from django.utils.timezone import now
from rest_framework.request import Request
from rest_framework.response import Response

from enterprisehub.privacy.audit import record
from enterprisehub.tenants.addresses import address_of
from enterprisehub.tenants.api.door import Door
from enterprisehub.tenants.api.once import once
from leads import api_told_consents as told
from leads import serializers_consents as shapes
from leads.api import READ_ALL, WRITE_ALL, known_id
from leads.contact import may_contact
from leads.contact.facts import MEDIA
from leads.lists import finding
from leads.models import Lead
from leads.services import contacting
from leads.services.contacting import Statement

READ, WRITE = ("consents.read",), ("consents.write",)


class MayContact(Door):
    operations = {"GET": READ}
    names_things = ("GET",)

    @told.may
    def get(self, request: Request, lead_id: str) -> Response:
        """May this lead be contacted, by which medium, and if not, why and from when?

        Nothing is sent and nothing changes. What is sent through here asks the same again at that moment.
        """
        asked = shapes.MayQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        lead = _seen(self, lead_id, READ_ALL)
        at = asked.validated_data.get("at") or now()
        facts = contacting.facts_of(lead, at=at, tenant=self.caller.tenant)
        media = [asked.validated_data["medium"]] if "medium" in asked.validated_data else MEDIA
        purpose = asked.validated_data["purpose"]
        verdicts = [
            {"medium": medium, "purpose": purpose, **_told(may_contact(facts, medium=medium, purpose=purpose, at=at))}
            for medium in media
        ]
        answer = {"at": at, "zones": facts.where.zones, "states": facts.where.states, "verdicts": verdicts}
        return Response(shapes.MayAnswer(answer).data)


class Consents(Door):
    operations = {"GET": READ, "POST": WRITE}
    names_things = ("GET", "POST")

    @told.consents
    def get(self, request: Request, lead_id: str) -> Response:
        """The ledger: what they agreed to and took back, with what they were shown. That it was read is audited."""
        lead = _seen(self, lead_id, READ_ALL)
        record("consents.read", lead)
        return Response(shapes.ConsentsAnswer({"results": contacting.lines(lead)}).data)

    @told.consent
    @once
    def post(self, request: Request, lead_id: str) -> Response:
        """Record that they agreed, or took it back. After an opt-out only a documented consent counts: with `text` or `quote`."""
        given = self.given(shapes.ConsentRequest, request)
        lead = _seen(self, lead_id, WRITE_ALL)
        act = contacting.give if given.pop("given") else contacting.take_back
        line = act(lead, Statement(**given, ip=_ip(request)))
        return Response(shapes.ConsentAnswer(line).data, status=201)


class OptOut(Door):
    operations = {"POST": WRITE}
    names_things = ("POST",)

    @told.opt_out
    @once
    def post(self, request: Request, lead_id: str) -> Response:
        """They want to be left alone: what waits is stopped, the lead is frozen, and HighLevel is told."""
        given = self.given(shapes.OptOutRequest, request)
        lead = _seen(self, lead_id, WRITE_ALL)
        line = contacting.take_back(lead, Statement(**given, purpose="opt_out", ip=_ip(request)))
        return Response(shapes.OptOutAnswer({"consent": line, "overlay": lead.overlay}).data, status=201)


def _seen(door: Door, lead_id: str, everyones: str) -> Lead:
    """Who sees, or writes to, everybody's leads does so here too; an agent has their own and nobody's."""
    caller = door.caller
    unbound = caller.key is not None and caller.key.agent_id is None
    return finding.one(None if unbound else caller.seen_by(everyones), known_id(lead_id))


def _told(verdict: Any) -> dict[str, Any]:
    return {
        "allow": verdict.allow,
        "reason": verdict.reason,
        "words": verdict.words,
        "next_at": verdict.next_at,
        "rule": {"id": verdict.rule.id, "source": verdict.rule.source},
        "by_hand": verdict.by_hand,
        "until": verdict.until,
    }


def _ip(request: Request) -> str | None:
    address = address_of(request._request)
    return str(address) if address else None
