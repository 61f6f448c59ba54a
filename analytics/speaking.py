"""How would this prospect put it? The scripted line stands; Claude may word it more naturally, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, Field

from analytics import next_step
from coaching.fairhousing import clean
from coaching.grounding import unsupported, without_orders
from enterprisehub.engines.base import Brief, Capability, Policy
from leads.words import folded

LONGEST: Final = 280  # characters of a reply
SHARED: Final = 0.4  # of the script's longer words that have to come back
_WORD: Final = re.compile(r"[a-z]+")
SPANISH: Final = {"es": "Spanish", "en": "English"}


@dataclass(frozen=True)
class Line:
    """What the persona is to say (`script`), how they are, in which language, and what was said before (who, text)."""

    script: str
    temperament: str
    language: str
    talk: tuple[tuple[str, str], ...] = ()


class LineDraft(BaseModel):
    """What Claude fills; never kept unchecked."""

    reply: str = Field(description="The same message in the prospect's own voice, one or two short sentences.")


def scripted(line: Line) -> str:
    """The local engine's answer: the line as it stands in the book."""
    return line.script


def brief(line: Line) -> Brief:
    """The script is ours; what the agent typed is evidence."""
    situation = {
        "line": line.script,
        "temperament": line.temperament,
        "language": SPANISH.get(line.language, "English"),
        "at_most_characters": LONGEST,
    }
    told = [{"source": "role-play", "speaker": who, "text": text} for who, text in line.talk[-8:]]
    return Brief(knowledge="", situation=situation, untrusted=told)


def adopt(line: Line, draft: BaseModel) -> str | None:
    """Claude's wording, or None when it is too long, gives orders, names a figure that was not said, or would not stand under the law."""
    if not isinstance(draft, LineDraft):
        return None
    text = " ".join(without_orders(draft.reply).split())
    if not text or len(text) > LONGEST or not clean(text):
        return None
    said = [line.script, *(text for _, text in line.talk)]
    if unsupported(text, context=said, trusted=[]) or not _same_message(line.script, text):
        return None
    return text


def _same_message(script: str, reply: str) -> bool:
    """Whether they still say the same: agree where they agreed, and speak of what they spoke of."""
    if next_step.accepted(script) != next_step.accepted(reply):
        return False
    meant, said = _content(script), _content(reply)
    return not meant or len(meant & said) >= SHARED * len(meant)


def _content(text: str) -> set[str]:
    return {word for word in _WORD.findall(folded(text)) if len(word) > 3}


PERSONA: Capability[Line, str] = Capability(
    "analytics.persona",
    Line,
    str,
    scripted,
    prompt="analytics.persona",
    draft=LineDraft,
    brief=brief,
    adopt=adopt,
    policy=Policy(max_tokens=200, first_text=4.0, total=8.0, cache_seconds=0),
)
