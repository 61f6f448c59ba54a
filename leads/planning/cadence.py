"""When is a lead followed up, how, and what stops that?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from leads.planning.cadence_table import table
from leads.planning.hours import days_later, in_minutes, next_open
from leads.planning.situation import TEXTING, Situation
from leads.planning.stops import Stop, stop_of

SHOWN: Final = 5  # steps ahead that are told
MEDIA: Final = {"call": "call", "text": "sms", "email": "email"}
_LATE: Final = timedelta(hours=12)  # a step that was missed by less is still made at once


@dataclass(frozen=True)
class Step:
    """One step of a cadence: its place, the verb, the medium, when it is due (aware, in the lead's zone), and what follows silence.

    `purpose` is reply | service | marketing.
    """

    place: int
    verb: str
    medium: str
    at: datetime
    fallback: str = ""
    purpose: str = "marketing"


@dataclass(frozen=True)
class Cadence:
    """The cadence of a lead: its name in data/cadences.json, the steps ahead (none when it is stopped), and why it rests.

    `paused_until`: a human reply rests it that long. `then` is the overlay that follows the last step. `ended`: all steps are made.
    """

    name: str
    title: str
    steps: tuple[Step, ...] = ()
    paused_until: datetime | None = None
    stopped: Stop | None = None
    then: str = ""
    ended: bool = False

    @property
    def next(self) -> Step | None:
        return self.steps[0] if self.steps else None


def follow_up(situation: Situation) -> Cadence:
    """The cadence that the tenant's table gives this stage, timeframe and vertical, from now on."""
    rules = table(situation.own)
    name = _chosen(situation, rules)
    cadence = rules["cadences"][name]
    told = Cadence(name, str(cadence.get("title") or name), then=str(cadence.get("then") or ""))
    if (stop := stop_of(situation)) is not None:
        return Cadence(name, told.title, stopped=stop, then=told.then)
    paused = _paused_until(situation, rules)
    steps = _caught_up(list(_steps(situation, cadence))[:SHOWN], situation)
    ahead = tuple(_moved(step, situation, paused, rules) for step in steps)
    ahead = tuple(sorted(ahead, key=lambda step: (step.at, step.place)))
    return Cadence(name, told.title, ahead, paused, then=told.then, ended=not ahead)


def render(found: Cadence) -> dict[str, Any]:
    """As JSON: name, title, the steps ahead, and why it rests or has stopped."""
    return {
        "name": found.name,
        "title": found.title,
        "paused_until": found.paused_until.isoformat() if found.paused_until else None,
        "stopped": {"reason": found.stopped.reason, "text": found.stopped.text, "quote": found.stopped.evidence.quote}
        if found.stopped
        else None,
        "ended": found.ended and found.stopped is None,
        "then": found.then,
        "steps": [
            {
                "step": step.place,
                "verb": step.verb,
                "medium": step.medium,
                "at": step.at.isoformat(),
                "fallback": step.fallback,
                "purpose": step.purpose,
            }
            for step in found.steps
        ],
    }


def _caught_up(steps: list[Step], situation: Situation) -> list[Step]:
    """Steps that should have been made long ago are not made all at once: they begin today and keep their distances."""
    late = situation.now - steps[0].at if steps else timedelta()
    if late < _LATE:
        return steps
    return [replace(step, at=step.at + late) for step in steps]


def _chosen(situation: Situation, rules: Mapping[str, Any]) -> str:
    here = {
        "stage": situation.stage,
        "overlay": situation.overlay,
        "timeframe": situation.timeframe,
        "vertical": situation.vertical,
        "side": situation.side,
    }
    for rule in rules["choose"]:
        if all(here[name] in allowed for name, allowed in rule.items() if name in here):
            return str(rule["cadence"])
    return "fortnightly"


def _steps(situation: Situation, cadence: Mapping[str, Any]) -> Iterator[Step]:
    """The steps that are still to be made, in their order."""
    if cadence["from"] == "appointment":
        yield from _before_appointment(situation, cadence["steps"])
    elif "every_days" in cadence:
        yield from _repeated(situation, cadence)
    else:
        yield from _in_days(situation, cadence)


def _in_days(situation: Situation, cadence: Mapping[str, Any]) -> Iterator[Step]:
    """Steps counted from one moment: each attempt so far has made one of them."""
    start = situation.start if cadence["from"] == "began" else (situation.since or situation.start)
    start = start.astimezone(situation.now.tzinfo)
    made = situation.tries(start)
    for place, step in enumerate(cadence["steps"]):
        if place < made:
            continue
        if "after_minutes" in step:
            minutes = int(step["after_minutes"]) or 5
            at = in_minutes(start, minutes, situation.hours).astimezone(situation.now.tzinfo)
        else:
            at = days_later(start, int(step["day"]), step.get("part", ""), situation.hours)
        yield _step(place, step, at, situation)


def _repeated(situation: Situation, cadence: Mapping[str, Any]) -> Iterator[Step]:
    """Steps that come round every so many days, counted from the last word either way."""
    contacts = [at for at in (situation.last_try, _inbound(situation)) if at is not None]
    start = max(contacts, default=situation.since or situation.start).astimezone(situation.now.tzinfo)
    steps, every = cadence["steps"], int(cadence["every_days"])
    made = situation.tries(situation.since or situation.start)
    for turn in range(SHOWN):
        step = steps[(made + turn) % len(steps)]
        at = days_later(start, every * (turn + 1), step.get("part", ""), situation.hours)
        yield _step(made + turn, step, at, situation)


def _before_appointment(situation: Situation, steps: list[Mapping[str, Any]]) -> Iterator[Step]:
    meeting = appointment(situation)
    if meeting is None:
        at = next_open(situation.now + timedelta(hours=1), situation.hours)
        yield _step(0, {"verb": "propose_times", "medium": "sms", "purpose": "service"}, at, situation)
        return
    last = situation.last_try
    for place, step in enumerate(steps):
        at = meeting - timedelta(hours=int(step["hours_before"]))
        made = last is not None and last >= at - timedelta(hours=1)
        if meeting > situation.now and not made:
            yield _step(place, step, at, situation)


def appointment(situation: Situation) -> datetime | None:
    """When they meet, from the day and the hour that were agreed; noon where no hour is known."""
    on, at = situation.value("visit_date"), situation.value("visit_time")
    if not on:
        return None
    try:
        moment = datetime.fromisoformat(f"{on}T{at or '12:00'}")
    except ValueError:
        return None
    return moment.replace(tzinfo=situation.now.tzinfo)


def _step(place: int, step: Mapping[str, Any], at: datetime, situation: Situation) -> Step:
    verb = str(step["verb"])
    medium = _reachable(str(step.get("medium") or MEDIA.get(verb, "sms")), situation)
    purpose = str(step.get("purpose") or "marketing")
    return Step(place, verb, medium, at.replace(second=0, microsecond=0), str(step.get("fallback") or ""), purpose)


def _reachable(medium: str, situation: Situation) -> str:
    """This medium, or the next best by which the lead can be reached."""
    open_ones = situation.reachable - situation.blocked
    ways = {"call": ("sms", "email"), "sms": ("chat", "email", "call"), "email": ("sms", "chat", "call")}
    return next((one for one in (medium, *ways.get(medium, ())) if one in open_ones), medium)


def _moved(step: Step, situation: Situation, paused: datetime | None, rules: Mapping[str, Any]) -> Step:
    """The step when it may really be made: not in the past, not while it rests, not beyond the quota, and when it is open."""
    at = max(step.at, situation.now)
    if step.purpose == "marketing":
        at = max(at, paused) if paused is not None else at
        if step.medium in TEXTING:
            at = _within_quota(at, situation, rules["quota"])
    if step.purpose != "service" or at > situation.now:
        at = next_open(at, situation.hours)
    return replace(step, at=at.replace(second=0, microsecond=0))


def _within_quota(at: datetime, situation: Situation, quota: Mapping[str, Any]) -> datetime:
    """The first moment from then on at which one more marketing text keeps the quota; every text sent counts as one."""
    sent = [turn.at for turn in situation.turns if turn.speaker != "prospect" and turn.medium in TEXTING]
    sent = [one.astimezone(at.tzinfo) for one in sent]
    for _ in range(14):
        today = sum(one.date() == at.date() for one in sent)
        week = sum(at - timedelta(days=7) < one <= at for one in sent)
        if today < quota["marketing_texts_a_day"] and week < quota["marketing_texts_in_7_days"]:
            return at
        at = days_later(at, 1, "", situation.hours)
    return at


def _paused_until(situation: Situation, rules: Mapping[str, Any]) -> datetime | None:
    """So many days after the last human reply, at the same hour of the lead's clock; None when that is over."""
    last = _inbound(situation)
    if last is None or not rules["pause_days"] or _wrote_first(situation):
        return None
    until = days_later(last.astimezone(situation.now.tzinfo), int(rules["pause_days"]), "", situation.hours)
    return until if until > situation.now else None


def _wrote_first(situation: Situation) -> bool:
    """What they wrote before anybody tried is the inquiry, not a reply that rests the cadence."""
    tries = [turn.at for turn in situation.turns if turn.speaker != "prospect"] + [one.at for one in situation.done]
    first = min(tries, default=None)
    last = _inbound(situation)
    return situation.stage == "new" and (first is None or (last is not None and last < first))


def _inbound(situation: Situation) -> datetime | None:
    return situation.last_inbound.at if situation.last_inbound is not None else None
