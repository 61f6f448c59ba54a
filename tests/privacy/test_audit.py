"""Does the audit trail say who did what, in which tenant, through which door, and can nobody change it?"""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from enterprisehub.privacy.audit import Actor, acting, record
from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants import trail
from enterprisehub.tenants.models import Team, Tenant
from enterprisehub.tenants.scope import NoTenant, named, scope, unscoped


@pytest.fixture
def oakwood(db: None) -> Tenant:
    with unscoped("the test makes a tenant"):
        return Tenant.objects.create(name="Oakwood", slug="oakwood")


def rows() -> list[AuditEvent]:
    with unscoped("the test reads the whole trail"):
        return list(AuditEvent.objects.order_by("at"))


def test_a_row_says_who_what_where_and_when(oakwood: Tenant) -> None:
    actor = Actor(user_id=uuid4(), via="api", ip="192.0.2.7", request_id="r-1")
    with scope(oakwood.pk), acting(actor):
        team = Team.objects.create(name="Riverside")
        record("team.add", team, members=3)
    (row,) = rows()
    assert (row.tenant_id, row.verb, row.target) == (oakwood.pk, "team.add", f"tenants.team:{team.pk}")
    assert (row.actor_id, row.via, row.ip, row.request_id) == (actor.user_id, "api", "192.0.2.7", "r-1")
    assert row.facts == {"members": 3}
    assert row.at.tzinfo is not None


def test_the_actor_ends_with_the_request_even_when_it_fails(oakwood: Tenant) -> None:
    with pytest.raises(ZeroDivisionError), acting(Actor(via="admin")):
        _ = 1 / 0
    with scope(oakwood.pk):
        record("later")
    assert [row.via for row in rows()] == [""]


def test_a_row_goes_when_the_change_does(oakwood: Tenant) -> None:
    with pytest.raises(ZeroDivisionError), scope(oakwood.pk):
        record("team.add")
        _ = 1 / 0
    assert rows() == []


def test_without_a_tenant_a_row_belongs_to_the_installation_and_tenants_do_not_see_it(oakwood: Tenant) -> None:
    with unscoped("the test does something for everybody"):
        record("keys.rotate")
    assert [row.tenant_id for row in rows()] == [None]
    with scope(oakwood.pk):
        assert not AuditEvent.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from v_audit")
            assert cursor.fetchone() == (0,)


def test_recording_outside_any_scope_is_a_mistake(oakwood: Tenant) -> None:
    with pytest.raises(NoTenant):
        record("nobody.knows")
    with named(oakwood.pk), pytest.raises(NoTenant):
        record("no.transaction")


def test_the_floor_below_notes_things_before_a_tenant_is_known(oakwood: Tenant) -> None:
    user = uuid4()
    with acting(Actor(via="page", ip="192.0.2.7")):
        trail.note("signin.failed", "tenants.user:unknown", by=user)
        with scope(oakwood.pk):
            trail.note("tenant.switch")
    first, second = rows()
    assert (first.tenant_id, first.actor_id, first.via, first.ip) == (None, user, "page", "192.0.2.7")
    assert (second.tenant_id, second.actor_id, second.via) == (oakwood.pk, None, "page")


@pytest.mark.parametrize("sentence", ["update privacy_auditevent set verb = 'x'", "delete from privacy_auditevent"])
def test_postgres_refuses_to_change_or_delete_a_row(oakwood: Tenant, sentence: str) -> None:
    with scope(oakwood.pk):
        record("team.add")
        with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sentence)
    assert [row.verb for row in rows()] == ["team.add"]


def test_a_tenant_cannot_write_a_row_for_another(oakwood: Tenant) -> None:
    with scope(oakwood.pk), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        AuditEvent.objects.create(tenant_id=uuid4(), verb="forged")


def test_truncating_is_beyond_the_applications_role(oakwood: Tenant) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("truncate privacy_auditevent")
