"""What does the schema say about the endpoints of consent: ids, shapes, and examples that work?"""

from __future__ import annotations

from drf_spectacular.utils import extend_schema

from enterprisehub.tenants.api.schema import ONCE
from leads import serializers_consents as shapes
from leads.api_told import LEAD_ID, asks, gives

TAGS = ["consents"]
_SHOWN = "By ticking this box I agree to receive texts about homes from Oakwood Realty at this number."
_LINE = {
    "consent_id": "0198c7a2-7a11-7c55-a1b0-3c2d1e0f4a11",
    "given": True,
    "medium": "sms",
    "purpose": "marketing",
    "text": _SHOWN,
    "text_version": "2026-11",
    "quote": "",
    "source": "form",
    "confidence": 1.0,
    "at": "2026-11-25T20:15:00.123456Z",
    "recorded_at": "2026-11-25T20:15:00.123456Z",
}
_OUT = {
    **_LINE,
    "given": False,
    "medium": "any",
    "purpose": "opt_out",
    "text": "",
    "text_version": "",
    "quote": "lose my number",
}
_VERDICT = {
    "medium": "sms",
    "purpose": "marketing",
    "allow": False,
    "reason": "quiet_hours",
    "words": "It is 21:30 in Chicago, quiet time for them. It is allowed from Fri 27 Nov, 09:00 (Chicago).",
    "next_at": "2026-11-27T15:00:00Z",
    "rule": {"id": "hours.federal", "source": "47 CFR 64.1200(c)(1)"},
    "by_hand": False,
    "until": None,
}
_MAY = {"at": "2026-11-27T03:30:00Z", "zones": ["America/Chicago"], "states": ["TX"], "verdicts": [_VERDICT]}

may = extend_schema(
    operation_id="leads_may_contact",
    tags=TAGS,
    parameters=[LEAD_ID, shapes.MayQuery],
    responses=shapes.MayAnswer,
    examples=[gives(_MAY)],
)
consents = extend_schema(
    operation_id="consents_list",
    tags=TAGS,
    parameters=[LEAD_ID],
    responses=shapes.ConsentsAnswer,
    examples=[gives({"results": [_LINE]})],
)
consent = extend_schema(
    operation_id="consents_record",
    tags=TAGS,
    parameters=[LEAD_ID, ONCE],
    request=shapes.ConsentRequest,
    responses={201: shapes.ConsentAnswer},
    examples=[
        asks({"medium": "sms", "text": _SHOWN, "text_version": "2026-11", "source": "form"}),
        gives(_LINE, 201),
    ],
)
opt_out = extend_schema(
    operation_id="consents_opt_out",
    tags=TAGS,
    parameters=[LEAD_ID, ONCE],
    request=shapes.OptOutRequest,
    responses={201: shapes.OptOutAnswer},
    examples=[asks({"quote": "lose my number", "source": "phone"}), gives({"consent": _OUT, "overlay": "dnc"}, 201)],
)
