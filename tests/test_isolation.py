"""Is every model, pointer and table held apart by tenant? The models are found by themselves: a new one is isolated or this is red."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants.constraints import SameTenant
from enterprisehub.tenants.models import Tenant, TenantModel
from enterprisehub.tenants.scope import NoTenant, WrongTenant, current, named, scope, unscoped
from tests.everything import Everything, a_row_of
from tests.kept import kept

TENANT_MODELS = [m for m in apps.get_models() if any(f.name == "tenant" for f in m._meta.get_fields())]
# Tables that belong to the installation or to a person, who may work for several tenants.
SHARED_TABLES = {
    "tenants_user",
    "tenants_user_groups",
    "tenants_user_user_permissions",
    "django_session",
    "django_migrations",
    "django_content_type",
    "django_admin_log",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "account_emailaddress",
    "account_emailconfirmation",
    "mfa_authenticator",
    "usersessions_usersession",
    # An agency has many tenants; an event of a location that is nobody's yet has none.
    "ghl_agency",
    "ghl_unmappedevent",
}
POINTERS = [
    (model, field)
    for model in TENANT_MODELS
    for field in model._meta.concrete_fields
    if isinstance(field, models.ForeignKey) and field.related_model in TENANT_MODELS
]


def name(thing: Any) -> str:
    return thing._meta.label if hasattr(thing, "_meta") else thing.name


@pytest.fixture(scope="module")
def rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[Everything]:
    yield from kept(django_db_blocker, lambda: Everything.fill(TENANT_MODELS))


@pytest.fixture
def filled(db: None, rows: Everything) -> Everything:
    """A row of every tenant model in Oakwood, and another in Elm."""
    return rows


def test_there_are_models_to_look_at() -> None:
    assert len(TENANT_MODELS) >= 16
    assert {m._meta.label for m in apps.get_models() if issubclass(m, TenantModel)} <= {name(m) for m in TENANT_MODELS}


@pytest.mark.parametrize("model", TENANT_MODELS, ids=name)
def test_a_tenants_model_keeps_the_rules(model: type[models.Model]) -> None:
    assert issubclass(model, TenantModel) or model is AuditEvent
    assert model._meta.pk is not None
    assert isinstance(model._meta.pk, models.UUIDField), "ids are opaque"
    assert not model._meta.get_field("tenant").editable or model is AuditEvent


@pytest.mark.parametrize("model", TENANT_MODELS, ids=name)
@pytest.mark.parametrize(
    "ask",
    [
        lambda rows: list(rows.all()),
        lambda rows: rows.count(),
        lambda rows: rows.filter(pk=uuid4()).exists(),
        lambda rows: rows.exclude(pk=uuid4()).first(),
        lambda rows: rows.update(pk=uuid4()),
        lambda rows: rows.create(),
        lambda rows: list(rows.select_related("tenant").defer("tenant")),
        lambda rows: rows.aggregate(n=models.Count("pk")),
    ],
)
def test_without_a_scope_it_raises(db: None, model: Any, ask: Any) -> None:
    with pytest.raises(NoTenant):
        ask(model.objects)


@pytest.mark.parametrize("model", TENANT_MODELS, ids=name)
def test_without_a_scope_it_raises_in_async_code_too(db: None, model: Any) -> None:
    with pytest.raises(NoTenant):
        model.objects.exclude(pk=uuid4())
    with pytest.raises(NoTenant):
        model.objects.aexists()


@pytest.mark.parametrize("model", TENANT_MODELS, ids=name)
def test_named_work_must_open_a_scope_for_each_piece(db: None, model: Any) -> None:
    with named(uuid4()), pytest.raises(NoTenant):
        model.objects.exists()


def test_each_tenant_sees_its_own_rows_and_no_others(filled: Everything) -> None:
    for model in TENANT_MODELS:
        for mine, theirs in ((filled.oakwood, filled.elm), (filled.elm, filled.oakwood)):
            with scope(mine.pk):
                owners = set(model.objects.values_list("tenant_id", flat=True))
                assert owners == {mine.pk}, model
                assert not model.objects.filter(tenant_id=theirs.pk).exists(), model
                assert not model._base_manager.filter(tenant_id=theirs.pk).exists(), model
                assert not model._base_manager.filter(pk=filled.ids[theirs.pk, model]).exists(), model


def test_raw_sql_sees_its_own_rows_and_no_others(filled: Everything) -> None:
    for model in TENANT_MODELS:
        sentence = f'select distinct tenant_id from "{model._meta.db_table}"'
        with scope(filled.oakwood.pk), connection.cursor() as cursor:
            cursor.execute(sentence)
            assert cursor.fetchall() == [(filled.oakwood.pk,)], model


def test_raw_sql_without_a_scope_sees_nothing(filled: Everything) -> None:
    for model in [*TENANT_MODELS, Tenant]:
        with connection.cursor() as cursor:
            cursor.execute(f'select count(*) from "{model._meta.db_table}"')
            assert cursor.fetchone() == (0,), model


def test_forgotten_filters_change_nobody_elses_rows(filled: Everything) -> None:
    for model in TENANT_MODELS:
        if model is AuditEvent:
            continue
        with scope(filled.oakwood.pk), connection.cursor() as cursor:
            cursor.execute(f'update "{model._meta.db_table}" set tenant_id = tenant_id')
            assert cursor.rowcount == model.objects.count(), model


def test_a_row_cannot_be_handed_to_another_tenant(filled: Everything) -> None:
    for model in TENANT_MODELS:
        if model is AuditEvent:
            continue
        with scope(filled.oakwood.pk), pytest.raises(ProgrammingError, match="row-level security"):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f'update "{model._meta.db_table}" set tenant_id = %s', [filled.elm.pk])


def test_saving_stamps_the_scopes_tenant_and_refuses_another(filled: Everything) -> None:
    for model in TENANT_MODELS:
        if not issubclass(model, TenantModel):
            continue
        with scope(filled.elm.pk):
            theirs = model.objects.get(pk=filled.ids[filled.elm.pk, model])
            assert theirs.tenant_id == filled.elm.pk
        with scope(filled.oakwood.pk), pytest.raises(WrongTenant):
            theirs.save()


def test_the_tenants_themselves_are_hidden_from_each_other(filled: Everything) -> None:
    with scope(filled.oakwood.pk):
        assert [t.pk for t in Tenant.objects.all()] == [filled.oakwood.pk]


@pytest.fixture
def catalogue(db: None) -> Iterator[Any]:
    with connection.cursor() as cursor:
        yield cursor


def test_every_table_with_a_tenant_is_under_forced_policies_for_every_command(catalogue: Any) -> None:
    catalogue.execute(
        """
        select c.relname, c.relrowsecurity, c.relforcerowsecurity,
            array(select polcmd::text from pg_policy where polrelid = c.oid),
            array(select (polqual is not null and polwithcheck is not null) from pg_policy where polrelid = c.oid)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'p') and (c.relname = 'tenants_tenant' or exists (
            select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped))
        """
    )
    tables = {row[0]: row[1:] for row in catalogue.fetchall()}
    assert tables.keys() >= {m._meta.db_table for m in TENANT_MODELS} | {"tenants_tenant"}
    assert {table: held for table, held in tables.items() if held != (True, True, ["*"], [True])} == {}


def test_every_other_table_is_known_to_be_shared(catalogue: Any) -> None:
    catalogue.execute("select tablename from pg_tables where schemaname = 'public'")
    tables = {row[0] for row in catalogue.fetchall()} - {m._meta.db_table for m in TENANT_MODELS} - {"tenants_tenant"}
    assert {t for t in tables - SHARED_TABLES if not t.startswith("django_celery_beat_")} == set()


def test_views_look_with_the_eyes_of_who_asks_and_no_function_lends_its_owners(catalogue: Any) -> None:
    catalogue.execute(
        "select relname, coalesce(reloptions::text, '') from pg_class where relkind in ('v', 'm') "
        "and relnamespace = 'public'::regnamespace"
    )
    assert [view for view, options in catalogue.fetchall() if "security_invoker=true" not in options] == []
    catalogue.execute("select proname from pg_proc where prosecdef and pronamespace = 'public'::regnamespace")
    assert catalogue.fetchall() == []


def test_the_application_role_may_neither_own_nor_bypass(catalogue: Any) -> None:
    catalogue.execute("select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = current_user")
    assert catalogue.fetchone() == (False, False, False)
    catalogue.execute("select count(*) from pg_tables where tableowner = current_user")
    assert catalogue.fetchone() == (0,)
    catalogue.execute(
        "select r.rolname from pg_roles r where pg_has_role(current_user, r.oid, 'member') and r.rolname <> current_user"
    )
    assert catalogue.fetchall() == [], "the role may not become another one"


@pytest.mark.parametrize(("model", "field"), POINTERS, ids=name)
def test_every_pointer_between_tenants_rows_is_a_same_tenant_key(model: Any, field: models.Field[Any, Any]) -> None:
    held = {c.field for c in model._meta.constraints if isinstance(c, SameTenant)}
    assert field.name in held


@pytest.mark.parametrize(("model", "field"), POINTERS, ids=name)
def test_postgres_refuses_a_pointer_into_another_tenant(filled: Everything, model: Any, field: Any) -> None:
    theirs = filled.another(field.related_model, filled.elm)
    mine = filled.ids[filled.oakwood.pk, model]
    sentence = f'update "{model._meta.db_table}" set "{field.column}" = %s where id = %s'
    with pytest.raises(IntegrityError, match="foreign key"):
        with transaction.atomic(), scope(filled.oakwood.pk), connection.cursor() as cursor:
            cursor.execute(sentence, [theirs, mine])
            cursor.execute("set constraints all immediate")


@pytest.mark.parametrize(("model", "field"), POINTERS, ids=name)
def test_saving_refuses_a_pointer_into_another_tenant(filled: Everything, model: Any, field: Any) -> None:
    with scope(filled.elm.pk):
        theirs = field.related_model.objects.get(pk=filled.ids[filled.elm.pk, field.related_model])
    with scope(filled.oakwood.pk), pytest.raises(WrongTenant):
        mine = model.objects.get(pk=filled.ids[filled.oakwood.pk, model])
        setattr(mine, field.name, theirs)
        mine.save()


def test_the_tenant_is_set_within_the_transaction_only(filled: Everything) -> None:
    with CaptureQueriesContext(connection) as asked, scope(filled.oakwood.pk):
        assert current() == filled.oakwood.pk
    settings = [q["sql"] for q in asked.captured_queries if "set_config" in q["sql"]]
    assert settings
    assert all(sentence.rstrip(") ").endswith("true") for sentence in settings)


def test_leaving_an_inner_scope_gives_the_outer_one_back(filled: Everything) -> None:
    model = TENANT_MODELS[0]
    with scope(filled.oakwood.pk):
        with unscoped("the test looks everywhere"):
            assert a_row_of(model, filled, filled.elm)
        with pytest.raises(ZeroDivisionError), scope(filled.elm.pk):
            _ = 1 / 0
        assert not a_row_of(model, filled, filled.elm)
        assert a_row_of(model, filled, filled.oakwood)


@pytest.mark.parametrize("wrong", [None, "", "x", 7, str(uuid4())])
def test_a_scope_needs_a_real_tenant_id(wrong: Any) -> None:
    with pytest.raises(NoTenant), scope(wrong):
        pass


def test_a_tenant_that_does_not_exist_has_no_rows(filled: Everything) -> None:
    with scope(UUID(int=7)):
        assert not any(model.objects.exists() for model in TENANT_MODELS)
