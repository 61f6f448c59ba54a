"""Coaching work that the worker does: refine a card, learn from feedback."""

from __future__ import annotations

from uuid import UUID

from coaching.services import feedback as feedback_services
from coaching.services import prompt_replays, refining, replays, transcribing
from enterprisehub.tenants.work import task


@task("coaching.refine", waits=True, lane="live", ignore_result=True, soft_time_limit=20)
def refine(suggestion: str) -> None:
    refining.refine(UUID(suggestion))


@task("coaching.improve", waits=True, ignore_result=True)
def improve(feedback: str) -> None:
    feedback_services.improve(UUID(feedback))


@task("coaching.transcribe", waits=True, ignore_result=True)
def transcribe(lead: str, call: str, inbound: int) -> None:
    transcribing.transcribe(UUID(lead), call, inbound=bool(inbound))


# Under the broker's visibility timeout of 300 s, so that a replay is not handed out twice while it runs.
@task("coaching.replay", waits=True, ignore_result=True, soft_time_limit=240, time_limit=280)
def replay(replay: str) -> None:
    replays.run(UUID(replay))


@task("coaching.replay_prompt", waits=True, ignore_result=True, soft_time_limit=280, time_limit=290)
def replay_prompt(replay: str) -> None:
    prompt_replays.run(replay)
