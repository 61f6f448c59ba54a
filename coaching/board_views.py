"""The supervisor's board: who is in conversation, a whisper to the agent, taking over; and the agent's "got it"."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from coaching.models import TakeOver, Whisper
from coaching.services import board, desk, supervising
from enterprisehub.errors import NotAllowed
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.access import may
from enterprisehub.tenants.page import MemberRequest, page
from leads.models import Conversation

WHISPERS = 20  # of one conversation, on its page


@page("board.watch")
def index(request: MemberRequest) -> HttpResponse:
    """GET /board/: the conversations of now, those in need first; the list alone for htmx, which asks every few seconds."""
    talks = board.talks()
    needs = sum(talk.level > 1 for talk in talks)
    context: dict[str, Any] = {"talks": talks, "needs": needs, "can_act": may(request.membership.role, "board.act")}
    if not request.htmx:
        record("board.watch", "board")
    return render(request, "coaching/_board.html" if request.htmx else "coaching/board.html", context)


@page("board.watch")
def one(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """GET /board/<conversation>/: the words and cards of one, with what was whispered; the thread alone for htmx."""
    conversation = desk.conversation(
        request.agent, conversation_id, everyone=may(request.membership.role, "leads.read.all")
    )
    context = _around(request, conversation)
    if request.htmx:
        return render(request, "coaching/_board_thread.html", context)
    record("board.open", conversation)
    return render(request, "coaching/board_talk.html", context)


@page("board.act", "POST")
def whisper(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """POST `text` and `id`: onto the agent's screen, and nowhere else."""
    told = supervising.whisper(
        conversation_id,
        request.POST.get("text", ""),
        by=request.membership,
        client_id=request.POST.get("id", "").replace("\x00", "") or f"page-{uuid4()}",
    )
    if not request.htmx:
        messages.success(request, f"Whispered to {told.agent}.")
        return redirect("board-talk", conversation_id)
    conversation = desk.conversation(request.agent, conversation_id, everyone=True)
    return render(request, "coaching/_board_help.html", _around(request, conversation))


@page("board.act", "POST")
def take(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """POST: speak there in the agent's place."""
    supervising.take_over(conversation_id, by=request.membership, agent=request.agent)
    messages.success(request, "The conversation is yours. Its agent has been told; the prospect has not.")
    return redirect("board-talk", conversation_id)


@page("board.act", "POST")
def give_back(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """POST: the agent from whom it was taken speaks again."""
    supervising.hand_back(conversation_id, by=request.membership, agent=request.agent)
    messages.success(request, "Handed back.")
    return redirect("board-talk", conversation_id)


@page("coaching.listen", "POST")
def seen(request: MemberRequest, whisper_id: UUID) -> HttpResponse:
    """POST: the agent has read the whisper."""
    if request.agent is None:
        raise NotAllowed("Only people with an agent profile are whispered to.")
    supervising.seen(whisper_id, agent=request.agent)
    return HttpResponse() if request.htmx else redirect("live")


def _around(request: MemberRequest, conversation: Conversation) -> dict[str, Any]:
    taken = TakeOver.objects.filter(conversation=conversation, ended_at=None).select_related("by").first()
    mine = taken is not None and request.agent is not None and taken.by_id == request.agent.pk
    speaking = supervising.speaking(conversation)
    own = speaking is not None and request.agent is not None and speaking.pk == request.agent.pk
    whispers = Whisper.objects.filter(conversation=conversation).select_related("by__user", "agent")
    return {
        "chosen": conversation,
        "lead": conversation.lead,
        "thread": desk.thread(conversation, reader=None),
        "speaking": speaking,
        "own": own,
        "taken": taken,
        "mine": mine,
        "whispers": list(whispers[:WHISPERS]),
        "client_id": f"page-{uuid4()}",
        "can_act": may(request.membership.role, "board.act"),
        "longest": supervising.LONGEST,
    }
