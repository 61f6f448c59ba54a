"""Who answers a question: the local engine at once, or Claude with the local engine behind it?"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

from django.conf import settings

from enterprisehub.engines.base import A, Answer, Capability, Outcome, Q


def instant(capability: Capability[Q, A], question: Q) -> Answer[A]:
    """The local engine's answer: in this process, without network; milliseconds are measured."""
    started = perf_counter()
    value = capability.local(question)
    return Answer(value, "local", Outcome.LOCAL_ONLY, (perf_counter() - started) * 1000)


def ask(
    capability: Capability[Q, A],
    question: Q,
    *,
    on_text: Callable[[dict[str, Any]], None] | None = None,
    still_wanted: Callable[[], bool] | None = None,
    deadline: float | None = None,
    names: tuple[str, ...] = (),
) -> Answer[A]:
    """The local engine's answer, with the reason why it is not Claude's."""
    answer = instant(capability, question)
    outcome = Outcome.NO_KEY if not settings.ANTHROPIC_API_KEY else Outcome.AI_OFF
    return Answer(answer.value, "local", outcome, answer.ms)
