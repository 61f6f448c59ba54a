"""When a right is taken away nothing more is told, and the socket is closed within five seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from enterprisehub.realtime import hub, logins, tickets
from enterprisehub.realtime.threads import in_thread
from enterprisehub.realtime.tickets import Via
from enterprisehub.tenants import api_keys
from enterprisehub.tenants.models import Agent, ApiKey, Membership, Tenant, User
from enterprisehub.tenants.scope import scope, unscoped
from leads.models import Lead
from tests.realtime.screens import WAIT, Screen, screen, socket
from tests.world import Person, World

LIMIT = 5.0


def log_out(person: Person, cookie: str) -> None:
    browser = Client()
    browser.cookies["sessionid"] = cookie
    browser.post("/accounts/logout/")


def change_password(person: Person, cookie: str) -> None:
    person.user.set_password("another long sentence for the tests")
    person.user.save()


def deactivate(person: Person, cookie: str) -> None:
    User.objects.filter(pk=person.user.pk).update(is_active=False)  # no signal: the look must find it


def revoke_membership(person: Person, cookie: str) -> None:
    with scope(person.agent.tenant_id):
        person.membership.is_active = False
        person.membership.save()


def make_auditor(person: Person, cookie: str) -> None:
    with scope(person.agent.tenant_id):
        Membership.objects.filter(pk=person.membership.pk).update(role="auditor")


def retire_agent(person: Person, cookie: str) -> None:
    with scope(person.agent.tenant_id):
        Agent.objects.filter(pk=person.agent.pk).update(is_active=False)


def let_session_expire(person: Person, cookie: str) -> None:
    Session.objects.filter(pk=cookie).update(expire_date=now() - timedelta(seconds=1))


ENDS = [log_out, change_password, deactivate, revoke_membership, make_auditor, retire_agent, let_session_expire]


@pytest.mark.parametrize("end", ENDS, ids=[end.__name__ for end in ENDS])
async def test_the_socket_closes_within_five_seconds(
    world: World, lead: Lead, end: Callable[[Person, str], Any]
) -> None:
    from tests.realtime.screens import cookie_of

    cookie = await in_thread(cookie_of, world.alice)
    async with screen(world.alice, cookie=cookie) as alice, screen(world.bob) as bob:
        await alice.say(type="ack", seq=0)
        await in_thread(end, world.alice, cookie)
        started = time.monotonic()
        assert await alice.closed() == 4401
        assert hub.BEAT + hub.DOUBT < LIMIT  # what the product promises, with time left for the look itself
        assert time.monotonic() - started < 4 * LIMIT  # which on a busy machine takes its time
        assert await bob.silent(0.1)


@pytest.mark.parametrize("end", [log_out, change_password, revoke_membership], ids=lambda end: end.__name__)
async def test_nothing_is_told_after_the_moment_itself(
    world: World, lead: Lead, end: Callable[[Person, str], Any]
) -> None:
    from tests.realtime.screens import cookie_of

    cookie = await in_thread(cookie_of, world.alice)
    async with screen(world.alice, cookie=cookie) as alice:
        await alice.hears(lead, "Honestly that is too expensive for us.")
        await alice.told("suggestion")
        before = len(alice.events)
        await in_thread(end, world.alice, cookie)
        await in_thread(world.says, world.alice, lead, "Really too expensive for us, we cannot.")
        assert await alice.closed() == 4401
        assert len(alice.events) == before


async def program(world: World) -> tuple[Screen, ApiKey]:
    def made() -> ApiKey:
        with scope(world.oakwood.pk):
            key = ApiKey(name="integration", scopes=["coaching:write"], agent=world.alice.agent)
            api_keys.issue(key)
            return key

    key = await in_thread(made)
    ticket = await in_thread(tickets.issue, world.alice.agent, Via(world.alice.user.pk, key_id=key.pk))
    line = socket(f"?ticket={ticket}", origin=None)
    assert (await line.connect(WAIT))[0]
    return Screen(line), key


async def test_a_revoked_key_ends_its_sockets(world: World) -> None:
    opened, key = await program(world)

    def revoke() -> None:
        with scope(world.oakwood.pk):
            key.revoked_at = now()
            key.save()

    await in_thread(revoke)
    assert await opened.closed() == 4401
    await opened.socket.disconnect(timeout=WAIT)


async def test_a_doubt_that_proves_wrong_costs_nothing(world: World, lead: Lead) -> None:
    async with screen(world.alice) as alice:
        await alice.say(type="ack", seq=0)
        await in_thread(world.alice.user.save)
        await alice.hears(lead, "Honestly that is too expensive for us.")
        assert (await alice.told("suggestion"))["seq"] == 1


async def test_a_changed_tenant_is_coached_by_what_it_says_now(world: World, lead: Lead) -> None:
    async with screen(world.alice):
        (there,) = hub.here().screens()

        def quieten() -> None:
            with unscoped("a test"):
                Tenant.objects.filter(pk=world.oakwood.pk).update(
                    settings={"coaching": {"attention": {"per_minute": 0}}}
                )

        await in_thread(quieten)
        for _ in range(600):
            await asyncio.sleep(0.1)
            if there.login.agent.tenant.settings:
                break
        assert there.login.agent.tenant.settings["coaching"]["attention"]["per_minute"] == 0


def test_one_query_looks_at_a_thousand_sockets_and_says_nothing_when_nothing_changed(world: World) -> None:
    from tests.realtime.screens import cookie_of

    login = logins.of_session(cookie_of(world.alice))
    other = logins.of_session(cookie_of(world.bob))
    asked = [(login, 0)] * 999 + [(other, 0)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert logins.check(asked) == []
    assert len([q for q in queries.captured_queries if "unnest" in q["sql"]]) == 1
    assert len(queries.captured_queries) <= 4  # the scope's own
    other.user_id = world.alice.user.pk
    assert [(one.place, one.good) for one in logins.check(asked)] == [(999, False)]
