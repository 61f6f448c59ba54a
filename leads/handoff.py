"""When do the questions stop, who takes over, and is somebody only looking?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from leads import guessing
from leads.intent import read
from leads.words import LONGEST, Said, folded

PROSPECT = "prospect"
# an intent that is less sure was reported or denied
SURE = 0.6
LATEST = 12  # turns of the history that are read
# overlay of the lead -> why nothing is asked; the other overlays let a question pass
OF_OVERLAY = {
    "dnc": "opt_out",
    "other_agent": "signed_elsewhere",
    "paused_by_lead": "paused",
    "lost": "closed_record",
    "invalid": "closed_record",
    "duplicate": "closed_record",
}
_LOOKING = re.compile(
    r"\b(?:just|only) (?:looking|browsing|curious|window[- ]shopping)\b(?! (?:at|to|in|forward)\b| for (?!now\b|the moment\b|fun\b))"
    r"|\b(?:solo|solamente|nada mas) (?:estoy |estamos |ando |andamos )?(?:mirando|viendo|curioseando|explorando)\b"
)
# whoever says this is no longer only looking
_READY = frozenset(
    {"book_tour", "book_consult", "scheduling", "financing_question", "valuation_request", "sell_intent"}
)
# "I won't make an offer", "don't stop texting me", "my brother says he will sue": the words are there, the wish is not
_NOT_MEANT = re.compile(
    r"\b(?:not|never|no|nunca|without|sin|if|unless|whether|si|cannot"
    r"|(?:do|does|did|wo|would|could|should|is|are|was|have|has|ca)n'?t)\b[^.!?,;]{0,24}$"
    r"|\b(?:he|she|they|my \w+|mi \w+|\w+ (?:said|says|told|dijo|dice)) (?:said|says|told|wants?|dijo|dice|quiere)\b[^.!?;]*$"
)
# "my sister signed with another agent": not theirs, unless it is their own household that signed
_OF_OTHERS = re.compile(
    r"\b(?:he|she|they|who|somebody|someone|el|ella|ellos|quien|alguien"
    r"|(?:my|our|the|a|his|her|their|mi|su|un|una|el|la) (?!husband|wife|spouse|partner|esposo|esposa|marido|mujer|pareja)\w+)"
    r"(?: (?:has|have|had|is|are|was|just|already|also|then|ya|se|ha|habia|tambien)|'s|'ve|'d)*\s*$"
)
_THOUGHT = re.compile(
    r"\b(?:thinks|thought|believes|claims|said|says|told|heard|imagine|suppose|almost|nearly"
    r"|cree|creia|pense|piensa|dice|dijo|casi|ojala)\b[^.!?;]*$"
)
# "we had signed with another agent, but that ended in May"
_OVER = re.compile(
    r"^[^.!?]{0,60}\b(?:expired|ended|is over|was over|fell through|cancel\w*|terminated|released|fired|ran out|no longer"
    r"|last year|years? ago|used to|vencio|termino|acabo|cancel\w+|ya no|el ano pasado|hace \w+ anos)\b"
)
# "don't stop texting me", "no deje de escribirme"
_DENIED = re.compile(r"(?<!you )\b(?:not|never|no|nunca|\w+n'?t)(?: ever)? $")
_TRUE = frozenset({"signed", "signed_elsewhere", "exclusive"})


@dataclass(frozen=True)
class HandOff:
    """Why no question is asked: a reason of data/handoffs.yaml, and the sentence for the agent.

    `quote` = the words that show it, at `start` to `end` of turn `turn` of the history; "" and -1 when it follows from no words.
    """

    reason: str
    text: str
    quote: str = ""
    turn: int = -1
    start: int = 0
    end: int = 0


def hand_off(reason: str, language: str = "en") -> HandOff:
    """The reason with its sentence, English for a language that we do not write. KeyError for an unknown reason."""
    told = _data()[reason]
    return HandOff(reason, told.get(language) or told["en"])


def reasons() -> tuple[str, ...]:
    """Every reason, the most pressing first."""
    return tuple(_data())


def stays(reason: str) -> bool:
    """Does this reason hold until a person lifts it, however long ago it was said?"""
    return bool(_data().get(reason, {}).get("stays"))


def triggered(history: Sequence[Said], language: str = "en", *, since: int = 0) -> HandOff | None:
    """The most pressing reason in the prospect's own words, None when the questions may go on.

    What stays (an opt-out, a signed agreement elsewhere) counts from any of the LATEST turns: whoever keeps the lead turns it
    into an overlay meanwhile, and looks for it from turn `since` on. The rest counts only until the agent has spoken again.
    """
    fresh, oldest = _unanswered(history), max(len(history) - LATEST, 0)
    found = [
        replace(hit, turn=place)
        for place, turn in enumerate(history)
        if place >= oldest and turn.speaker == PROSPECT
        for hit in _reasons_in(turn.text, language, fresh=place >= fresh)
        if (place >= since if stays(hit.reason) else place >= fresh)
    ]
    return min(found, key=lambda hit: (reasons().index(hit.reason), hit.turn), default=None)


def told_of(text: str) -> tuple[HandOff, ...]:
    """Reasons that these words give beyond doubt, of oneself and not of others: enough to lay an overlay by rule."""
    plain = folded(text)
    hits = (
        (reason, hit)
        for reason, how in _data().items()
        for hit in (hit for pattern in how.get("lays", ()) for hit in _compiled(pattern).finditer(plain))
    )
    return tuple(
        HandOff(reason, hand_off(reason).text, text[hit.start() : hit.end()], 0, hit.start(), hit.end())
        for reason, hit in hits
        if of_oneself(plain, hit.start(), hit.end())
    )


def of_oneself(text: str, start: int, end: int) -> bool:
    """Are the words from start to end told as a fact of today and of oneself, not denied, supposed, of others or over?"""
    plain = folded(text)
    before = plain[:start]
    return not any(how.search(before) for how in (_NOT_MEANT, _OF_OTHERS, _THOUGHT)) and not _OVER.search(plain[end:])


def signed(value: object) -> bool:
    """Does this value of `agent_status` say that an agreement with somebody else is signed?"""
    return str(value).strip().casefold() in _TRUE


def only_looking(history: Sequence[Said]) -> int:
    """The turn in which the prospect last said so, -1 when they did not or have shown more since."""
    said = [place for place, turn in enumerate(history) if turn.speaker == PROSPECT and _looks(turn.text)]
    since = said[-1] if said else -1
    return since if said and not any(map(_ready, history[since + 1 :])) else -1


def asked_since(history: Sequence[Said], turn: int) -> bool:
    """Has the agent asked anything after that turn?"""
    return any(one.speaker != PROSPECT and "?" in one.text for one in history[turn + 1 :])


def _looks(text: str) -> bool:
    plain = folded(text)
    return any(not _NOT_MEANT.search(plain[: hit.start()]) for hit in _LOOKING.finditer(plain))


def _ready(turn: Said) -> bool:
    sure = (
        {intent.name for intent in read(turn.text) if intent.confidence >= SURE} if turn.speaker == PROSPECT else set()
    )
    return bool(_READY & sure)


def _unanswered(history: Sequence[Said]) -> int:
    # the first of the prospect's turns that the agent has not answered yet
    return max((place + 1 for place, turn in enumerate(history) if turn.speaker != PROSPECT), default=0)


@lru_cache(maxsize=64)  # what was said last is read again with the words that follow it
def _reasons_in(text: str, language: str, *, fresh: bool) -> tuple[HandOff, ...]:
    return tuple(_heard(text, 0, language, fresh=fresh))


def _heard(text: str, turn: int, language: str, *, fresh: bool) -> Iterator[HandOff]:
    """By patterns, or, of words that the agent has not answered yet and that no pattern knows, by the model's guess."""
    shown = tuple(_shown(text, turn, language))
    yield from shown
    if shown or not fresh or _turned(text):
        return
    chances = guessing.guessed(text[:LONGEST])
    likeliest = max(chances, key=lambda reason: chances[reason], default="")
    unless = _data()[likeliest].get("unless") if likeliest else None
    if unless and _compiled(unless).search(folded(text)):
        return
    if sum(chances.values()) >= guessing.SOME and chances[likeliest] >= (
        guessing.LASTING if stays(likeliest) else guessing.SURE
    ):
        yield replace(hand_off(likeliest, language), quote=text, turn=turn, start=0, end=len(text))


def _turned(text: str) -> bool:
    """Does a pattern know these words, and were they denied, supposed or reported? Then no guess knows better."""
    plain = folded(text)
    return any(_LOOKING.search(plain) or p.search(plain) for patterns in _patterns().values() for p in patterns)


def _shown(text: str, turn: int, language: str) -> Iterator[HandOff]:
    plain = folded(text)
    if not plain.strip():
        return
    intents = {intent.name: intent for intent in read(text) if intent.confidence >= SURE}
    for reason, how in _data().items():
        spans = [intents[name] for name in how.get("intents", ()) if name in intents]
        found = [(one.start, one.end) for one in spans] + [
            hit.span() for p in _patterns()[reason] for hit in p.finditer(plain)
        ]
        against = _DENIED if how.get("pressing") else _NOT_MEANT
        for start, end in found:
            if not against.search(plain[:start]):
                yield HandOff(reason, hand_off(reason, language).text, text[start:end], turn, start, end)
                break


@lru_cache(maxsize=1)
def _patterns() -> Mapping[str, tuple[re.Pattern[str], ...]]:
    return {reason: tuple(map(_compiled, how["shown"])) for reason, how in _data().items()}


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = resources.files("leads").joinpath("data", "handoffs.yaml").read_text("utf-8")
    loaded: Mapping[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader either way
    return loaded
