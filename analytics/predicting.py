"""How likely is a lead to close, when and how are they best reached? Counted from the brokerage's own past, or left open. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from analytics.measures import FEWEST, Interval, Rate

HORIZONS: Final = (30, 90, 180)  # days
STEP: Final = timedelta(days=15)  # between two looks back at the same lead
RECENT, QUIET, SILENT = "recent", "quiet", "silent"
SINCE: Final = {RECENT: timedelta(days=7), QUIET: timedelta(days=30)}  # since the lead's last words; longer is silent
IN_WORDS: Final = {
    RECENT: "who wrote within a week",
    QUIET: "who last wrote within a month",
    SILENT: "who had not written for a month",
}
OPEN: Final = ("new", "attempting", "engaged", "qualified", "appointment", "represented", "active", "under_contract")


@dataclass(frozen=True)
class Past:
    """One lead's way: when it came, which stage it reached when, when it spoke, when it closed or was given up (None while open)."""

    lead: UUID
    created: datetime
    moves: tuple[tuple[datetime, str], ...] = ()
    words: tuple[datetime, ...] = ()
    closed: datetime | None = None
    gone: datetime | None = None

    def stage_at(self, at: datetime) -> str:
        return next((stage for when, stage in reversed(self.moves) if when <= at), "new")

    def since_words(self, at: datetime) -> str:
        last = max((when for when in self.words if when <= at), default=None)
        if last is None:
            return SILENT
        return next((name for name, span in SINCE.items() if at - last <= span), SILENT)


Cell = tuple[int, str, str]  # horizon, stage, since the last words; "" = any


@dataclass(frozen=True)
class Looks:
    """What past leads did after the moments at which they stood in a cell.

    Moments of one lead are alike, so the interval is that of so many independent cases as give the same spread between
    leads (the ratio estimator for clusters: Cochran, Sampling Techniques, 1977, ch. 11).
    """

    leads: int = 0
    looks: int = 0
    hits: int = 0
    hit_squares: int = 0  # sums over leads: of hits², hits × looks, looks²
    products: int = 0
    look_squares: int = 0

    def and_lead(self, looks: int, hits: int) -> Looks:
        return Looks(
            self.leads + 1,
            self.looks + looks,
            self.hits + hits,
            self.hit_squares + hits * hits,
            self.products + hits * looks,
            self.look_squares + looks * looks,
        )

    @property
    def rate(self) -> Rate:
        """As a rate of independent cases."""
        if not self.looks:
            return Rate(0, 0)
        p = self.hits / self.looks
        between = self.hit_squares - 2 * p * self.products + p * p * self.look_squares
        variance = between / self.looks**2
        cases = p * (1 - p) / variance if variance > 0 else self.leads
        n = max(1, round(min(cases, self.looks)))
        return Rate(round(p * n), n)

    @property
    def value(self) -> float:
        return self.hits / self.looks if self.looks else 0.0


@dataclass(frozen=True)
class Rates:
    """How many moments were followed by a closing within the horizon, by where the lead stood then."""

    cells: Mapping[Cell, Looks] = field(default_factory=dict)

    def of(self, horizon: int, stage: str, since: str = "") -> Looks:
        return self.cells.get((horizon, stage, since), Looks())


@dataclass(frozen=True)
class Chance:
    """The chance to close within `horizon` days. `value` is None when too few past leads say anything; `why` is a sentence either way."""

    horizon: int
    value: float | None
    interval: Interval | None
    n: int  # past leads behind it
    why: str


def learn(pasts: Iterable[Past], *, now: datetime) -> Rates:
    """Look back at every lead in steps of STEP.

    A look counts only when its whole horizon lies in the past, so that nobody who is still on the way counts as a no.
    """
    cells: dict[Cell, Looks] = defaultdict(Looks)
    for past in pasts:
        for horizon in HORIZONS:
            for cell, (looks, hits) in _looks(past, horizon, now).items():
                cells[cell] = cells[cell].and_lead(looks, hits)
    return Rates(dict(cells))


def _looks(past: Past, horizon: int, now: datetime) -> dict[Cell, tuple[int, int]]:
    """Looks and hits of one lead, by cell."""
    last = min(now - timedelta(days=horizon), past.closed or now, past.gone or now)
    seen: dict[Cell, tuple[int, int]] = defaultdict(lambda: (0, 0))
    at = past.created + timedelta(seconds=past.lead.int % int(STEP.total_seconds()))
    while at < last:
        closed = past.closed is not None and past.closed <= at + timedelta(days=horizon)
        for since in (past.since_words(at), ""):
            cell = (horizon, past.stage_at(at), since)
            looks, hits = seen[cell]
            seen[cell] = (looks + 1, hits + closed)
        at += STEP
    return seen


def chances(rates: Rates, *, stage: str, since: str) -> tuple[Chance, ...]:
    """For each horizon: from leads that stood the same and were as talkative, else from all of the stage, else nothing."""
    if stage not in OPEN:
        return ()
    return tuple(_chance(rates, horizon, stage, since) for horizon in HORIZONS)


def _chance(rates: Rates, horizon: int, stage: str, since: str) -> Chance:
    name = stage.replace("_", " ")
    fine, coarse = rates.of(horizon, stage, since), rates.of(horizon, stage)
    if fine.leads >= 2 * FEWEST:
        found, whose = fine, f"{name} {IN_WORDS[since]}"
    elif coarse.leads >= FEWEST:
        found, whose = coarse, name
    else:
        missing = FEWEST - coarse.leads
        leads = "lead" if missing == 1 else "leads"
        why = f"{missing} more past {leads} in {name} are needed to say anything."
        return Chance(horizon, None, None, coarse.leads, why)
    told = f"{found.value * 100:.0f} % of the time that {found.leads:,} past leads spent in {whose}, a closing came within {horizon} days."
    return Chance(horizon, found.value, found.rate.interval, found.leads, told)


@dataclass(frozen=True)
class Hours:
    """When words of theirs came, by hour of the lead's own day; `best` are up to three hours, the best first."""

    best: tuple[int, ...]
    n: int
    own: bool  # enough words of their own; else mostly how the brokerage's leads are
    why: str


FEW_WORDS: Final = 5  # of a lead's own, below which nothing is said of their own habits
MANY_WORDS: Final = 50  # of the brokerage's, below which nothing is said at all


def best_hours(own: Sequence[datetime], all_hours: Mapping[int, int], *, zone: ZoneInfo, legal: Iterable[int]) -> Hours:
    """The hours in which the lead tends to write, inside `legal` hours of their day; pulled to how all leads are (`all_hours`)."""
    allowed = sorted(set(legal))
    mine = Counter(at.astimezone(zone).hour for at in own)
    total = sum(all_hours.values())
    if len(own) < FEW_WORDS and total < MANY_WORDS:
        return Hours((), len(own), False, "Too few words so far to know when they are best reached.")
    if not allowed:
        return Hours((), len(own), False, "There is no legal hour today.")
    weight = 5.0 / total if total else 0.0
    score = {h: mine[h] + (mine[h - 1] + mine[h + 1]) / 4 + weight * all_hours.get(h, 0) for h in allowed}
    best = tuple(sorted(allowed, key=lambda h: (-score[h], h))[:3])
    if len(own) >= FEW_WORDS:
        there = sum(mine[h] for h in best)
        if not there:
            return Hours(
                (), len(own), True, f"None of their {len(own)} messages came in an hour in which a call is allowed."
            )
        return Hours(best, len(own), True, f"{there} of their {len(own)} messages came in these hours.")
    return Hours(best, len(own), False, f"Most of this brokerage's leads write then; of this one there are {len(own)}.")


@dataclass(frozen=True)
class Liking:
    """The medium in which they answer most; "" when nothing can be said."""

    medium: str
    why: str
    rates: Mapping[str, Rate]


def best_medium(own: Mapping[str, Rate], overall: Mapping[str, Rate], *, allowed: Iterable[str]) -> Liking:
    """By how many of the agent's messages were answered within two days, pulled to how all leads answer; only `allowed` media."""
    media = [m for m in allowed if own.get(m, Rate(0, 0)).n or overall.get(m, Rate(0, 0)).n]
    if sum(rate.n for rate in own.values()) < 3 and sum(rate.n for rate in overall.values()) < FEWEST:
        return Liking("", "Too few messages so far to know which medium they answer.", own)
    if not media:
        return Liking("", "None of the media in which they were spoken with is allowed now.", own)

    def pulled(medium: str) -> float:
        mine, all_ = own.get(medium, Rate(0, 0)), overall.get(medium, Rate(0, 0))
        return (mine.hits + 5 * (all_.hits + 1) / (all_.n + 4)) / (mine.n + 5)

    best = max(sorted(media), key=pulled)
    mine = own.get(best, Rate(0, 0))
    if mine.n:
        return Liking(best, f"They answered {mine.hits} of {mine.n} messages there within two days.", own)
    all_ = overall[best]
    return Liking(best, f"{all_.hits} of {all_.n} messages to this brokerage's leads were answered there.", own)


@dataclass(frozen=True)
class Sensitivity:
    """How much the price stands in the way: high, some, low, or "" when nothing was said."""

    level: str
    why: str
    quotes: tuple[str, ...] = ()


def price_sensitivity(quotes: Sequence[str], words: int, *, wanted: float | None, asked: float | None) -> Sensitivity:
    """From the prospect's own objections to the price (`quotes`, of `words` messages) and the gap of their limit to the price asked."""
    gap = (asked - wanted) / wanted if wanted and asked else None
    over = f"the price asked is {gap * 100:.0f} % over their limit" if gap is not None and gap > 0 else ""
    told = f"They spoke against the price {len(quotes)} {'time' if len(quotes) == 1 else 'times'} in {words} messages"
    if not words:
        return Sensitivity("", "Nothing has been said yet.")
    if len(quotes) >= 2 or (quotes and gap is not None and gap > 0):
        return Sensitivity("high", f"{told}{', and ' + over if over else ''}.", tuple(quotes[-3:]))
    if quotes or over:
        return Sensitivity(
            "some", (f"{told}{', and ' + over if over else ''}" if quotes else over.capitalize()) + ".", tuple(quotes)
        )
    if words < FEW_WORDS:
        return Sensitivity("", f"Only {words} messages so far, none about the price.")
    return Sensitivity("low", f"None of their {words} messages was against the price.")


@dataclass(frozen=True)
class Reckoned:
    """How good past chances were: what was said against what happened, by tenths."""

    n: int
    error: float | None  # expected calibration error; None below FEWEST cases
    tenths: tuple[tuple[float, Rate], ...]  # mean chance said, and what happened


def reckon(said: Sequence[tuple[float, bool]]) -> Reckoned:
    """Chances that were said, and whether it happened."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for chance, happened in said:
        bins[min(9, int(chance * 10))].append((chance, happened))
    tenths = tuple(
        (sum(c for c, _ in found) / len(found), Rate(sum(h for _, h in found), len(found)))
        for _, found in sorted(bins.items())
    )
    if len(said) < FEWEST:
        return Reckoned(len(said), None, tenths)
    error = sum(rate.n * abs(mean - rate.hits / rate.n) for mean, rate in tenths) / len(said)
    return Reckoned(len(said), error, tenths)
