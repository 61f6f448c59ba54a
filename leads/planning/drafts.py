"""Which words may the agent send or say? Ours, filled from known facts only, in the lead's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from babel.dates import format_date, format_time

from leads.planning.cadence import appointment
from leads.planning.evidence import table
from leads.planning.hours import two_times
from leads.planning.situation import Situation

_HOLE: Final = re.compile(r"\{(\w+)\}")
LONGEST_VALUE: Final = 60  # characters of a name that is filled in


@dataclass(frozen=True)
class Draft:
    """Words ready to be looked at: the text, and the subject of an e-mail."""

    text: str = ""
    subject: str = ""


def draft(verb: str, situation: Situation, *, medium: str = "") -> Draft:
    """The first text of this verb that fits and can be filled; nothing for what is done without words."""
    language = language_of(situation)
    values = facts(situation)
    for told in table("drafts").get(verb, {}).get("texts", ()):
        text = told[language]
        if _fits(told, situation) and set(_HOLE.findall(text)) <= values.keys():
            subject = told.get("subject", {}).get(language, "") if medium == "email" else ""
            return Draft(_clean(_filled(text, values)), subject or (_subject(medium, language)))
    return Draft()


def title(verb: str, situation: Situation) -> str:
    """What is to be done, for the agent's list."""
    told = table("drafts").get(verb, {}).get("title", {"en": verb.replace("_", " ").capitalize() + " {name}"})
    return _filled(told.get(situation.agent_language) or told["en"], {"name": situation.first_name or "them"})


def language_of(situation: Situation) -> str:
    return "es" if situation.language[:2] == "es" else "en"


def facts(situation: Situation) -> dict[str, str]:
    """What the placeholders stand for here."""
    spanish = language_of(situation) == "es"
    first, second = two_times(situation.now, situation.hours)
    name = _name(situation.first_name)
    home, area = _name(situation.home.name), _area(situation)
    who = _who(situation, spanish=spanish)
    known = {
        "hi": (f"Hola {name}" if name else "Hola") if spanish else (f"Hi {name}" if name else "Hello"),
        "intro": f"{'soy' if spanish else 'this is'} {who}. " if who else "",
        "sign": f"\n\n{_name(situation.agent)}" if situation.agent else "",
        "about": f" {'sobre' if spanish else 'about'} {home}" if home else "",
        "in_area": f" {'en' if spanish else 'in'} {area}" if area else "",
        "ask": f" {situation.question.strip()}" if situation.question.strip() else "",
        "slot_1": moment(first, spanish=spanish),
        "slot_2": moment(second, spanish=spanish),
    }
    if (meeting := appointment(situation)) is not None and situation.value("visit_time"):
        known["when"] = moment(meeting, spanish=spanish)
    return known


def moment(at: datetime, *, spanish: bool) -> str:
    """A day and an hour as people write them, in the lead's zone: Thu, Nov 26 at 5:15 PM."""
    locale = "es_US" if spanish else "en_US"
    day = format_date(at.date(), "EEE d 'de' MMM" if spanish else "EEE, MMM d", locale=locale)
    hour = format_time(at.time(), "h:mm a", locale=locale).replace("\u202f", " ")
    return f"{'el ' if spanish else ''}{day} {'a las' if spanish else 'at'} {hour}"


def _who(situation: Situation, *, spanish: bool) -> str:
    agent, house = _name(situation.agent), _name(situation.brokerage)
    if agent and house:
        return f"{agent} {'de' if spanish else 'from'} {house}"
    return agent or house


def _area(situation: Situation) -> str:
    places = [str(one.value) for one in situation.slots if one.name == "location"]
    return _name(places[-1]) if places and places[-1] != "any" else ""


def _name(text: str) -> str:
    """One clean line; nothing where it is too long or holds what a template could misread."""
    clean = " ".join(str(text).split())
    return clean if len(clean) <= LONGEST_VALUE and "{" not in clean and "}" not in clean and "://" not in clean else ""


def _fits(told: Mapping[str, Any], situation: Situation) -> bool:
    here = {"stage": situation.stage, "vertical": situation.vertical, "side": situation.side}
    return all(value in told[name] for name, value in here.items() if name in told)


def _subject(medium: str, language: str) -> str:
    return "" if medium != "email" else "Su búsqueda" if language == "es" else "A question"


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _HOLE.sub(lambda hole: values[hole[1]], text)


def _clean(text: str) -> str:
    """Sentences begin in capitals wherever what stood before them was left out."""
    begun = re.sub(r"(^|[.?!]\s+|[,:]\n\n)([a-záéíóúñ])", lambda hit: hit[1] + hit[2].upper(), text)
    return re.sub(r"[ \t]{2,}", " ", begun).strip()
