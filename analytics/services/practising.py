"""What happens in a role-play: the persona answers at once, each message is remarked on, the end is scored."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.timezone import now

from analytics import personas, practice
from analytics.models import Attempt, Drill
from analytics.personas import Mood, Persona
from analytics.services import plans, seen
from enterprisehub.engines import policies
from enterprisehub.errors import Conflict, Invalid, NotAllowed, NotFound
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.models import Agent, Membership
from enterprisehub.tenants.work import later
from leads.conversation import Turn

MAX_TEXT: Final = 1_000
WAIT: Final = 10.0  # seconds in which a better wording of a line is looked for
PERSONA, AGENT = "persona", "agent"


def drill_of(membership: Membership, drill_id: UUID) -> Drill:
    """A drill of an agent whose figures this person may see; another one looks like none."""
    drill = (
        Drill.objects.select_related("plan", "agent__tenant", "message")
        .filter(pk=drill_id, agent__in=seen.agents(membership))
        .first()
    )
    if drill is None:
        raise NotFound("There is no such drill.")
    return drill


def persona_of(drill: Drill) -> Persona:
    return Persona(drill.skill, drill.temperament, drill.language, drill.seed)


def newest(drill: Drill) -> Attempt | None:
    """The go that is open, else the last one."""
    return drill.attempts.order_by("-started_at", "-id").first()


def _own(agent: Agent | None, drill: Drill) -> Agent:
    if agent is None or drill.agent_id != agent.pk:
        raise NotAllowed("Only the agent whose drill it is practises it; you may read along.")
    return agent


@transaction.atomic
def begin(agent: Agent | None, drill: Drill) -> Attempt:
    """A new go; one that is open is the answer. The persona speaks first."""
    mine = _own(agent, drill)
    Drill.objects.select_for_update().get(pk=drill.pk)
    open_one = drill.attempts.filter(ended_at=None).first()
    if open_one is not None:
        return open_one
    text = personas.opening(persona_of(drill))
    return Attempt.objects.create(drill=drill, agent=mine, turns=[_turn(PERSONA, text, now())], mood=asdict(Mood()))


@transaction.atomic
def say(agent: Agent | None, drill: Drill, text: str, *, turn: int) -> Attempt:
    """The agent's next message, as the `turn`-th of the talk: sent twice, it counts once."""
    _own(agent, drill)
    words = text.replace("\x00", "").strip()
    if not words or len(words) > MAX_TEXT:
        raise Invalid(f"A message has 1 to {MAX_TEXT} characters.", field="text")
    attempt = drill.attempts.select_for_update().filter(ended_at=None).first()
    if attempt is None:
        raise Conflict("This go is over. Begin another one.")
    if turn != len(attempt.turns):
        return attempt
    at, mood = now(), Mood.of(attempt.mood)
    persona = persona_of(drill)
    reply = personas.answer(persona, mood, words, at=at)
    notes = [asdict(note) for note in practice.notes(persona, reply.heard, mood)]
    attempt.turns = [*attempt.turns, _turn(AGENT, words, at, notes=notes), _turn(PERSONA, reply.text, now())]
    attempt.mood = asdict(reply.mood)
    attempt.save(update_fields=["turns", "mood"])
    if reply.mood.ended:
        return finish(agent, drill)
    if policies.credential() is not None:  # otherwise the scripted words stand, and nobody has to be asked
        later("analytics.reword", durable=False, attempt=attempt.pk, turn=len(attempt.turns) - 1)
    return attempt


@transaction.atomic
def finish(agent: Agent | None, drill: Drill) -> Attempt:
    """End the go and score it; a passed drill may end the practice of the plan."""
    mine = _own(agent, drill)
    attempt = drill.attempts.select_for_update().filter(ended_at=None).first()
    if attempt is None:
        raise Conflict("This go is over already.")
    result = practice.result(persona_of(drill), turns_of(attempt), tuple(mine.display_name.split()[:1]))
    attempt.result, attempt.score, attempt.ended_at = asdict(result), result.score, now()
    attempt.save(update_fields=["result", "score", "ended_at"])
    drill.best = max(drill.best or 0, result.score)
    drill.passed_at = drill.passed_at or (now() if result.passed else None)
    drill.save(update_fields=["best", "passed_at"])
    record("analytics.drill.finished", drill, score=result.score, passed=result.passed)
    plans.drilled(drill.plan)
    return attempt


def waits(turn: dict[str, Any]) -> bool:
    """Whether a better wording of this line may still come: asked for, not settled, and not long ago."""
    if turn.get("who") != PERSONA or turn.get("settled") or policies.credential() is None:
        return False
    return (now() - datetime.fromisoformat(turn["at"])).total_seconds() < WAIT


def turns_of(attempt: Attempt) -> list[Turn]:
    """The talk as the scorecard reads it."""
    who = {PERSONA: "prospect", AGENT: "agent"}
    return [
        Turn(who[one["who"]], one["text"], datetime.fromisoformat(one["at"]))
        for one in attempt.turns
        if isinstance(one, dict) and one.get("who") in who
    ]


def _turn(who: str, text: str, at: datetime, *, notes: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {
        "who": who,
        "text": text,
        "at": at.isoformat(),
        "by": "local" if who == PERSONA else "",
        "notes": notes or [],
    }
