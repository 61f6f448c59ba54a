"""How does a person connect with HighLevel's app: there with a state of their session, back with a code, and to which tenant?"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from typing import Any, Final, cast

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from limits import RateLimitItemPerMinute

from enterprisehub.errors import Conflict, HubError, Invalid, NotAllowed, TooMany
from enterprisehub.ghl import connecting, oauth
from enterprisehub.ghl.oauth import Location, Pair
from enterprisehub.ghl.refusals import CodeRefused
from enterprisehub.ghl.views import refused
from enterprisehub.privacy.audit import record
from enterprisehub.privacy.crypto import SealBroken, seal, unseal
from enterprisehub.tenants import keys, pacing
from enterprisehub.tenants.access import may
from enterprisehub.tenants.addresses import address_of
from enterprisehub.tenants.page import MemberRequest, page, problem, waiting
from enterprisehub.tenants.scope import scope

STATES, FOUND = "highlevel_states", "highlevel_found"
GOOD_FOR: Final = 600  # seconds for the way there and back
MOST_STATES: Final = 5
CODES_PER_MINUTE: Final = RateLimitItemPerMinute(10)  # of one address that comes without a state
SEALED_ABOUT: Final = "highlevel installation in a session"


@page("highlevel.manage")
def connect(request: MemberRequest) -> HttpResponse:
    """GET: to HighLevel's page for choosing a location, with a state that is good once, here, for this tenant."""
    if not oauth.is_configured():
        raise Conflict("No HighLevel app is set up here; connect with a private integration token.")
    state = secrets.token_urlsafe(32)
    known = {key: one for key, one in request.session.get(STATES, {}).items() if one["at"] > time.time() - GOOD_FOR}
    newest = sorted(known.items(), key=lambda item: float(item[1]["at"]))[-(MOST_STATES - 1) :]
    entry = {"tenant": str(request.tenant_id), "user": str(request.user.pk), "at": time.time()}
    request.session[STATES] = {**dict(newest), _hashed(state): entry}
    record("highlevel.connect_begun", "ghl.connection")
    return redirect(oauth.choose_location(state=state, back=_back(request)))


@waiting
@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    """GET ?code&state: back from HighLevel. Without a state an installation begun in its marketplace: somebody must confirm it."""
    member = cast(MemberRequest, request)
    state, code = request.GET.get("state", ""), request.GET.get("code", "")[:2_000]
    signed_in = member.membership is not None
    if signed_in and not may(member.membership.role, "highlevel.manage"):
        return problem(request, NotAllowed("Only owners and administrators connect with HighLevel."))
    if state:
        return _expected(member, state, code) if signed_in else redirect_to_login(reverse("highlevel"))
    if not code:
        return redirect("highlevel")
    if not pacing.count((CODES_PER_MINUTE, keys.shared("ghl", "code", _hashed(str(address_of(request))))))[0]:
        return problem(request, TooMany("Too many installations came from this address. Try again in a minute."))
    _put_aside(request, {"code": code})
    return redirect("highlevel-confirm")


@page("highlevel.manage", "GET", "HEAD", "POST", waits=True)
def confirm(request: MemberRequest) -> HttpResponse:
    """GET shows which location was chosen at HighLevel, POST `location` takes it to the tenant in which one works now."""
    found = _set_aside(request)
    if found is None:
        messages.error(
            request, "There is no installation to confirm, or it is older than ten minutes. Connect once more."
        )
        return redirect("highlevel")
    try:
        pair = _exchanged(request, found)
        choices = [Location(pair.location_id, "")] if pair.location_id else connecting.places(pair.company_id)
        if request.method == "POST":
            return _taken(request, pair, request.POST.get("location", ""))
    except HubError as error:
        request.session.pop(FOUND, None)
        return refused(request, error)
    context = {"choices": choices, "agency": not pair.location_id, "own": request.membership.tenant.location_id}
    with scope(request.tenant_id):
        return render(request, "ghl/confirm.html", context)


def _expected(request: MemberRequest, state: str, code: str) -> HttpResponse:
    """A state is spent by being shown, whatever comes of it."""
    states = dict(request.session.get(STATES, {}))
    entry: Mapping[str, Any] = states.pop(_hashed(state), {})
    request.session[STATES] = states
    fine = entry.get("tenant") == str(request.tenant_id) and entry.get("user") == str(request.user.pk)
    if not fine or entry["at"] < time.time() - GOOD_FOR:
        _noted(request, "bad_state")
        wrong = Invalid("This way back from HighLevel is not one that was begun here, was used, or took too long.")
        return problem(request, wrong)
    if not code:
        _noted(request, "declined")
        messages.error(request, "HighLevel was not allowed to connect.")
        return redirect("highlevel")
    try:
        pair = oauth.exchange(code, back=_back(request))
        if pair.location_id:
            return _taken(request, pair, pair.location_id)
        with scope(request.tenant_id):
            connecting.keep_agency(pair)
    except HubError as error:
        return refused(request, error)
    _put_aside(request, connecting.told(pair))
    return redirect("highlevel-confirm")


def _exchanged(request: MemberRequest, found: dict[str, Any]) -> Pair:
    """The tokens that were put aside; a code is exchanged when somebody who may is there, since it is good once."""
    if "code" not in found:
        return connecting.read(found)
    pair = oauth.exchange(str(found["code"]), back=_back(request))
    if not pair.location_id:
        with scope(request.tenant_id):
            connecting.keep_agency(pair)
    _put_aside(request, connecting.told(pair))
    return pair


def _taken(request: MemberRequest, pair: Pair, location_id: str) -> HttpResponse:
    if pair.location_id and location_id != pair.location_id:
        raise CodeRefused
    if pair.location_id:
        with scope(request.tenant_id):
            connecting.by_app(pair)
    else:
        connecting.by_agency(pair.company_id, location_id)
    request.session.pop(FOUND, None)
    messages.success(request, "Connected with HighLevel.")
    return redirect("highlevel")


def _noted(request: MemberRequest, code: str) -> None:
    """That it was tried stands in the audit."""
    with scope(request.tenant_id):
        record("highlevel.connect_refused", "ghl.connection", code=code)


def _put_aside(request: HttpRequest, found: dict[str, Any]) -> None:
    sealed = base64.b64encode(seal(json.dumps(found), about=SEALED_ABOUT)).decode()
    request.session[FOUND] = {"sealed": sealed, "at": time.time()}


def _set_aside(request: HttpRequest) -> dict[str, Any] | None:
    kept = request.session.get(FOUND)
    if not kept or kept["at"] < time.time() - GOOD_FOR:
        return None
    try:
        found: dict[str, Any] = json.loads(unseal(base64.b64decode(kept["sealed"]), about=SEALED_ABOUT))
    except (SealBroken, ValueError):
        return None
    return found


def _back(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("highlevel-callback"))


def _hashed(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
