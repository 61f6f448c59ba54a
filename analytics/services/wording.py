"""How does a persona's scripted line get a more natural wording while the agent reads it?"""

from __future__ import annotations

from uuid import UUID

from analytics.models import Attempt
from analytics.services.practising import PERSONA as HER
from analytics.speaking import PERSONA, Line
from enterprisehub.engines.gate import ask
from enterprisehub.tenants.scope import current, scope


def reword(attempt_id: UUID, turn: int) -> bool:
    """Ask for a wording and keep it, unless the agent has answered meanwhile; whether it was kept. Runs named."""
    with scope(current()):
        attempt = Attempt.objects.select_related("drill", "agent").filter(pk=attempt_id).first()
        if attempt is None or not _waits(attempt, turn):
            return False
        talk = tuple((one["who"], one["text"]) for one in attempt.turns[:turn])
        line = Line(attempt.turns[turn]["text"], attempt.drill.temperament, attempt.drill.language, talk)
        names = (attempt.agent.display_name,)
    answer = ask(PERSONA, line, names=names, subject=str(attempt_id))
    with scope(current()):
        attempt = Attempt.objects.select_for_update().filter(pk=attempt_id).first()
        if attempt is None or not _waits(attempt, turn):
            return False
        kept = {**attempt.turns[turn], "by": answer.source, "text": answer.value, "settled": True}
        attempt.turns = [*attempt.turns[:turn], kept]
        attempt.save(update_fields=["turns"])
    return answer.source != "local"


def _waits(attempt: Attempt, turn: int) -> bool:
    """Whether that line of hers is still the last word."""
    return attempt.ended_at is None and turn == len(attempt.turns) - 1 and attempt.turns[turn]["who"] == HER
