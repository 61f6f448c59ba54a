"""Who answers a question: the local engine at once, or Claude with the local engine behind it?"""

from __future__ import annotations

from time import perf_counter

from enterprisehub.engines.base import A, Answer, Capability, Outcome, Q


def instant(capability: Capability[Q, A], question: Q) -> Answer[A]:
    """The local engine's answer: in this process, without network; milliseconds are measured."""
    started = perf_counter()
    value = capability.local(question)
    return Answer(value, "local", Outcome.LOCAL_ONLY, (perf_counter() - started) * 1000)
