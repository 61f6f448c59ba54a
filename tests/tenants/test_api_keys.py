"""Does a key open its tenant from the moment it is made until the moment it ends, and is it nowhere to be read?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.utils.timezone import now

from enterprisehub.errors import Invalid
from enterprisehub.privacy.models import AuditEvent
from enterprisehub.tenants import api_keys
from enterprisehub.tenants.models import ApiKey
from enterprisehub.tenants.scope import scope, unscoped
from tests.world import World


def make(world: World, **fields: object) -> tuple[ApiKey, str]:
    with scope(world.oakwood.pk):
        key = ApiKey(name="Website", scopes=["coaching:write"], **fields)
        return key, api_keys.issue(key)


def test_a_key_is_known_again(world: World) -> None:
    key, text = make(world)
    found = api_keys.check(text)
    assert found is not None
    assert (found.pk, found.tenant_id) == (key.pk, world.oakwood.pk)


def test_what_is_kept_is_a_prefix_and_a_hash(world: World) -> None:
    key, text = make(world)
    secret = text.partition(".")[2]
    with scope(world.oakwood.pk), connection.cursor() as cursor:
        cursor.execute("select row_to_json(k)::text from tenants_apikey k where id = %s", [key.pk])
        row = cursor.fetchone()[0]
        trail = str(list(AuditEvent.objects.values_list("facts", "target")))
    assert key.prefix in row
    assert secret not in row
    assert secret not in trail
    assert secret not in repr(key) + str(key)


@pytest.mark.parametrize(
    "spoiled",
    [
        lambda text: text[:-1] + ("a" if text[-1] != "a" else "b"),
        lambda text: text + "x",
        lambda text: text.partition(".")[0],
        lambda text: text.partition(".")[0] + ".",
        lambda text: "ehk_" + "nobody00." + text.partition(".")[2],
        lambda text: text.replace(".", "\x00."),
        lambda text: "",
        lambda text: "ehk_",
    ],
)
def test_a_key_that_is_not_quite_right_opens_nothing(world: World, spoiled) -> None:  # type: ignore[no-untyped-def]
    _, text = make(world)
    assert api_keys.check(spoiled(text)) is None


def test_a_key_ends_when_its_time_is_over(world: World) -> None:
    key, text = make(world, expires_at=now() + timedelta(hours=1))
    assert api_keys.check(text) is not None
    with scope(world.oakwood.pk):
        ApiKey.objects.filter(pk=key.pk).update(expires_at=now() - timedelta(seconds=1))
    assert api_keys.check(text) is None


def test_a_revoked_key_is_refused_at_once_and_the_revocation_is_on_the_trail(world: World) -> None:
    key, text = make(world)
    with scope(world.oakwood.pk):
        api_keys.revoke(key)
        api_keys.revoke(key)
        assert AuditEvent.objects.filter(verb="key.revoke", target=f"tenants.apikey:{key.pk}").count() == 1
    assert api_keys.check(text) is None


def test_the_key_of_an_agent_who_left_opens_nothing(world: World) -> None:
    _, text = make(world, agent=world.alice.agent)
    assert api_keys.check(text) is not None
    with scope(world.oakwood.pk):
        world.alice.agent.is_active = False
        world.alice.agent.save()
    assert api_keys.check(text) is None


def test_a_key_cannot_be_made_with_a_scope_that_does_not_exist(world: World) -> None:
    with scope(world.oakwood.pk), pytest.raises(Invalid):
        api_keys.issue(ApiKey(name="Everything", scopes=["admin:all"]))


def test_use_is_remembered_but_not_written_each_time(world: World, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    key, text = make(world)
    api_keys.check(text)
    with scope(world.oakwood.pk):
        first = ApiKey.objects.get(pk=key.pk).last_used_at
    api_keys.check(text)
    with scope(world.oakwood.pk):
        assert first is not None
        assert ApiKey.objects.get(pk=key.pk).last_used_at == first


@pytest.mark.parametrize("header", ["", "Basic abc", "Bearer abc", "ehk_abc.def", "Bearer"])
def test_only_a_bearer_key_of_ours_counts_as_shown(header: str) -> None:
    assert api_keys.presented(RequestFactory().get("/api/", headers={"authorization": header})) == ""


def test_a_wrong_key_is_noted_and_does_not_fall_back_to_the_cookie(world: World, client: Client) -> None:
    client.force_login(world.alice.user)
    response = client.get("/api/v1/nothing-here", headers={"authorization": "Bearer ehk_wrong.key"})
    assert response.wsgi_request.user.is_anonymous
    with unscoped("the test looks at the installation's own trail"):
        assert AuditEvent.objects.filter(verb="key.refused", tenant=None, via="api").count() == 1
