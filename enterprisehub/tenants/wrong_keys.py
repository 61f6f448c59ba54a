"""Has a wrong API key come too often from this address? Then it is told to wait, and the trail is spared the rest.

A right key is never refused for a neighbour's wrong ones: behind a proxy many programs share an address, and a secret of
238 bits is not found by asking.
"""

from __future__ import annotations

import time

from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItemPerMinute

from enterprisehub.tenants import keys, pacing, trail
from enterprisehub.tenants.addresses import address_of, neighbours


def refused(request: HttpRequest) -> float:
    """Count one wrong key from this address: 0.0 while so many are borne, else the seconds to wait."""
    limit = RateLimitItemPerMinute(settings.API_WRONG_KEYS_PER_MINUTE)
    borne, _, reset = pacing.count((limit, keys.shared("wrong-keys", neighbours(address_of(request)))))
    if borne:
        trail.note("key.refused")
    return 0.0 if borne else max(1.0, reset - time.time())
