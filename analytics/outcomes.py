"""Which outcomes did a lead have, told through whichever door, each counted once? Pure: from a story to its events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from analytics.happening import Happened, Moved, Said, Story
from leads.words import same_words

# The stage that shows an outcome, and how near another word of the same outcome is the same one.
SHOWN_BY: Final[Mapping[str, str]] = {
    "appointment": "appointment", "represented": "agreement", "under_contract": "offer", "closed": "closing",
}  # fmt: skip
SAME_WITHIN: Final[Mapping[str, timedelta]] = {
    "appointment": timedelta(days=3),
    "agreement": timedelta(days=30),
    "offer": timedelta(days=45),
    "closing": timedelta(days=60),
    "opt_out": timedelta(days=7),
    "lost": timedelta(days=7),
}
# What a person wrote, or HighLevel's rule, as one of the closed list of reasons; the first that fits.
REASONS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("another_agent", ("another agent", "other agent", "has an agent", "signed with", "another broker", "otro agente")),
    ("bought_elsewhere", ("bought", "sold it", "sold with", "found a home", "found one", "compro", "vendio")),
    ("financing", ("loan", "mortgage", "lender", "financ", "pre-approv", "preapprov", "credit", "prestamo", "hipoteca")),
    ("price", ("price", "budget", "afford", "expensive", "too much", "precio", "caro", "presupuesto")),
    ("timing", ("timing", "later", "next year", "not now", "not ready", "postpone", "wait", "mas adelante", "ahora no")),
    ("unreachable", ("no answer", "never answered", "unreachable", "unresponsive", "no response", "ghost", "no contesta")),
    ("not_interested", ("not interested", "changed their mind", "no longer", "no interesa", "ya no")),
)  # fmt: skip
BY_MOVER: Final = {"crm": "highlevel", "person": "dashboard", "rule": "system"}
LOST_BY: Final = {"lost", "other_agent"}


def events(story: Story) -> Iterator[Happened]:
    """Stages with how long the one before took, the first qualification, and every outcome but replies."""
    yield from _stages(story)
    yield from _qualified(story)
    kept: list[Said] = []
    for one in _told(story):
        if not one.gone and not any(_same(one, other) for other in kept):
            kept.append(one)
            yield _outcome(story, one)


def could(story: Story) -> Iterator[tuple[str, ...]]:
    """The names of all that `events` could say of this story."""
    for move in story.moves:
        yield ("went", str(move.id))
    yield ("went", str(story.lead))
    for one in _told(story):
        yield ("outcome", str(one.id))


def reason_of(words: str) -> str:
    """One of the closed list for what somebody wrote; "other" where nothing fits."""
    text = same_words(words)
    return next((code for code, cues in REASONS if any(cue in text for cue in cues)), "other")


def _dims(story: Story) -> dict[str, Any]:
    media = {talk.medium for talk in story.talks.values()}
    medium = media.pop() if len(media) == 1 else ""
    return {"vertical": story.vertical, "language": story.language, "medium": medium}


def _reached(story: Story) -> list[tuple[str, str, datetime, str]]:
    """(name of the event's row, stage, when, told by), oldest first; the beginning is the first."""
    moves = [move for move in story.moves if move.stage]
    first = moves[0].was if moves else story.stage
    begun = [(str(story.lead), first, story.began, "system")]
    return begun + [(str(m.id), m.stage, m.at, BY_MOVER.get(m.mover, "system")) for m in moves]


def _stages(story: Story) -> Iterator[Happened]:
    reached = _reached(story)
    for place, (name, stage, at, told_by) in enumerate(reached):
        first = place == 0
        if first and not story.counted:
            continue
        took = None if first else max(0.0, (at - reached[place - 1][2]).total_seconds())
        common: dict[str, Any] = {"agent": story.agent, "reason": stage, "dims": _dims(story)}
        yield Happened(("stage", name), "stage", at, value=took, told_by=told_by, **common)
        if place + 1 < len(reached):
            yield Happened(("went", name), "stage.on", reached[place + 1][2], counted=at, **common)


def _qualified(story: Story) -> Iterator[Happened]:
    """The first time; from the lead's first words, or from its beginning where nothing was said before."""
    move = next((m for m in story.moves if m.stage == "qualified"), None)
    if move is None:
        return
    words = next((one.at for one in story.spoken if not one.agent and one.at <= move.at), story.began)
    seconds = max(0.0, (move.at - words).total_seconds())
    told_by = BY_MOVER.get(move.mover, "system")
    yield Happened(
        ("qualified", str(story.lead)), "qualified", move.at, agent=story.agent, value=seconds, told_by=told_by,
        dims=_dims(story),
    )  # fmt: skip


def _told(story: Story) -> Sequence[Said]:
    """What was told outright before what a stage only shows; each in the order of time."""
    outright = [one for one in story.said if one.kind != "reply"]
    shown = [said for move in story.moves for said in _shown(move)]
    # Where HighLevel's appointment moved the stage, the move is told of in the appointment's own row.
    proofs = {one.proof for one in story.said if one.proof and not one.gone}
    return sorted(outright, key=lambda one: one.at) + [one for one in shown if one.proof not in proofs or not one.proof]


def _shown(move: Moved) -> Iterator[Said]:
    told_by = BY_MOVER.get(move.mover, "system")
    if kind := SHOWN_BY.get(move.stage):
        yield Said(move.id, kind, move.at, told_by, proof=move.proof)
    if move.overlay in LOST_BY:
        reason = "another_agent" if move.overlay == "other_agent" else reason_of(move.reason)
        yield Said(move.id, "lost", move.at, told_by, reason=reason, proof=move.proof)


def _same(one: Said, other: Said) -> bool:
    return one.kind == other.kind and abs(one.at - other.at) <= SAME_WITHIN.get(one.kind, timedelta(0))


def _outcome(story: Story, one: Said) -> Happened:
    return Happened(
        ("outcome", str(one.id)),
        f"outcome.{one.kind}",
        one.at,
        agent=one.agent or story.agent,
        amount=one.amount,
        currency=one.currency,
        reason=one.reason,
        told_by=one.told_by,
        dims=_dims(story),
    )
