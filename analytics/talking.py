"""Who wrote, who answered how fast, who replied, and was the advice used? Pure: from a story to its events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from analytics import usage
from analytics.happening import Happened, Shown, Spoken, Story, Talk

SETTLED_AFTER: Final = timedelta(hours=24)  # a card that nobody used by then was not used
REPLY_WITHIN: Final = timedelta(hours=48)  # an answer after that is a new beginning


def events(story: Story) -> Iterator[Happened]:
    """Messages, responses, replies, cards and their use, feedback, sessions."""
    spoken = _by_talk(story.spoken)
    cards = defaultdict(list)
    for card in story.cards:
        cards[card.conversation].append(card)
    for talk in story.talks.values():
        said = spoken.get(talk.id, [])
        yield from _messages(story, talk, said)
        yield from _answers(story, talk, said)
        for card in cards[talk.id]:
            yield from _card(story, talk, card, said)
        for session, agent, start, end in talk.sessions:
            yield Happened(
                ("session", str(session)),
                "session",
                end,
                agent=agent,
                conversation=talk.id,
                value=round(max(0.0, (end - start).total_seconds() / 60), 2),
                dims=_dims(story, talk),
            )
    yield from _scores(story)


def could(story: Story) -> Iterator[tuple[str, ...]]:
    """The names of all that `events` could say of this story."""
    for one in story.spoken:
        yield from (("response", str(one.id)), ("reply", str(one.id)))
    for card in story.cards:
        yield from (("card", str(card.id)), ("use", str(card.id)))


def _by_talk(spoken: Sequence[Spoken]) -> Mapping[UUID, list[Spoken]]:
    found: dict[UUID, list[Spoken]] = defaultdict(list)
    for one in spoken:
        found[one.conversation].append(one)
    return found


def _dims(story: Story, talk: Talk) -> dict[str, str]:
    return {"vertical": story.vertical, "language": story.language, "medium": talk.medium}


def _messages(story: Story, talk: Talk, said: Sequence[Spoken]) -> Iterator[Happened]:
    for one in said:
        kind = "message.out" if one.agent else "message.in"
        yield Happened(
            ("message", str(one.id)),
            kind,
            one.at,
            agent=talk.agent,
            conversation=talk.id,
            dims=_dims(story, talk),
        )


def _answers(story: Story, talk: Talk, said: Sequence[Spoken]) -> Iterator[Happened]:
    """Seconds from the prospect's first unanswered words to the agent's; and a reply wherever they answer what we wrote."""
    common: dict[str, Any] = {"agent": talk.agent, "conversation": talk.id, "dims": _dims(story, talk)}
    waiting: datetime | None = None
    ours: datetime | None = None
    for one in said:
        if one.agent:
            if waiting is not None:
                seconds = round(max(0.0, (one.at - waiting).total_seconds()), 1)
                yield Happened(("response", str(one.id)), "response", one.at, value=seconds, **common)
            waiting, ours = None, one.at
        else:
            if ours is not None and one.at - ours <= REPLY_WITHIN:
                yield Happened(("reply", str(one.id)), "outcome.reply", one.at, **common)
            waiting, ours = waiting or one.at, None


def _card(story: Story, talk: Talk, card: Shown, said: Sequence[Spoken]) -> Iterator[Happened]:
    held = card.arm == "held"
    dims = {**_dims(story, talk), **card.dims, "arm": card.arm}
    common: dict[str, Any] = {"agent": card.by, "conversation": card.conversation, "suggestion": card.id, "dims": dims}
    yield Happened(("card", str(card.id)), "card.held" if held else "card.shown", card.at, **common)
    if held:
        return
    turns = _next_turns(card, said)
    use = usage.used(card.say, card.ask, [turn.text for turn in turns], verdict=card.verdict)
    # None before anybody could have used it: the talk goes on, and what comes will be read again.
    if use.how != usage.NONE or card.verdict or _over(story, talk, card, len(turns)):
        yield Happened(
            ("use", str(card.id)),
            f"use.{use.how}",
            turns[-1].at if turns else card.at,
            value=use.likeness,
            counted=card.at,
            **common,
        )


def _next_turns(card: Shown, said: Sequence[Spoken]) -> list[Spoken]:
    """The agent's next two turns after the message that the card is about."""
    place = next((n for n, one in enumerate(said) if one.id == card.message), None)
    if place is None:
        return []
    return [one for one in said[place + 1 :] if one.agent][: usage.TURNS]


def _over(story: Story, talk: Talk, card: Shown, turns: int) -> bool:
    ended = any(start <= card.at <= end for _, _, start, end in talk.sessions)
    late = story.now is not None and story.now - card.at >= SETTLED_AFTER
    return turns >= usage.TURNS or ended or late


def _scores(story: Story) -> Iterator[Happened]:
    cards = {card.id: card for card in story.cards}
    for feedback, card_id, agent, score, at in story.scores:
        card = cards.get(card_id) if card_id else None
        talk = story.talks.get(card.conversation) if card else None
        dims = {**_dims(story, talk), **card.dims, "arm": card.arm} if card and talk else {}
        yield Happened(
            ("score", str(feedback)),
            "scored",
            at,
            agent=agent,
            conversation=card.conversation if card else None,
            suggestion=card_id,
            value=float(score),
            dims=dims or {"vertical": story.vertical, "language": story.language},
        )
