"""Who joins a tenant, with which role, and how do they get in?"""

from __future__ import annotations

from uuid import UUID

from allauth.account.internal.flows.password_reset import request_password_reset
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import HttpRequest

from enterprisehub.errors import Conflict, Invalid, NotAllowed
from enterprisehub.tenants import trail
from enterprisehub.tenants.access import may_grant
from enterprisehub.tenants.models import Membership, User
from enterprisehub.tenants.scope import current, scope, unscoped


@transaction.atomic
def invite(email: str, role: str, *, by_role: str | None, tenant_id: UUID | None = None) -> Membership:
    """Make the person with this address a member; somebody new gets an account without a password.

    Known and unknown addresses are answered alike: nothing tells whether the person works elsewhere too.
    """
    address = _address(email)
    if by_role is not None and not may_grant(by_role, role):
        raise NotAllowed("Your role may not give this role.", field="role")
    with scope(tenant_id or current()):
        if Membership.objects.filter(user__email=address).exists():
            raise Conflict("This person is a member already.", field="email")
        user = User.objects.filter(email=address).first() or User.objects.create_user(address)
        member: Membership = Membership.objects.create(user=user, role=role)
        trail.note("member.invite", member, role=role)
    return member


def _address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise Invalid("This is not an e-mail address.", field="email") from error
    return address


def works_only_here(user: User) -> bool:
    """Whether every membership of this person is in the open scope's tenant, so that its admins may change the account."""
    tenant_id = current()
    with unscoped("an account that others share is not one tenant's to change"):
        return not Membership.objects.filter(user=user).exclude(tenant_id=tenant_id).exists()


def may_change_account(user: User, *, by_role: str | None) -> bool:
    """A tenant's admins change accounts below or beside them that no other tenant shares; never platform staff's."""
    if user.is_superuser or not works_only_here(user):
        return False
    mine = Membership.objects.filter(user=user).first()
    return mine is not None and may_grant(by_role, mine.role)


def send_password_link(request: HttpRequest, user: User) -> None:
    """A link by e-mail to choose a (new) password; nobody else ever knows it."""
    request_password_reset(request, user.email, [user], None)
    trail.note("user.password_link", user)


def forget_second_factor(user: User) -> None:
    """For somebody who lost the phone and the recovery codes: the password alone opens until they set up a new one."""
    count, _ = Authenticator.objects.filter(user=user).delete()
    trail.note("user.second_factor_reset", user, removed=count)
