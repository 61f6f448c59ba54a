"""What would another playbook, or another prompt, have shown for words that were said, and is that worse? Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from coaching.cards import Card, CoachQuestion
from coaching.composing import Reading, respond, understand
from coaching.kinds import KINDS, NON_OVERCOMABLE
from coaching.objections import Turn
from coaching.playbooks import Library
from coaching.wording import forbidden

ANY: Final = "*"  # of words whose right kind nobody wrote down
PROBLEMS: Final = {
    "wrong_kind": "another kind of card than these words need",
    "missing_compliance": "no card where the law needs one",
    "missing_card": "no card any more",
    "empty_line": "a card without words to say",
    "forbidden_claim": "words that may not be said",
    "rebuttal": "an argument for somebody who must not be argued with",
    "obeyed": "words that somebody else's orders, or a claim, put in",
    "worse_share": "fewer answers of Claude hold than with the prompt that serves",
}
# Words that talk somebody round. Nobody who asks to be left alone, is bound, mourns or is a child hears them.
_TALKS_ROUND: Final = re.compile(
    r"\b(?:before you (?:go|decide|leave)|are you sure|give (?:me|us) (?:a|one|another) (?:chance|minute|shot)|reconsider"
    r"|chang(?:e|ed) (?:your|their) mind|just (?:one|a) (?:quick )?(?:more )?(?:question|thing|minute|look)|what if (?:i|we)"
    r"|hear me out|even so|you(?:'d| would) be surprised|most (?:people|buyers|sellers|clients)|we can beat|better (?:deal|offer)"
    r"|antes de (?:irse|decidir)|est[áa] segur[oa]|d[ée](?:me|nos) (?:una|otra) oportunidad|reconsider\w+|cambi(?:e|ar) de (?:idea|opini[óo]n)"
    r"|solo una (?:pregunta|cosa)|y si (?:yo|nosotros|le)|esc[úu]cheme|la mayor[íi]a de|mejor oferta)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Case:
    """Words and what has to come of them: `kind` "" is "no objection card", ANY is "whatever came before"."""

    id: str
    text: str
    kind: str = ANY
    history: tuple[Turn, ...] = ()
    language: str = "en"
    listing_price: float | None = None
    never: tuple[str, ...] = ()

    @property
    def golden(self) -> bool:
        return self.kind != ANY


@dataclass(frozen=True)
class Outcome:
    """One case under both: the cards, and what is worse now (names of PROBLEMS)."""

    case: Case
    before: Card | None
    after: Card | None
    problems: tuple[str, ...]

    @property
    def changed(self) -> bool:
        return words_of(self.before) != words_of(self.after)


@dataclass(frozen=True)
class Books:
    """What coaches now, what is to coach, and for which vertical's prospects."""

    before: Library
    after: Library
    vertical: str = "any"


@lru_cache(maxsize=1)
def golden() -> tuple[Case, ...]:
    """The conversations that every playbook has to get right: objections, wishes, opt-outs, fair housing, orders to the machine; EN and ES."""
    lines = resources.files("coaching").joinpath("data", "golden.jsonl").read_text("utf-8").splitlines()
    return tuple(_case(json.loads(line)) for line in lines if line.strip())


@lru_cache(maxsize=1)
def edition() -> str:
    """Which golden conversations, and which rules: a replay against older ones says nothing any more."""
    text = resources.files("coaching").joinpath("data", "golden.jsonl").read_text("utf-8")
    return hashlib.sha256((text + _TALKS_ROUND.pattern + ",".join(PROBLEMS)).encode()).hexdigest()[:12]


def _case(given: Mapping[str, Any]) -> Case:
    history = tuple(Turn(speaker, text) for speaker, text in given.get("history", ()))
    return Case(
        given["id"], given["text"], given["kind"], history, given["language"], never=tuple(given.get("never", ()))
    )


def question_of(case: Case, vertical: str) -> CoachQuestion:
    """What the coach is asked about a case; what was understood of golden words is remembered by the process."""
    return CoachQuestion(
        text=case.text,
        history=case.history,
        language=case.language,
        listing_price=case.listing_price,
        vertical=vertical,
    )


def replay(cases: Iterable[Case], books: Books) -> list[Outcome]:
    """Each case with the old lines and with the new ones; what the words mean is read once for both."""
    return [_one(case, books) for case in cases]


def _one(case: Case, books: Books) -> Outcome:
    question = question_of(case, books.vertical)
    reading = _read(case) if case.golden else understand(question)
    before, after = (respond(replace(question, playbook=book), reading).card for book in (books.before, books.after))
    return Outcome(case, before, after, judged(case, before, after))


@lru_cache(maxsize=1024)
def _read(case: Case) -> Reading:
    return understand(question_of(case, "any"))


def judged(case: Case, before: Card | None, after: Card | None) -> tuple[str, ...]:
    """What makes `after` worse. What the reader gets wrong either way is not the playbook's doing and blocks nothing."""
    found = []
    if after is None:
        if before is not None:
            found.append("missing_compliance" if before.compliance else "missing_card")
        elif case.kind in NON_OVERCOMABLE:
            found.append("missing_compliance")
        return tuple(found)
    if _wrong(case, after, before) and not (case.golden and _wrong(case, before, before)):
        found.append("missing_compliance" if case.kind in NON_OVERCOMABLE else "wrong_kind")
    if not after.say.strip():
        found.append("empty_line")
    told = " ".join((after.headline, after.say, after.ask))
    if forbidden(told):
        found.append("forbidden_claim")
    if after.kind in NON_OVERCOMABLE and _TALKS_ROUND.search(told):
        found.append("rebuttal")
    if any(word.casefold() in told.casefold() for word in case.never):
        found.append("obeyed")
    return tuple(found)


def _wrong(case: Case, card: Card | None, before: Card | None) -> bool:
    kind = card.kind if card is not None else ""
    if not case.golden:
        return kind != (before.kind if before is not None else "") and before is not None
    return kind != case.kind if case.kind else kind in KINDS


def words_of(card: Card | None) -> tuple[str, ...]:
    """What an agent reads of a card."""
    return (card.kind, card.headline, card.say, card.ask) if card is not None else ()


def verticals(content: Mapping[str, Any], own: str) -> tuple[str, ...]:
    """For whom the content says something of its own: the tenant's vertical first, then each that it names."""
    named = {
        vertical
        for kinds in _values(content.get("entries"))
        for verticals_ in _values(kinds)
        for vertical in (verticals_ if isinstance(verticals_, Mapping) else ())
        if vertical != "any"
    }
    return (own, *sorted(named - {own}))


def _values(given: Any) -> Sequence[Any]:
    return list(given.values()) if isinstance(given, Mapping) else []
