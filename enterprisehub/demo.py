"""Who plays in the demo, and how is the scripted conversation fed through the real doors?"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import yaml
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from enterprisehub import demo_day, demo_highlevel, demo_past
from enterprisehub.tenants import api_keys
from enterprisehub.tenants.access import Role
from enterprisehub.tenants.models import Agent, ApiKey, Membership, Tenant, User
from enterprisehub.tenants.scope import scope, unscoped

SCRIPT = Path(__file__).parent / "data" / "demo.yaml"
PASSWORD = "coach-me-kindly"  # noqa: S105 - the demo's own, printed on the screen; production refuses it
CARD_WAIT = 5.0  # seconds for a card
REFINED_WAIT = 10.0  # seconds for Claude's word on it
DEMO_BUDGET = 60  # cards per minute: the script is played faster than people talk
# Robin and the people on the desk filled in a form: that is an inquiry, after which an agent may call.
REACH = {"ten_dlc": "registered", "inquiry_sources": ["website", "demo"]}


@dataclass
class Player:
    """One tenant of the demo: who signs in, which lead is talked with, and the key that its integration uses."""

    slug: str
    tenant: str
    email: str
    owner: str
    tenant_id: UUID
    agent_id: UUID
    lead_id: UUID
    contact_id: str
    medium: str
    key: str
    events: list[dict[str, Any]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Played:
    """One scripted message and what came of it."""

    number: int
    tenant: str
    door: str
    said: str
    expected: list[str]
    kind: str = ""
    headline: str = ""
    source: str = ""
    ms: float = 0.0
    refined: str = ""
    problems: list[str] = field(default_factory=list)


def script() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(SCRIPT.read_text("utf-8"))
    return loaded


def cast(run: int = 0) -> list[Player]:
    """Make (or find) the demo's tenants and people, and a fresh lead for each; run n takes the n-th name."""
    return [_player(wanted, run, number) for number, wanted in enumerate(script()["tenants"])]


def _player(wanted: dict[str, Any], run: int, number: int) -> Player:
    with unscoped("the demo makes its tenants"):
        tenant, _ = Tenant.objects.get_or_create(
            slug=wanted["slug"],
            defaults={
                "name": wanted["name"],
                "timezone": wanted["timezone"],
                "vertical": wanted["vertical"],
                "location_id": f"loc-{wanted['slug']}",
                "settings": {
                    "coaching": {"attention": {"per_minute": DEMO_BUDGET}},
                    "contact": {**REACH, "postal_address": wanted["address"]},
                },
            },
        )
    with scope(tenant.pk):
        person = wanted["agent"]
        agent, _ = Agent.objects.get_or_create(
            user=_member(person, Role.AGENT),
            defaults={
                "display_name": person["name"],
                "languages": person["languages"],
                "licence_states": person["states"],
                "experience": person["experience"],
            },
        )
        _member(wanted["owner"], Role.OWNER, is_staff=True)
        agent.tenant = tenant
        demo_day.lay_out(agent, script()["day"])
        ApiKey.objects.filter(name="Demo integration").delete()
        key = ApiKey(name="Demo integration", scopes=["coaching:write", "coaching:read"], agent=agent)
        text = api_keys.issue(key)
    demo_past.lay_out(tenant, agent, number=number)
    contact_id, lead_id = _prospect(tenant, agent, wanted["lead"], run)
    told = (tenant.slug, tenant.name, person["email"], wanted["owner"]["email"])
    return Player(
        *told,
        tenant.pk,
        agent.pk,
        lead_id,
        contact_id,
        wanted["lead"]["medium"],
        text,
    )


def _prospect(tenant: Tenant, agent: Agent, given: dict[str, Any], run: int) -> tuple[str, UUID]:
    """A new contact in HighLevel, which is told to us and becomes a lead; first what is missing between the two."""
    if not demo_highlevel.is_joined(tenant):
        demo_highlevel.join(tenant, agent)
    demo_highlevel.know(tenant)
    name = given["names"][run % len(given["names"])]
    contact_id, lead_id = demo_highlevel.arrive(tenant, name, f"+1{given['area']}5550{100 + uuid4().int % 100}")
    with scope(tenant.pk):
        demo_highlevel.talk_about(lead_id, agent, {**given, "price": Decimal(given["price"])})
    return contact_id, lead_id


def _member(person: dict[str, Any], role: str, *, is_staff: bool = False) -> User:
    user = User.objects.filter(email=person["email"]).first()
    if user is None:
        user = User.objects.create_user(person["email"], PASSWORD, name=person["name"], is_staff=is_staff)
    Membership.objects.get_or_create(user=user, defaults={"role": role})
    return user


@dataclass
class Stage:
    """The real doors of one running installation: its API and its socket."""

    url: str
    players: list[Player]

    def of(self, slug: str) -> Player:
        return next(player for player in self.players if player.slug == slug)

    async def post(self, player: Player, path: str, body: dict[str, Any]) -> dict[str, Any]:
        async with httpx2.AsyncClient(base_url=self.url, timeout=15) as client:
            answer = await client.post(
                f"/api/v1/claude/{path}", json=body, headers={"Authorization": f"Bearer {player.key}"}
            )
        if answer.status_code >= 400:
            raise RuntimeError(f"{path} answered {answer.status_code}: {answer.text[:300]}")
        found: dict[str, Any] = answer.json()
        return found

    @asynccontextmanager
    async def screen(self, player: Player) -> AsyncIterator[ClientConnection]:
        """A program at the agent's socket: signs in with a ticket, resumes where it was, keeps what it is told."""
        ticket = (await self.post(player, "coaching/tickets", {}))["ticket"]
        address = self.url.replace("http", "ws", 1) + f"/ws/coaching/?ticket={ticket}"
        protocol = [Subprotocol("ehub.json.v1")]
        async with connect(address, subprotocols=protocol, max_size=2**20) as socket:
            if seqs := [event["seq"] for event in player.events if event["seq"] is not None]:
                await socket.send(json.dumps({"type": "resume", "last_seq": max(seqs)}))
            listening = asyncio.create_task(_listen(socket, player))
            try:
                yield socket
            finally:
                listening.cancel()

    async def say(self, socket: ClientConnection | None, line: dict[str, Any]) -> str:
        """Feed one line through its door; returns its message id."""
        player, message = self.of(line["tenant"]), f"demo-{uuid4()}"
        if line.get("door") == "highlevel":
            said = demo_highlevel.sandbox().say
            row = await asyncio.to_thread(said, player.contact_id, line["say"], medium=player.medium)
            return f"ghl:{row['id']}"
        if "agent" in line or line["door"] == "socket":
            if socket is None:
                raise ValueError("this line needs an open socket")
            words = {
                "text": line.get("agent") or line["say"],
                "speaker": "agent" if "agent" in line else "prospect",
            }
            await socket.send(json.dumps({"type": "hear", "id": message, "lead": str(player.lead_id), **words}))
            return message
        body = {
            "agent_id": str(player.agent_id),
            "conversation_context": {"stage": "engaged", "lead_id": str(player.lead_id)},
            "prospect_message": line["say"],
            "conversation_stage": "engaged",
            "message_id": message,
        }
        await self.post(player, "coaching/real-time", body)
        return message


async def _listen(socket: ClientConnection, player: Player) -> None:
    async for frame in socket:
        event = json.loads(frame)
        event["arrived"] = time.perf_counter()
        player.events.append(event)
        player.news.set()


async def until(player: Player, found: Callable[[], Any], seconds: float) -> Any:
    """What `found` gives once it gives something; None when it did not within these seconds."""
    end = time.perf_counter() + seconds
    while (result := found()) is None and (left := end - time.perf_counter()) > 0:
        player.news.clear()
        try:
            await asyncio.wait_for(player.news.wait(), left)
        except TimeoutError:
            return found()
    return result


def told_about(player: Player, message: str) -> dict[str, Any] | None:
    """The event that answered this message: a card, or the word that it was heard."""
    for event in player.events:
        if event["payload"].get("message", {}).get("client_id") == message and event["type"] != "objection.alert":
            return event
    return None


def refined(player: Player, card: str) -> dict[str, Any] | None:
    """Revision 1 of this card, or the word that there will be none."""
    for event in player.events:
        payload = event["payload"]
        if event["type"] == "suggestion" and payload["card"]["id"] == card and payload["card"]["revision"] > 0:
            return event
        if event["type"] == "status" and payload.get("card") == card and payload.get("state") == "refinement_ended":
            return event
    return None


async def play_slowly(stage: Stage, pause: float, said: Callable[[str], Awaitable[None]]) -> None:
    """At a human pace, for somebody who watches the page; the agent's own lines go through the socket."""
    first = stage.players[0]
    async with stage.screen(first) as one, stage.screen(stage.players[1]) as two:
        for line in script()["lines"]:
            await asyncio.sleep(pause)
            await stage.say(one if line["tenant"] == first.slug else two, line)
            await said(f"{stage.of(line['tenant']).tenant}: {line.get('agent') or line['say']}")
