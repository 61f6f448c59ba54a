"""The endpoints that read words without recording them: parse, ask the engine that `manage.py think` asks, render."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from enterprisehub.engines.base import Answer
from enterprisehub.tenants.api.door import Door
from leads import api_told_semantic as told
from leads import language, preferences, purposes, qualification, sentiment
from leads import serializers_semantic as shapes
from leads.qualification import Qualification
from leads.services import meaning

ASK = ("leads.write", "leads.read.own")  # what is asked and not recorded
_SAYS_NOTHING = {"unit": "", "offered": False, "earlier": None, "contradiction": False}


class Intent(Door):
    operations = {"POST": ASK}

    @told.intent
    def post(self, request: Request) -> Response:
        """What does the prospect want, why, how soon, in which language, and how does their mood move?

        Nothing is recorded. The mood is for the agent's eyes: nothing is scored by it.
        """
        given = self.given(shapes.IntentRequest, request)
        found = meaning.meaning(conversation_of(given, zone=self.caller.tenant.timezone))
        answer = {
            **purposes.render(found.purposes),
            "language": language.render(found.language),
            "sentiment": sentiment.render(found.sentiment),
            "source": found.source,
            "processing_time_ms": self.ms,
        }
        return Response(shapes.IntentAnswer(answer).data)


class Preferences(Door):
    operations = {"POST": ASK}

    @told.preferences
    def post(self, request: Request) -> Response:
        """What does the prospect wish for, and which words say so?

        Takes a whole `conversation`, or `message_text` with its `conversation_history`. Nothing is recorded.
        """
        given = self.given(shapes.PreferencesRequest, request)
        found = meaning.wishes(conversation_of(given, zone=self.caller.tenant.timezone))
        slots = [{**_SAYS_NOTHING, **slot} for slot in preferences.render(found.value)["slots"]]
        return Response(
            shapes.PreferencesAnswer({"slots": slots, "source": found.source, "processing_time_ms": self.ms}).data
        )


class QualificationOf(Door):
    operations = {"POST": ASK}

    @told.qualification
    def post(self, request: Request) -> Response:
        """How much of what must be known of such a lead is known, what is missing and why it matters, and what is next?

        Facts are given, or read from the conversation. Nothing is recorded.
        """
        found = _qualified(self, request)
        answer = {**qualification.render(found.value), "source": found.source, "processing_time_ms": self.ms}
        return Response(shapes.QualificationRead(answer).data)


class Questions(Door):
    operations = {"POST": ASK}

    @told.questions
    def post(self, request: Request) -> Response:
        """What is worth asking next, and why? Never what is known; nothing at all when a person must take over.

        Takes what `semantic/qualification` takes. Nothing is recorded.
        """
        found = _qualified(self, request)
        answer = {**qualification.render(found.value), "source": found.source, "processing_time_ms": self.ms}
        return Response(shapes.QuestionsAnswer(answer).data)


def _qualified(door: Door, request: Request) -> Answer[Qualification]:
    given = door.given(shapes.QualificationRequest, request)
    return meaning.qualified({"timezone": door.caller.tenant.timezone, **given})


def conversation_of(given: dict[str, Any], *, zone: str) -> dict[str, Any]:
    """The turns as `think` takes them: what is said now is the prospect's, and the last."""
    turns = list(given.get("conversation") or given.get("conversation_history") or [])
    if "message_text" in given:
        turns.append({"speaker": "prospect", "text": given["message_text"]})
    setting: dict[str, Any] = {name: given[name] for name in ("now", "timezone", "country") if name in given}
    return {"timezone": zone, **setting, "conversation": turns}
