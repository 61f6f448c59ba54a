"""How do people sign in? By e-mail and password, with a second factor; nobody can sign themselves up."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.encoding import force_bytes

from enterprisehub.tenants import trail
from enterprisehub.tenants.middleware import choose
from enterprisehub.tenants.models import User
from enterprisehub.tenants.scope import scope


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Every way in and out leaves an audit row; an address that is not known leaves one too, without the address."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)  # a new session key, or a new session when somebody else was signed in
        tell_trail("signin", user, factors=_factors(request, user))

    def logout(self, request: HttpRequest) -> None:
        user = request.user
        super().logout(request)
        tell_trail("signout", user)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            tell_trail("signin.locked", _known(credentials))
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        tell_trail("signin.failed", _known(credentials))

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """People have one address, the one they sign in with."""
        from allauth.core import context  # knows the request only while one is served

        found = self.authenticate(context.request, email=user.email, password=password)  # type: ignore[attr-defined]
        return found is not None and found.pk == user.pk

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **options: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **options)
        response["Cache-Control"] = "no-store"
        return response


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors lie encrypted in the database; staff cannot put theirs away."""

    def encrypt(self, text: str) -> str:
        return _vault().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _vault().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not authenticator.user.is_staff


def _vault() -> MultiFernet:
    """Keys made from SECRET_KEY and its fallbacks, so that a rotated key still opens what the old one closed."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = (hashlib.sha256(b"ehub.second-factor:" + force_bytes(secret)).digest() for secret in secrets)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def has_second_factor(user: User) -> bool:
    return Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists()  # type: ignore[no-any-return]


def proved_second_factor(request: HttpRequest) -> bool:
    """Whether this very session gave a code; an older session of the same person does not count."""
    return "mfa" in _factors(request, request.user)


def _factors(request: HttpRequest, user: Any) -> list[str]:
    return sorted({record.get("method", "") for record in get_authentication_records(request, user)})


def _known(credentials: dict[str, Any]) -> User | None:
    return User.objects.filter(email=str(credentials.get("email") or "").lower()).first()


def tell_trail(verb: str, user: Any, **facts: Any) -> None:
    """The row goes to the tenant under which this person works; without one, to the installation's own trail."""
    if user is None or not user.is_authenticated:
        trail.note(verb, "tenants.user:unknown", **facts)
        return
    membership = choose(user, None)
    if membership is None:
        trail.note(verb, user, by=user.pk, **facts)
        return
    with scope(membership.tenant_id):
        trail.note(verb, user, by=user.pk, **facts)
