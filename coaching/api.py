"""The coaching endpoints: parse, call the service that every door calls, render."""

from __future__ import annotations

from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from coaching import serializers as shapes
from coaching.cards import Card, CoachQuestion
from coaching.kinds import KINDS
from coaching.models import Session, Suggestion
from coaching.objections import OBJECTION, ObjectionQuestion, Turn
from coaching.questions import QuestionContext, next_question
from coaching.services import feedback, hearing, sessions
from coaching.suggestions import COACH
from enterprisehub.engines.gate import instant
from enterprisehub.errors import NotFound
from enterprisehub.realtime import tickets
from enterprisehub.tenants.api import agent_of, allowed


class Endpoint(APIView):
    """One POST: `takes` is checked, `answer` does the work."""

    takes: type[Serializer[Any]]

    def given(self, request: Request) -> dict[str, Any]:
        form = self.takes(data=request.data)
        form.is_valid(raise_exception=True)
        found: dict[str, Any] = form.validated_data
        return found


def since(started: float) -> float:
    return round((perf_counter() - started) * 1000, 2)


class RealTime(Endpoint):
    operation = "coaching.hear"
    takes = shapes.RealTimeRequest

    @extend_schema(request=shapes.RealTimeRequest, responses=shapes.RealTimeAnswer, operation_id="coaching_real_time")
    def post(self, request: Request) -> Response:
        """A prospect said something: it is recorded, coached, and shown on the agent's screen."""
        started, given = perf_counter(), self.given(request)
        agent = agent_of(request._request, given.get("agent_id"))
        context = given["conversation_context"]
        words = hearing.Words(
            lead=context["lead_id"],
            text=given["prospect_message"],
            client_id=given.get("message_id") or f"api-{uuid4()}",
            stage=given.get("conversation_stage") or context.get("stage", ""),
        )
        heard = hearing.hear(agent, words, others=allowed(request._request, "coaching.hear_for_others"))
        return Response(shapes.RealTimeAnswer(_heard(heard, since(started))).data)


def _heard(heard: hearing.Heard, ms: float) -> dict[str, Any]:
    card = heard.suggestion if heard.suggestion is not None and heard.suggestion.shown else None
    objection = card.kind if card is not None and card.kind in KINDS else None
    asked = heard.answer.question.text if heard.answer is not None and heard.answer.question is not None else None
    return {
        "objection_detected": objection is not None,
        "objection_type": objection,
        "suggestions": [_words(card)] if card else [],
        "next_question": (card.ask if card else None) or asked,
        "urgency_level": card.urgency if card else (heard.answer.urgency if heard.answer else "low"),
        "confidence": round(card.confidence, 3) if card else None,
        "source": heard.source,
        "processing_time_ms": ms,
        "session_id": heard.session.pk,
        "suggestion_id": card.pk if card else None,
        "message_id": heard.message.pk,
    }


def _words(card: Suggestion | Card) -> dict[str, str]:
    return {"headline": card.headline, "say": card.say, "ask": card.ask, "why": card.why}


class Objections(Endpoint):
    operation = "playbook.read"
    takes = shapes.ObjectionsRequest

    @extend_schema(
        request=shapes.ObjectionsRequest, responses=shapes.ObjectionsAnswer, operation_id="coaching_objections"
    )
    def post(self, request: Request) -> Response:
        """Which objections does this message raise? Nothing is recorded."""
        started, given = perf_counter(), self.given(request)
        lead = given.get("lead_context", {})
        history = tuple(Turn(turn["speaker"], turn["text"]) for turn in given.get("conversation_history", []))
        text, price, language = given["message_text"], lead.get("listing_price"), lead.get("language")
        found = instant(OBJECTION, ObjectionQuestion(text, history, price, language)).value
        coached = instant(
            COACH,
            CoachQuestion(text, history, price, language, vertical=lead.get("vertical", "any")),
        ).value
        answer = {
            "objections": found.objections,
            "overcomable": found.overcomable,
            "unsure": found.unsure,
            "suggestions": [_words(coached.card)] if coached.card and found.objections else [],
            "processing_time_ms": since(started),
        }
        return Response(shapes.ObjectionsAnswer(answer).data)


class NextQuestion(Endpoint):
    operation = "playbook.read"
    takes = shapes.NextQuestionRequest

    @extend_schema(
        request=shapes.NextQuestionRequest, responses=shapes.NextQuestionAnswer, operation_id="coaching_next_question"
    )
    def post(self, request: Request) -> Response:
        """What is worth asking next? Never a slot that is known. Nothing is recorded."""
        started, given = perf_counter(), self.given(request)
        found = next_question(
            QuestionContext(
                stage=given["stage"],
                vertical=given["vertical"],
                side=given["side"],
                language=given["language"],
                known=frozenset(given["known"]),
                asked=tuple(given["asked"]),
            )
        )
        answer = {
            "slot": found.slot if found else None,
            "question": found.text if found else None,
            "why": found.why if found else None,
            "processing_time_ms": since(started),
        }
        return Response(shapes.NextQuestionAnswer(answer).data)


class Sessions(Endpoint):
    operation = "coaching.hear"
    takes = shapes.SessionRequest

    @extend_schema(
        request=shapes.SessionRequest, responses={201: shapes.SessionAnswer}, operation_id="coaching_session_start"
    )
    def post(self, request: Request) -> Response:
        """Begin live coaching with a lead; a session that is open already is the answer."""
        given = self.given(request)
        agent = agent_of(request._request, given.get("agent_id"))
        others = allowed(request._request, "coaching.hear_for_others")
        session = sessions.live(agent, given["lead_id"], medium=given.get("medium", ""), others=others)
        return Response(shapes.SessionAnswer(session).data, status=201)


class SessionEnd(Endpoint):
    operation = "coaching.hear"

    @extend_schema(request=None, responses=shapes.SessionAnswer, operation_id="coaching_session_end")
    def post(self, request: Request, session_id: UUID) -> Response:
        """End live coaching; ending twice changes nothing."""
        session = Session.objects.filter(pk=session_id).first()
        if session is None:
            raise NotFound("There is no such session.")
        agent_of(request._request, session.agent_id)
        return Response(shapes.SessionAnswer(sessions.end(session)).data)


class FeedbackGiven(Endpoint):
    operation = "coaching.feedback"
    takes = shapes.FeedbackRequest

    @extend_schema(
        request=shapes.FeedbackRequest, responses={201: shapes.FeedbackAnswer}, operation_id="coaching_feedback"
    )
    def post(self, request: Request) -> Response:
        """What the agent thought of a card, or of a session; a score below 4 is looked into."""
        given = self.given(request)
        agent = agent_of(request._request, given.get("agent_id"))
        opinion = feedback.Opinion(
            client_id=given.get("feedback_id") or f"api-{uuid4()}",
            suggestion=given.get("suggestion_id"),
            session=given.get("session_id"),
            verdict=given.get("verdict", ""),
            score=given.get("score"),
            comment=given.get("comments", ""),
            said=given.get("said", ""),
        )
        kept = feedback.give(agent, opinion)
        kept.looked_into = feedback.is_low(opinion)
        return Response(shapes.FeedbackAnswer(kept).data, status=201)


class Tickets(Endpoint):
    operation = "coaching.listen"
    takes = shapes.TicketRequest

    @extend_schema(request=shapes.TicketRequest, responses={201: shapes.TicketAnswer}, operation_id="coaching_ticket")
    def post(self, request: Request) -> Response:
        """A ticket that opens the agent's socket once, within a minute."""
        given = self.given(request)
        agent = agent_of(request._request, given.get("agent_id"))
        text = tickets.issue(agent, tickets.Via.request(request._request))
        scheme = "wss" if request.is_secure() else "ws"
        url = f"{scheme}://{request.get_host()}/ws/coaching/?ticket={text}"
        return Response({"ticket": text, "expires_in": tickets.SECONDS, "url": url}, status=201)
