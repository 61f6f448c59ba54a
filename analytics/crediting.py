"""Which cards did an outcome follow? Each card at most once per outcome, within its window; followed is not caused. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from analytics.happening import Happened, Read, Story
from analytics.outcomes import could as outcomes_could
from analytics.outcomes import events as outcomes_of
from analytics.talking import could as talk_could
from analytics.talking import events as talk_of

Windows = Mapping[str, timedelta]


def read(story: Story, windows: Windows) -> Read:
    """All that happened in this story, the credit of its cards included."""
    events = [*talk_of(story), *outcomes_of(story), *_told_replies(story)]
    events += credited(events, windows)
    said = {one.what for one in events}
    return Read(events, {what for what in _could(story, windows) if what not in said})


def credited(events: Sequence[Happened], windows: Windows) -> list[Happened]:
    """For every card, shown or held alike, the first outcome of each kind that followed it in time.

    Counted on the card's day, so that a day's cards and what followed them are about the same cards.
    """
    cards = [one for one in events if one.kind in ("card.shown", "card.held")]
    outcomes = sorted((one for one in events if one.kind in windows), key=lambda one: one.at)
    found = []
    for card in cards:
        seen: set[str] = set()
        for outcome in outcomes:
            if outcome.kind in seen or not card.at < outcome.at <= card.at + windows[outcome.kind]:
                continue
            if outcome.kind == "outcome.reply" and outcome.conversation not in (None, card.conversation):
                continue
            seen.add(outcome.kind)
            found.append(_after(card, outcome))
    return found


def _after(card: Happened, outcome: Happened) -> Happened:
    kind = outcome.kind.replace("outcome.", "after.")
    return replace(
        card,
        what=(kind, str(card.suggestion)),
        kind=kind,
        at=outcome.at,
        counted=card.at,
        value=None,
        reason=outcome.reason,  # no amount: of three cards before one closing each would bring its commission
        told_by=outcome.told_by,
    )


def _told_replies(story: Story) -> Iterator[Happened]:
    """A reply that only somebody else saw (in a medium that we do not hear), told through a form or the API."""
    for one in story.said:
        if one.kind == "reply" and not one.gone:
            yield Happened(
                ("outcome", str(one.id)),
                "outcome.reply",
                one.at,
                agent=one.agent or story.agent,
                told_by=one.told_by,
                dims={"vertical": story.vertical, "language": story.language, "medium": ""},
            )


def _could(story: Story, windows: Windows) -> Iterator[tuple[str, ...]]:
    yield from talk_could(story)
    yield from outcomes_could(story)
    yield from (("outcome", str(one.id)) for one in story.said)
    kinds = [kind.replace("outcome.", "after.") for kind in windows]
    yield from ((kind, str(card.id)) for card in story.cards for kind in kinds)
