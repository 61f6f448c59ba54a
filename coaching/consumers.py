"""What can an agent's screen ask of coaching? To hear words, and to take an opinion on a card."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from coaching import frames
from coaching.services import desk, hearing
from coaching.services import feedback as opinions
from enterprisehub.errors import Invalid
from enterprisehub.realtime.consumer import AgentConsumer
from enterprisehub.realtime.events import ClientId, ClientMessage, Frame, Reference

Short = Annotated[str, StringConstraints(max_length=20)]
AHEAD = timedelta(minutes=5)  # that a client's clock may be fast
OLDEST = datetime(2000, 1, 1, tzinfo=UTC)


class Hear(ClientMessage):
    """Somebody said something. `lead` is a lead's id or its HighLevel contact id; the same `id` is heard once."""

    id: ClientId
    lead: Reference
    text: Annotated[str, StringConstraints(max_length=8_000)]
    speaker: Short = "prospect"
    at: AwareDatetime | None = None
    medium: Short = ""
    stage: Short = ""


class Opinion(ClientMessage):
    """What the agent thinks of a card, or of a session; the same `id` counts once."""

    id: ClientId
    suggestion_id: UUID | None = None
    session_id: UUID | None = None
    verdict: Short = ""
    score: Annotated[int, Field(ge=1, le=5)] | None = None
    comment: Annotated[str, StringConstraints(max_length=2_000)] = ""
    said: Annotated[str, StringConstraints(max_length=2_000)] = ""


class CoachingConsumer(AgentConsumer):
    """`/ws/coaching/`, described in docs/realtime.md."""

    messages: ClassVar[dict[str, type[ClientMessage]]] = {**AgentConsumer.messages, "hear": Hear, "feedback": Opinion}
    verbs: ClassVar[dict[str, str]] = AgentConsumer.verbs | {"hear": "on_hear", "feedback": "on_feedback"}

    async def on_hear(self, message: Hear) -> None:
        self.login.insist("coaching.hear")
        if message.at is not None and not OLDEST <= message.at <= datetime.now(UTC) + AHEAD:
            raise Invalid("`at` is a time since 2000 and not in the future.", field="at")
        words = hearing.Words(
            lead=message.lead,
            text=message.text,
            client_id=message.id,
            speaker=message.speaker,
            at=message.at,
            medium=message.medium,
            stage=message.stage,
        )
        others = self.login.may("coaching.hear_for_others")
        heard = await self.run_again(hearing.hear, self.login.agent, words, others=others)
        if not heard.new:  # nothing is told twice, so the sender is answered here
            self.answer("status", {"state": "known", "id": message.id, "message_id": str(heard.message.pk)})

    async def on_feedback(self, message: Opinion) -> None:
        self.login.insist("coaching.feedback")
        opinion = opinions.Opinion(
            client_id=message.id,
            suggestion=message.suggestion_id,
            session=message.session_id,
            verdict=message.verdict,
            score=message.score,
            comment=message.comment,
            said=message.said,
        )
        await self.run_again(opinions.give, self.login.agent, opinion)

    async def mode(self) -> str:
        """Reduced while screens hear of each other's events late, else what the page's badge says."""
        across = await super().mode()
        return across if across == "reduced" else (await self.run(desk.mode_now, self.login.agent)).name

    def draw(self, frame: Frame) -> str:
        event: dict[str, Any] = frame.event()
        return frames.html_frame(
            frame.type, event["payload"], seq=frame.seq, at=event["metadata"]["timestamp"], missed=frame.missed
        )
