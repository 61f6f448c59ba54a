"""How does somebody of the cast sign in, with or without a second factor?"""

from __future__ import annotations

import time
from typing import Any

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client

from enterprisehub.tenants.models import User
from tests.world import Person


def signed_in(person: Person) -> Client:
    """A client with this person's session, as after the sign-in page."""
    client = Client()
    client.force_login(person.user)
    return client


def staff(person: Person) -> Client:
    """The person made staff, signed in and having given a code in this session."""
    User.objects.filter(pk=person.user.pk).update(is_staff=True)
    return proved(person.user)


def platform_staff(email: str = "root@hub.example") -> Client:
    """Somebody who runs the installation and belongs to no tenant."""
    return proved(User.objects.create_superuser(email, "a long sentence for the tests"))


def proved(user: User) -> Client:
    TOTP.activate(user, generate_totp_secret())
    client = Client()
    client.force_login(user)
    session: Any = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "at": time.time(), "type": "totp"}]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session.save()
    return client


def code_for(secret: str) -> str:
    """What the authenticator app shows now."""
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))
