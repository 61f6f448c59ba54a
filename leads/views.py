"""The list of leads with what can be done with many at once, and the form with which a conversation begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from enterprisehub.errors import Invalid, NotAllowed
from enterprisehub.privacy.audit import record
from enterprisehub.privacy.middleware import actor_of
from enterprisehub.tenants.access import may, require
from enterprisehub.tenants.models import Vertical
from enterprisehub.tenants.page import MemberRequest, page
from leads import services
from leads.forms import BeginForm
from leads.lists import bulk, exports, saved
from leads.lists import listing as lists
from leads.lists.bulk import Chosen, Done
from leads.lists.listing import CHOICES, Reader
from leads.lists.wanted import COMPLETENESS, DAYS, NOBODY, SCORES, SORTS, TOO_LITTLE, Wanted, place, wanted
from leads.models import Overlay, Side, Stage
from leads.services import today

NO_AGENT = "Only people with an agent profile can begin a conversation. An administrator can make one for you."
PERCENT = {name: told for name, (told, _, _) in SCORES.items()} | {TOO_LITTLE: "Too little known"}
SINCE = dict(zip(DAYS, ("Today and yesterday", "In 7 days", "In 30 days", "In 90 days"), strict=True))


@page("leads.read.own")
def index(request: MemberRequest) -> HttpResponse:
    """GET /leads/?q=&stage=&…&sort=&cursor=: own and unassigned leads, or all of them where the role allows."""
    wish = wanted(request.GET, CHOICES)
    listening = request.agent is not None and may(request.membership.role, "coaching.listen")
    seq = today.seq_of(request.agent) if listening else None
    reader = Reader.of(request.membership, request.agent)
    shown = lists.page(reader, wish, place(request.GET.get("cursor", ""), wish.sort))
    writes = may(request.membership.role, "leads.write")
    agents = lists.agents() if reader.everyone else [request.agent] if request.agent else []
    context = {
        "seq": seq,
        "leads": shown.leads,
        "before": wish.link(cursor=shown.before) if shown.before else "",
        "after": wish.link(cursor=shown.after) if shown.after else "",
        "everyone": reader.everyone,
        "wish": wish,
        "selects": _selects(wish, agents if reader.everyone else []),
        "narrowed": len([name for name in wish.parameters() if name not in ("q", "sort")]),
        "sorts": SORTS,
        "saved": [(row, Wanted(**row.query).link()) for row in _readable(saved.of(request.membership))],
        "writes": writes,
        "imports": writes and (request.agent is not None or may(request.membership.role, "leads.import")),
        "agents": agents if writes else [],
        "overlays": {value.value: told for value, told in bulk.OVERLAYS.items()},
        "most": bulk.MOST,
    }
    return render(request, "leads/index.html", context)


def _readable(rows: list[Any]) -> list[Any]:
    """Filters that mean something still: what a stage is called may have changed since."""
    return [row for row in rows if isinstance(row.query, dict) and row.query.keys() <= set(Wanted.__dataclass_fields__)]


def _selects(wish: Wanted, agents: list[Any]) -> list[dict[str, Any]]:
    """The filters as the form shows them: name, label, what is chosen, and what can be."""
    people = {NOBODY: "Nobody yet"} | {str(agent.pk): str(agent) for agent in agents} if agents else {}
    offered: list[tuple[str, str, Mapping[str, str]]] = [
        ("stage", "Stage", dict(Stage.choices)),
        ("overlay", "Overlay", dict(Overlay.choices)),
        ("side", "Side", dict(Side.choices)),
        ("vertical", "Vertical", dict(Vertical.choices)),
        ("agent", "Agent", people),
        ("score", "Chance to close", PERCENT),
        ("completeness", "Completeness", {name: told for name, (told, _, _) in COMPLETENESS.items()}),
        ("days", "Spoken with", SINCE),
        ("handoff", "Hand-off", {"1": "Waits for a person"}),
    ]
    return [
        {"name": name, "label": label, "chosen": getattr(wish, name), "options": options}
        for name, label, options in offered
        if options
    ]


@page("leads.read.own", "POST")
def act(request: MemberRequest) -> HttpResponseBase:
    """POST `do` (assign:<agent or nobody>, overlay:<value>, export), `lead` (ids) or `whose=all`, `query` (the list's own)."""
    wish, do = _wish(request), request.POST.get("do", "")
    reader = Reader.of(request.membership, request.agent)
    chosen = Chosen(wish, None if request.POST.get("whose") == "all" else _ids(request.POST.getlist("lead")))
    if do == "export":
        return _export(request, reader, chosen)
    require(request.membership.role, "leads.write")
    if do.startswith("assign:"):
        agent = do.removeprefix("assign:")
        done, what = (
            bulk.assign(reader, request.membership, chosen, None if agent == NOBODY else _id(agent)),
            "assigned",
        )
    elif do.startswith("overlay:"):
        done, what = bulk.lay_over(reader, request.membership, chosen, do.removeprefix("overlay:")), "changed"
    else:
        raise Invalid("Say what is to be done with these leads.", field="do")
    messages.success(request, _told(done, what))
    return redirect(f"{reverse('leads')}?{wish.link()}" if wish.link() else "leads")


def _export(request: MemberRequest, reader: Reader, chosen: Chosen) -> StreamingHttpResponse:
    if chosen.ids is not None:
        chosen = Chosen(chosen.wish, tuple(bulk.chosen_rows(reader, chosen)))
    record("leads.export", "leads", parameters=sorted(chosen.wish.parameters()), ticked=len(chosen.ids or ()))
    pieces = exports.stream(request.tenant_id, reader, chosen, actor_of(request))
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="leads-{localdate():%Y-%m-%d}.csv"'
    response["Cache-Control"] = "no-store"
    return response


def _told(done: Done, what: str) -> str:
    said = [f"{done.changed} lead{'' if done.changed == 1 else 's'} {what}."]
    said += [f"{done.same} {'was' if done.same == 1 else 'were'} like that already."] if done.same else []
    said += [f"{done.kept} left as they are: lost, invalid or not to be contacted."] if done.kept else []
    return " ".join(said)


def _wish(request: HttpRequest) -> Wanted:
    return wanted(dict(parse_qsl(request.POST.get("query", "")[:2_000])), CHOICES)


def _ids(values: list[str]) -> tuple[UUID, ...]:
    return tuple(_id(value) for value in values)


def _id(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise Invalid("One of these is no id.", field="lead") from None


@page("leads.read.own", "POST")
def filter_save(request: MemberRequest) -> HttpResponse:
    """POST `name` and `query`: the list as it is narrowed and sorted now gets a name."""
    wish = _wish(request)
    row = saved.save(request.membership, request.POST.get("name", ""), wish)
    messages.success(request, f"Saved as “{row.name}”.")
    return redirect(f"{reverse('leads')}?{wish.link()}")


@page("leads.read.own", "POST")
def filter_drop(request: MemberRequest, filter_id: UUID) -> HttpResponse:
    """POST: this person's saved filter is forgotten."""
    saved.drop(request.membership, filter_id)
    messages.success(request, "The filter is deleted.")
    return redirect("leads")


@page("leads.write", "GET", "HEAD", "POST")
def begin(request: MemberRequest) -> HttpResponse:
    """GET the form; POST it: the lead and its conversation exist, and the live page opens on it."""
    if request.agent is None:
        raise NotAllowed(NO_AGENT)
    form = BeginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        conversation = services.begin(request.agent, form.lead())
        return redirect(f"{reverse('live')}?c={conversation.pk}")
    return render(request, "leads/begin.html", {"form": form}, status=400 if form.errors else 200)
