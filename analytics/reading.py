"""What do samples of talk have in common, behind a finding that was counted? By Claude where it is there; the figures are ours. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, Field

from coaching.grounding import span_of, unsupported, without_orders
from enterprisehub.engines.base import Brief, Capability, Policy

LONGEST: Final = 300  # characters of a pattern
FEWEST_QUOTES: Final = 2


@dataclass(frozen=True)
class Samples:
    """One clear finding and what was said in some of its conversations: (the prospect's words, the card's line)."""

    kind: str
    what: str
    verdict: str  # high, low
    outcome: str
    talks: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Pattern:
    text: str
    quotes: tuple[str, ...]


class PatternDraft(BaseModel):
    """What Claude fills; never kept unchecked."""

    pattern: str = Field(description="One or two sentences: what these prospects have in common, without any figure.")
    quotes: list[str] = Field(description="Two or three pieces of the prospects' words that show it, verbatim.")


def local(samples: Samples) -> Pattern:
    """Without Claude nothing is read into the words."""
    return Pattern("", ())


def brief(samples: Samples) -> Brief:
    """The finding is trusted; what people said is evidence."""
    situation = {
        "card_kind": samples.kind,
        "what": samples.what,
        "followed_by": samples.outcome,
        "more_or_less_often": "more" if samples.verdict == "high" else "less",
    }
    told = [
        {"source": source, "speaker": who, "text": text}
        for said, line in samples.talks
        for source, who, text in (("conversation", "prospect", said), ("card", "coach", line))
        if text
    ]
    return Brief(knowledge="", situation=situation, untrusted=told)


def adopt(samples: Samples, draft: BaseModel) -> Pattern | None:
    """The pattern with the quotes that were really said; None with fewer than two of them, or with a figure of its own."""
    if not isinstance(draft, PatternDraft):
        return None
    said = [text for text, _ in samples.talks]
    text = " ".join(without_orders(draft.pattern).split())
    quotes = tuple(dict.fromkeys(q.strip() for q in draft.quotes if any(span_of(q, one) for one in said)))[:3]
    if not text or len(text) > LONGEST or len(quotes) < FEWEST_QUOTES:
        return None
    if unsupported(text, context=said, trusted=[]):
        return None
    return Pattern(text, quotes)


SAMPLES: Capability[Samples, Pattern] = Capability(
    "analytics.samples",
    Samples,
    Pattern,
    local,
    prompt="analytics.samples",
    draft=PatternDraft,
    brief=brief,
    adopt=adopt,
    policy=Policy(model="claude-opus-5-5", thinking="adaptive", effort="medium", max_tokens=2_000, cache_seconds=0),
)
