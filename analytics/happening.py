"""What is known of one lead, and what happened to it? The shapes between rows and events. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Spoken:
    """One message: `agent` says which of the two spoke. `text` is only there where somebody has to read it."""

    id: UUID
    conversation: UUID
    agent: bool
    at: datetime
    text: str = ""


@dataclass(frozen=True)
class Shown:
    """One card that was shown, or held back by the holdout (`arm` "held"), on the prospect's message `message`."""

    id: UUID
    conversation: UUID
    message: UUID
    by: UUID  # the agent
    at: datetime
    say: str
    ask: str
    verdict: str
    arm: str
    dims: Mapping[str, str]  # card_kind, playbook_version, prompt_version, language, engine, variant


@dataclass(frozen=True)
class Moved:
    """A step to another stage or overlay; `mover` is person, rule or crm, `proof` what shows it."""

    id: UUID
    at: datetime
    stage: str  # "" when only the overlay changed
    was: str
    overlay: str  # "" when only the stage changed
    mover: str
    reason: str = ""
    proof: str = ""


@dataclass(frozen=True)
class Said:
    """An outcome that somebody told us of: HighLevel's appointment, a consent taken back, a form, the API."""

    id: UUID
    kind: str  # reply, appointment, agreement, offer, closing, opt_out, lost
    at: datetime
    told_by: str
    reason: str = ""
    amount: Decimal | None = None
    currency: str = ""
    gone: bool = False  # taken back, cancelled: it is known of, and does not count
    proof: str = ""
    agent: UUID | None = None


@dataclass(frozen=True)
class Talk:
    """A conversation and when its sessions ended."""

    id: UUID
    agent: UUID | None
    medium: str
    sessions: Sequence[tuple[UUID, UUID, datetime, datetime]] = ()  # id, agent, start, end


@dataclass(frozen=True)
class Story:
    """All that is on record of one lead, each list oldest first."""

    lead: UUID
    agent: UUID | None
    began: datetime
    stage: str  # where it stands now
    vertical: str
    language: str
    counted: bool = True  # False: it came in a file of old leads, so its beginning is no event of these days
    talks: Mapping[UUID, Talk] = field(default_factory=dict)
    spoken: Sequence[Spoken] = ()
    cards: Sequence[Shown] = ()
    scores: Sequence[tuple[UUID, UUID | None, UUID, int, datetime]] = ()  # id, card, agent, score, at
    moves: Sequence[Moved] = ()
    said: Sequence[Said] = ()
    now: datetime | None = None


@dataclass(frozen=True)
class Happened:
    """One event. `what` names it: the same name is the same event, whatever became known of it since.

    `counted` is the moment whose day it is counted in, when that is not `at`.
    """

    what: tuple[str, ...]
    kind: str
    at: datetime
    agent: UUID | None = None
    conversation: UUID | None = None
    suggestion: UUID | None = None
    value: float | None = None
    amount: Decimal | None = None
    currency: str = ""
    reason: str = ""
    told_by: str = "system"
    counted: datetime | None = None
    dims: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Read:
    """What a story says happened, and the names of what it could have said and does not: such events go if they were kept."""

    events: list[Happened]
    not_so: set[tuple[str, ...]]
