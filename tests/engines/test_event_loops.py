"""Each event loop has a client of its own: threads share one, a forked child makes a new one, and both get answers."""

from __future__ import annotations

import asyncio
import os
import threading

import pytest

from enterprisehub.engines import claude as engine
from enterprisehub.engines.base import Outcome, Policy
from enterprisehub.engines.calls import Call, Credential
from enterprisehub.engines.talking import Listener, talk
from enterprisehub.ops import loops
from enterprisehub.privacy.redaction import Pseudonyms
from tests.engines.test_claude_faults import wanted
from tests.fakes import FakeClaude

PATIENT = Policy(first_text=30, total=60)


def one_call(credential: Credential) -> Call:
    call = Call()
    talk(wanted(PATIENT), credential, call, listener=Listener(), restore=Pseudonyms())
    return call


async def client_of(credential: Credential) -> int:
    return id(engine._client(credential))


def test_threads_share_the_process_loop_and_its_client(claude: FakeClaude) -> None:
    credential, outcomes = Credential("threads", claude.url), list[Outcome]()
    threads = [threading.Thread(target=lambda: outcomes.append(one_call(credential).outcome)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert outcomes == [Outcome.OK] * 6
    assert len({loops.run(client_of(credential), 60) for _ in range(3)}) == 1


def test_another_loop_has_another_client(claude: FakeClaude) -> None:
    credential = Credential("loops", claude.url)
    first = loops.run(client_of(credential), 60)

    async def elsewhere() -> tuple[int, Outcome]:
        call = Call()
        await engine.converse(wanted(PATIENT), credential, call, lambda _: None)
        return await client_of(credential), call.outcome

    second, outcome = asyncio.run(elsewhere())
    assert outcome is Outcome.OK
    assert second != first
    assert one_call(credential).outcome is Outcome.OK  # the first loop's connections still work


def test_another_key_has_another_client(claude: FakeClaude) -> None:
    one, two = (loops.run(client_of(Credential(key, claude.url)), 60) for key in ("mine", "yours"))
    assert one != two


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork.*:DeprecationWarning")
def test_a_forked_child_asks_on_its_own_and_leaves_the_parent_alone(claude: FakeClaude) -> None:
    credential = Credential("forks", claude.url)
    assert one_call(credential).outcome is Outcome.OK
    children = []
    for _ in range(2):
        child = os.fork()
        if child == 0:
            os._exit(0 if one_call(credential).outcome is Outcome.OK else 1)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]
    assert one_call(credential).outcome is Outcome.OK
