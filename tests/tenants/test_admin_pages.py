"""Does a tenant's admin see and change their own tenant only, on every page that the admin has?"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import Q
from django.test import Client

from enterprisehub.tenants.access import Role
from enterprisehub.tenants.models import Agent, Membership, Team, Tenant, User
from enterprisehub.tenants.scope import scope, unscoped
from tests.doors import platform_staff, proved
from tests.everything import Everything

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
TENANT_MODELS = [m for m in apps.get_models() if any(f.name == "tenant" for f in m._meta.get_fields())]


def label(model: Any) -> str:
    return str(model._meta.label)


def url(model: Any, *parts: object) -> str:
    return "/".join(["/admin", model._meta.app_label, model._meta.model_name, *map(str, parts), ""])


@pytest.fixture
def filled(db: None) -> Everything:
    return Everything.fill(TENANT_MODELS)


@pytest.fixture
def ada(filled: Everything) -> Client:
    """Oakwood's admin among Oakwood's and Elm's rows."""
    user = User.objects.create_user("ada@oakwood.example", is_staff=True)
    with scope(filled.oakwood.pk):
        Membership.objects.create(user=user, role=Role.OWNER)
    return proved(user)


def row_of(model: Any, filled: Everything, tenant: Tenant) -> Any:
    if model is Tenant:
        return tenant.pk
    if model is User:
        with scope(tenant.pk):
            return Membership.objects.get(pk=filled.ids[tenant.pk, Membership]).user_id
    return filled.ids[tenant.pk, model]


def secrets_of(filled: Everything, tenant: Tenant) -> list[str]:
    with scope(tenant.pk):
        people = [row.user.email for model in (Agent, Membership) for row in model.objects.select_related("user")]
    return [filled.canaries[tenant.pk], tenant.name, *people]


def test_the_admin_knows_the_models_it_promises() -> None:
    known = {label(model) for model in MODELS}
    assert known >= {
        "tenants.Tenant", "tenants.User", "tenants.Membership", "tenants.Team", "tenants.Agent", "tenants.ApiKey",
        "privacy.AuditEvent", "coaching.Playbook", "coaching.PlaybookVersion", "coaching.Suggestion",
        "coaching.Feedback", "coaching.Improvement", "leads.PipelineStage", "leads.SlotFact", "leads.StageMove",
        "leads.Flow", "leads.LeadImport", "leads.ScoringModel",
    }  # fmt: skip
    assert all(getattr(page, "knows_tenants", False) for page in admin.site._registry.values())


def test_no_list_shows_another_tenant(filled: Everything, ada: Client) -> None:
    for model in MODELS:
        for query in ("", "?q=canary", f"?tenant__id__exact={filled.elm.pk}", f"?tenant={filled.elm.pk}", "?all="):
            response = ada.get(url(model) + query, follow=True)
            assert response.status_code in (200, 400), (model, query)
            page = response.content.decode()
            assert not [s for s in secrets_of(filled, filled.elm) if s in page], (model, query)


def test_an_own_row_opens_and_shows_no_other_tenant_in_its_choices(filled: Everything, ada: Client) -> None:
    for model in MODELS:
        response = ada.get(url(model, row_of(model, filled, filled.oakwood), "change"))
        assert response.status_code == 200, model
        page = response.content.decode()
        assert not [s for s in secrets_of(filled, filled.elm) if s in page], model


@pytest.mark.parametrize("door", ["change", "delete", "history"])
def test_a_row_of_another_tenant_looks_like_one_that_does_not_exist(filled: Everything, ada: Client, door: str) -> None:
    for model in MODELS:
        theirs, nobodys = row_of(model, filled, filled.elm), uuid4()
        seen = {}
        for key in (theirs, nobodys):
            response = ada.get(url(model, key, door))
            seen[key] = (response.status_code, response.get("Location"), str(response.content).replace(str(key), ""))
        assert seen[theirs] == seen[nobodys], model
        assert seen[theirs][0] in (302, 403, 404), model


def test_posts_against_another_tenants_rows_change_nothing(filled: Everything, ada: Client) -> None:
    before = snapshot(filled.elm)
    for model in MODELS:
        theirs = row_of(model, filled, filled.elm)
        ada.post(url(model, theirs, "change"), {"name": "taken", "role": "owner", "is_active": "", "display_name": "x"})
        ada.post(url(model, theirs, "delete"), {"post": "yes"})
        for action in (*admin.site._registry[model].actions, "delete_selected"):
            ada.post(url(model), {"action": action, "_selected_action": str(theirs), "post": "yes"})
    assert snapshot(filled.elm) == before


def snapshot(tenant: Tenant) -> dict[str, list[Any]]:
    with scope(tenant.pk):
        rows = {label(m): list(m._base_manager.order_by("pk").values()) for m in TENANT_MODELS}
        people = User.objects.filter(Q(agents__tenant_id=tenant.pk) | Q(memberships__tenant_id=tenant.pk))
        return {**rows, "people": list(people.order_by("pk").values()), "tenant": list(Tenant.objects.values())}


def test_a_foreign_id_in_an_own_form_is_no_choice(filled: Everything, ada: Client) -> None:
    theirs = filled.ids[filled.elm.pk, Membership]
    response = ada.post("/admin/tenants/team/add/", {"name": "Sneaky", "lead_member": str(theirs)})
    assert response.status_code == 200
    assert "Select a valid choice" in response.content.decode()
    with unscoped("the test looks everywhere"):
        assert not Team.objects.filter(name="Sneaky").exists()


def test_what_is_added_belongs_to_the_tenant_whatever_the_form_says(filled: Everything, ada: Client) -> None:
    data = {"name": "Mine", "lead_member": "", "tenant": str(filled.elm.pk), "tenant_id": str(filled.elm.pk)}
    ada.post("/admin/tenants/team/add/", data)
    with unscoped("the test looks everywhere"):
        assert Team.objects.get(name="Mine").tenant_id == filled.oakwood.pk


def test_autocomplete_offers_nothing_of_another_tenant(filled: Everything, ada: Client) -> None:
    for app, model, name in (
        ("tenants", "agent", "user"),
        ("tenants", "agent", "team"),
        ("tenants", "apikey", "agent"),
    ):
        query = {"app_label": app, "model_name": model, "field_name": name, "term": "canary"}
        page = ada.get("/admin/autocomplete/", query).content.decode()
        assert not [s for s in secrets_of(filled, filled.elm) if s in page]


def test_platform_staff_see_both_tenants_and_read_every_page(filled: Everything) -> None:
    root = platform_staff()
    for model in MODELS:
        assert root.get(url(model)).status_code == 200, model
        for tenant in (filled.oakwood, filled.elm):
            response = root.get(url(model, row_of(model, filled, tenant), "change"))
            assert response.status_code == 200, model
            assert root.get(url(model, row_of(model, filled, tenant), "history")).status_code == 302, model


def test_platform_staffs_choices_stay_within_the_rows_tenant(filled: Everything) -> None:
    page = platform_staff().get(url(Team, filled.ids[filled.oakwood.pk, Team], "change")).content.decode()
    assert str(filled.ids[filled.oakwood.pk, Membership]) in page
    assert str(filled.ids[filled.elm.pk, Membership]) not in page
