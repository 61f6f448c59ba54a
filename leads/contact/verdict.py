"""May this person be contacted now, why not, and when? Everything that goes out asks here (leads/services/contacting.py).

The rules and where they come from: docs/compliance.md. In doubt the answer is no.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from leads.contact import words
from leads.contact.dialled import exemption
from leads.contact.facts import MEDIA, PURPOSES, Ask, Facts, No, Rule, Verdict
from leads.contact.hours import next_open
from leads.contact.lasting import LASTING, unconsented
from leads.contact.passing import PASSING, clocks_of, free


def may_contact(facts: Facts, *, medium: str, purpose: str, at: datetime) -> Verdict:
    """May this person be contacted in this medium, for this purpose, at this moment (aware)? Pure; reads no clock.

    `medium` is chat | sms | email | call | social, `purpose` reply | service | marketing | opt_out.
    """
    if medium not in MEDIA or purpose not in PURPOSES:
        return _verdict(facts, "unread", {}, None, None)
    ask = Ask(medium, purpose, at)
    lasting = _first(facts, ask, LASTING)
    no = lasting or _first(facts, ask, PASSING)
    if no is None:
        return _allowed(facts, ask)
    later = None if lasting else _next(facts, ask)
    return _verdict(facts, no.reason, no.said, later, no.rule)


def _allowed(facts: Facts, ask: Ask) -> Verdict:
    """Yes; where no consent bears it, yes to a person's own hands alone, for as long as the exemption lasts."""
    leave = exemption(facts, ask) if unconsented(facts, ask) is not None else None
    if leave is None:
        return replace(_verdict(facts, "ok", {}, None, Rule("all", "every rule was asked")), allow=True)
    zone = ZoneInfo(_zone(facts))
    said = {name: f"{at.astimezone(zone):%-d %b %Y}" for name, at in (("day", leave.since), ("until", leave.until))}
    told = _verdict(facts, leave.reason, said, None, leave.rule)
    return replace(told, allow=True, by_hand=True, until=leave.until)


def _verdict(facts: Facts, reason: str, said: Mapping[str, str], later: datetime | None, rule: Rule | None) -> Verdict:
    sentence = words.sentence(reason, said)
    if later is not None:
        sentence = f"{sentence} {words.sentence('from', {'when': _when(later, facts)})}"
    told = words.rule(reason)
    return Verdict(False, reason, sentence, later, rule or Rule(told["rule"], told["source"]))


def refused(reason: str) -> Verdict:
    """A refusal for a reason that lies outside of the facts: what cannot be sent from here, or nobody to send it to."""
    told = words.rule(reason)
    return Verdict(False, reason, words.sentence(reason, {}), None, Rule(told["rule"], told["source"]))


def _when(at: datetime, facts: Facts) -> str:
    """A moment on their clock; on the tenant's where theirs is not known."""
    zone = _zone(facts)
    return f"{at.astimezone(ZoneInfo(zone)):%a %-d %b, %H:%M} ({zone.rpartition('/')[2].replace('_', ' ')})"


def _zone(facts: Facts) -> str:
    return facts.where.zones[0] if facts.where.told else facts.zone


def _first(facts: Facts, ask: Ask, checks: Sequence[Callable[[Facts, Ask], No | None]]) -> No | None:
    return next((no for check in checks if (no := check(facts, ask)) is not None), None)


def _next(facts: Facts, ask: Ask) -> datetime | None:
    """The first moment at which nothing stands against it; None when something lasting would by then."""
    moment, asked = ask.at.astimezone(UTC), clocks_of(facts, ask)
    for _ in range(100):
        opened = next_open(asked, free(facts, replace(ask, at=moment)))
        if opened is None:
            return None
        if opened == moment:
            there = replace(ask, at=moment)
            return None if _first(facts, there, (*LASTING, *PASSING)) else moment
        moment = opened
    return None
