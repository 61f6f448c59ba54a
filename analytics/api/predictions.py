"""The endpoint of what is foretold of a lead."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api import shapes_predictions as shapes
from analytics.api import told_predictions as told
from analytics.services import predicting
from enterprisehub.tenants.api.door import Door
from leads.api import known_id
from leads.services.people import seen

READ = ("analytics.read.own",)


class Predictions(Door):
    operations = {"GET": READ}
    names_things = ("GET",)

    @told.predictions
    def get(self, request: Request, lead_id: str) -> Response:
        """Chances to close by horizon, the best hours and medium, price sensitivity, timeline, and what follows, with reasons.

        Where the past is too thin, `probability` is null and `why` says how much is missing.
        """
        agent = self.caller.seen_by("leads.read.all")
        lead = seen(known_id(lead_id), agent, everyone=agent is None)
        found = predicting.outlook(lead, self.caller.tenant)
        return Response(shapes.OutlookAnswer(shapes.rendered(lead, found)).data)
