"""Has the fix of a theme worked? By the share of feedback that was low, before the fix and since. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.measures import FEWEST, Rate, lift

ENOUGH = 200  # cases since the fix after which a difference that is worth a fix would have shown


@dataclass(frozen=True)
class Reading:
    """`state` is what the theme becomes: measuring, closed, or open again."""

    state: str
    sentence: str


def measured(before: Rate, after: Rate) -> Reading:
    """Closed only when the share since the fix is lower and the interval of the difference keeps away from zero."""
    if after.n < FEWEST:
        return Reading(
            "measuring", f"{after.n} of the {FEWEST} pieces of feedback since the fix that it takes at least."
        )
    if before.n < FEWEST:
        return Reading("measuring", f"Only {before.n} pieces of feedback before the fix: nothing to hold it against.")
    found = lift(after, before)
    assert found is not None  # noqa: S101 - both sides have cases
    told = (
        f"Low before: {before.hits} of {before.n}; since: {after.hits} of {after.n}. "
        f"Difference {found.interval.low * 100:+.0f} to {found.interval.high * 100:+.0f} points."
    )
    if found.clear and found.points < 0:
        return Reading("closed", f"{told} The fix worked.")
    if after.n >= ENOUGH or (found.clear and found.points > 0):
        return Reading("open", f"{told} The fix did not help.")
    return Reading("measuring", f"{told} That may be chance still.")
