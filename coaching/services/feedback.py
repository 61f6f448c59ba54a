"""What did the agent think of the advice, and what is learned from a low score?"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction

from coaching import improvement
from coaching.models import CardSource, CardVerdict, Feedback, Improvement, Session, Suggestion
from coaching.services import situation
from coaching.suggestions import COACH
from coaching.wire import card_payload
from enterprisehub.engines.gate import ask, instant
from enterprisehub.engines.models import EngineCall
from enterprisehub.errors import Invalid, NotFound
from enterprisehub.realtime.push import tell
from enterprisehub.tenants.models import Agent
from enterprisehub.tenants.scope import current, scope
from enterprisehub.tenants.work import later

GOOD_ENOUGH = 4  # scores below this start the improvement analysis
MAX_COMMENT = 2_000
MAX_SAID = 2_000


@dataclass(frozen=True)
class Opinion:
    """A verdict on a card, a score of 1 to 5, or both; about a card, or about a session as a whole."""

    client_id: str
    suggestion: UUID | None = None
    session: UUID | None = None
    verdict: str = ""
    score: int | None = None
    comment: str = ""
    said: str = ""


def is_low(opinion: Opinion) -> bool:
    """Whether this opinion starts the improvement analysis."""
    return opinion.verdict == CardVerdict.WRONG or (opinion.score is not None and opinion.score < GOOD_ENOUGH)


def _check(opinion: Opinion) -> None:
    if opinion.verdict and opinion.verdict not in CardVerdict.values:
        raise Invalid(f"The verdict is one of {', '.join(CardVerdict.values)}.", field="verdict")
    if opinion.score is not None and not 1 <= opinion.score <= 5:
        raise Invalid("The score is a whole number from 1 to 5.", field="score")
    if not opinion.verdict and opinion.score is None:
        raise Invalid("Feedback needs a verdict or a score.", field="score")
    if len(opinion.comment) > MAX_COMMENT or len(opinion.said) > MAX_SAID:
        raise Invalid(f"A comment has at most {MAX_COMMENT} characters.", field="comment")
    if not opinion.client_id or len(opinion.client_id) > 80:
        raise Invalid("The feedback id has 1 to 80 characters.", field="id")


@transaction.atomic
def give(agent: Agent, opinion: Opinion) -> Feedback:
    """Keep the opinion with the advice as it stood; the same id counts once; a low score is looked into."""
    _check(opinion)
    card, session = _about(agent, opinion)
    try:
        with transaction.atomic():
            feedback: Feedback = Feedback.objects.create(
                suggestion=card,
                session=session,
                agent=agent,
                verdict=opinion.verdict,
                score=opinion.score,
                comment=opinion.comment.replace("\x00", ""),
                said=opinion.said.replace("\x00", ""),
                advice=card_payload(card) if card else {},
                client_id=opinion.client_id,
            )
    except IntegrityError:
        return _known(agent, opinion)
    if card is not None and opinion.verdict:
        card.verdict = opinion.verdict
        card.save(update_fields=["verdict"])
    state = {
        "state": "feedback",
        "card": str(card.pk) if card else None,
        "verdict": opinion.verdict,
        "score": opinion.score,
    }
    tell(agent.pk, ("status", {**state, "session": str(session.pk)}))
    if is_low(opinion):
        later("coaching.improve", feedback=feedback.pk)
    return feedback


def _about(agent: Agent, opinion: Opinion) -> tuple[Suggestion | None, Session]:
    if opinion.suggestion is not None:
        card = Suggestion.objects.select_related("session").filter(pk=opinion.suggestion, agent=agent).first()
        if card is None:
            raise NotFound("There is no such card.", field="suggestion_id")
        return card, card.session
    session = Session.objects.filter(pk=opinion.session, agent=agent).first() if opinion.session else None
    if session is None:
        raise NotFound("There is no such session.", field="session_id")
    return None, session


def _known(agent: Agent, opinion: Opinion) -> Feedback:
    known: Feedback | None = Feedback.objects.filter(client_id=opinion.client_id, agent=agent).first()
    if known is None:
        raise Invalid("This feedback id is taken.", field="id")
    return known


@dataclass(frozen=True)
class _Inquiry:
    """A low score that is looked into: the case, the words that must not leave the house, and what the rule found."""

    case: improvement.Case
    names: tuple[str, ...]
    found: Improvement
    new: bool
    asked: bool


def look_into(feedback_id: UUID) -> Improvement | None:
    """Record what was wrong by rule alone; None when there is no card to look at. Runs named."""
    inquiry = _inquire(feedback_id)
    return inquiry.found if inquiry else None


def improve(feedback_id: UUID) -> Improvement | None:
    """Record what was wrong and why: by rule at once, then by Claude where it answers; None when that was done before.

    Runs named, not scoped: no transaction is open while Claude thinks. The rule's finding is kept before Claude is asked,
    so that a worker may die meanwhile; who takes the work up then asks again.
    """
    inquiry = _inquire(feedback_id)
    if inquiry is None or inquiry.asked:
        return None
    answer = ask(improvement.IMPROVEMENT, inquiry.case, names=inquiry.names, subject=str(feedback_id))
    if answer.source == "local":
        return inquiry.found if inquiry.new else None
    with scope(current()):
        rows = Improvement.objects.filter(pk=inquiry.found.pk)
        rows.update(**_written(answer.value), source=answer.source)
        return rows.first()  # none when the feedback was erased meanwhile


def _inquire(feedback_id: UUID) -> _Inquiry | None:
    with scope(current()):
        feedback = Feedback.objects.filter(pk=feedback_id).order_by().first()
        if feedback is None or feedback.suggestion is None:
            return None
        case = _case(feedback, feedback.suggestion)
        lead = feedback.suggestion.conversation.lead
        by_rule = _written(instant(improvement.IMPROVEMENT, case).value)
        found, new = Improvement.objects.get_or_create(feedback=feedback, defaults=by_rule)
        asked = not new and (found.source != CardSource.LOCAL or _on_the_ledger(feedback_id))
    names = tuple(name for name in (lead.name, lead.email, lead.phone) if name)
    return _Inquiry(case, names, found, new, asked)


def _on_the_ledger(feedback_id: UUID) -> bool:
    """Whether Claude was asked about it; a worker that was killed meanwhile has written nothing down."""
    return EngineCall.objects.filter(subject=str(feedback_id)).exists()


def _written(finding: improvement.Finding) -> dict[str, object]:
    return {"theme": finding.theme, "finding": finding.text, "evidence": finding.evidence}


def _case(feedback: Feedback, card: Suggestion) -> improvement.Case:
    message = card.message
    message.conversation = card.conversation
    around = situation.around(feedback.agent, message)
    today = instant(COACH, situation.question(around, message.text)).value.card
    before = next((c.line_ids for c in around.cards if c.created_at < card.created_at and c.kind == card.kind), [])
    return improvement.Case(
        kind=card.kind,
        confidence=card.confidence,
        verdict=feedback.verdict,
        score=feedback.score,
        kind_now=today.kind if today else "",
        line_ids=tuple(card.line_ids),
        lines_before=tuple(before),
        change=card.change,
        refine_ms=card.refine_ms,
        said=feedback.said,
        say=card.say,
        text=message.text,
        comment=feedback.comment,
    )
