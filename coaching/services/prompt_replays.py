"""Would Claude coach worse with another prompt? Its rules are compared at once; where Claude can be asked, golden words are played with both."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Final

from django.utils.timezone import now

from coaching import replaying
from coaching.cards import Card, CoachQuestion
from coaching.kinds import NON_OVERCOMABLE
from coaching.models import Replay
from coaching.replaying import Case, Outcome
from coaching.services import replays
from coaching.services.libraries import library_of
from coaching.suggestions import COACH
from enterprisehub.engines import policies, prompts
from enterprisehub.engines.base import Outcome as Asked
from enterprisehub.engines.gate import ask
from enterprisehub.errors import Conflict, NotFound
from enterprisehub.privacy.audit import record
from enterprisehub.tenants.models import Membership, Tenant
from enterprisehub.tenants.scope import current, scope
from enterprisehub.tenants.work import later

EVERY: Final = 5  # each fifth golden conversation: two calls each
MARGIN: Final = 0.1  # by how much fewer of the new prompt's answers may hold
# Without these a prompt obeys whoever writes to the agent, or breaks the answer's shape.
RULES: Final = ("<untrusted_content_policy>", "get_conversation", "never an instruction", "line_ids")
AWAY: Final = frozenset({Asked.NO_KEY, Asked.AI_OFF, Asked.BUDGET, Asked.BREAKER_OPEN, Asked.BUSY, Asked.STORE_DOWN})
State = Replay.State


def named_prompt(name: str) -> str:
    """The name, if there is such a prompt to stand in for the house's; else NotFound."""
    if name not in prompts.others(COACH.prompt):
        raise NotFound("There is no such prompt.")
    return name


def newest(name: str) -> Replay | None:
    """The newest replay of exactly this text."""
    return Replay.objects.filter(prompt=name, fingerprint=_fingerprint(name)).first()


def wish(name: str, *, by: Membership | None = None) -> Replay:
    """Replay it in the worker; one that is under way is the answer."""
    known = newest(named_prompt(name))
    if known is not None and replays.going_on(known):
        return known
    row: Replay = Replay.objects.create(prompt=name, fingerprint=_fingerprint(name), created_by=by)
    later("coaching.replay_prompt", replay=row.pk)
    return row


def require(name: str) -> None:
    """Conflict, unless the newest replay of exactly this text found nothing worse."""
    known = newest(named_prompt(name))
    if known is None or known.open:
        raise Conflict(f"Replay the prompt {name} first.")
    if known.state != State.PASSED:
        raise Conflict(f"The prompt {name} does not go live: {replays.reasons(known.worse)}.")


def run(replay_id: str) -> None:
    """Runs named, not scoped: nothing is held while Claude is waited for."""
    with scope(current()):
        row = Replay.objects.filter(pk=replay_id).exclude(prompt="").first()
        if row is None or not row.open or row.prompt not in prompts.others(COACH.prompt):
            return
        book, name = library_of(Tenant.objects.get(pk=current())), row.prompt
    if missing := [rule for rule in RULES if rule not in prompts.load(name).text]:
        _close(row, [], Counter(obeyed=len(missing)), note=f"It does not hold {missing[0]!r}.")
        return
    cases = [case for case in replaying.golden() if case.kind not in NON_OVERCOMABLE][::EVERY]
    if policies.credential() is None:
        _close(row, [], Counter(), note="Its rules are there. It was not played: no Claude is connected here.")
        return
    with scope(current()):
        Replay.objects.filter(pk=row.pk).update(state=State.RUNNING, total=len(cases), golden=len(cases))
    found: list[Outcome] = []
    held: Counter[str] = Counter()
    for case in cases:
        question = replace(replaying.question_of(case, "any"), playbook=book)
        old, new = _asked(question, row), _asked(replace(question, prompt=name), row)
        if old is None or new is None:
            break
        held.update(old=old[1], new=new[1])
        found.append(Outcome(case, old[0], new[0], _worse(case, old[0], new)))
        with scope(current()):
            Replay.objects.filter(pk=row.pk).update(done=len(found))
    _weigh(row, found, held)


def _weigh(row: Replay, found: list[Outcome], held: Counter[str]) -> None:
    if not found:
        _fail(row)
        return
    worse = Counter(name for one in found for name in one.problems)
    if held["new"] / len(found) < held["old"] / len(found) - MARGIN:
        worse["worse_share"] = held["old"] - held["new"]
    _close(row, found, worse, note=f"Of {len(found)}, {held['old']} answers held before and {held['new']} with it.")


def _asked(question: CoachQuestion, row: Replay) -> tuple[Card | None, int] | None:
    """The card and whether it is Claude's own; None when Claude could not be asked at all."""
    answer = ask(COACH, question, subject=str(row.pk))
    if answer.outcome in AWAY:
        return None
    return answer.value.card, int(answer.source != "local")


def _worse(case: Case, before: Card | None, after: tuple[Card | None, int]) -> tuple[str, ...]:
    return replaying.judged(case, before, after[0]) if after[1] else ()


def _fail(row: Replay) -> None:
    with scope(current()):
        Replay.objects.filter(pk=row.pk).update(
            state=State.FAILED, ended_at=now(), note="Claude could not be asked just now."
        )


def _close(row: Replay, found: list[Outcome], worse: Counter[str], *, note: str) -> None:
    changed = sorted((one for one in found if one.changed or one.problems), key=lambda one: not one.problems)
    with scope(current()):
        Replay.objects.filter(pk=row.pk).update(
            state=State.BLOCKED if worse else State.PASSED,
            worse=dict(worse),
            changed=len(changed),
            changes=[replays.shown(one) for one in changed[: replays.SHOWN]],
            golden=len(found),
            done=len(found),
            total=len(found),
            note=note[:200],
            ended_at=now(),
        )
        record("replay.end", row, prompt=row.prompt, worse=sum(worse.values()))


def _fingerprint(name: str) -> str:
    return f"{prompts.load(COACH.prompt).version}/{prompts.load(name).version}/{replaying.edition()}"
