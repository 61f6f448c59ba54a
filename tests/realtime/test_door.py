"""Only somebody who is signed in, comes from a page of ours or holds a ticket, and coaches, gets a socket."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.utils.timezone import now

from enterprisehub.realtime import tickets
from enterprisehub.realtime.logins import NobodyThere
from enterprisehub.realtime.threads import in_thread
from enterprisehub.realtime.tickets import Via
from enterprisehub.tenants import api_keys
from enterprisehub.tenants.models import Agent, ApiKey, Membership, User
from enterprisehub.tenants.scope import scope
from tests.realtime.screens import WAIT, cookie_of, screen, socket, ticket_of
from tests.world import World


async def refused(query: str = "", **how: object) -> int:
    """The close code with which the handshake was refused; 0 when it was not."""
    line = socket(query, **how)  # type: ignore[arg-type]
    accepted, code = await line.connect(WAIT)
    await line.disconnect(timeout=WAIT)
    return 0 if accepted else int(code or 0)


async def test_nobody_gets_in_without_a_login(world: World) -> None:
    assert await refused() == 4401
    assert await refused(cookie="not-a-session") == 4401
    assert await refused("?ticket=") == 4401
    assert await refused("?ticket=eht_nonsense", origin=None) == 4401
    assert await refused(f"?ticket=eht_{uuid4().hex}.nonsense", origin=None) == 4401
    assert await refused("?ticket=ehs_forged", origin=None) == 4401


async def test_a_cookie_opens_a_socket_from_our_own_pages_only(world: World) -> None:
    cookie = await in_thread(cookie_of, world.alice)
    assert await refused(cookie=cookie) == 0
    assert await refused(cookie=cookie, origin=b"https://evil.example") == 4403
    assert await refused(cookie=cookie, origin=b"null") == 4403
    assert await refused(cookie=cookie, origin=None) == 4403


async def test_an_expired_session_is_no_login(world: World) -> None:
    cookie = await in_thread(cookie_of, world.alice)
    past = now() - timedelta(minutes=1)
    await in_thread(lambda: Session.objects.filter(session_key=cookie).update(expire_date=past))
    assert await refused(cookie=cookie) == 4401


async def test_an_inactive_person_is_nobody(world: World) -> None:
    cookie = await in_thread(cookie_of, world.alice)
    await in_thread(lambda: User.objects.filter(pk=world.alice.user.pk).update(is_active=False))
    assert await refused(cookie=cookie) == 4401


async def test_an_auditor_and_a_former_member_have_no_socket(world: World) -> None:
    assert await refused(cookie=await in_thread(cookie_of, world.rita)) == 4403

    def leave() -> None:
        with scope(world.oakwood.pk):
            Membership.objects.filter(user=world.bob.user).update(is_active=False)

    cookie = await in_thread(cookie_of, world.bob)
    await in_thread(leave)
    assert await refused(cookie=cookie) == 4403


async def test_a_ticket_opens_one_socket_without_cookie_or_origin(world: World) -> None:
    ticket = await ticket_of(world.alice)
    assert await refused(f"?ticket={ticket}", origin=None) == 0
    assert await refused(f"?ticket={ticket}", origin=None) == 4401


async def test_a_ticket_may_travel_as_a_subprotocol(world: World) -> None:
    ticket = await ticket_of(world.alice)
    line = socket(origin=None, protocol=f"ehub.ticket.{ticket}")
    accepted, protocol = await line.connect(WAIT)
    assert accepted
    assert protocol == f"ehub.ticket.{ticket}"
    await line.disconnect(timeout=WAIT)


async def test_a_ticket_does_not_help_a_foreign_page(world: World) -> None:
    assert await refused(f"?ticket={await ticket_of(world.alice)}", origin=b"https://evil.example") == 4403


async def test_nobody_gets_a_ticket_for_somebody_else(world: World) -> None:
    with pytest.raises(Exception, match="own socket"):
        await in_thread(tickets.issue, world.alice.agent, Via(world.bob.user.pk))


async def test_a_ticket_of_a_signed_in_person_ends_with_their_session(world: World) -> None:
    cookie = await in_thread(cookie_of, world.alice)
    ticket = await in_thread(tickets.issue, world.alice.agent, Via(world.alice.user.pk, session_key=cookie))
    await in_thread(lambda: Session.objects.filter(session_key=cookie).delete())
    assert await refused(f"?ticket={ticket}", origin=None) == 4401


def key(world: World, **fields: object) -> ApiKey:
    with scope(world.oakwood.pk):
        made = ApiKey(name="integration", **{"scopes": ["coaching:write"], **fields})
        api_keys.issue(made)
        return made


async def test_a_program_with_an_api_key_gets_its_agents_socket(world: World) -> None:
    made = await in_thread(key, world, agent=world.alice.agent)
    ticket = await in_thread(tickets.issue, world.alice.agent, Via(world.alice.user.pk, key_id=made.pk))
    assert await refused(f"?ticket={ticket}", origin=None) == 0


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"scopes": ["coaching:read"]}, 4403),
        ({"expires_at": now() - timedelta(days=1)}, 4401),
        ({"revoked_at": now()}, 4401),
    ],
)
async def test_a_key_without_the_right_gets_no_socket(world: World, fields: dict[str, object], code: int) -> None:
    made = await in_thread(key, world, **fields)
    ticket = await in_thread(tickets.issue, world.alice.agent, Via(world.alice.user.pk, key_id=made.pk))
    assert await refused(f"?ticket={ticket}", origin=None) == code


async def test_a_key_of_another_tenant_or_agent_gets_no_socket(world: World) -> None:
    made = await in_thread(key, world, agent=world.bob.agent)
    for agent, code in ((world.alice.agent, 4403), (world.charlie.agent, 4401)):
        ticket = await in_thread(tickets.issue, agent, Via(world.alice.user.pk, key_id=made.pk))
        assert await refused(f"?ticket={ticket}", origin=None) == code


async def test_an_unknown_subprotocol_and_an_unknown_path_are_refused(world: World) -> None:
    cookie = await in_thread(cookie_of, world.alice)
    assert await refused(cookie=cookie, protocol="soap") == 4406
    assert await refused(cookie=cookie, protocol=None) == 0
    assert await refused("nothing/here/", cookie=cookie) == 4404


async def test_one_person_opens_twenty_sockets_and_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("enterprisehub.realtime.limits.SOCKETS_PER_USER", 2)
    cookie = await in_thread(cookie_of, world.alice)
    async with screen(world.alice, cookie=cookie), screen(world.alice, cookie=cookie), screen(world.bob):
        assert await refused(cookie=cookie) == 4429
    async with screen(world.alice, cookie=cookie):
        pass


def test_a_signed_ticket_stands_in_while_redis_is_away_and_is_used_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from redis import Redis

    monkeypatch.setattr(tickets, "cache_redis", lambda: Redis(port=1, socket_connect_timeout=0.1))
    ticket = tickets.issue(world.alice.agent, Via(world.alice.user.pk, session_key="secret-session"))
    assert ticket.startswith("ehs_")
    assert "secret-session" not in ticket
    assert tickets.redeem(ticket).agent == Agent(pk=world.alice.agent.pk)
    with pytest.raises(NobodyThere):
        tickets.redeem(ticket)
