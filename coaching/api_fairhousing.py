"""The endpoint that a composer asks before words are sent: may they be said?"""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from coaching import api_told as told
from coaching import serializers as shapes
from coaching.api import ASK
from coaching.fairhousing import rendered
from coaching.services import compliance
from enterprisehub.tenants.api.door import Door


class FairHousing(Door):
    operations = {"POST": ASK}

    @told.fair_housing
    def post(self, request: Request) -> Response:
        """May these words be said, or asked for, under fair-housing law?

        Nothing is recorded. No flag is an empty list. Engine text is held to the strictest law of all places.
        """
        given = self.given(shapes.FairHousingRequest, request)
        found = compliance.look_at(
            given["text"],
            speaker=given["speaker"],
            tenant=self.caller.tenant,
            agent=self.caller.agent,
            place=given.get("jurisdiction", ""),
        )
        answer = {"flags": [rendered(flag) for flag in found], "processing_time_ms": self.ms}
        return Response(shapes.FairHousingAnswer(answer).data)
