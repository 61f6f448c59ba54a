"""What is Claude asked about a plan, and which of its words may stand in it?"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

from pydantic import BaseModel, Field

from enterprisehub.engines.base import Brief, Capability, Policy
from leads.planning.asking import parse
from leads.planning.claims import claims
from leads.planning.drafts import Draft, language_of
from leads.planning.evidence import Evidence, unique
from leads.planning.plan import Plan, plan, render
from leads.planning.signals import Signal
from leads.planning.situation import PROSPECT, Situation
from leads.planning.wording import loose
from leads.small_words import english_or_spanish
from leads.words import folded

LONGEST: Final = {"goal": 120, "why": 400, "draft": 460, "email": 1_200, "change": 200}  # characters
MOST_TURNS: Final = 30
MOST_FOUND: Final = 3  # risks, and as many opportunities
FRESH: Final = timedelta(days=14)  # how long something that Claude saw is worth looking at
LONGEST_QUOTE: Final = 200


class SignalDraft(BaseModel):
    """Something that the words show and the rules did not name."""

    what: str = Field(description="Two or three words in lower case.")
    why: str = Field(description="One sentence in the agent's language.")
    quote: str = Field(description="The prospect's own words that show it, copied verbatim.")


class PlanDraft(BaseModel):
    """What Claude fills; nothing of it is kept unchecked."""

    goal: str = Field(description="At most twelve words in the agent's language.")
    why: str = Field(description="Why this action now, in the agent's language.")
    draft: str = Field(
        description="The message, or what to say, in the prospect's language; empty when the action has no words."
    )
    quotes: list[str] = Field(description="The prospect's own words that show why, copied verbatim.")
    risks: list[SignalDraft] = Field(description="What the rules have not named; empty when there is nothing.")
    opportunities: list[SignalDraft] = Field(description="What the rules have not named; empty when there is nothing.")
    would_change: list[str] = Field(description="Up to three sentences.")
    confidence: float = Field(description="From 0 to 1.")


def brief(situation: Situation) -> Brief:
    """The plan is trusted; what was said is evidence. Facts are named by slot alone."""
    made = plan(situation)
    action = made.action
    return Brief(
        knowledge="Verbs are decided by the plan and stay. Slots are named, not told.",
        situation={
            "stage": situation.stage,
            "side": situation.side,
            "vertical": situation.vertical,
            "prospect_language": language_of(situation),
            "agent_language": situation.agent_language,
            "known": sorted({one.name for one in situation.slots}),
            "urgency": made.urgency.level,
            "goal": made.goal,
            "action": action.next.verb if action else "none",
            "medium": action.next.medium if action else "",
            "draft": action.draft.text if action else "",
            "why": action.next.why if action else "",
            "risks": [one.what for one in made.risks],
            "opportunities": [one.what for one in made.opportunities],
        },
        untrusted=[
            {"source": "conversation", "speaker": turn.speaker, "text": turn.text[:2_000]}
            for turn in situation.turns[-MOST_TURNS:]
        ],
        names=tuple(word for word in (situation.first_name, situation.agent, situation.home.name) if word),
    )


def adopt(situation: Situation, given: BaseModel) -> Plan | None:
    """The local plan with those of Claude's words that hold; None when none do, or when nothing may be done.

    Verb, medium, dates, amounts and urgency stay as they are. A quote that was not said takes what hangs on it along; a draft with
    a number, date, link or claim that the local one does not have, or in another language, leaves the local one standing.
    """
    if not isinstance(given, PlanDraft) or not math.isfinite(given.confidence):
        return None
    made = plan(situation)
    if made.action is None:
        return None
    words = _draft(given.draft, situation, made)
    why = _sentence(given.why, situation, made, longest=LONGEST["why"])
    quotes = [found for one in given.quotes[:MOST_FOUND] if (found := quoted(one, situation))]
    why = why if quotes or not made.action.next.evidence else ""
    goal = _sentence(given.goal, situation, made, longest=LONGEST["goal"])
    risks = tuple(_signals(given.risks, situation, made, known=made.risks))
    chances = tuple(_signals(given.opportunities, situation, made, known=made.opportunities))
    if not (words or why or risks or chances):
        return None
    changed = [
        text
        for one in given.would_change[:MOST_FOUND]
        if (text := _sentence(one, situation, made, longest=LONGEST["change"]))
    ]
    then = replace(
        made.action.next,
        why=why or made.action.next.why,
        evidence=unique([*made.action.next.evidence, *quotes])[:4],
    )
    action = replace(made.action, next=then, draft=Draft(words or made.action.draft.text, made.action.draft.subject))
    return replace(
        made,
        goal=goal or made.goal,
        action=action,
        risks=(*made.risks, *risks),
        opportunities=(*made.opportunities, *chances),
        evidence=unique([*made.evidence, *quotes, *(e for one in (*risks, *chances) for e in one.evidence)])[:10],
        would_change=tuple(dict.fromkeys([*made.would_change, *changed])),
    )


def quoted(quote: str, situation: Situation) -> Evidence | None:
    """Where the prospect said these words, newest first, as they wrote them; None when they did not."""
    wanted = " ".join(folded(quote).split())
    if not 3 <= len(wanted) <= LONGEST_QUOTE:
        return None
    words = r"\s+".join(map(re.escape, wanted.split()))
    cue = re.compile(rf"(?<!\w){words}(?!\w)")
    for place in range(len(situation.turns) - 1, -1, -1):
        turn = situation.turns[place]
        if turn.speaker == PROSPECT and (hit := cue.search(folded(turn.text))):
            return Evidence(turn.text[hit.start() : hit.end()], turn.id, "", place)
    return None


def _signals(
    given: list[SignalDraft], situation: Situation, made: Plan, *, known: tuple[Signal, ...]
) -> Iterator[Signal]:
    taken = {one.what for one in known}
    for one in given[:MOST_FOUND]:
        what = "_".join(re.findall(r"[a-z]+", one.what.lower())[:4])
        shown = quoted(one.quote, situation)
        why = _sentence(one.why, situation, made, longest=LONGEST["change"])
        if shown is not None and why and what and what not in taken:
            taken.add(what)
            yield Signal(what, why, (shown,), situation.now.date() + FRESH)


def _draft(text: str, situation: Situation, made: Plan) -> str:
    """Claude's message, or "" when the local one should stay."""
    clean = text.strip()
    action = made.action
    if action is None or not clean or not action.draft.text:
        return ""
    most = LONGEST["email" if action.next.medium == "email" else "draft"]
    if len(clean) > most or "{" in clean or clean.count("?") > 1 + action.draft.text.count("?"):
        return ""
    if loose(clean, allowed=action.draft.text) or any(not one.known for one in claims(clean, situation.home)):
        return ""
    spoken = english_or_spanish(clean, folded(clean))
    return clean if len(clean.split()) < 5 or spoken == language_of(situation) else ""


def _sentence(text: str, situation: Situation, made: Plan, *, longest: int) -> str:
    """A sentence for the agent; figures and dates only as the plan or the prospect's words have them."""
    clean = " ".join(text.split())
    said = " ".join(turn.text for turn in situation.turns if turn.speaker == PROSPECT)
    allowed = f"{made.urgency.why} {made.goal} {made.action.draft.text if made.action else ''} {said}"
    return "" if not clean or len(clean) > longest or loose(clean, allowed=allowed) else clean


PLAN: Capability[Situation, Plan] = Capability(
    "leads.plan",
    Situation,
    Plan,
    plan,
    prompt="leads.plan",
    draft=PlanDraft,
    brief=brief,
    adopt=adopt,
    parse=parse,
    render=render,
    policy=Policy(
        model="claude-sonnet-5-5",
        thinking="adaptive",
        effort="medium",
        max_tokens=3_000,
        first_text=20.0,
        total=30.0,
        stream=False,
        cache_seconds=0,
    ),
)
