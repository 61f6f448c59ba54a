"""Many agents at once do not wait for each other."""

from __future__ import annotations

import asyncio
import threading
from contextlib import AsyncExitStack

from coaching.services import refining
from coaching.suggestions import COACH
from enterprisehub.engines.gate import ask
from enterprisehub.realtime.threads import in_thread
from enterprisehub.tenants.access import Role
from enterprisehub.tenants.scope import scope
from leads.models import Lead
from tests.realtime.screens import screen
from tests.world import World


async def test_database_work_of_sockets_runs_on_several_threads() -> None:
    together = threading.Barrier(4)  # opens when four are at it at the same moment, which on fewer threads never is
    places = await asyncio.gather(*(in_thread(together.wait, 60) for _ in range(16)))
    assert sorted(places) == sorted([*range(4)] * 4)


async def test_twenty_agents_at_once_each_get_their_own_card(world: World, lead: Lead) -> None:
    people = [await in_thread(world.person, world.oakwood, f"agent{i}", Role.AGENT) for i in range(20)]
    leads = [(await in_thread(world.conversation, one, f"Lead {i}", 485_000)).lead for i, one in enumerate(people)]
    async with AsyncExitStack() as stack:
        screens = [await stack.enter_async_context(screen(one)) for one in people]
        sent = await asyncio.gather(
            *(s.hears(one, "Honestly that is too expensive for us.") for s, one in zip(screens, leads, strict=True))
        )
        cards = await asyncio.gather(*(s.told("suggestion") for s in screens))
    assert [card["payload"]["message"]["client_id"] for card in cards] == list(sent)
    assert [card["payload"]["message"]["lead"] for card in cards] == [str(one.pk) for one in leads]


async def test_one_conversation_is_heard_in_the_order_in_which_it_was_sent(world: World, lead: Lead) -> None:
    async with screen(world.alice) as alice:
        sent = [await alice.hears(lead, f"Number {i}", speaker="agent") for i in range(15)]
        heard = [(await alice.told("status", state="heard"))["payload"]["message"] for _ in sent]
    assert [one["client_id"] for one in heard] == sent
    assert [one["position"] for one in heard] == list(range(1, 16))


async def test_a_refinement_that_takes_its_time_stops_no_other_agent_of_the_tenant(world: World, lead: Lead) -> None:
    heard = await in_thread(world.says, world.alice, lead, "Honestly that is too expensive for us.")
    assert heard.suggestion is not None
    bobs = (await in_thread(world.conversation, world.bob, "Sam", 485_000)).lead
    applied, finish = threading.Event(), threading.Event()

    def apply_slowly() -> None:
        with scope(world.oakwood.pk):
            work = refining._load(heard.suggestion.pk)
            assert work is not None
            refining._apply(work, ask(COACH, work.question))
            applied.set()
            finish.wait(120)

    applying = asyncio.create_task(in_thread(apply_slowly))
    assert await asyncio.to_thread(applied.wait, 60)
    try:
        async with asyncio.timeout(60):
            assert (await in_thread(world.says, world.bob, bobs, "Rates are too high right now.")).new
    finally:
        finish.set()
        await applying
