"""What was wrong with advice that an agent scored low, and why? By rule, and by Claude where it is there. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from pydantic import BaseModel, Field

from coaching.grounding import span_of, unsupported, without_orders
from enterprisehub.engines.base import Brief, Capability, Policy

LONGEST = 300  # characters of a finding
THEMES = {
    "wrong_kind": "The card named something that the prospect did not mean.",
    "missed_kind": "The card missed what the prospect meant.",
    "wrong_line": "The kind was right, the line did not fit.",
    "repeated": "The agent had read nearly the same line shortly before.",
    "unsure": "The engine was unsure and said so; the guess was not helpful.",
    "late": "The better card came too late to be used.",
    "other": "The agent was not helped; the card itself shows no reason.",
}


@dataclass(frozen=True)
class Case:
    """A card as it was shown, what the agent did with it, and what the engine says about the same words today."""

    kind: str
    confidence: float
    verdict: str
    score: int | None
    kind_now: str
    line_ids: tuple[str, ...]
    lines_before: tuple[str, ...]
    change: str
    refine_ms: float | None
    said: str = ""
    say: str = ""
    text: str = ""  # the prospect's message
    comment: str = ""  # what the agent wrote about the card


@dataclass(frozen=True)
class Finding:
    theme: str
    text: str
    evidence: dict[str, object]


def find(case: Case) -> Finding:
    """The likeliest reason, by rule, most specific first."""
    theme = _theme(case)
    evidence: dict[str, object] = {
        "kind": case.kind,
        "kind_now": case.kind_now,
        "confidence": round(case.confidence, 3),
        "score": case.score,
        "verdict": case.verdict,
    }
    return Finding(theme, THEMES[theme], evidence)


class ImprovementDraft(BaseModel):
    """What Claude fills; never kept unchecked."""

    theme: Literal["wrong_kind", "missed_kind", "wrong_line", "repeated", "unsure", "late", "other"]
    finding: str = Field(description="One or two sentences: what was wrong with the card, and what would have helped.")
    quote: str = Field(description="The words of the prospect or of the agent's comment that show it, verbatim.")


def brief(case: Case) -> Brief:
    """What the rule found is trusted; what people wrote is evidence."""
    own = ("text", "comment", "said", "say")
    facts = {name: value for name, value in asdict(case).items() if name not in own}
    told = [
        ("conversation", "prospect", case.text),
        ("card", "coach", case.say),
        ("feedback", "agent", case.comment),
        ("feedback", "agent", case.said),
    ]
    untrusted = [{"source": s, "speaker": who, "text": text} for s, who, text in told if text]
    return Brief(
        knowledge="", situation={**facts, "rule_says": find(case).theme, "themes": THEMES}, untrusted=untrusted
    )


def adopt(case: Case, draft: BaseModel) -> Finding | None:
    """Claude's finding, or None when its quote was never written, a number is made up, or it is no sentence."""
    if not isinstance(draft, ImprovementDraft):
        return None
    written = (case.text, case.comment, case.said)
    text = " ".join(without_orders(draft.finding).split())
    if not text or len(text) > LONGEST or not any(span_of(draft.quote, one) for one in written if one):
        return None
    if unsupported(text, context=[*written, case.say], trusted=[]):
        return None
    return Finding(draft.theme, text, {**find(case).evidence, "quote": draft.quote, "by_rule": find(case).theme})


IMPROVEMENT: Capability[Case, Finding] = Capability(
    "coaching.improvement",
    Case,
    Finding,
    find,
    prompt="coaching.improvement",
    draft=ImprovementDraft,
    brief=brief,
    adopt=adopt,
    policy=Policy(max_tokens=400, first_text=10.0, total=20.0, cache_seconds=0),
)


def _theme(case: Case) -> str:
    if case.kind_now != case.kind:
        return "missed_kind" if case.kind == "details" else "wrong_kind"
    if case.verdict == "wrong":
        return "unsure" if case.confidence < 0.5 else "wrong_kind"
    if set(case.line_ids) & set(case.lines_before):
        return "repeated"
    if case.said and case.said.strip() != case.say.strip():
        return "wrong_line"
    if case.change == "replaces" and (case.refine_ms or 0) > 3000:
        return "late"
    return "unsure" if case.confidence < 0.5 else "wrong_line" if case.verdict == "dismissed" else "other"
