"""After which answer is an event told again, how often, and when? Both policies that were published."""

from __future__ import annotations

import random
from typing import Final

from enterprisehub.ghl.sandbox.options import Retry

MOST: Final[dict[Retry, int]] = {"any": 12, "429": 6}
EVERY: Final = 600.0  # seconds between the tries of the older policy
FIRST: Final = 60.0  # of the newer one, whose figures are not published: it doubles from here
LONGEST: Final = 21_600.0


def again(policy: Retry, status: int, tried: int) -> bool:
    """Whether to try once more after `tried` tries; status 0 is no answer at all."""
    if 200 <= status < 300 or tried > MOST[policy]:
        return False
    return policy == "any" or status == 429


def wait(policy: Retry, tried: int, *, dice: random.Random) -> float:
    """Seconds of HighLevel's time until the next try."""
    if policy == "429":
        return EVERY
    return float(min(FIRST * 2 ** (tried - 1), LONGEST)) * dice.uniform(0.75, 1.25)
