"""Who speaks with the sandbox as an app does? A token and the headers that every call needs."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from enterprisehub.ghl.sandbox.cast import SCOPES
from enterprisehub.ghl.sandbox.remote import Remote

HERE = "loc-oakwood"
BACK = "https://app.example/oauth/callback/"


class Caller:
    """One app with one token; `calls` are the answers, newest last."""

    def __init__(self, sandbox: Remote, token: str = "") -> None:
        self.sandbox, self.token = sandbox, token
        self.line = sandbox.line
        self.calls: list[httpx2.Response] = []

    def __call__(self, method: str, path: str, body: Any = None, /, **query: Any) -> httpx2.Response:
        version = "2021-04-15" if path.startswith(("/conversations", "/calendars")) else "2021-07-28"
        headers = {"authorization": f"Bearer {self.token}", "version": version, "accept": "application/json"}
        answer = self.line.request(method, path, json=body, params=query or None, headers=headers)
        self.calls.append(answer)
        return answer

    def raw(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """A request as it is given, without the headers."""
        answer = self.line.request(method, path, **more)
        self.calls.append(answer)
        return answer

    def form(self, path: str, **fields: str) -> httpx2.Response:
        headers = {"authorization": f"Bearer {self.token}", "version": "2021-07-28"} if self.token else {}
        return self.raw("POST", path, data=fields, headers=headers)

    def authorize_url(self, state: str = "s1", *, scopes: tuple[str, ...] = SCOPES) -> str:
        asked = {
            "response_type": "code", "client_id": self.sandbox.app["client_id"], "redirect_uri": BACK,
            "scope": " ".join(scopes), "state": state,
        }  # fmt: skip
        return str(httpx2.URL(f"{self.sandbox.url}/v2/oauth/chooselocation", params=asked))

    def code(self, *, as_: str = "Location", location: str = HERE, scopes: tuple[str, ...] = SCOPES) -> str:
        """A person clicks Allow."""
        back = self.sandbox.consent(self.authorize_url(scopes=scopes), location=location, as_=as_)
        return parse_qs(urlsplit(back).query)["code"][0]

    def exchange(self, grant: str, **fields: str) -> httpx2.Response:
        app = self.sandbox.app
        secrets = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
        return self.raw("POST", "/oauth/token", data={**secrets, "grant_type": grant, **fields})

    def connect(self, **chosen: Any) -> dict[str, Any]:
        """Consent and exchange; from now on calls are made with this token."""
        pair = dict(self.exchange("authorization_code", code=self.code(**chosen), user_type="Location").json())
        self.token = pair["access_token"]
        return pair
