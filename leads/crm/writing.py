"""What is written into the CRM about a lead: which tags, which fields, and a note that gives its reasons?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

# Our fields in the CRM: what they are about -> (the name that people read there, HighLevel's type).
FIELDS: Final[Mapping[str, tuple[str, str]]] = {
    "completeness": ("EnterpriseHub completeness (%)", "NUMERICAL"),
    "score": ("EnterpriseHub chance to close (%)", "NUMERICAL"),
    "stage": ("EnterpriseHub stage", "TEXT"),
    "urgency": ("EnterpriseHub urgency", "TEXT"),
    "next_action": ("EnterpriseHub next action", "TEXT"),
}
PREFIX: Final = "eh-"  # every tag of ours begins so; tags of others are never touched
MARK: Final = "Written by EnterpriseHub with AI assistance. Check before you rely on it."
MAX_NOTE = 4_000  # characters
MAX_REASONS = 12


@dataclass(frozen=True)
class Reason:
    """Something that is known, with the prospect's own words for it; `quote` is "" when a person entered it."""

    what: str
    quote: str = ""


@dataclass(frozen=True)
class Picture:
    """A lead as the CRM is to see it. `completeness` and `score` run from 0 to 1; no score = we abstain."""

    stage: str
    overlay: str = "none"
    completeness: float = 0.0
    score: float | None = None
    urgency: str = ""
    urgent_because: str = ""
    goal: str = ""
    next_action: str = ""
    due: datetime | None = None  # in the lead's zone
    hand_off: str = ""
    reasons: Sequence[Reason] = field(default_factory=tuple)
    risks: Sequence[Reason] = field(default_factory=tuple)
    opportunities: Sequence[Reason] = field(default_factory=tuple)


def tags(picture: Picture) -> set[str]:
    """What the contact is to be tagged with, of ours."""
    wanted = {f"{PREFIX}stage-{picture.stage}"}
    if picture.overlay != "none":
        wanted.add(f"{PREFIX}{picture.overlay}")
    if picture.urgency in ("critical", "high"):
        wanted.add(f"{PREFIX}urgent")
    if picture.hand_off:
        wanted.add(f"{PREFIX}person-needed")
    return {tag.replace("_", "-") for tag in wanted}


def fields(picture: Picture) -> dict[str, str]:
    """Values of FIELDS. Where we abstain the field is emptied: an old number would be taken for today's."""
    return {
        "completeness": str(round(picture.completeness * 100)),
        "score": "" if picture.score is None else str(round(picture.score * 100)),
        "stage": picture.stage.replace("_", " "),
        "urgency": picture.urgency,
        "next_action": _next(picture),
    }


def note(picture: Picture) -> str:
    """The reasons, in the order in which an agent asks for them. Whole lines are left out where there is no room."""
    lines = [MARK, ""]
    if picture.goal:
        lines.append(f"Goal: {picture.goal}")
    if picture.next_action:
        lines.append(f"Next: {_next(picture)}")
    if picture.urgency:
        because = f" – {picture.urgent_because}" if picture.urgent_because else ""
        lines.append(f"Urgency: {picture.urgency}{because}")
    chance = "not said, too little is known" if picture.score is None else f"{round(picture.score * 100)} %"
    lines.append(f"Known so far: {round(picture.completeness * 100)} %. Chance to close: {chance}.")
    if picture.hand_off:
        lines.append(f"A person should take over: {picture.hand_off.replace('_', ' ')}.")
    for title, found in (
        ("What they said", picture.reasons),
        ("Risks", picture.risks),
        ("Chances", picture.opportunities),
    ):
        if found:
            lines += ["", f"{title}:", *(_line(reason) for reason in found[:MAX_REASONS])]
    return _fit(lines)


def _next(picture: Picture) -> str:
    when = f" (by {picture.due:%a %d %b %Y, %H:%M %Z})" if picture.due and picture.next_action else ""
    return f"{picture.next_action}{when}"[:500]


def _line(reason: Reason) -> str:
    quote = " ".join(reason.quote.split())
    return f"- {reason.what}: “{quote[:200]}”" if quote else f"- {reason.what}"


def _fit(lines: Sequence[str]) -> str:
    kept: list[str] = []
    room = MAX_NOTE
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return "\n".join(kept).strip()
