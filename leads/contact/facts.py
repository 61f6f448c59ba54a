"""What does the answer to "may they be contacted?" rest on, and what does the answer say?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final

from leads.contact.ledger import Line
from leads.contact.rules import Rules
from leads.contact.whereabouts import Whereabouts, whereabouts

PHONE: Final = ("sms", "call")
"""What reaches a telephone: the hours, the consent and the limits of the TCPA and of the states are about these."""
MEDIA: Final = ("sms", "call", "email", "chat", "social")
PURPOSES: Final = ("reply", "service", "marketing", "opt_out")
DAY, WEEK, HOUR = timedelta(days=1), timedelta(days=7), timedelta(hours=1)
PROSPECT, AGENT = "prospect", "agent"


@dataclass(frozen=True)
class Talked:
    """One message of the last days. `purpose` is what it was sent for, "" when nobody said."""

    speaker: str
    medium: str
    at: datetime
    purpose: str = ""


@dataclass(frozen=True)
class Facts:
    """All that the answer rests on. `dnd` is Lead.dnd; `wrote` are the media in which they ever wrote to us.

    `inquired_at` is when they last wrote, called or asked to be called, `closed_at` when a deal with them closed.
    `talk` is what went both ways in the last eight days, and what waits to be sent. `zone` is the tenant's own.
    """

    overlay: str = "none"
    deleted: bool = False
    dnd: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    ledger: tuple[Line, ...] = ()
    phone: str = ""
    email: str = ""
    contact_id: str = ""
    timezones: tuple[str, ...] = ()
    state: str = ""
    wrote: frozenset[str] = frozenset()
    inquired_at: datetime | None = None
    closed_at: datetime | None = None
    talk: tuple[Talked, ...] = ()
    rules: Rules = field(default_factory=Rules)
    zone: str = "UTC"

    @cached_property
    def where(self) -> Whereabouts:
        return whereabouts(timezones=self.timezones, state=self.state, phone=self.phone)


@dataclass(frozen=True)
class Rule:
    """Which rule spoke, and where it comes from."""

    id: str
    source: str


@dataclass(frozen=True)
class Verdict:
    """The answer: `reason` is a code of data/contact_words.yaml, `words` a sentence for the agent.

    `next_at` is the first moment at which it would be allowed, None when time alone does not help. `by_hand`: only a person
    may do it, by dialling themselves, and only before `until`; nothing automated may.
    """

    allow: bool
    reason: str
    words: str
    next_at: datetime | None
    rule: Rule
    by_hand: bool = False
    until: datetime | None = None

    @property
    def sends(self) -> bool:
        """Whether a program may do it."""
        return self.allow and not self.by_hand

    def told(self) -> dict[str, Any]:
        """As JSON."""
        later = self.next_at.isoformat() if self.next_at else None
        rule = {"id": self.rule.id, "source": self.rule.source}
        until = self.until.isoformat() if self.until else None
        said = {"allow": self.allow, "reason": self.reason, "words": self.words, "next_at": later, "rule": rule}
        return {**said, "by_hand": self.by_hand, "until": until}


@dataclass(frozen=True)
class Ask:
    """What is asked."""

    medium: str
    purpose: str
    at: datetime


@dataclass(frozen=True)
class No:
    """A refusal: its code, what the sentence is filled with, and the rule's id and source where the code does not settle them."""

    reason: str
    said: Mapping[str, str] = field(default_factory=dict)
    rule: Rule | None = None
