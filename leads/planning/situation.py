"""What does a plan depend on? Everything that is known of a lead at one moment, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from leads.clocks import Hours
from leads.features import LEAST_SURE, Timeframe, band_of
from leads.planning.hours import DEFAULT_HOURS

PROSPECT: Final = "prospect"
DISMISSED: Final = "dismissed"
TEXTING: Final = frozenset({"sms", "chat", "social"})


@dataclass(frozen=True)
class Turn:
    """One message: who said it (prospect | agent), what, when (aware), in which medium, and its id where it is on record."""

    speaker: str
    text: str
    at: datetime
    medium: str = "chat"
    id: str = ""


@dataclass(frozen=True)
class Known:
    """One fact of the prospect's own words: `quote` stands in the message `message`; a person's entry has no quote."""

    name: str
    value: Any
    quote: str = ""
    message: str = ""
    confidence: float = 1.0
    at: datetime | None = None
    earlier: Any = None
    contradiction: bool = False


@dataclass(frozen=True)
class Done:
    """Something that the agent did: the verb, when, and what came of it; a step that was dismissed counts as made."""

    verb: str
    at: datetime
    outcome: str = ""
    medium: str = ""


@dataclass(frozen=True)
class Home:
    """The property that is talked about: only what is entered about it, never what a prospect wished for."""

    name: str = ""
    price: float | None = None
    currency: str = "USD"
    facts: Mapping[str, Any] = field(default_factory=dict)


NO_HOME: Final = Home()


@dataclass(frozen=True)
class Situation:
    """All that a plan may depend on. `now` is aware and in the lead's zone; `hours` are the tenant's business hours.

    `language` is the lead's (drafts are written in it), `agent_language` the one in which reasons are told.
    `own` are the tenant's changes to the cadences; `reachable` the media by which the lead can be reached, `blocked` those that
    they, or HighLevel, closed. `done` is what the agent did, oldest first, beside the messages in `turns`.
    """

    now: datetime
    stage: str = "new"
    overlay: str = "none"
    side: str = "buyer"
    vertical: str = "any"
    language: str = "en"
    agent_language: str = "en"
    first_name: str = ""
    agent: str = ""
    brokerage: str = ""
    slots: tuple[Known, ...] = ()
    turns: tuple[Turn, ...] = ()
    done: tuple[Done, ...] = ()
    hand_off: str = ""
    score: float | None = None
    agreement: bool = False
    exception: str = ""
    began: datetime | None = None
    since: datetime | None = None
    home: Home = NO_HOME
    question: str = ""
    reachable: frozenset[str] = frozenset({"call", "sms", "email"})
    blocked: frozenset[str] = frozenset()
    hours: Hours = DEFAULT_HOURS
    own: Mapping[str, Any] = field(default_factory=dict)

    @property
    def start(self) -> datetime:
        """When the lead began, else when they first spoke, else now."""
        first = self.turns[0].at if self.turns else self.now
        return (self.began or min(first, self.now)).astimezone(self.now.tzinfo)

    def slot(self, name: str) -> Known | None:
        """The newest fact under this name that is sure enough to build on."""
        found = [one for one in self.slots if one.name == name and one.confidence >= LEAST_SURE]
        return found[-1] if found else None

    def value(self, name: str) -> Any:
        known = self.slot(name)
        return known.value if known is not None else None

    @property
    def last_inbound(self) -> Turn | None:
        return next((turn for turn in reversed(self.turns) if turn.speaker == PROSPECT), None)

    @property
    def last_try(self) -> datetime | None:
        """When the agent last wrote, called or did anything towards the lead."""
        said = [turn.at for turn in self.turns if turn.speaker != PROSPECT]
        return max([*said, *(one.at for one in self.done if one.outcome != DISMISSED)], default=None)

    @property
    def unanswered(self) -> tuple[Turn, ...]:
        """What the prospect said since anybody answered, or decided that it needs no answer, oldest first."""
        passed = [one.at for one in self.done if one.outcome == DISMISSED]
        after = max([*passed, *filter(None, [self.last_try])], default=None)
        return tuple(turn for turn in self.turns if turn.speaker == PROSPECT and (after is None or turn.at > after))

    def tries(self, since: datetime) -> int:
        """How often the agent tried since then; several messages within ten minutes are one attempt."""
        said = [turn.at for turn in self.turns if turn.speaker != PROSPECT]
        moments = sorted(at for at in [*said, *(one.at for one in self.done)] if at >= since)
        count, last = 0, None
        for at in moments:
            count += last is None or at - last > timedelta(minutes=10)
            last = at
        return count

    @property
    def timeframe(self) -> Timeframe:
        return band_of({one.name: one.value for one in self.slots if one.confidence >= LEAST_SURE}, self.now)
