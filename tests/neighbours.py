"""How does a test try to reach the neighbour's rows? Oakwood's people and keys on one side, a row of every Elm model on the other."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.test import Client

from enterprisehub.tenants import api_keys
from enterprisehub.tenants.access import KEY_SCOPES, Role
from enterprisehub.tenants.models import Agent, ApiKey, Membership, Tenant, User
from enterprisehub.tenants.scope import scope, unscoped
from tests.everything import Everything

TENANT_MODELS: list[type[models.Model]] = [
    m for m in apps.get_models() if any(f.name == "tenant" for f in m._meta.get_fields())
]
# What differs between two answers that say the same: form tokens and the request's own id.
NOISE = re.compile(r'(csrfmiddlewaretoken" value=|X-CSRFToken": |request[-_]id"?:? ?)"?[\w-]+"?|ehub-[0-9a-f]+')


@dataclass
class Neighbours:
    """Elm's ids, and Oakwood's callers: an owner, the agent whose rows Oakwood's are, and a key that may all a key may."""

    filled: Everything
    owner: Client = field(init=False)
    agent: Client = field(init=False)
    key: str = field(init=False)
    sessions: dict[str, str] = field(default_factory=dict)

    @classmethod
    def move_in(cls) -> Neighbours:
        there = cls(Everything.fill(TENANT_MODELS))
        with scope(there.filled.oakwood.pk):
            agent = Agent.objects.select_related("user").get(pk=there.filled.ids[there.filled.oakwood.pk, Agent])
            Agent.objects.update(is_active=True)
            there.agent = there.caller(agent.user, Role.AGENT)
            there.owner = there.caller(User.objects.create_user("olivia@oakwood.example"), Role.OWNER)
            there._keep_for(Membership.objects.get(user=agent.user))
            there.key = api_keys.issue(ApiKey(name="Everything", scopes=sorted(KEY_SCOPES)))
        for who in ("owner", "agent"):
            there.sessions[who] = getattr(there, who).cookies[settings.SESSION_COOKIE_NAME].value
        return there

    def come_back(self) -> None:
        """The callers as they moved in: signed in, whatever an earlier test left in their browsers."""
        for who, session in self.sessions.items():
            client = Client(raise_request_exception=False)
            client.cookies[settings.SESSION_COOKIE_NAME] = session
            setattr(self, who, client)

    def caller(self, user: User, role: str) -> Client:
        Membership.objects.create(user=user, role=role)
        client = Client(raise_request_exception=False)
        client.force_login(user)
        return client

    def _keep_for(self, member: Membership) -> None:
        """What people keep for themselves is the calling agent's, or they would find nothing of their own."""
        for model in TENANT_MODELS:
            owner = next((f for f in model._meta.concrete_fields if f.name == "owner"), None)
            if owner is not None and owner.related_model is Membership:
                model.objects.update(owner=member)

    @property
    def elm(self) -> Tenant:
        return self.filled.elm

    @property
    def theirs(self) -> list[UUID]:
        """The id of a row of every model of Elm's, and Elm's own."""
        return [self.elm.pk, *(self.filled.ids[self.elm.pk, model] for model in TENANT_MODELS)]

    @property
    def ours(self) -> list[UUID]:
        return [self.filled.ids[self.filled.oakwood.pk, model] for model in TENANT_MODELS]

    def canaries(self) -> list[str]:
        """What must be seen nowhere outside Elm."""
        with scope(self.elm.pk):
            people = [row.user.email for model in (Agent, Membership) for row in model.objects.select_related("user")]
        return [self.filled.canaries[self.elm.pk], "elm canary", *people]

    def elm_rows(self) -> dict[str, list[Any]]:
        """Everything Elm has, to be compared before and after."""
        with unscoped("the test compares Elm before and after"):
            rows = {
                m._meta.label: list(m._base_manager.filter(tenant_id=self.elm.pk).order_by("pk").values())
                for m in TENANT_MODELS
            }
            people = User.objects.filter(Q(agents__tenant_id=self.elm.pk) | Q(memberships__tenant_id=self.elm.pk))
            return {
                **rows,
                "people": list(people.order_by("pk").values("pk", "email", "password", "is_staff", "is_active")),
            }


def plain(response: Any, *ids: object) -> tuple[int, str | None, str]:
    """Status, target and text of an answer without what may differ between two equal ones."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    text = NOISE.sub("", body.decode())
    target = response.get("Location")
    for key in ids:
        text = text.replace(str(key), "ID")
        target = target.replace(str(key), "ID") if target else target
    return response.status_code, target, text


def nobodys() -> UUID:
    """An id that no row has."""
    return uuid4()
