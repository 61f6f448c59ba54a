"""May this card take the agent's attention now, and in how many words?"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Detail = Literal["full", "nudge"]
WINDOW = timedelta(seconds=60)
IGNORED = frozenset({"ignored", "dismissed"})
FILLER = frozenset(
    # words that do not make an idea a different idea: "too expensive" = "it is really too expensive for us"
    [
        "a",
        "an",
        "the",
        "is",
        "are",
        "was",
        "it",
        "its",
        "this",
        "that",
        "i",
        "im",
        "we",
        "us",
        "our",
        "my",
        "me",
        "you",
        "your",
        "for",
        "of",
        "to",
        "in",
        "on",
        "at",
        "and",
        "but",
        "or",
        "so",
        "too",
        "very",
        "really",
        "just",
        "quite",
        "much",
        "well",
        "think",
        "feel",
        "like",
        "be",
        "been",
        "do",
        "does",
        "not",
        "no",
        "yes",
        "ok",
        "okay",
        "honestly",
        "bit",
        "el",
        "la",
        "los",
        "las",
        "un",
        "una",
        "es",
        "son",
        "está",
        "esta",
        "este",
        "eso",
        "esto",
        "yo",
        "nosotros",
        "nos",
        "mi",
        "me",
        "te",
        "su",
        "para",
        "de",
        "en",
        "y",
        "pero",
        "o",
        "que",
        "muy",
        "mucho",
        "demasiado",
        "creo",
        "siento",
        "no",
        "si",
        "sí",
        "lo",
        "le",
        "se",
    ]
)


@dataclass(frozen=True)
class Shown:
    """One card that this agent has been shown, and what became of it.

    `verdict` is "" while nothing is known, else used | edited | dismissed | wrong | ignored.
    `idea` and `context` are the strings that `idea()` and `context()` made for it.
    """

    at: datetime
    kind: str
    idea: str
    conversation: str
    verdict: str = ""
    compliance: bool = False
    context: str = ""


@dataclass(frozen=True)
class AttentionRules:
    """A tenant's limits: cards per 60 s and agent; how many in a row unheeded until a kind goes quiet; for how long.

    The quiet doubles with each card that is unheeded after it came back, up to `most_quiet_minutes`;
    what happened more than `memory_days` ago is forgotten.
    """

    per_minute: int = 2
    ignore_streak: int = 4
    quiet_minutes: int = 60
    most_quiet_minutes: int = 480
    memory_days: int = 7


@dataclass(frozen=True)
class Candidate:
    """A card that would like to be shown."""

    kind: str
    idea: str
    conversation: str
    context: str = ""
    compliance: bool = False
    experience: str = "novice"


@dataclass(frozen=True)
class Verdict:
    """Whether to show, why (ok | compliance | repeated | budget | quiet), and with how many words."""

    show: bool
    reason: str
    detail: Detail


def decide(
    candidate: Candidate, *, now: datetime, history: Sequence[Shown], rules: AttentionRules | None = None
) -> Verdict:
    """Show the card or hold it back.

    `history` is what this agent was shown, in any order, all conversations; `now` and `at` must both be aware or both naive.
    A compliance card is never held back by the budget or by quiet; only its exact repetition in an unchanged context is.
    """
    limits = rules or AttentionRules()
    return Verdict(
        show=(reason := _reason(candidate, now, history, limits)) in ("ok", "compliance"),
        reason=reason,
        detail=detail(candidate.experience, compliance=candidate.compliance),
    )


def detail(experience: str, *, compliance: bool = False) -> Detail:
    """Experts get a nudge, everyone else the full wording; where the law is near, everyone gets the full wording."""
    return "nudge" if experience == "expert" and not compliance else "full"


def idea(kind: str, quote: str) -> str:
    """The same idea in other filler words has the same signature; the quote itself cannot be read back from it."""
    plain = unicodedata.normalize("NFKC", quote).casefold().replace("’", "'").replace("'", "")
    words = sorted(set(re.findall(r"\w+", plain)) - FILLER)
    return f"{kind}:{hashlib.sha256(' '.join(words).encode()).hexdigest()[:12]}"


def context(stage: str, known: Iterable[str]) -> str:
    """What must change before the same idea is worth a second look: the stage, or what is known about the lead."""
    return f"{stage}|{hashlib.sha256(','.join(sorted(known)).encode()).hexdigest()[:12]}"


def _reason(candidate: Candidate, now: datetime, history: Sequence[Shown], rules: AttentionRules) -> str:
    if _repeated(candidate, history):
        return "repeated"
    if candidate.compliance:
        return "compliance"
    if _spent(now, history) >= rules.per_minute:
        return "budget"
    if _quiet(candidate.kind, now, history, rules):
        return "quiet"
    return "ok"


def _repeated(candidate: Candidate, history: Sequence[Shown]) -> bool:
    return any(
        shown.conversation == candidate.conversation
        and shown.idea == candidate.idea
        and shown.context == candidate.context
        for shown in history
    )


def _spent(now: datetime, history: Sequence[Shown]) -> int:
    # both ends count: two cards exactly 60 s apart share a window, and a clock that ran ahead spends too
    return sum(1 for shown in history if not shown.compliance and shown.at >= now - WINDOW)


def _quiet(kind: str, now: datetime, history: Sequence[Shown], rules: AttentionRules) -> bool:
    oldest = now - timedelta(days=rules.memory_days)
    judged = sorted(
        (s for s in history if s.kind == kind and s.verdict and oldest <= s.at <= now),
        key=lambda s: s.at,
        reverse=True,
    )
    streak = next((i for i, shown in enumerate(judged) if shown.verdict not in IGNORED), len(judged))
    if streak < rules.ignore_streak:
        return False
    doubled = rules.quiet_minutes * 2 ** min(streak - rules.ignore_streak, 16)
    return now - judged[0].at < timedelta(minutes=min(doubled, rules.most_quiet_minutes))
