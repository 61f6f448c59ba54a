"""Does what the prospect just said hold them back, which of 22 kinds of objection is it, and in which words?"""

from __future__ import annotations

from dataclasses import dataclass

from enterprisehub.engines.base import Capability


@dataclass(frozen=True)
class Turn:
    """One message of the conversation; `speaker` is `prospect` or `agent`."""

    speaker: str
    text: str


@dataclass(frozen=True)
class ObjectionQuestion:
    """The prospect's words, what was said before (newest last), and the listed price in the listing's own unit."""

    text: str
    history: tuple[Turn, ...] = ()
    listing_price: float | None = None
    language: str | None = None


@dataclass(frozen=True)
class Objection:
    """One objection with its evidence: `text[start:end] == quote`; `confidence` is a probability."""

    kind: str
    group: str
    confidence: float
    quote: str
    start: int
    end: int
    overcomable: bool


@dataclass(frozen=True)
class ObjectionAnswer:
    """At most two objections, best first; nothing at all when unsure whether there is one.

    `overcomable` is False when one of them must not be argued with. `unsure` asks for a clarifying question.
    """

    objections: tuple[Objection, ...] = ()
    overcomable: bool = True
    unsure: bool = False


def spot(question: ObjectionQuestion) -> ObjectionAnswer:
    """Read one message; never raises on any text."""
    return ObjectionAnswer()


OBJECTION = Capability("coaching.objection", ObjectionQuestion, ObjectionAnswer, spot)
