"""How do a test and the demo steer a sandbox that runs somewhere? A small client of its control API."""

from __future__ import annotations

import time
from typing import Any

import httpx2


class Remote:
    """A sandbox by its address."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._line = httpx2.Client(base_url=self.url, timeout=20, trust_env=False)

    def close(self) -> None:
        self._line.close()

    def reset(self, **options: Any) -> None:
        """As new: one location, no contact, no fault, an empty log; then with these options."""
        self._post("reset")
        if options:
            self.set(**options)

    def set(self, **options: Any) -> dict[str, Any]:
        """Change options; their names and meanings are those of sandbox/options.py."""
        return self._post("options", **options)

    @property
    def app(self) -> dict[str, str]:
        """client_id, client_secret, app_id, version_id and public_key."""
        return dict(self._get("app"))

    @property
    def public_key(self) -> str:
        return self.app["public_key"]

    def location(self, key: str, **fields: Any) -> dict[str, Any]:
        """A new location with this id: name, companyId, timezone, allowDuplicateContact, installed."""
        return self._post("locations", id=key, **fields)

    def change_location(self, key: str, **fields: Any) -> dict[str, Any]:
        """active, allowDuplicateContact."""
        return self._post(f"locations/{key}", **fields)

    def install(self, key: str = "loc-oakwood") -> None:
        self._post(f"locations/{key}/install")

    def uninstall(self, key: str = "loc-oakwood") -> None:
        self._post(f"locations/{key}/uninstall")

    def expire(self, key: str = "loc-oakwood") -> int:
        """End the location's access tokens; their refresh tokens stay good."""
        return int(self._post(f"locations/{key}/expire")["expired"])

    def private_token(self, location: str = "loc-oakwood", **more: Any) -> str:
        """A private integration token; `company` instead of a location, `scopes` and `seconds` can be given."""
        where = {} if "company" in more else {"location": location}
        return str(self._post("private-tokens", **where, **more)["token"])

    def consent(self, authorize_url: str, *, location: str = "loc-oakwood", as_: str = "Location") -> str:
        """Click Allow on the consent page; the address, with code and state, to which the browser is sent."""
        asked = dict(httpx2.URL(authorize_url).params)
        form = {**asked, "location_id": location, "as": as_, "decision": "allow"}
        answer = self._line.post("/v2/oauth/chooselocation", data=form, follow_redirects=False)
        if answer.status_code != 302:
            raise LookupError(f"the consent page answered {answer.status_code}")
        return str(answer.headers["location"])

    def contact(self, **fields: Any) -> dict[str, Any]:
        """A new contact, made by a person in HighLevel; `location` when it is not the first one."""
        return self._post("contacts", **fields)

    def change_contact(self, key: str, **fields: Any) -> dict[str, Any]:
        return self._post(f"contacts/{key}", **fields)

    def delete_contact(self, key: str) -> None:
        self._line.delete(f"/_sandbox/contacts/{key}").raise_for_status()

    def say(self, contact: str, text: str, *, medium: str = "sms", **more: Any) -> dict[str, Any]:
        """The prospect writes; the message's row. subject, seconds, sentences can be given."""
        return self._post("say", contact=contact, text=text, medium=medium, **more)

    def answer(self, contact: str, text: str, *, medium: str = "sms", **more: Any) -> dict[str, Any]:
        """An agent writes in HighLevel itself; medium "comment" is an internal comment."""
        return self._post("answer", contact=contact, text=text, medium=medium, **more)

    def note(self, contact: str, body: str) -> dict[str, Any]:
        return self._post("notes", contact=contact, body=body)

    def task(self, contact: str, title: str, **more: Any) -> dict[str, Any]:
        return self._post("tasks", contact=contact, title=title, **more)

    def change_task(self, key: str, **fields: Any) -> dict[str, Any]:
        return self._post(f"tasks/{key}", **fields)

    def opportunity(self, contact: str, **more: Any) -> dict[str, Any]:
        return self._post("opportunities", contact=contact, **more)

    def change_opportunity(self, key: str, **fields: Any) -> dict[str, Any]:
        return self._post(f"opportunities/{key}", **fields)

    def appointment(self, contact: str, start: str, **more: Any) -> dict[str, Any]:
        return self._post("appointments", contact=contact, startTime=start, **more)

    def change_appointment(self, key: str, **fields: Any) -> dict[str, Any]:
        return self._post(f"appointments/{key}", **fields)

    def event(self, kind: str, **given: Any) -> str:
        """Tell an event of any kind: `fields`, `location`, `subject`. Its webhookId."""
        return str(self._post("events", type=kind, **given)["webhookId"])

    def fault(self, kind: str, match: str = "*", *, times: int = 1, **more: Any) -> None:
        """The next requests that match "METHOD /path" meet this; the kinds are those of sandbox/faults.py."""
        self._post("faults", faults=[{"kind": kind, "match": match, "times": times, **more}])

    def no_faults(self) -> None:
        self._line.delete("/_sandbox/faults").raise_for_status()

    def forward(self, seconds: float) -> None:
        """Put the sandbox's clock forward."""
        self._post("clock", seconds=seconds)

    def resend(self, webhook_id: str) -> None:
        self._post(f"deliveries/{webhook_id}/resend")

    @property
    def requests(self) -> list[dict[str, Any]]:
        """What the API was asked since the reset, oldest first."""
        return list(self._get("requests")["requests"])

    def asked(self, method: str, path: str) -> list[dict[str, Any]]:
        """The requests of this method whose path begins so."""
        return [row for row in self.requests if row["method"] == method and row["path"].startswith(path)]

    @property
    def deliveries(self) -> list[dict[str, Any]]:
        """Every event: webhookId, type, state, attempts, body."""
        return list(self._get("deliveries")["deliveries"])

    @property
    def events(self) -> list[dict[str, Any]]:
        """The bodies of the events, whether they were told or not."""
        return [row["body"] for row in self.deliveries]

    @property
    def rates(self) -> dict[str, dict[str, int]]:
        """By location: `most` requests within one interval, `today`, `refused`."""
        return dict(self._get("rates")["rates"])

    @property
    def tokens(self) -> dict[str, int]:
        """refreshes, spent_tries."""
        return dict(self._get("tokens"))

    def about(self, contact: str) -> dict[str, Any]:
        """A contact with its messages, notes, tasks, opportunities, appointments and custom fields."""
        everyone = (row for one in self._get("state")["locations"] for row in one["contacts"])
        return next(row for row in everyone if row["id"] == contact)

    def settled(self, *, within: float = 20.0) -> None:
        """Wait until no event is on its way or waits for its next try."""
        end = time.monotonic() + within
        while self._get("deliveries")["busy"]:
            if time.monotonic() > end:
                raise TimeoutError("events are still on their way")
            time.sleep(0.02)

    def _get(self, path: str) -> Any:
        answer = self._line.get(f"/_sandbox/{path}")
        answer.raise_for_status()
        return answer.json()

    def _post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self._line.post(f"/_sandbox/{path}", json=body)
        if answer.status_code >= 400:
            raise ValueError(f"{path}: {answer.text}")
        return dict(answer.json())
