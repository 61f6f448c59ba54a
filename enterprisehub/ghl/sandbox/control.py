"""How do a test, a demo and the page steer the sandbox? JSON under /_sandbox/."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from enterprisehub.ghl.sandbox import cast, hands, oauth, telling
from enterprisehub.ghl.sandbox.faults import Fault
from enterprisehub.ghl.sandbox.house import House
from enterprisehub.ghl.sandbox.refusals import Refused, no_route
from enterprisehub.ghl.sandbox.routes import Route, Routes
from enterprisehub.ghl.sandbox.wire import Reply, Request
from enterprisehub.ghl.sandbox.world import Location


class Order(NamedTuple):
    """What somebody wants of the sandbox."""

    house: House
    body: dict[str, Any]
    args: dict[str, str]
    query: dict[str, str]

    @property
    def location(self) -> Location:
        key = self.args.get("location") or self.body.pop("location", None) or next(iter(self.house.world.locations), "")
        if key not in self.house.world.locations:
            raise Refused(404, f"there is no location {key}")
        return self.house.world.locations[key]


async def answer(house: House, request: Request) -> Reply:
    """One order. A form from a foreign page cannot give one: it cannot send JSON."""
    try:
        if request.method != "GET" and request.body and "json" not in request.headers.get("content-type", ""):
            raise Refused(415, "send JSON")
        found = _ROUTES.match(request.method, request.path)
        if found is None:
            raise no_route(request.method, request.path)
        body = request.json if isinstance(request.json, dict) else {}
        if request.path == "/_sandbox/reset":
            await house.reset(peopled=bool(body.get("peopled", True)))
            return Reply(200, {"reset": True})
        done = found.route.play(Order(house, dict(body), found.args, dict(request.query)))
        return done if isinstance(done, Reply) else Reply(found.route.status, done)
    except Refused as refusal:
        return refusal.reply()
    except (ValueError, TypeError, KeyError) as error:
        return Refused(422, f"{type(error).__name__}: {error}").reply()


def _options(order: Order) -> Any:
    if order.body:
        order.house.options = order.house.options.changed(order.body)
        if not order.house.options.hold:
            order.house.post.let_go()
    return order.house.options.told()


def _app(order: Order) -> Any:
    app = order.house.app
    return {
        "client_id": app.client_id, "client_secret": app.client_secret, "version_id": app.version_id,
        "app_id": app.app_id, "public_key": order.house.signer.public_pem,
    }  # fmt: skip


def _key(order: Order) -> Any:
    return Reply(200, raw=order.house.signer.public_pem.encode(), kind="application/x-pem-file")


def _new_location(order: Order) -> Any:
    location = order.house.world.new_location(order.body)
    cast.furnish(location)
    return telling.location(location)


def _change_location(order: Order) -> Any:
    location = order.location
    location.active = bool(order.body.get("active", location.active))
    settings = location.row["settings"]
    settings["allowDuplicateContact"] = bool(order.body.get("allowDuplicateContact", settings["allowDuplicateContact"]))
    order.house.world.revision += 1
    return telling.location(location)


def _install(order: Order) -> Any:
    oauth.install(order.house.world, order.location)
    return telling.location(order.location)


def _uninstall(order: Order) -> Any:
    oauth.uninstall(order.house.world, order.location)
    return telling.location(order.location)


def _expire(order: Order) -> Any:
    return {"expired": order.house.world.tokens.expire(order.location.id)}


def _revoke(order: Order) -> Any:
    order.house.world.tokens.revoke(location_id=order.location.id)
    return {"revoked": True}


def _private(order: Order) -> Any:
    company = str(order.body.pop("company", ""))
    location = None if company else order.location
    scopes = tuple(order.body.get("scopes", (*cast.SCOPES, "companies.readonly", "oauth.readonly")))
    token = order.house.world.tokens.private(
        company_id=company or str(location.row["companyId"] if location else ""),
        location_id=location.id if location else "",
        scopes=scopes,
        seconds=order.body.get("seconds"),
    )
    return {"token": token.access}


def _faults(order: Order) -> Any:
    order.house.faults.waiting += [Fault.given(one) for one in order.body["faults"]]
    return {"faults": order.house.faults.told()}


def _told_faults(order: Order) -> Any:
    return {"faults": order.house.faults.told()}


def _no_faults(order: Order) -> Any:
    order.house.faults.waiting.clear()
    return {"faults": []}


def _event(order: Order) -> Any:
    """An event of any kind, such as one that nobody knows."""
    location = order.body.get("location", next(iter(order.house.world.locations), ""))
    order.house.post.event(
        str(order.body["type"]), str(location), dict(order.body.get("fields", {})), str(order.body.get("subject", ""))
    )
    return {"webhookId": order.house.post.log[-1]["webhookId"]}


def _resend(order: Order) -> Any:
    if not order.house.post.resend(order.args["id"]):
        raise Refused(404, "there is no such event")
    return {"resent": True}


def _clock(order: Order) -> Any:
    order.house.world.clock.ahead += float(order.body.get("seconds", 0))
    return {"now": order.house.world.clock.text()}


def _rates(order: Order) -> Any:
    return {"rates": {key: pace.told() for key, pace in order.house.gate.paces.items()}}


def _tokens(order: Order) -> Any:
    tokens = order.house.world.tokens
    return {"refreshes": tokens.refreshes, "spent_tries": tokens.spent_tries}


def _state(order: Order) -> Any:
    world = order.house.world
    if order.query.get("since") == str(world.revision + len(order.house.post.log)) and not order.house.post.busy:
        return Reply(204, raw=b"")
    return telling.everything(order.house)


def _requests(order: Order) -> Any:
    since = int(order.query.get("since", 0))
    return {"requests": [row for row in order.house.journal.rows if row["number"] > since]}


def _deliveries(order: Order) -> Any:
    return {"deliveries": list(order.house.post.log), "busy": order.house.post.busy}


def _by_hand(play: Callable[..., Any]) -> Callable[[Order], Any]:
    """What a person does in HighLevel's own pages."""

    def act(order: Order) -> Any:
        location = hands.place(order.house.world, order.args, order.body)
        return play(order.house.world, location, {**order.body, **order.args})

    return act


def _route(method: str, path: str, play: Callable[[Order], Any], status: int = 200) -> Route:
    return Route(method, f"/_sandbox/{path}", play, status=status)


_ROUTES = Routes(
    (
        _route("GET", "state", _state),
        _route("GET", "app", _app),
        _route("GET", "public-key", _key),
        _route("GET", "options", _options),
        _route("POST", "options", _options),
        _route("POST", "reset", _app),
        _route("POST", "locations", _new_location, 201),
        _route("POST", "locations/{location}", _change_location),
        _route("POST", "locations/{location}/install", _install),
        _route("POST", "locations/{location}/uninstall", _uninstall),
        _route("POST", "locations/{location}/expire", _expire),
        _route("POST", "locations/{location}/revoke", _revoke),
        _route("POST", "private-tokens", _private, 201),
        _route("GET", "faults", _told_faults),
        _route("POST", "faults", _faults),
        _route("DELETE", "faults", _no_faults),
        _route("POST", "events", _event, 201),
        _route("GET", "deliveries", _deliveries),
        _route("POST", "deliveries/{id}/resend", _resend),
        _route("GET", "requests", _requests),
        _route("POST", "clock", _clock),
        _route("GET", "rates", _rates),
        _route("GET", "tokens", _tokens),
        _route("POST", "say", _by_hand(hands.say), 201),
        _route("POST", "answer", _by_hand(hands.answer), 201),
        _route("POST", "contacts", _by_hand(hands.new_contact), 201),
        _route("POST", "contacts/{contact}", _by_hand(hands.change_contact)),
        _route("DELETE", "contacts/{contact}", _by_hand(hands.delete_contact)),
        _route("POST", "notes", _by_hand(hands.note), 201),
        _route("POST", "tasks", _by_hand(hands.task), 201),
        _route("POST", "tasks/{task}", _by_hand(hands.change_task)),
        _route("POST", "opportunities", _by_hand(hands.opportunity), 201),
        _route("POST", "opportunities/{opportunity}", _by_hand(hands.change_opportunity)),
        _route("POST", "appointments", _by_hand(hands.appointment), 201),
        _route("POST", "appointments/{appointment}", _by_hand(hands.change_appointment)),
    )
)
