"""After a drop everything that was missed comes again: once, in order, or not at all with the advice to start afresh."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from django.utils.timezone import now

from enterprisehub.realtime.models import Event
from enterprisehub.realtime.push import tell
from enterprisehub.realtime.threads import in_thread
from enterprisehub.tenants.scope import scope
from tests.realtime.screens import Screen, screen
from tests.world import Person, World


def told(person: Person, *numbers: int) -> None:
    """Tell this agent one small event per number, each in a transaction of its own."""
    for number in numbers:
        with scope(person.agent.tenant_id):
            tell(person.agent.pk, ("status", {"state": "test", "number": number}))


async def numbers(line: Screen, many: int) -> list[int]:
    return [(await line.told("status", state="test"))["payload"]["number"] for _ in range(many)]


async def test_what_was_missed_comes_once_and_in_order(world: World) -> None:
    async with screen(world.alice) as before:
        await in_thread(told, world.alice, 1, 2)
        assert await numbers(before, 2) == [1, 2]
    await in_thread(told, world.alice, *range(3, 53))
    async with screen(world.alice) as after:
        await after.say(type="resume", last_seq=2)
        assert await numbers(after, 50) == list(range(3, 53))
        assert after.seqs == list(range(3, 53))
        assert await after.silent()


async def test_what_happens_while_resuming_is_not_told_twice_or_out_of_order(world: World) -> None:
    await in_thread(told, world.alice, *range(1, 31))
    async with screen(world.alice) as line:
        telling = asyncio.create_task(in_thread(told, world.alice, *range(31, 91)))
        await asyncio.sleep(0.05)
        await line.say(type="resume", last_seq=10)
        assert await numbers(line, 80) == list(range(11, 91))
        await telling
        assert line.seqs == list(range(11, 91))


async def test_the_address_may_say_where_to_go_on(world: World) -> None:
    await in_thread(told, world.alice, 1, 2, 3)
    async with screen(world.alice, last_seq=1) as line:
        assert await numbers(line, 2) == [2, 3]


async def test_nothing_missed_is_nothing_told(world: World) -> None:
    await in_thread(told, world.alice, 1, 2)
    async with screen(world.alice, last_seq=2) as line:
        assert await line.silent()


async def test_beyond_a_thousand_events_the_answer_is_resync(world: World) -> None:
    def many() -> None:
        with scope(world.oakwood.pk):
            for start in range(0, 1_001, 143):
                tell(world.alice.agent.pk, *[("status", {"state": "test", "number": start + i}) for i in range(143)])

    await in_thread(many)
    async with screen(world.alice) as line:
        await line.say(type="resume", last_seq=0)
        answer = await line.told("resync")
        assert answer["seq"] is None
        assert answer["payload"]["seq"] == 1_001
        await in_thread(told, world.alice, 7)
        assert await numbers(line, 1) == [7]
        assert line.seqs == [1_002]
    async with screen(world.alice, last_seq=2) as line:
        assert len(await numbers(line, 1_000)) == 1_000
        assert line.seqs == list(range(3, 1_003))


async def test_beyond_a_day_the_answer_is_resync(world: World) -> None:
    await in_thread(told, world.alice, 1, 2, 3)

    def age() -> None:
        with scope(world.oakwood.pk):
            Event.objects.filter(seq=2).update(at=now() - timedelta(hours=25))

    await in_thread(age)
    async with screen(world.alice, last_seq=1) as line:
        assert (await line.told("resync"))["payload"]["seq"] == 3
    async with screen(world.alice, last_seq=2) as line:
        assert await numbers(line, 1) == [3]


async def test_a_number_that_was_never_given_is_resync(world: World) -> None:
    await in_thread(told, world.alice, 1)
    async with screen(world.alice, last_seq=900) as line:
        assert (await line.told("resync"))["payload"] == {"seq": 1, "asked": 900}


async def test_four_writers_at_once_are_told_in_one_gapless_order(world: World) -> None:
    async with screen(world.alice) as line:
        await asyncio.sleep(0.6)  # awake: from here on everything is live
        writers = [asyncio.create_task(in_thread(told, world.alice, *range(w * 25, w * 25 + 25))) for w in range(4)]
        got = await numbers(line, 100)
        await asyncio.gather(*writers)
    assert line.seqs == list(range(1, 101))
    for writer in range(4):
        mine = [number for number in got if number // 25 == writer]
        assert mine == sorted(mine)


async def test_a_lost_push_is_found_in_the_table(world: World) -> None:
    def silently() -> None:
        with scope(world.oakwood.pk):
            Event.objects.append(world.alice.agent.pk, [("status", {"state": "test", "number": 1})])

    async with screen(world.alice) as line:
        await line.say(type="ack", seq=0)
        await in_thread(silently)
        assert await numbers(line, 1) == [1]
