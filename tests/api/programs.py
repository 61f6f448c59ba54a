"""Who calls the API in the tests: a program with a key, or a person with a session."""

from __future__ import annotations

from typing import Any

from django.test import Client

from enterprisehub.tenants import api_keys
from enterprisehub.tenants.models import ApiKey, Tenant
from enterprisehub.tenants.scope import scope
from tests.world import Person

ROOT = "/api/v1/claude/coaching/"
WRITE, READ = "coaching:write", "coaching:read"
LEADS_WRITE, LEADS_READ = "leads:write", "leads:read"
CONSENTS = ("consents:write", "consents:read")


def address(path: str) -> str:
    """Of an endpoint of coaching; of another one when the path begins with a slash."""
    return f"/api/v1/claude{path}" if path.startswith("/") else ROOT + path


class Caller:
    """Posts and gets JSON; `headers` go with every request."""

    def __init__(self, client: Client, headers: dict[str, str] | None = None) -> None:
        self.client, self.headers = client, headers or {}

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        told = {**self.headers, **headers}
        return self.client.post(address(path), body or {}, content_type="application/json", headers=told)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        told = {**self.headers, **headers}
        return self.client.patch(address(path), body or {}, content_type="application/json", headers=told)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(address(path), query, headers=self.headers)


class Program(Caller):
    """A program with a key of this tenant, bound to the person's agent unless `of_all` is said."""

    def __init__(self, person: Person, *scopes: str, of_all: bool = False, **fields: Any) -> None:
        self.key = ApiKey(name="program", scopes=list(scopes), agent=None if of_all else person.agent, **fields)
        with scope(person.agent.tenant_id):
            self.text = api_keys.issue(self.key)
        super().__init__(Client(raise_request_exception=False), {"Authorization": f"Bearer {self.text}"})


def browser(person: Person, *, strict: bool = False) -> Caller:
    """A signed-in person; `strict` asks for the CSRF token as a real server does."""
    client = Client(enforce_csrf_checks=strict)
    client.force_login(person.user)
    return Caller(client)


def message(lead: Any, text: str = "That is too expensive for us.", **more: Any) -> dict[str, Any]:
    """A real-time body."""
    return {"conversation_context": {"lead_id": str(lead), "stage": "engaged"}, "prospect_message": text, **more}


def settings_of(tenant: Tenant, **values: Any) -> None:
    with scope(tenant.pk):
        Tenant.objects.filter(pk=tenant.pk).update(settings=values)
