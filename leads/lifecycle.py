"""Which moves between the nine stages and their overlays are legal, what do they need, and which one is due?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import Any, Final

import yaml

from enterprisehub.errors import Invalid
from leads.completeness import Completeness
from leads.words import same_words

# the same names as in leads/models.py, in the order of a lead's life
STAGES: Final[tuple[str, ...]] = (
    "new", "attempting", "engaged", "qualified", "appointment", "represented", "active", "under_contract", "closed",
)  # fmt: skip
NONE, DNC, OTHER_AGENT = "none", "dnc", "other_agent"
OVERLAYS: Final[tuple[str, ...]] = (
    NONE,
    "nurture",
    "unresponsive",
    "paused_by_lead",
    DNC,
    "lost",
    "invalid",
    "duplicate",
    OTHER_AGENT,
)
PERSON, RULE = "person", "rule"
ACTORS: Final = (PERSON, "prospect", RULE, "crm", "claude")
_PLACE: Final = {stage: place for place, stage in enumerate(STAGES)}
ACTIVE, UNDER_CONTRACT = "active", "under_contract"


@dataclass(frozen=True)
class State:
    """Where a lead stands. `agreement`: a signed one is recorded; `exception`: why none is needed, of data/lifecycle.yaml, or "".

    Invalid when there is no such stage or overlay.
    """

    stage: str = "new"
    overlay: str = NONE
    side: str = "buyer"
    agreement: bool = False
    exception: str = ""

    def __post_init__(self) -> None:
        if self.stage not in STAGES:
            raise Invalid("There is no stage of that name.", field="stage")
        if self.overlay not in OVERLAYS:
            raise Invalid("There is no overlay of that name.", field="overlay")


@dataclass(frozen=True)
class Moved:
    """A legal move: where the lead stands now, where it stood, and who or what moved it on which evidence."""

    state: State
    was: State
    by: str
    evidence: str
    reason: str


@dataclass(frozen=True)
class Refused:
    """A move that is not legal, with the code of the reason; nothing changed."""

    code: str

    def text(self, language: str = "en") -> str:
        """The reason as a sentence, English for a language that we do not write."""
        told: Mapping[str, str] = rules()["refusals"][self.code]
        return told.get(language) or told["en"]


@dataclass(frozen=True)
class Event:
    """Something that is on record: a name of `events` in data/lifecycle.yaml, or fell_through; oldest first in a list.

    `evidence` is the id of the message or document. An appointment counts only when it is `dated`.
    """

    name: str
    evidence: str
    dated: bool = False


@dataclass(frozen=True)
class Due:
    """A move that is due by rule, ready for `move(state, due.wanted, by="rule", …)`."""

    wanted: str
    evidence: str
    reason: str


def move(state: State, wanted: str, *, by: str, evidence: str, reason: str = "") -> Moved | Refused:
    """To a stage or an overlay (`none` takes the overlay off).

    `by` is person | prospect | rule | crm | claude; `evidence` is the id or the note that shows it. A skipped stage, a
    fall-through and an overlay need a `reason`.
    """
    code = _general(state, wanted, by, evidence)
    if not code and wanted in OVERLAYS:
        code = _overlay_refusal(state, wanted, by, reason)
    elif not code:
        code = _stage_refusal(state, wanted, by, reason)
    if code:
        return Refused(code)
    there = replace(state, overlay=wanted) if wanted in OVERLAYS else replace(state, stage=wanted)
    return Moved(there, state, by, evidence.strip(), reason.strip())


def may_tour(side: str, agreement: bool, exception: str = "") -> bool:
    """May a home be shown? Not to a buyer without a recorded agreement or a documented exception."""
    return agreement or side not in rules()["gated_sides"] or exception in rules()["exceptions"]


def outbound_frozen(state: State) -> bool:
    """Must nothing be sent, whatever the stage? (What else a message needs is asked of leads/contact.py.)"""
    return state.overlay in rules()["frozen"]


def due_stage(state: State, completeness: Completeness, events: Sequence[Event]) -> Due | None:
    """The furthest stage that is shown by what is on record and that `move` would allow, None when the lead stands right.

    `qualified` needs no event: a reply, the threshold and the gate's topics (leads/completeness.py).
    """
    shown = _shown(completeness, events)
    ahead = [stage for stage in reversed(STAGES) if stage in shown and _PLACE[stage] > _PLACE[state.stage]]
    if state.stage == UNDER_CONTRACT and (fell := _fell_through(events)):
        ahead, shown[ACTIVE] = [*ahead, ACTIVE], fell
    for stage in ahead:
        due = Due(stage, shown[stage], f"on record: {stage}")
        if isinstance(move(state, stage, by=RULE, evidence=due.evidence, reason=due.reason), Moved):
            return due
    return None


def due_overlay(state: State, heard: str, *, quote: str, evidence: str) -> Due | None:
    """The overlay that is due because the lead's own words give `heard` (a reason of leads/handoff.py); None when none is.

    From `represented` on, and with a recorded agreement, the agreement that they speak of is our own.
    """
    wanted = laid_by(heard)
    ours = state.agreement or _PLACE[state.stage] >= _PLACE["represented"]
    if not wanted or state.overlay in rules()["still"] or (wanted == OTHER_AGENT and ours):
        return None
    due = Due(wanted, evidence, f"They said: “{quote.strip()}”")
    return due if isinstance(move(state, wanted, by=RULE, evidence=evidence, reason=due.reason), Moved) else None


def laid_by(heard: str) -> str:
    """The overlay that a reason of leads/handoff.py lays, "" when none."""
    found: str = rules()["heard"].get(heard, "")
    return found


def mapped(name: str, table: Mapping[str, str]) -> str | None:
    """The slug for a HighLevel pipeline stage by the tenant's own table; None = unmapped: warn, never guess.

    Case and spaces do not matter. Two entries that read the same and disagree map nothing.
    """
    wanted = same_words(name)
    slugs = {slug for key, slug in table.items() if wanted and same_words(key) == wanted}
    slug = slugs.pop() if len(slugs) == 1 else ""
    return slug if slug in _PLACE else None


@lru_cache(maxsize=1)
def rules() -> Mapping[str, Any]:
    """data/lifecycle.yaml as it stands."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = resources.files("leads").joinpath("data", "lifecycle.yaml").read_text("utf-8")
    read: Mapping[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader either way
    return read


def _general(state: State, wanted: str, by: str, evidence: str) -> str:
    if wanted not in _PLACE and wanted not in OVERLAYS:
        return "unknown_stage"
    if by not in ACTORS:
        return "unknown_actor"
    if wanted in (state.stage, state.overlay):
        return "nothing_to_do"
    return "" if evidence.strip() else "no_evidence"


def _overlay_refusal(state: State, wanted: str, by: str, reason: str) -> str:
    # do-not-contact gives way to nothing but a person who holds a new consent: another overlay would thaw it
    if state.overlay == DNC and (wanted != NONE or by != PERSON):
        return "frozen"
    needs_reason = wanted not in (NONE, DNC) or state.overlay == DNC
    return "no_reason" if needs_reason and not reason.strip() else ""


def _stage_refusal(state: State, wanted: str, by: str, reason: str) -> str:
    if state.overlay in rules()["still"]:
        return "standing_still"
    if state.overlay == DNC and by != PERSON:
        return "frozen"
    steps = _PLACE[wanted] - _PLACE[state.stage]
    if steps < 0 and (state.stage, wanted) != (UNDER_CONTRACT, ACTIVE):
        return "backward"
    if wanted == "represented" and not state.agreement:
        return "not_represented"
    if _PLACE[wanted] >= _PLACE[ACTIVE] and not may_tour(state.side, state.agreement, state.exception):
        return "no_agreement"
    return "no_reason" if steps != 1 and not reason.strip() else ""


def _shown(completeness: Completeness, events: Sequence[Event]) -> dict[str, str]:
    stages = rules()["events"]
    shown = {
        stages[event.name]: event.evidence
        for event in events
        if event.name in stages and (event.name != "appointment" or event.dated)
    }
    if "engaged" in shown and completeness.qualified:
        shown["qualified"] = shown["engaged"]
    # an offer that fell through shows no contract any more
    return {stage: proof for stage, proof in shown.items() if stage != UNDER_CONTRACT or not _fell_through(events)}


def _fell_through(events: Sequence[Event]) -> str:
    contract = [event for event in events if event.name in ("accepted_offer", "fell_through")]
    return contract[-1].evidence if contract and contract[-1].name == "fell_through" else ""
