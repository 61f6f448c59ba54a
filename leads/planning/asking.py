"""How is a situation written down in JSON for the planner?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any, Final

from enterprisehub.errors import Invalid
from leads import conversation, qualification
from leads.handoff import HandOff
from leads.lifecycle import OVERLAYS, STAGES
from leads.packs import sides, verticals
from leads.planning.evidence import day
from leads.planning.hours import hours_of
from leads.planning.situation import Done, Home, Known, Situation, Turn
from leads.preferences import state_of
from leads.slots import SLOTS, Slot

MEDIA: Final = ("chat", "sms", "email", "call", "social")
MOST: Final = 500
LANGUAGES: Final = ("en", "es")
_TEXTS: Final = ("first_name", "agent", "brokerage", "hand_off", "exception", "question")
LONGEST_TEXT: Final = 200


def parse(given: Mapping[str, Any]) -> Situation:
    """`conversation` [{speaker, text, at?, medium?}], `facts` [{name, value, quote?, at?, confidence?, earlier?, contradiction?}], `stage`,
    `overlay`, `side`, `vertical`, `language`, `agent_language`, `first_name`, `agent`, `brokerage`, `listing` {name, price, currency,
    facts}, `agreement`, `exception`, `began`, `since`, `done` [{verb, at, outcome, medium}], `reachable`, `blocked`, `score`,
    `hand_off`, `settings` (business_hours, cadences, choose, pause_days, quota), `now`, `timezone`, `country`; all may be left out.

    Without `facts` they are read from the conversation. Invalid names what is wrong.
    """
    asked = conversation.parse({"conversation": [], **{k: v for k, v in given.items() if v is not None}})
    zone = asked.now.tzinfo
    turns = tuple(
        Turn(turn.speaker, turn.text, turn.at or asked.now, _medium(raw))
        for turn, raw in zip(asked.turns, given.get("conversation") or [], strict=True)
    )
    slots = _facts(given, asked.now) if given.get("facts") is not None else _read(state_of(asked), turns)
    settings = _object(given, "settings")
    texts = {name: _text(given, name) for name in _TEXTS}
    situation = Situation(
        now=asked.now,
        stage=_one_of(given, "stage", STAGES, "engaged" if turns else "new"),
        overlay=_one_of(given, "overlay", OVERLAYS, "none"),
        side=_one_of(given, "side", sides(), "buyer"),
        vertical=_one_of(given, "vertical", verticals(), "any"),
        language=_one_of(given, "language", LANGUAGES, "en"),
        agent_language=_one_of(given, "agent_language", LANGUAGES, "en"),
        slots=slots,
        turns=turns,
        done=tuple(_done(one, zone) for one in _listed(given, "done")),
        score=_number(given, "score", most=1.0),
        agreement=_truth(given, "agreement"),
        began=_moment(given.get("began"), zone, "began"),
        since=_moment(given.get("since"), zone, "since"),
        home=_home(_object(given, "listing")),
        reachable=_media(given, "reachable") or frozenset({"call", "sms", "email"}),
        blocked=_media(given, "blocked"),
        hours=hours_of(settings, str(given.get("office_timezone") or given.get("timezone") or "America/New_York")),
        own=settings,
        **texts,
    )
    return situation if situation.question else _with_question(situation)


def _with_question(situation: Situation) -> Situation:
    """The next open question of the qualification is the one that a draft may end with."""
    lead = {
        "side": situation.side,
        "vertical": situation.vertical,
        "stage": situation.stage,
        "overlay": situation.overlay,
        "facts": [
            {"name": one.name, "value": one.value, "confidence": one.confidence}
            for one in situation.slots
            if isinstance(one.value, str | int | float | bool)
        ][:MOST],
        "language": situation.language,
        "now": situation.now.isoformat(),
    }
    found = qualification.qualify(qualification.parse(lead)).next
    text = found.text if found is not None and not isinstance(found, HandOff) else ""
    return Situation(**{**vars(situation), "question": text})


def _read(state: tuple[Slot, ...], turns: tuple[Turn, ...]) -> tuple[Known, ...]:
    return tuple(
        Known(
            slot.name,
            slot.value,
            slot.quote,
            confidence=slot.confidence,
            at=turns[slot.turn].at if 0 <= slot.turn < len(turns) else None,
            earlier=slot.earlier,
            contradiction=slot.contradiction,
        )
        for slot in state
    )


def _facts(given: Mapping[str, Any], now: datetime) -> tuple[Known, ...]:
    return tuple(_fact(one, now) for one in _listed(given, "facts"))


def _fact(one: Any, now: datetime) -> Known:
    if not isinstance(one, dict) or not isinstance(one.get("name"), str):
        raise Invalid("Each of `facts` has a name and a value.", field="facts")
    value = one.get("value")
    if not isinstance(value, str | int | float | bool):
        raise Invalid("A fact's value is a text, a number, true or false.", field="facts")
    if one["name"] in SLOTS and SLOTS[one["name"]].type == "date" and day(value) is None:
        raise Invalid(f"`{one['name'][:40]}` is a day like 2026-12-31.", field="facts")
    sure = one.get("confidence", 1.0)
    if isinstance(sure, bool) or not isinstance(sure, int | float) or not 0 <= sure <= 1:
        raise Invalid("A fact's confidence is a number from 0 to 1.", field="facts")
    at = _moment(one.get("at"), now.tzinfo, "facts")
    quote = one.get("quote")
    return Known(
        one["name"][:40],
        value,
        quote if isinstance(quote, str) else "",
        confidence=float(sure),
        at=at or now,
        earlier=one.get("earlier"),
        contradiction=True in (one.get("contradiction"), one.get("contradicted")),
    )


def _home(given: Mapping[str, Any]) -> Home:
    price = given.get("price")
    good = isinstance(price, int | float) and not isinstance(price, bool) and 0 < price < 1e12
    facts = given.get("facts")
    name, currency = given.get("name"), given.get("currency")
    return Home(
        name[:LONGEST_TEXT] if isinstance(name, str) else "",
        float(price) if good and price is not None else None,
        currency if isinstance(currency, str) and len(currency) == 3 else "USD",
        facts if isinstance(facts, dict) else {},
    )


def _done(one: Any, zone: tzinfo | None) -> Done:
    if not isinstance(one, dict) or not isinstance(one.get("verb"), str):
        raise Invalid("Each of `done` has a verb and a time.", field="done")
    at = _moment(one.get("at"), zone, "done")
    if at is None:
        raise Invalid("Each of `done` has a verb and a time.", field="done")
    return Done(one["verb"][:30], at, str(one.get("outcome") or "")[:40], _medium(one))


def _medium(one: Any) -> str:
    medium = one.get("medium") if isinstance(one, dict) else None
    return medium if medium in MEDIA else "chat"


def _media(given: Mapping[str, Any], field: str) -> frozenset[str]:
    listed = _listed(given, field)
    if any(one not in MEDIA for one in listed):
        raise Invalid(f"Each of `{field}` is one of {', '.join(MEDIA)}.", field=field)
    return frozenset(listed)


def _one_of(given: Mapping[str, Any], field: str, allowed: tuple[str, ...], default: str) -> str:
    value = given.get(field)
    if value is None or value == "":
        return default
    if not isinstance(value, str) or value not in allowed:
        raise Invalid(f"`{field}` is one of {', '.join(allowed)}.", field=field)
    return value


def _text(given: Mapping[str, Any], field: str) -> str:
    value = given.get(field)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > 1_000:
        raise Invalid(f"`{field}` is a text.", field=field)
    return value


def _truth(given: Mapping[str, Any], field: str) -> bool:
    value = given.get(field, False)
    if value is not None and not isinstance(value, bool):
        raise Invalid(f"`{field}` is true or false.", field=field)
    return bool(value)


def _number(given: Mapping[str, Any], field: str, *, most: float) -> float | None:
    value = given.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise Invalid(f"`{field}` is a number from 0 to {most:g}.", field=field)
    return float(value)


def _object(given: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    value = given.get(field)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Invalid(f"`{field}` is an object.", field=field)
    return value


def _listed(given: Mapping[str, Any], field: str) -> list[Any]:
    value = given.get(field)
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > MOST:
        raise Invalid(f"`{field}` is a list of at most {MOST}.", field=field)
    return value


def _moment(value: Any, zone: tzinfo | None, field: str) -> datetime | None:
    if value is None:
        return None
    try:
        read = datetime.fromisoformat(value)
        aware = read if read.tzinfo else read.replace(tzinfo=zone)
        if not 1900 <= aware.year <= 2200:
            raise ValueError
        return aware.astimezone(zone)
    except (ValueError, TypeError, OverflowError):
        raise Invalid(f"A time in `{field}` is written like 2026-03-01T09:30:00-06:00.", field=field) from None
