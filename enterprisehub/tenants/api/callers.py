"""Who calls the API, and for which agent may they speak?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied, Throttled
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from enterprisehub.errors import Invalid, NotAllowed, NotFound
from enterprisehub.tenants import api_keys
from enterprisehub.tenants.access import OF_OTHERS, key_may, may
from enterprisehub.tenants.models import Agent, ApiKey, Membership, Tenant

if TYPE_CHECKING:  # rest_framework.views reads these classes from the settings while it is loaded
    from rest_framework.views import APIView


Operations = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Caller:
    """A program with its key, or a signed-in person with their membership; `id` is the key's or the person's."""

    id: UUID
    tenant: Tenant
    agent: Agent | None
    role: str | None = None
    key: ApiKey | None = None

    def may(self, operation: str) -> bool:
        """Asks the one table of roles and scopes. A key that is bound to an agent never speaks for, or sees, others."""
        if self.key is None:
            return may(self.role, operation)
        if self.key.agent_id is not None and operation in OF_OTHERS:
            return False
        return key_may(self.key.scopes, operation)

    def agent_for(self, wanted: UUID | None, others: str = "coaching.hear_for_others") -> Agent:
        """The agent on whose behalf this request speaks: the caller's own when none is named.

        `others` is the operation that lets a caller speak for somebody else. An agent that may not be spoken for looks
        like one that does not exist.
        """
        if wanted is None:
            if self.agent is not None:
                return self.agent
            raise Invalid("Say for which agent: this caller has no agent of its own.", field="agent_id")
        if self.agent is not None and wanted == self.agent.pk:
            return self.agent
        allowed = self.may(others)
        found = Agent.objects.filter(pk=wanted, is_active=True).first() if allowed else None
        if found is None:
            raise NotFound("There is no such agent.", field="agent_id")
        found.tenant = self.tenant
        return found

    def seen_by(self, operation: str) -> Agent | None:
        """Whose rows this caller sees: None for everybody's (`operation` allows it), else the caller's own agent.

        Raises NotAllowed for somebody who may see only their own and has none.
        """
        if self.may(operation):
            return None
        if self.agent is None:
            raise NotAllowed("You have no agent profile, so there is nothing of yours to see.")
        return self.agent


def caller_of(request: Request) -> Caller:
    """Whoever was let in; the permission has run before."""
    caller = request.auth
    if not isinstance(caller, Caller):
        raise NotAllowed("Sign in, or show an API key.")
    return caller


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer ehk_…`; the tenant middleware has checked the key and opened its tenant's scope."""

    def authenticate(self, request: Request) -> tuple[Any, Caller] | None:
        plain: HttpRequest = request._request
        key: ApiKey | None = getattr(plain, "api_key", None)
        if key is not None:
            if key.agent is not None:
                key.agent.tenant = key.tenant
            return plain.user, Caller(key.pk, key.tenant, key.agent, key=key)
        if wait := getattr(plain, "key_wait", 0.0):
            raise Throttled(wait, "Too many wrong keys came from this address.")
        if api_keys.presented(plain):
            raise AuthenticationFailed("This key is unknown, expired or revoked.", code="bad_key")
        return None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class MemberAuthentication(SessionAuthentication):
    """A signed-in person who works for a tenant; whatever changes something needs the CSRF token."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        plain: HttpRequest = request._request
        user: Any = getattr(plain, "user", None)  # not request.user: that one would ask the authenticators again
        if user is None or not user.is_authenticated or not user.is_active:
            return None
        self.enforce_csrf(request)
        membership: Membership | None = getattr(plain, "membership", None)
        if membership is None:
            raise PermissionDenied("No brokerage has given you a place.", code="no_place")
        agent: Agent | None = getattr(plain, "agent", None)
        if agent is not None:
            agent.tenant = membership.tenant
        return user, Caller(user.pk, membership.tenant, agent, role=membership.role)


class MayDoThis(BasePermission):
    """Lets in whom the table of roles and scopes lets do the endpoint's operation; an endpoint without one opens to nobody.

    An endpoint names `operations`: HTTP method → the operations of which one is enough. A method that it does not have is
    answered with 405 later.
    """

    message = "Your role or key may not do this."
    code = "not_allowed"

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.auth, Caller):
            return False
        operations: Operations = getattr(view, "operations", {})
        method = "GET" if request.method == "HEAD" else str(request.method)
        if method not in operations:
            return bool(operations)
        return any(request.auth.may(one) for one in operations[method])


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = KeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        told = "An API key, made by an administrator and shown once: `Authorization: Bearer ehk_…`."
        return {"type": "http", "scheme": "bearer", "description": told}


class MemberScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = MemberAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        told = "The session cookie of a signed-in person. A POST or PATCH also needs the `X-CSRFToken` header."
        return {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": told}
