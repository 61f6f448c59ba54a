"""The coaching endpoints: parse, call the service that every door calls, render."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.utils.timezone import now
from rest_framework.request import Request
from rest_framework.response import Response

from coaching import api_told as told
from coaching import serializers as shapes
from coaching.cards import Card, CoachQuestion
from coaching.kinds import KINDS
from coaching.models import Session, Suggestion
from coaching.objections import Turn
from coaching.questions import QuestionContext, next_question
from coaching.services import advising, feedback, hearing, history, sessions
from coaching.trials import HELD
from coaching.wire import card_payload
from enterprisehub.errors import Conflict, HubError, Invalid, NotFound
from enterprisehub.realtime import tickets
from enterprisehub.tenants.api.door import Door
from enterprisehub.tenants.api.once import once
from leads.models import Stage

HEAR, OTHERS = "coaching.hear", "coaching.hear_for_others"
ALL_SESSIONS = "coaching.sessions.all"
READ = ("coaching.sessions.own",)
ASK = (HEAR, "playbook.read")  # what is asked and not recorded


class RealTime(Door):
    operations = {"POST": (HEAR,)}
    names_things = ("POST",)

    @told.real_time
    @once
    def post(self, request: Request) -> Response:
        """A prospect said something: coach the agent.

        Records the message, puts a card on the agent's screen and answers with it. The answer is the local engine's; when
        Claude has a better one within a few seconds, the same card changes on the screen (see the socket).
        """
        given = self.given(shapes.RealTimeRequest, request)
        agent, context = self.caller.agent_for(given.get("agent_id")), given["conversation_context"]
        words = hearing.Words(
            lead=context["lead_id"],
            text=given["prospect_message"],
            client_id=given.get("message_id") or f"api-{uuid4()}",
            stage=given.get("conversation_stage") or context.get("stage", ""),
        )
        with called(lead="conversation_context.lead_id", text="prospect_message", id="message_id"):
            heard = hearing.hear(agent, words, others=self.caller.may(OTHERS))
        return Response(shapes.RealTimeAnswer(_coaching(heard, self.ms)).data)


class Objections(Door):
    operations = {"POST": ASK}

    @told.objections
    def post(self, request: Request) -> Response:
        """Which objections does this message raise, and what would the playbook say?

        Nothing is recorded and no screen changes. No objection is an empty list.
        """
        given = self.given(shapes.ObjectionsRequest, request)
        lead = given.get("lead_context", {})
        question = CoachQuestion(
            text=given["message_text"],
            history=tuple(Turn(turn["speaker"], turn["text"]) for turn in given.get("conversation_history", [])),
            listing_price=lead.get("listing_price"),
            language=_language(lead.get("language", "")),
            stage=lead["stage"] if lead.get("stage") in Stage.values else Stage.ENGAGED,
            vertical=lead.get("vertical", "any"),
            side=lead.get("side", "buyer"),
            experience="experienced",
        )
        advice = advising.advise(self.caller.tenant, question)
        answer = {
            "objections": advice.objections,
            "overcomable": advice.overcomable,
            "unsure": advice.unsure,
            "suggestions": [_words(advice.card)] if advice.card else [],
            "source": advice.source,
            "processing_time_ms": self.ms,
        }
        return Response(shapes.ObjectionsAnswer(answer).data)


class NextQuestion(Door):
    operations = {"POST": ASK}

    @told.next_question
    def post(self, request: Request) -> Response:
        """What is worth asking next?

        Never a slot that is known. Nothing is recorded; all three answers are null when everything is known.
        """
        given = self.given(shapes.NextQuestionRequest, request)
        known, asked = frozenset(given.pop("known")), tuple(given.pop("asked"))
        found = next_question(QuestionContext(known=known, asked=asked, **given))
        answer = {
            "slot": found.slot if found else None,
            "question": found.text if found else None,
            "why": found.why if found else None,
            "processing_time_ms": self.ms,
        }
        return Response(shapes.NextQuestionAnswer(answer).data)


class Sessions(Door):
    operations = {"GET": READ, "POST": (HEAR,)}
    names_things = ("POST",)

    @told.sessions
    def get(self, request: Request) -> Response:
        """Coaching sessions, newest first.

        An agent sees their own; team leads, administrators, owners, auditors and keys that belong to no agent see all of
        the tenant's. `next` leads to older ones.
        """
        asked = shapes.SessionsQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        size = wanted["limit"]
        reader = self.caller.seen_by(ALL_SESSIONS)
        rows = history.page(reader, size=size + 1, before=wanted.get("before"), agent=wanted.get("agent_id"))
        older = {**wanted, "before": rows[size - 1].pk} if len(rows) > size else None
        answer = {"results": rows[:size], "next": f"{request.path}?{urlencode(older)}" if older else None}
        return Response(shapes.SessionsAnswer(answer).data)

    @told.session_start
    @once
    def post(self, request: Request) -> Response:
        """Begin live coaching with a lead.

        A session that is open already is the answer (200 instead of 201).
        """
        given, begun = self.given(shapes.SessionRequest, request), now()
        agent = self.caller.agent_for(given.get("agent_id"))
        with called(lead="lead_id"):
            others = self.caller.may(OTHERS)
            session = sessions.live(agent, given["lead_id"], medium=given.get("medium", ""), others=others)
        return Response(shapes.SessionAnswer(session).data, status=201 if session.started_at >= begun else 200)


class OneSession(Door):
    operations = {"GET": READ}
    names_things = ("GET",)

    @told.session
    def get(self, request: Request, session_id: str) -> Response:
        """One session with its cards.

        Who may see it is as for the list. That it was read is written to the audit trail.
        """
        reader = self.caller.seen_by(ALL_SESSIONS)
        found, cards = history.read(reader, _id(session_id))
        return Response(shapes.SessionDetail(_detail(found, cards)).data)


class SessionEnd(Door):
    operations = {"POST": (HEAR,)}
    names_things = ("POST",)

    @told.session_end
    @once
    def post(self, request: Request, session_id: str) -> Response:
        """End live coaching; ending twice changes nothing."""
        session = history.find(self.caller.seen_by(OTHERS), _id(session_id))
        return Response(shapes.SessionAnswer(sessions.end(session)).data)


class FeedbackGiven(Door):
    operations = {"POST": ("coaching.feedback",)}
    names_things = ("POST",)

    @told.feedback
    @once
    def post(self, request: Request) -> Response:
        """What the agent thought of a card, or of a session as a whole.

        Needs a score from 1 to 5, a verdict, or both. A score below 4, or the verdict `wrong`, is looked into.
        """
        given = self.given(shapes.FeedbackRequest, request)
        agent = self.caller.agent_for(given.get("agent_id"))
        opinion = feedback.Opinion(
            client_id=given.get("feedback_id") or f"api-{uuid4()}",
            suggestion=given.get("suggestion_id"),
            session=given["session_id"],
            verdict=given.get("verdict", ""),
            score=given.get("score"),
            comment=given.get("comments", ""),
            said=given.get("said", ""),
        )
        with called(comment="comments", id="feedback_id"):
            kept = feedback.give(agent, opinion)
            if (kept.suggestion_id, kept.verdict, kept.score) != (opinion.suggestion, opinion.verdict, opinion.score):
                raise Conflict("This feedback_id belongs to other feedback.", field="feedback_id")
        if kept.session_id != opinion.session:
            raise NotFound("There is no such card in this session.", field="suggestion_id")
        answer = {
            "feedback_id": kept.client_id,
            "session_id": kept.session_id,
            "suggestion_id": kept.suggestion_id,
            "looked_into": feedback.is_low(opinion),
        }
        return Response(shapes.FeedbackAnswer(answer).data, status=201)


class Tickets(Door):
    operations = {"POST": ("coaching.listen",)}
    names_things = ("POST",)

    @told.tickets
    def post(self, request: Request) -> Response:
        """A ticket that opens the agent's socket, once, within a minute.

        A person gets tickets for their own socket only. Tickets are never given twice, whatever the Idempotency-Key.
        """
        given = self.given(shapes.TicketRequest, request)
        agent = self.caller.agent_for(given.get("agent_id"))
        text = tickets.issue(agent, tickets.Via.request(request._request))
        scheme = "wss" if request.is_secure() else "ws"
        url = f"{scheme}://{request.get_host()}/ws/coaching/?{urlencode({'ticket': text})}"
        answer = {"ticket": text, "expires_in": tickets.SECONDS, "url": url}
        return Response(shapes.TicketAnswer(answer).data, status=201)


@contextmanager
def called(**names: str) -> Iterator[None]:
    """Errors of the services name their own fields; here they get the names that the caller used."""
    try:
        yield
    except HubError as error:
        error.field = names.get(error.field, error.field)
        raise


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("This is not an id.", field="session_id") from None


def _language(text: str) -> str | None:
    short = text[:2].lower()
    return short if short in shapes.LANGUAGES else None


def _coaching(heard: hearing.Heard, ms: float) -> dict[str, Any]:
    held = heard.suggestion is not None and heard.suggestion.arm == HELD
    # A trial does not tell: to a program, too, a card that it holds back is no card.
    card, answer = (None, heard.answer) if held else (heard.suggestion, heard.answer)
    found = answer.objections.objections[0] if answer is not None and answer.objections.objections else None
    kind = card.kind if card is not None and card.kind in KINDS else found.kind if found else None
    asked = answer.question.text if answer is not None and answer.question is not None and not held else None
    sure = card if card is not None else found
    return {
        "objection_detected": kind is not None,
        "objection_type": kind,
        "suggestions": [_words(card)] if card is not None else [],
        "next_question": (card.ask if card is not None else "") or asked,
        "urgency_level": card.urgency if card is not None else answer.urgency if answer is not None else "low",
        "confidence": round(sure.confidence, 3) if sure is not None else None,
        "source": heard.source,
        "processing_time_ms": ms,
        "session_id": heard.session.pk,
        "suggestion_id": card.pk if card is not None else None,
        "message_id": heard.message.client_id,
        "shown": card is not None and card.shown,
        "quiet_reason": card.quiet_reason if card is not None else "nothing_to_say",
        "repeated": not heard.new,
    }


def _words(card: Suggestion | Card) -> dict[str, str]:
    return {"headline": card.headline, "say": card.say, "ask": card.ask, "why": card.why}


def _detail(session: Session, cards: list[Suggestion]) -> dict[str, Any]:
    told_ = {**vars(session), "pk": session.pk, "conversation": session.conversation}
    return {**told_, "cards": [card_payload(card) for card in cards]}
