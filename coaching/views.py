"""The pages of live coaching: the desk, a lead, sessions past; and their doors for when there is no socket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from coaching.frames import html_frame
from coaching.services import desk, feedback, hearing, sessions, supervising
from coaching.services.feedback import Opinion
from coaching.services.hearing import Heard, Words
from coaching.wire import card_payload, message_payload
from enterprisehub.errors import Invalid, NotAllowed, NotFound
from enterprisehub.tenants.access import may
from enterprisehub.tenants.page import MemberRequest, page, page_number
from leads.forms import BeginForm
from leads.models import Agreement, Conversation, Lead, Overlay, Speaker, Stage
from leads.services import seen, today
from leads.services.learning import RECENT, Past, question_for, sheet_of, vertical_of
from leads.services.telling import looks
from leads.values import SLOT_NAMES

NO_AGENT = "Only people with an agent profile can do this. An administrator can make one for you."


@dataclass(frozen=True)
class Rights:
    """What this person may do on a page; the socket and the doors check again."""

    see_all: bool
    speak: bool
    listen: bool


def _rights(request: MemberRequest) -> Rights:
    role, has_agent = request.membership.role, request.agent is not None
    return Rights(
        see_all=may(role, "leads.read.all"),
        speak=has_agent and may(role, "coaching.hear"),
        listen=has_agent and may(role, "coaching.listen"),
    )


@page("dashboard.open")
def live(request: MemberRequest) -> HttpResponse:
    """GET /?c=<conversation>&all=1: conversations now, and one of them with its cards."""
    rights = _rights(request)
    everyone = rights.see_all and ("all" in request.GET or not rights.listen)
    context = _live(request, rights)  # reads the stream's number before the rows: nothing falls between
    talks = desk.talks(request.agent, everyone=everyone)
    if not talks and rights.see_all and not everyone:  # who leads and has nobody to talk with sees the floor
        everyone, talks = True, desk.talks(request.agent, everyone=True)
    chosen = _chosen(request, talks, rights)
    context |= {"talks": talks, "everyone": everyone, "form": None if talks else BeginForm()}
    return render(request, "coaching/live.html", context | _thread(request, chosen, rights))


def _live(request: MemberRequest, rights: Rights) -> dict[str, Any]:
    listening = request.agent if rights.listen else None
    seq = desk.seq_of(listening) if listening else None
    return {"rights": rights, "seq": seq, "whispers": supervising.unseen(listening) if listening else []}


def _chosen(request: MemberRequest, talks: list[Conversation], rights: Rights) -> Conversation | None:
    wanted = request.GET.get("c", "")
    if not wanted:
        return talks[0] if talks else None
    here = next((talk for talk in talks if str(talk.pk) == wanted), None)
    return here or desk.conversation(request.agent, _id(wanted), everyone=rights.see_all)


def _id(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise NotFound("There is nothing at this address.") from None


def _thread(request: MemberRequest, chosen: Conversation | None, rights: Rights) -> dict[str, Any]:
    if chosen is None:
        return {"chosen": None}
    before = request.GET.get("before", "")
    position = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else 0
    looks(chosen.lead, request.agent if rights.listen else None)
    own = chosen.lead.agent_id in (None, request.agent.pk if request.agent else None)
    thread = desk.thread(chosen, reader=request.agent if rights.speak else None, before=position)
    return {
        "chosen": chosen,
        "thread": thread,
        "can_speak": rights.speak and (own or may(request.membership.role, "coaching.hear_for_others")),
        "client_id": f"page-{uuid4()}",
        "known": _known(request, chosen.lead, thread),
        "slot_names": SLOT_NAMES,
        "readonly": not (own or rights.see_all) or not may(request.membership.role, "leads.write"),
    }


def _known(request: MemberRequest, lead: Lead, thread: desk.Thread) -> dict[str, Any]:
    vertical = vertical_of(lead, request.membership.tenant)
    said = [turn.message for turn in thread.turns][-RECENT:]
    past = [Past(UUID(one["id"]), one["speaker"], one["text"], datetime.fromisoformat(one["at"])) for one in said]
    return sheet_of(lead, question_for(lead, history=past, vertical=vertical), vertical=vertical)


@page("leads.read.own")
def lead(request: MemberRequest, lead_id: UUID) -> HttpResponse:
    """GET /leads/<id>/?c=<conversation>: who they are, what was said, and the cards beside the words."""
    rights = _rights(request)
    found = seen(lead_id, request.agent, everyone=rights.see_all)
    context = _live(request, rights)
    talks = desk.conversations_of(found)
    wanted = request.GET.get("c", "")
    chosen = next((talk for talk in talks if not wanted or str(talk.pk) == wanted), None)
    if wanted and chosen is None:
        raise NotFound("There is no such conversation.")
    if chosen is not None:
        chosen.lead = found
    plan, actions = today.standing(found)
    context |= {"lead": found, "talks": talks, "plan": plan, "plan_actions": actions}
    context |= {"stages": Stage.choices, "overlays": Overlay.choices, "agreements": Agreement.choices}
    return render(request, "coaching/lead.html", context | _thread(request, chosen, rights))


@page("leads.read.own")
def earlier(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """GET …/earlier/?before=<position>: the messages before that one, for htmx; the whole page for everybody else."""
    rights = _rights(request)
    chosen = desk.conversation(request.agent, conversation_id, everyone=rights.see_all)
    if not request.htmx:
        return redirect(f"/leads/{chosen.lead_id}/?c={chosen.pk}&before={request.GET.get('before', '')[:9]}")
    return render(request, "coaching/_turns.html", _thread(request, chosen, rights))


@page("coaching.hear", "POST")
def words(request: MemberRequest, lead_id: UUID) -> HttpResponse:
    """POST `text`, `speaker`, `id` (the sender's own), `medium`: the door for words when the socket is down."""
    if request.agent is None:
        raise NotAllowed(NO_AGENT)
    said = Words(
        lead=lead_id,
        text=request.POST.get("text", ""),
        client_id=_plain(request, "id"),
        speaker=_plain(request, "speaker") or Speaker.PROSPECT,
        medium=_plain(request, "medium"),
    )
    heard = hearing.hear(request.agent, said, others=may(request.membership.role, "coaching.hear_for_others"))
    return HttpResponse(_frame(heard)) if request.htmx else _back(request, f"/leads/{lead_id}/")


def _plain(request: HttpRequest, name: str) -> str:
    """A short field without the one character that Postgres does not take."""
    return request.POST.get(name, "").replace("\x00", "")


def _frame(heard: Heard) -> str:
    shown = heard.suggestion is not None and heard.suggestion.shown
    payload = {"message": message_payload(heard.message), "lead_name": str(heard.session.conversation.lead)}
    if shown and heard.suggestion is not None:
        return html_frame("suggestion", {**payload, "card": card_payload(heard.suggestion)})
    return html_frame("status", {**payload, "state": "heard"})


@page("coaching.feedback", "POST")
def card_feedback(request: MemberRequest, card_id: UUID) -> HttpResponse:
    """POST `verdict` and/or `score` with `comment`, `said`, `id`: the door for feedback when the socket is down."""
    if request.agent is None:
        raise NotAllowed(NO_AGENT)
    given = feedback.give(request.agent, _opinion(request, suggestion=card_id))
    if not request.htmx:
        return _back(request, "/")
    state = {"state": "feedback", "card": str(card_id), "verdict": given.verdict, "score": given.score}
    return HttpResponse(html_frame("status", state))


@page("coaching.feedback", "POST")
def session_feedback(request: MemberRequest, session_id: UUID) -> HttpResponse:
    """POST `score` and `comment`: what the agent thought of the session as a whole."""
    if request.agent is None:
        raise NotAllowed(NO_AGENT)
    feedback.give(request.agent, _opinion(request, session=session_id))
    return redirect("session", session_id)


def _opinion(request: HttpRequest, *, suggestion: UUID | None = None, session: UUID | None = None) -> Opinion:
    score = request.POST.get("score", "")
    if score and score not in {"1", "2", "3", "4", "5"}:
        raise Invalid("The score is a whole number from 1 to 5.", field="score")
    return Opinion(
        client_id=_plain(request, "id") or f"page-{uuid4()}",
        suggestion=suggestion,
        session=session,
        verdict=_plain(request, "verdict"),
        score=int(score) if score else None,
        comment=request.POST.get("comment", ""),
        said=request.POST.get("said", ""),
    )


@page("coaching.sessions.own")
def session_list(request: MemberRequest) -> HttpResponse:
    """GET /sessions/?page=2: past and open sessions, own ones or (by role) everybody's."""
    number, everyone = page_number(request.GET.get("page", "")), may(request.membership.role, "coaching.sessions.all")
    rows, more = desk.sessions(request.agent, everyone=everyone, page=number)
    context = {"sessions": rows, "more": more, "page_number": number, "everyone": everyone}
    return render(request, "coaching/sessions.html", context)


@page("coaching.sessions.own")
def session_page(request: MemberRequest, session_id: UUID) -> HttpResponse:
    """GET /sessions/<id>/: what was said, what was advised and what the agent thought of it."""
    role = request.membership.role
    found = desk.session(request.agent, session_id, everyone=may(role, "coaching.sessions.all"))
    own = request.agent is not None and found.agent_id == request.agent.pk
    context = {
        "session": found,
        "own": own,
        "can_act": own and may(role, "coaching.feedback"),
        "sees_feedback": own or may(role, "feedback.read"),
        "opinion": desk.opinion_on(found),
        "thread": desk.thread_of(found),
        "numbers": "12345",
    }
    return render(request, "coaching/session.html", context)


@page("coaching.hear", "POST")
def session_start(request: MemberRequest, lead_id: UUID) -> HttpResponse:
    """POST: live coaching of this lead begins; an open session stays."""
    if request.agent is None:
        raise NotAllowed(NO_AGENT)
    others = may(request.membership.role, "coaching.hear_for_others")
    sessions.live(request.agent, lead_id, others=others)
    return redirect("lead", lead_id)


@page("coaching.feedback", "POST")
def session_end(request: MemberRequest, session_id: UUID) -> HttpResponse:
    """POST: live coaching here ends; only the session's own agent may end it."""
    sessions.end(desk.session(request.agent, session_id))
    return redirect("session", session_id)


def _back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """To the page that the form was on, if that is one of ours."""
    path = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(path, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(path if safe else otherwise)
