"""What do words say by themselves? Asked without a lead, so nothing is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from enterprisehub.engines.base import Answer
from enterprisehub.engines.gate import instant
from leads import conversation, language, preferences, profile, purposes, qualification, sentiment
from leads.qualification import Qualification
from leads.slots import Slot

Given = Mapping[str, Any]


@dataclass(frozen=True)
class Meaning:
    """What the prospect wants, the language of the newest words, how their mood moved, and who says so."""

    purposes: purposes.Purposes
    language: language.Language
    sentiment: sentiment.Sentiment
    source: str


def meaning(given: Given) -> Meaning:
    """Of a conversation as leads/conversation.py takes it; Invalid names what cannot be read. The mood is told, never scored."""
    asked = conversation.parse(given)
    found = instant(purposes.INTENT, asked)
    newest = asked.turns[-1].text if asked.turns else ""
    moods = instant(sentiment.SENTIMENT, tuple(sentiment.Turn(turn.speaker, turn.text) for turn in asked.turns))
    return Meaning(found.value, instant(language.LANGUAGE, newest).value, moods.value, found.source)


def wishes(given: Given) -> Answer[tuple[Slot, ...]]:
    """What the prospect wants after the last turn, each slot with its words."""
    return instant(preferences.PREFERENCES, conversation.parse(given))


def qualified(given: Given) -> Answer[Qualification]:
    """How complete that is, and what is next; where no `facts` are given, the conversation's own count."""
    lead = qualification.parse(given)
    if "facts" not in given and lead.history:
        asked = conversation.parse(given)
        state = preferences.state_of(asked)
        lead = replace(lead, facts=profile.facts_in(state, [turn.at or lead.now for turn in asked.turns]))
    return instant(qualification.QUALIFICATION, lead)
