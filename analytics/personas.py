"""What would this prospect say to that? A scripted person who reacts: local, the same for the same words, without Claude."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from importlib import resources
from typing import Any, Final

import yaml

from analytics import covering, meeting, next_step, spoken
from analytics.rubric import TOPICS, pattern
from analytics.skills import OBJECTION
from coaching.fairhousing import FairHousingQuestion, guard
from leads.words import folded

LANGUAGES: Final = ("en", "es")
LONGEST_TALK: Final = 10  # the agent's messages after which they have to go
TAKEN, LEFT, SENT_OFF, OVER = "taken", "left", "sent_off", "over"


@dataclass(frozen=True)
class Persona:
    """Who is played: what they bring (`skill`), how they are, in which language; `seed` chooses among their words."""

    skill: str
    temperament: str
    language: str = "en"
    seed: int = 0

    @property
    def kind(self) -> str:
        """The objection that they raise; an agent who practises objections as such meets a usual one."""
        if self.skill.startswith(OBJECTION):
            return self.skill.removeprefix(OBJECTION)
        usual = ("affordability", "stall", "just_looking", "rates")
        return usual[self.seed % len(usual)] if self.skill == "objections" else ""


@dataclass(frozen=True)
class Mood:
    """Where the talk stands with them. `ended` is why it is over, "" while it goes on."""

    trust: int = 0
    annoyed: int = 0
    turn: int = 0
    revealed: bool = False
    told: tuple[str, ...] = ()
    ended: str = ""

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Mood:
        known = {name: kept[name] for name in cls.__dataclass_fields__ if name in kept}
        return cls(**{**known, "told": tuple(known.get("told", ()))})


@dataclass(frozen=True)
class Heard:
    """What an agent's message does, as this person feels it."""

    questions: int
    topics: tuple[str, ...]
    argues: bool
    hears: bool  # acknowledges
    step: str  # next_step.DATED, LOOSE, VAGUE, NONE
    named: bool
    steers: bool


@dataclass(frozen=True)
class Reply:
    text: str
    mood: Mood
    heard: Heard


def temperaments() -> tuple[str, ...]:
    return tuple(_book()["temperaments"])


def temper(name: str) -> Mapping[str, Any]:
    """How a temperament is; a name that is not known is calm."""
    book: Mapping[str, Any] = _book()["temperaments"]
    found: Mapping[str, Any] = book.get(name) or book["calm"]
    return found


def opening(persona: Persona) -> str:
    """How they begin."""
    language = _language(persona)
    scene = _scene(persona)
    return _pick(scene["open"] if scene else _book()["inquiry"][language], persona, "open", 0)


def hear(text: str, at: datetime) -> Heard:
    """Read one message of the agent's."""
    asked, argues, hears = meeting.judged(text)
    plain = folded(text)
    return Heard(
        questions=spoken.questions(text) if asked else 0,
        topics=tuple(covering.asks(text)),
        argues=argues,
        hears=hears,
        step=next_step.named_in(text, at),
        named=bool(pattern("identity").search(plain)),
        steers=bool(guard(FairHousingQuestion(text, "agent")).flags),
    )


def answer(persona: Persona, mood: Mood, text: str, *, at: datetime) -> Reply:
    """What they say next, and where that leaves them."""
    heard = hear(text, at)
    felt = _felt(persona, mood, heard)
    words, felt = _words(persona, felt, heard)
    if not felt.ended and felt.turn >= LONGEST_TALK:
        felt = replace(felt, ended=OVER)
    return Reply(words, felt, heard)


def _felt(persona: Persona, mood: Mood, heard: Heard) -> Mood:
    well = heard.questions == 1 and not heard.argues
    trust = mood.trust + (1 if well else 0) + (1 if well and heard.hears else 0) - (1 if heard.argues else 0)
    annoyed = mood.annoyed + heard.argues + heard.steers + (heard.questions > 2)
    ended = SENT_OFF if heard.steers else LEFT if annoyed >= int(temper(persona.temperament)["patience"]) else ""
    return replace(mood, trust=max(-2, trust), annoyed=annoyed, turn=mood.turn + 1, ended=ended)


def _words(persona: Persona, mood: Mood, heard: Heard) -> tuple[str, Mood]:
    if mood.ended:
        return _say(persona, mood, "uneasy" if heard.steers else "gone"), mood
    if heard.step == next_step.DATED:
        return _to_a_step(persona, mood)
    if heard.argues and (scene := _scene(persona)):
        return scene["firm"], mood
    if heard.questions:
        return _to_a_question(persona, mood, heard)
    if heard.step == next_step.VAGUE:
        return _say(persona, mood, "vague"), replace(mood, ended=OVER)
    if mood.turn == 1 and not heard.named and persona.skill == "opening":
        return _say(persona, mood, "identity"), mood
    return _say(persona, mood, "unheard"), mood


def _to_a_step(persona: Persona, mood: Mood) -> tuple[str, Mood]:
    """They agree to who has understood them; to who has not, not yet."""
    if mood.trust >= int(temper(persona.temperament)["trust"]) and (mood.revealed or not persona.kind):
        return _say(persona, mood, "taken"), replace(mood, ended=TAKEN)
    return _say(persona, mood, "not_yet"), mood


def _to_a_question(persona: Persona, mood: Mood, heard: Heard) -> tuple[str, Mood]:
    """The first question is answered; what lies behind an objection comes out for who asks about it first."""
    topic = next((one for one in heard.topics if one in TOPICS), "")
    scene = _scene(persona)
    if scene and not mood.revealed:
        text, mood = (
            _lead_in(persona, mood) + _pick(scene["reveal"], persona, "reveal", 0),
            replace(mood, revealed=True),
        )
    elif topic and topic not in mood.told:
        text = _pick(_book()["facts"][_language(persona)][topic], persona, topic, 0)
        mood = replace(mood, told=(*mood.told, topic))
    elif mood.revealed and "softened" not in mood.told:
        text, mood = _say(persona, mood, "softened"), replace(mood, told=(*mood.told, "softened"))
    else:
        text = _say(persona, mood, "nothing_more")
    if heard.questions > 1:
        text = _say(persona, mood, "two").replace("{answer}", text)
    return text, mood


def _scene(persona: Persona) -> Mapping[str, Any] | None:
    scene: Mapping[str, Any] | None = _book()["scenes"].get(persona.kind)
    return scene[_language(persona)] if scene else None


def _language(persona: Persona) -> str:
    return persona.language if persona.language in LANGUAGES else "en"


def _lead_in(persona: Persona, mood: Mood) -> str:
    return _pick(temper(persona.temperament)[_language(persona)], persona, "manner", mood.turn)


def _say(persona: Persona, mood: Mood, what: str) -> str:
    return _pick(_book()["said"][_language(persona)][what], persona, what, mood.turn)


def _pick(among: Sequence[str], persona: Persona, what: str, turn: int) -> str:
    """The same choice for the same person at the same place."""
    return among[(zlib.crc32(f"{persona.seed}|{what}".encode()) + turn) % len(among)]


@lru_cache(maxsize=1)
def _book() -> Mapping[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = resources.files("analytics").joinpath("data", "personas.yaml").read_text("utf-8")
    found: Mapping[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader either way
    return found
