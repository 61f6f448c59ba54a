"""How much did each of the two say, how many questions were asked, and how long did answers take?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from analytics import waits
from leads.conversation import Turn

_ASKED: Final = re.compile(r"[?？]+")
_WORD: Final = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
# "How are you?", "okay?", "right?", "¿verdad?" are manners; nobody has to answer two questions because of them.
_MANNERS: Final = re.compile(
    r"(?:how are you(?: doing)?(?: today)?|how's it going|okay|ok|right|yes|make sense|does that make sense|sound good|como esta[sn]?|que tal|verdad|le parece|de acuerdo|si)\W*$",
    re.IGNORECASE,
)


@dataclass
class Spoken:
    """Of one conversation, or of one day. `several` are the agent's messages with more than one question, `asking` those with one or more."""

    agent_words: int = 0
    prospect_words: int = 0
    agent_turns: int = 0
    prospect_turns: int = 0
    asking: int = 0
    several: int = 0
    questions: int = 0
    waits: list[int] = field(default_factory=lambda: [0] * waits.SIZE)

    @property
    def share(self) -> float | None:
        """The agent's part of all words."""
        whole = self.agent_words + self.prospect_words
        return self.agent_words / whole if whole else None

    def told(self) -> dict[str, Any]:
        """As it is kept."""
        return vars(self).copy()


def questions(text: str) -> int:
    """How many questions a message asks; manners are none."""
    found = 0
    for piece in re.split(r"(?<=[?？])", text):
        if _ASKED.search(piece) and not _MANNERS.search(piece.rstrip("?？ ").split("¿")[-1].lower().strip()):
            found += 1
    return found


def words(text: str) -> int:
    return len(_WORD.findall(text))


def of(turns: Sequence[Turn]) -> Spoken:
    """Over the whole conversation."""
    found = Spoken()
    for turn in turns:
        _add(found, turn)
    found.waits = waits.counted([seconds for _, seconds in answered(turns)])
    return found


def by_day(turns: Sequence[Turn]) -> dict[date, Spoken]:
    """Per day, in the zone of the turns' times; a wait belongs to the day on which it ended."""
    days: dict[date, Spoken] = {}
    for turn in turns:
        if turn.at is not None:
            _add(days.setdefault(turn.at.date(), Spoken()), turn)
    for at, seconds in answered(turns):
        number = waits.place(seconds)
        if number is not None:
            days[at.date()].waits[number] += 1
    return days


def answered(turns: Sequence[Turn]) -> list[tuple[datetime, float]]:
    """When the agent answered, and how many seconds after the prospect's first words that nobody had answered."""
    found, since = list[tuple[datetime, float]](), None
    for turn in turns:
        if turn.at is None:
            continue
        if turn.speaker == "prospect":
            since = since or turn.at
        elif since is not None:
            found.append((turn.at, max(0.0, (turn.at - since).total_seconds())))
            since = None
    return found


def _add(found: Spoken, turn: Turn) -> None:
    if turn.speaker == "agent":
        asked = questions(turn.text)
        found.agent_words += words(turn.text)
        found.agent_turns += 1
        found.questions += asked
        found.asking += asked > 0
        found.several += asked > 1
    else:
        found.prospect_words += words(turn.text)
        found.prospect_turns += 1
