"""Is seeded data complete, the same for the same seed, safe to make twice, and kept out of production?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client

from coaching.models import Improvement, Suggestion
from enterprisehub.engines.models import EngineCall
from enterprisehub.tenants import api_keys
from enterprisehub.tenants.access import Role
from enterprisehub.tenants.models import Job, Tenant, User
from enterprisehub.tenants.scope import scope, unscoped
from leads.models import Flow, Lead, LeadImport, Message, PipelineStage, ScoringModel, SlotFact, Speaker
from leads.scorecards import loads
from tests.doors import code_for
from tests.fakes import playing_claude
from tests.kept import kept

# Rows that only come about while work is waiting or a program repeats itself.
PASSING = {"tenants.Job", "tenants.IdempotentAnswer", "engines.EngineCall", "analytics.StaleDay"}


def seed(**options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command("seed_demo", json=True, stdout=out, **{"tenants": 2, "agents": 2, "leads": 4, "seed": 7, **options})
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


@pytest.fixture(scope="module")
def first_seeds(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    yield from kept(django_db_blocker, seed)


@pytest.fixture
def seeded(db: None, first_seeds: dict[str, Any]) -> dict[str, Any]:
    """What the command told when it seeded two tenants, which are there."""
    return first_seeds


def counts() -> dict[str, int]:
    total: dict[str, int] = {}
    for tenant in told_tenants():
        with scope(tenant.pk):
            for model in apps.get_models():
                if any(f.name == "tenant" for f in model._meta.get_fields()):
                    total[model._meta.label] = total.get(model._meta.label, 0) + model._default_manager.count()
    return total


def told_tenants() -> list[Tenant]:
    with unscoped("the test looks at every seeded tenant"):
        return list(Tenant.objects.all())


def test_every_tenant_gets_rows_of_every_model_with_its_mark_in_the_texts(seeded: dict[str, Any]) -> None:
    for given in seeded["tenants"]:
        tenant = next(t for t in told_tenants() if str(t.pk) == given["id"])
        with scope(tenant.pk):
            for model in apps.get_models():
                if any(f.name == "tenant" for f in model._meta.get_fields()) and model._meta.label not in PASSING:
                    assert model._default_manager.exists(), model
            assert {speaker for (speaker,) in Message.objects.values_list("speaker")} == set(Speaker.values)
            assert all(given["canary"] in lead.name for lead in Lead.objects.all())
            assert not Job.objects.exists()
            assert Suggestion.objects.filter(shown=True).count() >= 4
    assert len({given["canary"] for given in seeded["tenants"]}) == 2


def test_the_same_seed_again_changes_nothing_and_says_the_same(seeded: dict[str, Any]) -> None:
    before = counts()
    assert seed() == seeded
    assert counts() == before


def test_another_seed_shares_no_id_and_no_credential(seeded: dict[str, Any]) -> None:
    first, second = seeded, seed(seed=8)
    ids = [{user["email"] for tenant in told["tenants"] for user in tenant["users"]} for told in (first, second)]
    keys = [{key["key"] for tenant in told["tenants"] for key in tenant["api_keys"]} for told in (first, second)]
    leads = [{lead for tenant in told["tenants"] for lead in tenant["leads"]} for told in (first, second)]
    assert not ids[0] & ids[1]
    assert not keys[0] & keys[1]
    assert not leads[0] & leads[1]


def test_the_printed_credentials_open_what_they_say(seeded: dict[str, Any]) -> None:
    (tenant, _) = seeded["tenants"]
    assert {user["role"] for user in tenant["users"]} == set(Role.values)
    for user in tenant["users"]:
        client = Client()
        client.post("/accounts/login/", {"login": user["email"], "password": user["password"]})
        if user["totp_secret"]:
            client.post("/accounts/2fa/authenticate/", {"code": code_for(user["totp_secret"])})
            assert client.get("/admin/").status_code == 200
        assert client.session["_auth_user_id"] == user["id"]
    for given in tenant["api_keys"]:
        key = api_keys.check(given["key"])
        assert key is not None
        assert str(key.tenant_id) == tenant["id"]
        assert str(key.agent_id) == str(given["agent_id"])


def test_platform_staff_belong_to_no_tenant_and_have_a_second_factor(seeded: dict[str, Any]) -> None:
    platform = seeded["platform"]
    user = User.objects.get(pk=platform["id"])
    assert user.is_superuser
    assert TOTP(user.authenticator_set.get()).validate_code(code_for(platform["totp_secret"]))


@pytest.mark.django_db
def test_seeding_asks_claude_nothing_even_with_a_key(settings: Any) -> None:
    with playing_claude() as claude:
        settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL = "a key that costs", claude.url
        seed(seed=10)
        seed(seed=10)
        assert not claude.requests
    for tenant in told_tenants():
        with scope(tenant.pk):
            assert {source for (source,) in Improvement.objects.values_list("source")} == {"local"}
            assert not EngineCall.objects.exclude(stand_in=True).exists()


@pytest.mark.django_db
def test_production_is_not_seeded_by_mistake(settings: Any) -> None:
    settings.PRODUCTION = True
    before = User.objects.count()
    with pytest.raises(CommandError, match="--force"):
        seed(seed=11)
    assert User.objects.count() == before


@pytest.mark.django_db
def test_in_production_forced_seeds_get_credentials_that_nobody_can_know(settings: Any) -> None:
    known = seed(tenants=1, leads=1, agents=1, seed=12)
    settings.PRODUCTION = True
    forced = seed(tenants=1, leads=1, agents=1, seed=9, force=True)
    again = seed(tenants=1, leads=1, agents=1, seed=9, force=True)
    (first,), (second,), (other,) = forced["tenants"], again["tenants"], known["tenants"]
    assert first["users"][0]["password"] != other["users"][0]["password"]
    assert api_keys.check(first["api_keys"][0]["key"]) is not None
    assert [user["password"] for user in second["users"]] == [""] * len(second["users"])
    assert [key["key"] for key in second["api_keys"]] == ["", ""]


@pytest.mark.django_db
def test_no_agents_and_no_leads_is_a_small_tenant() -> None:
    (tenant,) = seed(tenants=1, agents=0, leads=3, seed=13)["tenants"]
    assert (tenant["agents"], tenant["leads"]) == ([], [])


def test_every_url_is_listed_with_its_name_and_parameters() -> None:
    out = StringIO()
    call_command("list_urls", json=True, stdout=out)
    rows = {row["path"]: row for row in json.loads(out.getvalue())}
    assert rows["leads/<uuid:lead_id>/"]["parameters"] == {"lead_id": "UUIDConverter"}
    assert rows["switch/"]["name"] == "switch"
    assert {row["kind"] for row in rows.values()} == {"admin", "api", "page"}
    assert len(rows) > 60


def test_what_people_keep_is_believable_and_the_model_can_score(seeded: dict[str, Any]) -> None:
    tenant = seeded["tenants"][0]
    with scope(UUID(tenant["id"])):
        ready = ScoringModel.objects.get(state=ScoringModel.State.READY)
        failed = ScoringModel.objects.get(state=ScoringModel.State.FAILED)
        facts = list(SlotFact.objects.select_related("message"))
        flow = Flow.objects.select_related("lead").get()
        assert PipelineStage.objects.values("stage").distinct().count() >= 5
        assert LeadImport.objects.get().position == LeadImport.objects.get().rows
    model = loads(json.dumps(ready.numbers))
    sure = {"lead_source": "referral", "site_visits": "20", "replies": "7", "timeline": "0-3"}
    doubtful = {"lead_source": "website", "site_visits": "1", "replies": "0", "timeline": "12+"}
    assert model.probability(sure) > model.probability(doubtful)
    assert ready.card["live"]["serves"]
    assert "Too little to learn from" in failed.problem
    assert all(fact.message and fact.message.text[fact.start : fact.end] == fact.quote for fact in facts)
    assert flow.asked or flow.hand_off
