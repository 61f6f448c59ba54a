"""What stands against contacting them that time alone does not change?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from leads.contact.dialled import exemption
from leads.contact.facts import PHONE, PROSPECT, Ask, Facts, No
from leads.contact.ledger import ANY, MARKETING, OPT_OUT, SERVICE, Line, opted_out_since, standing
from leads.contact.rules import REGISTERED

CONFIRM_WITHIN: Final = timedelta(minutes=5)
IN_THREAD: Final = ("chat", "social")  # there is no address: one answers where they wrote
FROZEN: Final = ("duplicate", "invalid", "other_agent")


def _record(facts: Facts, ask: Ask) -> No | None:
    if facts.deleted:
        return No("deleted")
    if facts.overlay in FROZEN:
        return No(facts.overlay)
    return None


def _opted_out(facts: Facts, ask: Ask) -> No | None:
    if ask.purpose == OPT_OUT:
        return None
    held = standing(_lines(facts), ask.medium, ask.purpose)
    if held is not None and not held.given:
        return No("opted_out", {"day": f"{held.at:%-d %b %Y}"})
    return No("dnc") if facts.overlay == "dnc" else None


def _lines(facts: Facts) -> tuple[Line, ...]:
    """The ledger, and what the lead's own row holds of opt-outs, should the two ever differ."""
    noted = [
        Line(False, medium, OPT_OUT, _at(entry), source="lead")
        for medium, entry in facts.dnd.items()
        if entry.get("on") and entry.get("by") == "opt_out"
    ]
    return (*facts.ledger, *noted)


def _at(entry: Mapping[str, Any]) -> datetime:
    try:
        found = datetime.fromisoformat(str(entry.get("at")))
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)  # nobody knows since when: nothing later undoes it
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _do_not_disturb(facts: Facts, ask: Ask) -> No | None:
    for medium in (ask.medium, ANY):
        entry = facts.dnd.get(medium) or {}
        if not entry.get("on") or entry.get("by") == "opt_out":
            continue
        if entry.get("by") == "wrong_number":
            if entry.get("number", facts.phone) == facts.phone:
                return No("wrong_number")
            continue
        return No("highlevel_dnd" if entry.get("by") == "highlevel" else "person_dnd")
    return None


def _address(facts: Facts, ask: Ask) -> No | None:
    if ask.medium in PHONE and not facts.phone:
        return No("no_number")
    if ask.medium == "email" and not facts.email:
        return No("no_email")
    if ask.medium in IN_THREAD and ask.medium not in facts.wrote:
        return No(f"no_{ask.medium}")
    return None


def _paused(facts: Facts, ask: Ask) -> No | None:
    paused = facts.overlay == "paused_by_lead" and ask.purpose in (MARKETING, SERVICE)
    return No("paused") if paused else None


def _registered(facts: Facts, ask: Ask) -> No | None:
    return No("not_registered") if ask.medium == "sms" and facts.rules.ten_dlc != REGISTERED else None


def _imprint(facts: Facts, ask: Ask) -> No | None:
    wanted = ask.medium == "email" and ask.purpose == MARKETING
    return No("no_postal_address") if wanted and not facts.rules.postal_address else None


def _consent(facts: Facts, ask: Ask) -> No | None:
    no = unconsented(facts, ask)
    return no if no is None or exemption(facts, ask) is None else None


def unconsented(facts: Facts, ask: Ask) -> No | None:
    """Telephones need consent: in writing for offers, any for what was agreed, and a fresh question for its answer."""
    if ask.medium not in PHONE or ask.purpose == OPT_OUT:
        return None
    held = standing(facts.ledger, ask.medium, ask.purpose)
    if ask.purpose == MARKETING:
        return None if held is not None and held.given and held.written else No("no_consent")
    if held is not None and held.given:
        return None
    if ask.purpose == SERVICE:
        return None if facts.wrote.intersection(PHONE) else No("no_service_consent")
    asked = [one.at for one in facts.talk if one.speaker == PROSPECT and one.medium in PHONE and one.at <= ask.at]
    fresh = bool(asked) and ask.at - max(asked) <= timedelta(hours=facts.rules.reply_hours)
    return None if fresh else No("stale_question", {"hours": str(facts.rules.reply_hours)})


def _confirmation(facts: Facts, ask: Ask) -> No | None:
    """The one confirmation of an opt-out: a text, within five minutes, once."""
    if ask.purpose != OPT_OUT:
        return None
    since = opted_out_since(_lines(facts), ask.medium)
    if since is None or ask.medium != "sms":
        return No("nothing_to_confirm")
    if any(one.purpose == OPT_OUT and one.at >= since for one in facts.talk):
        return No("confirmed_already")
    return No("too_late_to_confirm") if ask.at - since > CONFIRM_WITHIN else None


LASTING: Final[tuple[Callable[[Facts, Ask], No | None], ...]] = (
    _record, _opted_out, _do_not_disturb, _address, _paused, _registered, _imprint, _consent, _confirmation,
)  # fmt: skip
