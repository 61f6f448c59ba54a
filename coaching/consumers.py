"""What can an agent's screen ask of coaching? To hear words, and to take an opinion on a card."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware

from coaching.services import feedback as opinions
from coaching.services import hearing
from enterprisehub.errors import Invalid
from enterprisehub.realtime.consumer import AgentConsumer
from enterprisehub.realtime.events import ClientMessage
from leads.models import Speaker


class CoachingConsumer(AgentConsumer):
    """`/ws/coaching/`, docs/realtime.md."""

    async def hear(self, message: ClientMessage) -> None:
        given = message.fields
        words = hearing.Words(
            lead=given["lead"],
            text=given["text"],
            client_id=given["id"],
            speaker=given.get("speaker", Speaker.PROSPECT),
            at=_moment(given.get("at")),
            medium=given.get("medium", ""),
            stage=given.get("stage", ""),
        )
        heard = await self.run(hearing.hear, self.caller.agent, words, others=self.caller.others)
        if not heard.new:
            await self.answer("status", {"state": "known", "id": given["id"], "message_id": str(heard.message.pk)})

    async def feedback(self, message: ClientMessage) -> None:
        given = message.fields
        opinion = opinions.Opinion(
            client_id=given["id"],
            suggestion=_id(given.get("suggestion_id"), "suggestion_id"),
            session=_id(given.get("session_id"), "session_id"),
            verdict=given.get("verdict", ""),
            score=given.get("score"),
            comment=given.get("comment", ""),
            said=given.get("said", ""),
        )
        await self.run(opinions.give, self.caller.agent, opinion)

    verbs = {"hear": hear, "feedback": feedback}

    def render(self, event: dict[str, Any]) -> str:
        return render_to_string("coaching/_event.html", {"event": event, **event["payload"]})


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or not is_aware(moment) or not 2000 <= moment.year <= 2100:
        raise Invalid("`at` is an ISO 8601 time with its zone.", field="at")
    return moment


def _id(text: str | None, name: str) -> UUID | None:
    if text is None:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(f"`{name}` is not an id.", field=name) from None
