"""May this tenant still spend? Reserved before a call, settled after it, counted in Redis for every process alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

from enterprisehub.engines.shared import decide, milliseconds
from enterprisehub.tenants import keys

KEEP_MONTH: Final = 40 * 86_400_000  # milliseconds that a month's counter is kept
KEEP_DAY: Final = 3 * 86_400_000

_RESERVE = """
local amount = tonumber(ARGV[1])
local spent = {}
for i = 1, 2 do
  local now = redis.call('GET', KEYS[i])
  if not now then return -1 end
  if tonumber(ARGV[1 + i]) >= 0 and tonumber(now) + amount > tonumber(ARGV[1 + i]) then return 0 end
end
for i = 1, 2 do redis.call('INCRBY', KEYS[i], amount) end
redis.call('SET', KEYS[3], amount, 'PX', ARGV[4])
return 1
"""
_SEED = """
for i = 1, 2 do redis.call('SET', KEYS[i], ARGV[i], 'NX', 'PX', ARGV[2 + i]) end
"""
# What Redis has forgotten is not in the counters that the ledger started again: nothing is given back then.
_SETTLE = """
local set_aside = tonumber(redis.call('GETDEL', KEYS[3]) or '0')
for i = 1, 2 do
  if redis.call('EXISTS', KEYS[i]) == 1 then redis.call('INCRBY', KEYS[i], tonumber(ARGV[1]) - set_aside) end
end
"""
_READ = """
return {redis.call('GET', KEYS[1]) or '', redis.call('GET', KEYS[2]) or ''}
"""


@dataclass(frozen=True)
class Spent:
    """Micro-USD of this month and of this day (UTC)."""

    month: int
    day: int


@dataclass(frozen=True)
class Limits:
    """Micro-USD; 0 allows nothing, None sets no limit."""

    month: int | None
    day: int | None


@dataclass
class Reservation:
    """Money set aside for one call, in the month and day in which it was reserved."""

    tenant: UUID
    amount: int
    counters: tuple[str, str]
    mark: str  # the key under which Redis knows of it
    settled: bool = field(default=False)


def reserve(tenant: UUID, amount: int, limits: Limits, *, booked: Callable[[], Spent]) -> Reservation | None:
    """Set `amount` micro-USD aside, or None when a limit would be passed. Raises StoreDown.

    `booked` tells what the ledger holds; it is asked when Redis has lost its counters. A reservation that is never
    settled, because its process died, stays spent: rather too little than too much.
    """
    counters, mark = _counters(tenant), keys.of(tenant, "reserved", uuid4().hex)
    wanted = (amount, *(-1 if limit is None else limit for limit in (limits.month, limits.day)), KEEP_DAY)
    found = decide(_RESERVE, (*counters, mark), *wanted)
    if found == -1:
        spent = booked()
        decide(_SEED, counters, spent.month, spent.day, KEEP_MONTH, KEEP_DAY)
        found = decide(_RESERVE, (*counters, mark), *wanted)
    return Reservation(tenant, amount, counters, mark) if found == 1 else None


def settle(reservation: Reservation, actual: int) -> None:
    """Count what the call did cost instead of what was set aside; the second time does nothing. Raises StoreDown."""
    if reservation.settled:
        return
    reservation.settled = True
    decide(_SETTLE, (*reservation.counters, reservation.mark), actual)


def spent(tenant: UUID, *, booked: Callable[[], Spent]) -> Spent:
    """What is counted for this tenant, reservations included. Raises StoreDown."""
    month, day = decide(_READ, _counters(tenant))
    return Spent(int(month), int(day)) if month and day else booked()


def _counters(tenant: UUID) -> tuple[str, str]:
    now = datetime.fromtimestamp(milliseconds() / 1000, UTC)
    return keys.of(tenant, "spent", f"{now:%Y-%m}"), keys.of(tenant, "spent", f"{now:%Y-%m-%d}")
