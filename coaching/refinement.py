"""What is Claude asked about a card, and which of its words may reach the agent?"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace

from pydantic import BaseModel, Field

from coaching.cards import Card, CoachAnswer, CoachQuestion
from coaching.composing import QUESTION_GROUP, Reading, coach, compose, quoted, understand, urgency_of
from coaching.editing import LIMITS, PLACEHOLDERS, QUESTION_KINDS
from coaching.grounding import facts, filled, span_of, unsupported, without_orders
from coaching.kinds import KINDS, NON_OVERCOMABLE, group_of
from coaching.questions import slots
from coaching.wording import forbidden, words
from enterprisehub.engines.base import Brief
from leads.small_words import english_or_spanish
from leads.text import fold
from leads.words import last_of, same_words

LONGEST = {"headline": 110, "say": 320, "ask": 220}  # characters
NO_OBJECTION = frozenset({"", "none"})


class CoachingDraft(BaseModel):
    """What Claude fills; emitted in this order, so that the words to say come first. Never shown unchecked."""

    say: str = Field(description="One sentence or two for the agent to say, without a question.")
    ask: str = Field(description="One question for the agent to ask; empty when nothing may be asked.")
    headline: str = Field(description="At most 12 words in the agent's language: what the prospect meant.")
    quote: str = Field(description="The prospect's own words that show it, copied verbatim.")
    kind: str = Field(description="One kind of the playbook, or none.")
    line_ids: list[str] = Field(description="Ids of the playbook lines that this is built on, without brackets.")
    ask_slot: str = Field(description="The slot that the question finds out, or empty.")
    confirms_local_card: bool = Field(description="True when the local card is right as it stands.")
    confidence: float = Field(description="From 0 to 1, how sure you are of the kind.")


def brief(question: CoachQuestion) -> Brief:
    """The prompt's parts: playbook (stable), situation (trusted, no personal data), transcript and facts (untrusted)."""
    local = coach(question)
    card = local.card
    text = without_orders(question.text)
    return Brief(
        knowledge=question.playbook.digest(question.vertical, local.language),
        situation={
            "stage": question.stage,
            "vertical": question.vertical,
            "side": question.side,
            "prospect_language": local.language,
            "agent_language": question.agent_language,
            "agent_experience": question.experience,
            "listing_price_known": question.listing_price is not None,
            "known_slots": sorted(local.known_slots),
            "open_slots": sorted(slots() - local.known_slots),
            "placeholders": sorted(facts(question.known)),
            "local_card": _unfilled(card, question) if card else None,
        },
        untrusted=_untrusted(question),
        cache_key=(
            question.playbook.version,
            *(question.stage, question.vertical, question.side, local.language, question.agent_language),
            question.experience,
            ",".join(sorted(local.known_slots)),
            ",".join(sorted(facts(question.known))),
            card.kind if card else "",
            f"{question.listing_price or ''}",
            same_words(last_of(question.history, "agent")),
            same_words(text),
        ),
        sources=frozenset(question.playbook.lines(question.vertical, local.language)),
        names=tuple(v for k in ("first_name", "last_name", "name", "agent_name") if (v := question.known.get(k, ""))),
        prompt=question.prompt,
    )


def adopt(question: CoachQuestion, draft: BaseModel) -> CoachAnswer | None:
    """The answer with Claude's card, or None when the local card should stay.

    None when a number, link or phone is not borne out, the quote was never said, an id or kind is unknown, the wording is forbidden or
    too long, or the local card is one that must not be argued with. When Claude sees such a kind that we missed, its card
    is made from the playbook: Claude's own words never answer those.
    """
    if not isinstance(draft, CoachingDraft):
        return None
    local = coach(question)
    kind = draft.kind.strip().casefold()
    if (local.card and local.card.compliance) or (kind not in KINDS and kind not in QUESTION_KINDS):
        return None
    if not math.isfinite(draft.confidence):
        return None
    if local.card and draft.confirms_local_card and kind == local.card.kind:
        sure = max(local.card.confidence, min(draft.confidence, 1.0))
        return replace(local, card=replace(local.card, confidence=round(sure, 3)))
    card = _card(question, draft, local, kind=kind)
    return replace(local, card=card, urgency=card.urgency) if card else None


def presentable(partial: str, question: CoachQuestion) -> str:
    """As much of a sentence that is still being written as may be shown already; "" when nothing may."""
    local = coach(question)
    if local.card and local.card.compliance:
        return ""
    whole = partial if re.search(r"[.!?…]\W*$", partial) else partial.rpartition(" ")[0]
    text = filled(whole.rpartition("{")[0] if whole.count("{") > whole.count("}") else whole, facts(question.known))
    lines = question.playbook.lines(question.vertical, local.language)
    ids = [*lines] if text else []
    return text.strip() if text and not _unsayable(text, question, cited=ids, language=local.language) else ""


def _card(question: CoachQuestion, draft: CoachingDraft, local: CoachAnswer, *, kind: str) -> Card | None:
    reading = understand(question)
    base = compose(question, reading, kind, confidence=draft.confidence)
    where = _evidence(draft.quote, question)
    if base is None or (where is None and (kind in KINDS or draft.quote.strip())):
        return None
    if kind in NON_OVERCOMABLE:
        return _with_evidence(base, question, where)
    lines = question.playbook.lines(question.vertical, local.language)
    if not set(draft.line_ids) <= lines.keys() or (kind in KINDS and not draft.line_ids):
        return None
    told = _told(question, draft, local)
    if told is None:
        return None
    say, ask, headline = told
    slot = _slot(draft, reading)
    stays = slot is None or not ask
    card = replace(
        base,
        group=group_of(kind) if kind in KINDS else QUESTION_GROUP,
        headline=headline,
        say=say,
        ask=(local.card.ask if local.card else base.ask) if stays else ask,
        ask_slot=(local.card.ask_slot if local.card else base.ask_slot) if stays else slot or "",
        line_ids=tuple(dict.fromkeys(draft.line_ids)),
        urgency=urgency_of(question, reading, kind=kind),
    )
    return _with_evidence(card, question, where)


def _told(question: CoachQuestion, draft: CoachingDraft, local: CoachAnswer) -> tuple[str, str, str] | None:
    """Say, ask and headline with their placeholders filled, or None when one of them may not be shown."""
    values, texts = facts(question.known), []
    for name, given in (("say", draft.say), ("ask", draft.ask), ("headline", draft.headline)):
        text = filled(" ".join(given.split()), values)
        if text is None or "{" in text or "}" in text or len(text) > LONGEST[name] or words(text) > LIMITS[name]:
            return None
        spoken = local.language if name != "headline" else ""
        if _unsayable(text, question, cited=draft.line_ids, language=spoken):
            return None
        texts.append(text)
    say, ask, headline = texts
    return (say, ask, headline) if say and headline and (not ask or "?" in ask) else None


def _unsayable(text: str, question: CoachQuestion, *, cited: list[str], language: str) -> str:
    """Why these words may not reach the agent, "" when they may; `language` "" leaves the language open."""
    if reason := forbidden(text):
        return reason
    lines = question.playbook.lines(question.vertical, language or question.agent_language)
    trusted = [*facts(question.known).values(), *(lines[key].text for key in cited if key in lines)]
    said = [turn.text for turn in question.history] + [question.text]
    price = [f"{question.listing_price:.0f}"] if question.listing_price is not None else []
    if loose := unsupported(text, context=[*said, *price], trusted=trusted):
        return f"{loose} was never said"
    return "another language" if language and _foreign(text, language) else ""


def _foreign(text: str, language: str) -> bool:
    # a few words are no evidence; a sentence is
    return words(text) >= 5 and english_or_spanish(text, fold(text).text) != language


def _evidence(quote: str, question: CoachQuestion) -> tuple[str, int, int] | None:
    """The quote as it was written and where: in the newest message, else (0, 0) for something that was said earlier."""
    if span := span_of(quote, question.text):
        return question.text[slice(*span)], *span
    for turn in reversed(question.history):
        if turn.speaker == "prospect" and (span := span_of(quote, turn.text)):
            return turn.text[slice(*span)], 0, 0
    return None


def _with_evidence(card: Card, question: CoachQuestion, where: tuple[str, int, int] | None) -> Card:
    if where is None:
        return card
    why, start, end = where
    return quoted(card, question, start, end) if end else replace(card, why=why)


def _slot(draft: CoachingDraft, reading: Reading) -> str | None:
    """The slot asked for: "" when none is named, None when it is known already and must not be asked again."""
    slot = draft.ask_slot.strip().casefold()
    return None if slot in reading.known_slots else slot if slot in slots() else ""


def _unfilled(card: Card, question: CoachQuestion) -> dict[str, object]:
    """The local card for the prompt: line ids and texts with placeholders, so that no fact leaves with it."""
    lines = question.playbook.lines(question.vertical, card.language)
    texts = [lines[key].text for key in card.line_ids if key in lines]
    return {
        "kind": card.kind,
        "also": card.also,
        "urgency": card.urgency,
        "line_ids": list(card.line_ids),
        "lines": texts,
        "ask_slot": card.ask_slot,
    }


def _untrusted(question: CoachQuestion) -> list[dict[str, str]]:
    return list(_sources(question))


def _sources(question: CoachQuestion) -> Iterator[dict[str, str]]:
    for name in sorted(set(question.known) - PLACEHOLDERS - {"last_name", "name"}):
        if value := question.known[name]:
            yield {"source": "crm", "name": name, "text": " ".join(str(value).split())[:200]}
    for turn in question.history:
        yield {"source": "conversation", "speaker": turn.speaker, "text": turn.text}
    yield {"source": "conversation", "speaker": "prospect", "text": question.text}
