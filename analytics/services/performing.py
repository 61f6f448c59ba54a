"""What are one agent's figures in a range of days? Read from daily sums alone, in a handful of queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import NullIf

from analytics import performance, skills, waits
from analytics.measures import Mean, Rate
from analytics.models import DevelopmentPlan, EventKind, SkillDay, TalkDay
from analytics.performance import Compared, ComparedMean, ComparedMedian, Figures, OfKind, OfSkill
from analytics.ranges import Asked, Range
from analytics.services import counting
from analytics.services.counting import Counts
from analytics.services.scoring import COMPLETENESS, SCORE
from coaching.kinds import LABELS, OVERCOMABLE

WHO = ("now", "before", "others")
Summed = Mapping[str, Mapping[str, Mapping[str, float]]]
TALKED = ("agent_turns", "asking", "several", "questions", "conversations")
CARDS = (EventKind.CARD_SHOWN, *performance.USED, EventKind.USE_DISMISSED, EventKind.USE_WRONG, EventKind.USE_NONE)
USES = {
    EventKind.USE_SAID: "Said as it was", EventKind.USE_EDITED: "Said in own words", EventKind.USE_ASKED: "Asked the question",
    EventKind.USE_DISMISSED: "Dismissed", EventKind.USE_WRONG: "Called wrong", EventKind.USE_NONE: "Not used",
}  # fmt: skip


def figures(agent_id: UUID, asked: Asked) -> Figures:
    """Everything that the page, the CSV and the API say about one agent."""
    own = replace(asked, agent=agent_id, team=None)
    summed, talk = _summed(agent_id, asked.range), _talk(agent_id, asked.range)
    now, before = _cards(own), _cards(own.over(asked.range.before))
    others = _less(_cards(replace(own, agent=None)), now)
    of_skills = tuple(OfSkill(one, _compared(summed, one.key)) for one in skills.every() if _met(summed, one.key))
    adoption = Compared(*(_used(counts) for counts in (now, before, others)))
    made = Figures(
        skills=of_skills,
        kinds=_kinds(now, before, others),
        adoption=adoption,
        how_used={words: counting.total(now, kind) for kind, words in USES.items()},
        score=_means(summed, SCORE),
        completeness=_means(summed, COMPLETENESS),
        qualified=_seconds(own, asked),
        stages=performance.steps(_reached(own)),
        **_of_talk(talk),
    )
    resting = DevelopmentPlan.objects.filter(agent=agent_id, state=DevelopmentPlan.State.MEASURING)
    chosen = performance.focus(of_skills, resting=frozenset(resting.values_list("skill", flat=True)))
    return replace(made, strengths=performance.strengths(of_skills, adoption), focus=chosen)


def _summed(agent_id: UUID, days: Range) -> Summed:
    """Who (now, before, others) → skill → n, hits, total, squares; one query."""
    names = ("n", "hits", "total", "squares")
    sums = {f"{who}_{name}": Sum(name, filter=part) for who, part in _parts(agent_id, days).items() for name in names}
    rows = SkillDay.objects.filter(day__gte=days.before.first, day__lte=days.last).values("skill").annotate(**sums)
    listed: list[dict[str, Any]] = list(rows.order_by())  # type: ignore[arg-type]
    return {who: {row["skill"]: {name: row[f"{who}_{name}"] or 0 for name in names} for row in listed} for who in WHO}


def _parts(agent_id: UUID, days: Range) -> dict[str, Q]:
    now = Q(day__gte=days.first)
    mine = Q(agent=agent_id)
    return {"now": mine & now, "before": mine & Q(day__lt=days.first), "others": ~mine & now}


def _met(summed: Summed, skill: str) -> bool:
    return any(skill in summed[who] and summed[who][skill]["n"] for who in ("now", "before"))


def _rate(summed: Summed, who: str, skill: str) -> Rate:
    found = summed[who].get(skill)
    return Rate(int(found["hits"]), int(found["n"])) if found else Rate(0, 0)


def _compared(summed: Summed, skill: str) -> Compared:
    return Compared(*(_rate(summed, who, skill) for who in WHO))


def _means(summed: Summed, name: str) -> ComparedMean:
    def of(who: str) -> Mean:
        found = summed[who].get(name)
        return Mean(int(found["n"]), found["total"], found["squares"]) if found else Mean(0, 0.0, 0.0)

    return ComparedMean(*(of(who) for who in WHO))


def _talk(agent_id: UUID, days: Range) -> dict[str, Any]:
    """What was said and how long answers took; the share of words is one value a day, so that one long talk is one day."""
    both = Q(agent_words__gt=0, prospect_words__gt=0)
    share = F("agent_words") * 1.0 / NullIf(F("agent_words") + F("prospect_words"), 0)
    wanted: dict[str, Any] = {}
    for who, part in _parts(agent_id, days).items():
        wanted |= {f"{who}_wait_{place}": Sum(F(f"waits__{place}"), filter=part) for place in range(waits.SIZE)}
        wanted |= {f"{who}_{name}": Sum(name, filter=part) for name in TALKED}
        wanted |= {f"{who}_days": Count("pk", filter=part & both)}
        wanted |= {
            f"{who}_share": Sum(share, filter=part & both),
            f"{who}_squares": Sum(share * share, filter=part & both),
        }
    rows = TalkDay.objects.filter(day__gte=days.before.first, day__lte=days.last)
    return {name: value or 0 for name, value in rows.aggregate(**wanted).items()}


def _of_talk(talk: Mapping[str, Any]) -> dict[str, Any]:
    def response(who: str) -> waits.Median:
        return waits.median([int(talk[f"{who}_wait_{place}"]) for place in range(waits.SIZE)])

    def share(who: str) -> Mean:
        return Mean(int(talk[f"{who}_days"]), float(talk[f"{who}_share"]), float(talk[f"{who}_squares"]))

    def single(who: str) -> Rate:
        asking = int(talk[f"{who}_asking"])
        return Rate(max(0, asking - int(talk[f"{who}_several"])), asking)

    turns = talk["now_agent_turns"]
    return {
        "response": ComparedMedian(*(response(who) for who in WHO)),
        "share": ComparedMean(*(share(who) for who in WHO)),
        "single": Compared(*(single(who) for who in WHO)),
        "per_turn": talk["now_questions"] / turns if turns else None,
        "conversations": int(talk["now_conversations"]),
    }


def _cards(asked: Asked) -> Counts:
    after = (EventKind.AFTER_REPLY, EventKind.AFTER_APPOINTMENT)
    return counting.counts(replace(asked, by=()), "card_kind", kinds=(*CARDS, *after))


def _less(whole: Counts, part: Counts) -> Counts:
    """The others' counts: everybody's without this agent's."""
    left = {}
    for key, one in whole.items():
        own = part.get(key)
        left[key] = counting.Counted(one.n - (own.n if own else 0), one.total, one.squares)
    return left


def _used(counts: Counts, *kind: str) -> Rate:
    return counting.rate(counts, performance.USED, EventKind.CARD_SHOWN, *kind)


def _kinds(now: Counts, before: Counts, others: Counts) -> tuple[OfKind, ...]:
    """The objections that were met in these days, the most frequent first."""
    met = {key[1]: one.n for key, one in now.items() if key[0] == EventKind.CARD_SHOWN and key[1] in OVERCOMABLE}
    return tuple(
        OfKind(
            kind,
            LABELS[kind],
            Compared(*(_used(counts, kind) for counts in (now, before, others))),
            counting.rate(now, EventKind.AFTER_REPLY, EventKind.CARD_SHOWN, kind),
            counting.rate(now, EventKind.AFTER_APPOINTMENT, EventKind.CARD_SHOWN, kind),
        )
        for kind, _ in sorted(met.items(), key=lambda row: (-row[1], row[0]))
    )


def _seconds(own: Asked, asked: Asked) -> ComparedMean:
    """Seconds from the first words to a qualified lead."""

    def of(question: Asked) -> Mean:
        return counting.counts(replace(question, by=()), kinds=(EventKind.QUALIFIED,)).get(
            (EventKind.QUALIFIED,)
        ) or Mean(0, 0.0, 0.0)

    now, whole = of(own), of(replace(asked, agent=None, team=None))
    rest = Mean(max(0, whole.n - now.n), whole.total - now.total, max(0.0, whole.squares - now.squares))
    return ComparedMean(now, of(own.over(asked.range.before)), rest)


def _reached(own: Asked) -> dict[str, int]:
    counts = counting.counts(replace(own, by=()), "reason", kinds=(EventKind.STAGE,))
    return {str(key[1]): one.n for key, one in counts.items()}
