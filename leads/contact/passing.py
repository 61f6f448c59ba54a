"""What stands against contacting them that passes with time: the hour, and how often they were tried?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from leads.contact.facts import AGENT, DAY, HOUR, PHONE, PROSPECT, WEEK, Ask, Facts, No, Rule, Talked
from leads.contact.hours import Clock, clocks, closed, limit_of
from leads.contact.ledger import MARKETING, OPT_OUT, REPLY


def _quiet(facts: Facts, ask: Ask) -> No | None:
    clock = closed(clocks_of(facts, ask), ask.at)
    if clock is None:
        return None
    local = ask.at.astimezone(ZoneInfo(clock.zone))
    said = {"time": f"{local:%H:%M}", "place": clock.zone.rpartition("/")[2].replace("_", " ")}
    own = clock.week.rule.startswith("tenant.")
    reason = "office_hours" if own else "quiet_hours" if facts.where.told else "quiet_somewhere"
    return No(reason, said, Rule(clock.week.rule, clock.week.source))


def clocks_of(facts: Facts, ask: Ask) -> tuple[Clock, ...]:
    """All clocks that have to be open. The one confirmation of an opt-out is due at once, whatever the hour."""
    if ask.purpose == OPT_OUT:
        return ()
    own = facts.rules.hours.get(ask.medium)
    if ask.medium in PHONE:
        weeks = tuple(replace(week, closed_on=facts.rules.closed_days) for week in ([own] if own else []))
        found = clocks(facts.where.places, weeks)
        shut = facts.rules.closed_days
        return tuple(replace(c, week=replace(c.week, closed_on=shut)) for c in found) if shut else found
    return (Clock(facts.zone, own),) if own else ()


def _storm(facts: Facts, ask: Ask) -> No | None:
    return No("storm") if _over(_out(facts), HOUR, facts.rules.per_hour, ask.at) else None


def _often(facts: Facts, ask: Ask) -> No | None:
    for times, span, most, no in _caps(facts, ask):
        if _over(times, span, most, ask.at):
            return no
    return None


def _caps(facts: Facts, ask: Ask) -> Iterator[tuple[list[datetime], timedelta, int, No]]:
    if ask.purpose != MARKETING or ask.medium not in PHONE:
        return
    if ask.medium == "sms":
        texts, rules = _out(facts, ("sms",), MARKETING), facts.rules
        yield texts, DAY, rules.texts_per_day, No("daily_cap", {"most": str(rules.texts_per_day)})
        yield texts, WEEK, rules.texts_per_week, No("weekly_cap", {"most": str(rules.texts_per_week)})
    for state in facts.where.states:
        if limit := limit_of(state):
            said = {"most": str(limit["most"]), "hours": str(limit["hours"]), "state": state}
            rule = Rule(f"limit.state.{state}", limit["source"])
            tries = _out(facts, PHONE, MARKETING)
            yield tries, timedelta(hours=limit["hours"]), limit["most"], No("state_cap", said, rule)


def _out(facts: Facts, media: Sequence[str] = (), purpose: str = "") -> list[datetime]:
    """When we wrote, oldest first. Words of unknown purpose are an answer within a day of theirs, and an offer else."""
    heard = [one.at for one in facts.talk if one.speaker == PROSPECT]

    def meant(one: Talked) -> str:
        return one.purpose or (REPLY if any(timedelta() <= one.at - at <= DAY for at in heard) else MARKETING)

    return sorted(
        one.at
        for one in facts.talk
        if one.speaker == AGENT and (not media or one.medium in media) and (not purpose or meant(one) == purpose)
    )


def _within(times: Sequence[datetime], span: timedelta, at: datetime) -> list[datetime]:
    return [one for one in times if at - one < span]


def _over(times: Sequence[datetime], span: timedelta, most: int, at: datetime) -> bool:
    return len(_within(times, span, at)) >= most


def free(facts: Facts, ask: Ask) -> datetime:
    """The first moment from `ask.at` on at which no count stands against it; never (the far end) where none is allowed at all."""
    moment = ask.at
    counts = [(_out(facts), HOUR, facts.rules.per_hour), *((t, s, m) for t, s, m, _ in _caps(facts, ask))]
    for times, span, most in counts:
        inside = _within(times, span, moment)
        if most <= 0:
            return datetime.max.replace(tzinfo=UTC) - WEEK * 4
        if len(inside) >= most:
            moment = max(moment, inside[len(inside) - most] + span)
    return moment


PASSING: Final[tuple[Callable[[Facts, Ask], No | None], ...]] = (_quiet, _storm, _often)
