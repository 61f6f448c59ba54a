"""What was wrong with advice that an agent scored low, and why? Pure."""

from __future__ import annotations

from dataclasses import dataclass

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
