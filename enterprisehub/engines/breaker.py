"""Is Claude worth asking just now? A circuit breaker per key and model, shared by every process."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from enterprisehub.engines.base import Outcome
from enterprisehub.engines.shared import decide, milliseconds
from enterprisehub.tenants import keys

State = Literal["closed", "half_open", "open"]

WINDOW_MS: Final = 30_000
LEAST_CALLS: Final = 5  # in a window, before half of them failing opens it
SHORTEST_MS: Final = 15_000  # that it stays open; doubled by each failed probe
LONGEST_MS: Final = 300_000
PROBE_MS: Final = 30_000  # after which a probe that was never heard of again is given up
WRONG_KEY_MS: Final = 600_000  # until a refused key is tried again: its owner may have paid meanwhile

BREAKING: Final = frozenset(
    {
        Outcome.RATE_LIMITED,
        Outcome.SPEND_LIMIT,
        Outcome.OVERLOADED,
        Outcome.SERVER_ERROR,
        Outcome.AUTH,
        Outcome.UNREACHABLE,
        Outcome.TIMEOUT,
        Outcome.GARBAGE,
        Outcome.INCOMPLETE,
    }
)
AT_ONCE: Final = frozenset({Outcome.SPEND_LIMIT, Outcome.AUTH, Outcome.RATE_LIMITED})

# Fields: w window's start, n calls in it, b failed ones, until (open while in the future), tries (failed probes), probe (its end).
_PERMIT = """
local now = tonumber(ARGV[1])
local until_ = tonumber(redis.call('HGET', KEYS[1], 'until') or '0')
if until_ == 0 then return 'closed' end
local probe = tonumber(redis.call('HGET', KEYS[1], 'probe') or '0')
if now < until_ or now < probe then return 'open' end
if ARGV[2] == '0' then return 'half_open' end
redis.call('HSET', KEYS[1], 'probe', now + tonumber(ARGV[3]))
return 'half_open'
"""
_REPORT = """
local now, verdict, at_once, wait = tonumber(ARGV[1]), ARGV[2], ARGV[3], tonumber(ARGV[4])
local window, least, shortest, longest = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local until_ = tonumber(redis.call('HGET', KEYS[1], 'until') or '0')
local function open_for(ms)
  redis.call('HSET', KEYS[1], 'until', now + ms)
  redis.call('HDEL', KEYS[1], 'probe', 'w', 'n', 'b')
  redis.call('PEXPIRE', KEYS[1], ms + 86400000)
end
if until_ > 0 then
  local probing = redis.call('HEXISTS', KEYS[1], 'probe') == 1
  if verdict == 'nothing' then redis.call('HDEL', KEYS[1], 'probe')
  elseif verdict == 'bad' and (probing or at_once == '1') then
    local tries = redis.call('HINCRBY', KEYS[1], 'tries', 1)
    open_for(math.max(wait, math.min(shortest * 2 ^ tries, longest)))
  elseif verdict == 'good' and probing then redis.call('DEL', KEYS[1]) end
  return
end
if verdict == 'nothing' then return end
local began = tonumber(redis.call('HGET', KEYS[1], 'w') or '0')
if now - began > window then redis.call('HSET', KEYS[1], 'w', now, 'n', 0, 'b', 0) end
local calls = redis.call('HINCRBY', KEYS[1], 'n', 1)
local failed = redis.call('HINCRBY', KEYS[1], 'b', verdict == 'bad' and 1 or 0)
redis.call('PEXPIRE', KEYS[1], window * 4)
if at_once == '1' or (calls >= least and failed * 2 >= calls) then open_for(math.max(wait, shortest)) end
"""


@dataclass(frozen=True)
class Permit:
    """Whether a call may be made, and what the breaker's state was."""

    state: State
    allowed: bool


def permit(fingerprint: str, model: str) -> Permit:
    """May a call be made now? While half open exactly one may, the probe. Raises StoreDown."""
    return _permit(fingerprint, model, taking=True)


def state(fingerprint: str, model: str) -> Permit:
    """The breaker as it stands, without taking the probe. Raises StoreDown."""
    return _permit(fingerprint, model, taking=False)


def _permit(fingerprint: str, model: str, *, taking: bool) -> Permit:
    found = decide(_PERMIT, [_key(fingerprint, model)], milliseconds(), int(taking), PROBE_MS).decode()
    return Permit(found, found != "open")


def report(fingerprint: str, model: str, outcome: Outcome, *, retry_after: float = 0.0) -> None:
    """What became of a call that was permitted; `retry_after` in seconds. Raises StoreDown.

    Refusals, cut and unusable answers show that Claude is there; a superseded call shows nothing.
    """
    verdict = "nothing" if outcome is Outcome.SUPERSEDED else "bad" if outcome in BREAKING else "good"
    wait = max(int(retry_after * 1000), _wait(outcome))
    limits = (WINDOW_MS, LEAST_CALLS, SHORTEST_MS, LONGEST_MS)
    key = _key(fingerprint, model)
    decide(_REPORT, [key], milliseconds(), verdict, int(outcome in AT_ONCE), wait, *limits)


def _wait(outcome: Outcome) -> int:
    if outcome is Outcome.AUTH:
        return WRONG_KEY_MS
    return _until_next_month() if outcome is Outcome.SPEND_LIMIT else 0


def _until_next_month() -> int:
    """Milliseconds until the provider's monthly limit is counted anew (UTC)."""
    now = datetime.fromtimestamp(milliseconds() / 1000, UTC)
    days = calendar.monthrange(now.year, now.month)[1]
    return int((datetime(now.year, now.month, days, 23, 59, 59, tzinfo=UTC) - now).total_seconds() * 1000) + 1000


def _key(fingerprint: str, model: str) -> str:
    return keys.shared("breaker", fingerprint, model)
