"""What is a card made of, and what does the coach need to know to make one?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from coaching.attention import Detail
from coaching.objections import ObjectionAnswer, Turn
from coaching.playbooks import Library
from coaching.questions import Question
from leads.slots import Slot


@dataclass(frozen=True)
class Card:
    """One suggestion for the agent's screen.

    `kind` is one of coaching.kinds or, with group "question", one of playbooks.QUESTION_KINDS.
    `why` is verbatim what the prospect wrote; `why_start`/`why_end` are character offsets in the newest message
    (both 0 when the words were said earlier or nothing is quoted). `say` and `ask` are in `language`, the prospect's;
    `headline` is in the agent's. With detail "nudge", `say` is the short cue. `also` is the second kind when unsure.
    """

    kind: str
    group: str
    headline: str
    say: str
    ask: str
    ask_slot: str
    why: str
    why_start: int
    why_end: int
    urgency: str
    confidence: float
    language: str
    line_ids: tuple[str, ...]
    playbook_version: str
    detail: Detail = "full"
    also: str = ""
    compliance: bool = False


@dataclass(frozen=True)
class CoachQuestion:
    """The newest words of the prospect and everything that is known around them.

    `told` and `objections` are what the conversation told and what holds the prospect back, where that was read already (None:
    it is read here); a slot of the newest message has
    the turn after the history. `known` maps a slot or placeholder name (first_name, area, price …) to its confirmed value; `asked` are slots asked lately
    and `used_lines` ids of lines this agent read lately, both newest last; `experience` is novice | experienced | expert.
    `prompt` names what Claude is told instead of the house's prompt, in a running comparison.
    """

    text: str
    history: tuple[Turn, ...] = ()
    listing_price: float | None = None
    language: str | None = None
    stage: str = "engaged"
    vertical: str = "any"
    side: str = "buyer"
    told: tuple[Slot, ...] | None = None
    known: Mapping[str, str] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    used_lines: tuple[str, ...] = ()
    experience: str = "novice"
    agent_language: str = "en"
    playbook: Library = field(default_factory=Library.base)
    prompt: str = ""
    objections: ObjectionAnswer | None = field(default=None, repr=False, compare=False)
    read: dict[str, CoachAnswer] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What the local engine said about it, kept: a refinement comes back to that for every few words that arrive."""


@dataclass(frozen=True)
class CoachAnswer:
    """The card (None when there is nothing worth a card) and what was understood on the way to it."""

    card: Card | None
    objections: ObjectionAnswer
    question: Question | None
    intents: tuple[str, ...]
    known_slots: frozenset[str]
    language: str
    urgency: str
