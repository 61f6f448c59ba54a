"""How does an app get in? The consent page, the exchange of its code, tokens that turn, and tokens minted by an agency."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from enterprisehub.ghl.sandbox import consent
from enterprisehub.ghl.sandbox.refusals import Refused, bad_code, foreign, paused, spent, unprocessable
from enterprisehub.ghl.sandbox.routes import Call, Route
from enterprisehub.ghl.sandbox.tokens import Code, Token
from enterprisehub.ghl.sandbox.wire import Reply
from enterprisehub.ghl.sandbox.world import Location, World

ALSO = ("oauth.readonly", "oauth.write")  # granted on minted location tokens without asking


def _choose(call: Call) -> Any:
    """The page on which a person chooses the location."""
    if trouble := _trouble(call.world, call.request.query):
        return consent.page(trouble=trouble)
    return consent.page(asked=dict(call.request.query), locations=list(call.world.locations.values()))


def _trouble(world: World, asked: Any) -> str:
    if asked.get("client_id") != world.app.client_id:
        return "error.noappfound: the client_id is not this sandbox's."
    if asked.get("response_type") != "code":
        return "response_type must be code."
    if not urlsplit(asked.get("redirect_uri", "")).scheme.startswith("http"):
        return "redirect_uri must be an address."
    return "" if asked.get("scope") else "scope is missing."


def _consent(call: Call) -> Any:
    """The choice was made: back to the app, with a code and whatever state it sent."""
    form = call.request.form
    if trouble := _trouble(call.world, form):
        return consent.page(trouble=trouble)
    if form.get("decision") == "deny":
        return _back(form, {"error": "access_denied"})
    company_wide = form.get("as") == "Company"
    location = call.world.locations.get(form.get("location_id", ""))
    if location is None:
        return consent.page(trouble="Choose a location.")
    code = _code(call.world, location, form, company_wide=company_wide)
    install(call.world, location, after=call.world.options.install_after)
    return _back(form, {"code": call.world.tokens.code(code)})


def _code(world: World, location: Location, form: dict[str, str], *, company_wide: bool) -> Code:
    return Code(
        user_type="Company" if company_wide else "Location",
        company_id=str(location.row["companyId"]),
        location_id="" if company_wide else location.id,
        scopes=tuple(form["scope"].split()),
        redirect_uri=form["redirect_uri"],
        expires=world.clock.now() + world.options.code_seconds,
    )


def _back(form: dict[str, str], given: dict[str, str]) -> Reply:
    parts = urlsplit(form["redirect_uri"])
    state = {"state": form["state"]} if form.get("state") else {}
    query = urlencode([*parse_qsl(parts.query), *given.items(), *state.items()])
    return Reply(302, raw=b"", kind="text/plain", headers={"location": urlunsplit(parts._replace(query=query))})


def install(world: World, location: Location, *, after: float = 0.0) -> None:
    """The app is installed in the location, which it is told."""
    location.installed = True
    company = world.companies[str(location.row["companyId"])]
    told = {
        "installType": "Location", "companyId": company["id"], "userId": "SandboxUserInstaller",
        "companyName": company["name"], "isWhitelabelCompany": False, "whitelabelDetails": {}, "_after": after,
    }  # fmt: skip
    world.event("INSTALL", location, told)


def uninstall(world: World, location: Location) -> None:
    """The app is thrown out: its tokens die, and it is told."""
    world.event("UNINSTALL", location, {"companyId": location.row["companyId"]})
    location.installed = False
    world.tokens.revoke(location_id=location.id)


def _token(call: Call) -> Any:
    form, world = call.request.form, call.world
    kind = form.get("grant_type", "")
    if kind not in ("authorization_code", "refresh_token"):
        raise unprocessable("grant_type must be one of the following values: authorization_code, refresh_token")
    if kind == "authorization_code":
        # An unknown code is refused before anybody looks at the secret.
        code = world.tokens.spend(form.get("code", ""))
        if code is None:
            raise bad_code()
        _check_app(world, form)
        return _answer(world, world.tokens.pair(code, seconds=world.options.token_seconds))
    _check_app(world, form)
    old = world.tokens.of_refresh(form.get("refresh_token", ""))
    if old is None:
        raise spent()
    if old.location_id and not world.locations[old.location_id].active:
        raise paused()
    return _answer(world, world.tokens.turn(old, seconds=world.options.token_seconds))


def _check_app(world: World, form: dict[str, str]) -> None:
    for name, shown in (("client_id", "clientId"), ("client_secret", "clientSecret")):
        if not form.get(name):
            raise Refused(400, f"Missing parameter: {shown}")
    if (form["client_id"], form["client_secret"]) != (world.app.client_id, world.app.client_secret):
        raise Refused(401, "Invalid client credentials", error="Unauthorized")


def _answer(world: World, token: Token) -> dict[str, Any]:
    told: dict[str, Any] = {
        "access_token": token.access, "token_type": "Bearer", "expires_in": int(world.options.token_seconds),
        "refresh_token": token.refresh, "refreshTokenId": token.refresh_id, "scope": " ".join(token.scopes),
        "userType": token.user_type, "companyId": token.company_id, "userId": token.user_id, "planId": "",
        "isBulkInstallation": False,
    }  # fmt: skip
    if token.location_id:
        return {**told, "locationId": token.location_id}
    approved = [
        key for key, one in world.locations.items() if one.row["companyId"] == token.company_id and one.installed
    ]
    return {**told, "approvedLocations": approved, "installToFutureLocations": False, "approveAllLocations": False}


def _mint(call: Call) -> Any:
    """A location's token from its agency's."""
    form, token = call.request.form, call.token
    for name in ("companyId", "locationId"):
        if not form.get(name):
            raise unprocessable(f"{name} should not be empty", f"{name} must be a string")
    location = call.world.locations.get(form["locationId"])
    if token is None or location is None or form["companyId"] != token.company_id:
        raise foreign()
    if not location.active:
        raise paused()
    if not location.installed:
        raise Refused(400, "App is not installed in this location")
    scopes = tuple(dict.fromkeys((*token.scopes, *ALSO)))
    code = Code("Location", token.company_id, location.id, scopes, "", 0)
    return _answer(call.world, call.world.tokens.pair(code, seconds=call.world.options.token_seconds))


def _installed(call: Call) -> Any:
    company, app = call.needed("companyId"), call.needed("appId")
    if call.token is None or company != call.token.company_id or app != call.world.app.app_id:
        raise foreign()
    wanted = call.asked("isInstalled")
    rows = [
        {
            "_id": one.id, "name": one.row["name"], "address": one.row["address"], "isInstalled": one.installed,
            "versionId": call.world.app.version_id,
        }
        for one in call.world.locations.values()
        if one.row["companyId"] == company and wanted in ("", str(one.installed).lower())
    ]  # fmt: skip
    start = call.count("skip", default=0, most=100_000)
    page = rows[start : start + call.count("limit", default=20, most=500)]
    return {"locations": page, "count": len(rows), "installToFutureLocations": False}


ROUTES = (
    Route("GET", "/v2/oauth/chooselocation", _choose, opens="nobody", versioned=False),
    Route("POST", "/v2/oauth/chooselocation", _consent, opens="nobody", versioned=False),
    Route("POST", "/oauth/token", _token, opens="nobody", versioned=False),
    Route("POST", "/oauth/locationToken", _mint, "oauth.write", 201, opens="agency"),
    Route("GET", "/oauth/installedLocations", _installed, "oauth.readonly", opens="agency"),
)
