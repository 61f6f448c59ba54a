"""How often may a caller ask? A sliding minute per caller and per tenant, counted in Redis."""

from __future__ import annotations

import time

from django.conf import settings
from limits import RateLimitItemPerMinute
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from enterprisehub.tenants import keys, pacing
from enterprisehub.tenants.api.callers import Caller


class Pace(BaseThrottle):
    """Refuses a caller, or a tenant, that asks more often than it may."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        caller = request.auth
        if not isinstance(caller, Caller):
            return True
        own = RateLimitItemPerMinute(settings.API_RATE_PER_MINUTE)
        every = RateLimitItemPerMinute(settings.API_TENANT_RATE_PER_MINUTE)
        mine = keys.of(caller.tenant.pk, "api", caller.id)
        ours = keys.of(caller.tenant.pk, "api", "all")
        fine, left, reset = pacing.count((own, mine), (every, ours))
        request.pace = (own.amount, left, max(0.0, reset - time.time()))  # type: ignore[attr-defined]
        self._wait = max(1.0, reset - time.time())
        return fine

    def wait(self) -> float | None:
        return self._wait
