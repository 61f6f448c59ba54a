"""What is worth asking next, given the stage and what is already known? The bank and the choice are leads/questions.py's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from enterprisehub.engines.base import Capability
from enterprisehub.errors import Invalid
from leads import questions
from leads.packs import filled_by_names, pack_of
from leads.questions import slots as slots


@dataclass(frozen=True)
class QuestionContext:
    """Where the conversation stands; `known` and `asked` (newest last) are slot names, `seed` varies the wording."""

    stage: str
    vertical: str
    side: str = "buyer"
    language: str = "en"
    known: frozenset[str] = frozenset()
    asked: tuple[str, ...] = ()
    seed: str = ""


@dataclass(frozen=True)
class Question:
    """One question for the agent to ask: what it finds out, its words, and why it is worth asking."""

    slot: str
    text: str
    why: str


def next_question(ctx: QuestionContext) -> Question | None:
    """The open slot with the highest expected gain, in words; None when all is known. The same context gives the same question."""
    return question_for(best, ctx) if (best := next_slot(ctx)) else None


def next_slot(ctx: QuestionContext) -> str:
    """The slot to ask for, "" when there is none. A fact that says the same as a slot (a top price) makes it known."""
    pack = pack_of(ctx.side, ctx.vertical)
    return questions.best(questions.Standing(pack, ctx.stage, filled_by_names(ctx.known), asked=ctx.asked))


def question_for(slot: str, ctx: QuestionContext) -> Question:
    """The words for a slot: another variant each time that it is asked. KeyError for an unknown slot."""
    turn = questions.turn_of(slot, seed=ctx.seed, asked=ctx.asked)
    told = questions.wording(slot, pack_of(ctx.side, ctx.vertical), language=ctx.language, turn=turn)
    return Question(slot, told.text, told.why)


def parse(given: Mapping[str, Any]) -> QuestionContext:
    """A context from JSON: `stage`, `vertical`, `side`, `language`, `seed` are texts, `known` and `asked` lists of slots."""
    for name in ("stage", "vertical", "side", "language", "seed"):
        if not isinstance(given.get(name, ""), str):
            raise Invalid(f"`{name}` must be a text.", field=name)
    for name in ("known", "asked"):
        value = given.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise Invalid(f"`{name}` must be a list of slots.", field=name)
    return QuestionContext(
        stage=given.get("stage", "engaged"),
        vertical=given.get("vertical", "any"),
        side=given.get("side", "buyer"),
        language=given.get("language", "en"),
        known=frozenset(given.get("known", [])),
        asked=tuple(given.get("asked", [])),
        seed=given.get("seed", ""),
    )


def render(question: Question | None) -> dict[str, Any]:
    """The question as JSON; null when nothing is open."""
    return {"question": asdict(question) if question else None}


QUESTION: Capability[QuestionContext, Question | None] = Capability(
    "coaching.question", QuestionContext, Question, next_question, parse=parse, render=render
)
