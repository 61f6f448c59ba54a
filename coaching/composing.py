"""Which card answers these words, and in which lines of the playbook?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from coaching import attention
from coaching.cards import Card, CoachAnswer, CoachQuestion
from coaching.editing import LANGUAGES, NOTHING_TO_ASK, QUESTION_KINDS
from coaching.fairhousing import REDIRECTED, FairHousingQuestion, Flag, guard
from coaching.grounding import facts, filled, without_orders
from coaching.kinds import KINDS, NON_OVERCOMABLE, group_of
from coaching.objections import Objection, ObjectionAnswer, ObjectionQuestion, Turn, spot
from coaching.playbooks import Entry, Line
from coaching.questions import Question, QuestionContext, next_question, slots
from coaching.urgency import weigh
from leads.intent import Intent, read
from leads.packs import filled_by_names
from leads.preferences import read as preferences
from leads.slots import Slot
from leads.small_words import english_or_spanish
from leads.text import fold, words

QUESTION_GROUP = "question"
# a second pair of eyes: an intent that the law touches makes a compliance card even when no objection was spotted
SAFETY = {
    "opt_out": "opt_out",
    "fair_housing_sensitive": "steering",
    "legal_tax_question": "professional_advice",
    "distress": "distress",
}
SURE = 0.8
# an objection that is less likely than this makes no card; below EVEN it gives way to a wish that is sure
DOUBTFUL, EVEN = 0.3, 0.5
# to these, the entry's own question: the next slot would be deaf to somebody who waits, complains or sets a date
OWN_ASK = frozenset(
    {
        "complaint",
        "status_update",
        "document_question",
        "scheduling",
        "book_consult",
        "book_tour",
        "financing_question",
    }
)
SELLING = frozenset({"valuation_request", "sell_intent"})
ESSAY = 300  # characters
EITHER = {"en": "{this} or {that}? Ask first", "es": "¿{this} o {that}? Pregunte primero"}


@dataclass(frozen=True)
class Reading:
    """What was understood of the newest message, before any words are chosen."""

    language: str
    objections: ObjectionAnswer
    intents: tuple[Intent, ...]
    told: tuple[Slot, ...]
    known_slots: frozenset[str]
    question: Question | None
    asked: Flag | None = None  # what fair housing does not let the agent answer


def coach(question: CoachQuestion) -> CoachAnswer:
    """Read the message and compose its card; no network, no state, the same question gives the same answer."""
    if "local" not in question.read:
        question.read["local"] = respond(question, understand(question))
    return question.read["local"]


def respond(question: CoachQuestion, reading: Reading) -> CoachAnswer:
    """The answer to words that have been read already."""
    card = _card(question, reading)
    quiet = card is not None and card.kind in NOTHING_TO_ASK
    return CoachAnswer(
        card=card,
        objections=reading.objections,
        question=None if quiet else reading.question,
        intents=tuple(intent.name for intent in reading.intents),
        known_slots=reading.known_slots,
        language=reading.language,
        urgency=card.urgency if card else urgency_of(question, reading, kind=""),
    )


def understand(question: CoachQuestion) -> Reading:
    """Everything the readers say about the newest message; orders to the machine are read around."""
    language, text, left = spoken(question), without_orders(question.text), left_of(question.text)
    objections = question.objections or held_back(question.text, question.history, question.listing_price)
    told = question.told
    if told is None:
        told = preferences((*question.history, Turn("prospect", left)), now=datetime.now(UTC))
    named = {name for name, value in question.known.items() if value} | {slot.name for slot in told}
    known = filled_by_names(frozenset(named | {"location"} if "area" in named else named)) & slots()
    intents = tuple(wish for wish in read(text, question.history) if left or wish.name in SAFETY)
    ctx = QuestionContext(
        stage=question.stage,
        vertical=question.vertical,
        side="seller" if SELLING & {intent.name for intent in intents} else question.side,
        language=language,
        known=known,
        asked=question.asked,
        seed=question.known.get("first_name", ""),
    )
    asked = guard(FairHousingQuestion(left or text, "prospect")).flags
    redirected = next((flag for flag in asked if flag.kind in REDIRECTED), None)
    return Reading(language, objections, intents, told, known, next_question(ctx), redirected)


def held_back(text: str, history: tuple[Turn, ...], listing_price: float | None) -> ObjectionAnswer:
    """What holds the prospect back, by what is read of their newest words."""
    return spot(ObjectionQuestion(left_of(text), history, listing_price))


def left_of(words_heard: str) -> str:
    """What is read of the newest message: what is no order to the machine."""
    text = without_orders(words_heard)
    # what is left between two orders ("and", "then") is no message, and a long text with orders in it is none either
    ordered = text != words_heard
    return "" if ordered and (len(text) > ESSAY or len(words(fold(text).text)) < 3) else text


def spoken(question: CoachQuestion) -> str:
    """The prospect's language: a full sentence speaks for itself, a short word follows the known or last language."""
    folded = fold(question.text).text
    here = english_or_spanish(question.text, folded)
    if len(words(folded)) >= 4:
        return here
    if question.language in LANGUAGES:
        return str(question.language)
    last = next((turn.text for turn in reversed(question.history) if turn.speaker == "prospect"), "")
    return "es" if "es" in (here, english_or_spanish(last, fold(last).text)) else "en"


def urgency_of(question: CoachQuestion, reading: Reading, *, kind: str) -> str:
    """The rule's level for this message, with `kind` counted as an objection when it is one."""
    kinds = {objection.kind for objection in reading.objections.objections} | ({kind} & {*KINDS, "complaint"})
    return weigh(question.text, objections=kinds, intents=[intent.name for intent in reading.intents]).level


def _card(question: CoachQuestion, reading: Reading) -> Card | None:
    found = _first(reading)
    if found is not None:
        return _objection_card(question, reading, found)
    wish = reading.intents[0] if reading.intents else None
    fresh = [slot for slot in reading.told if slot.turn == len(question.history)]
    if wish and wish.name in QUESTION_KINDS and wish.name != "small_talk":
        return _wish_card(question, reading, wish)
    if fresh and (wish is None or wish.name != "small_talk"):
        first = fresh[0]
        return _wish_card(question, reading, Intent("details", 0.6, first.quote, first.start, first.end))
    return None


def _first(reading: Reading) -> Objection | None:
    """What must not be argued with goes first, whoever saw it; then the likeliest objection."""
    found = reading.objections.objections
    if closed := next((o for o in found if o.kind in NON_OVERCOMABLE), None):
        return closed
    for intent in reading.intents:
        if intent.name in SAFETY and intent.confidence >= SURE:
            kind = SAFETY[intent.name]
            return Objection(kind, group_of(kind), intent.confidence, intent.quote, intent.start, intent.end, False)
    if (flag := reading.asked) is not None:
        return Objection("steering", group_of("steering"), SURE, flag.quote, flag.start, flag.end, False)
    likely = found[0] if found and found[0].confidence >= DOUBTFUL else None
    wish = reading.intents[0] if reading.intents else None
    wished = wish is not None and wish.confidence >= SURE and wish.name in QUESTION_KINDS and wish.name != "small_talk"
    return None if likely and wished and likely.confidence < EVEN else likely


def _objection_card(question: CoachQuestion, reading: Reading, found: Objection) -> Card | None:
    card = compose(question, reading, found.kind, confidence=found.confidence)
    if card is None:
        return None
    second = next((o.kind for o in reading.objections.objections if o.kind != found.kind), "")
    if reading.objections.unsure and second and not card.compliance:
        card = _clarified(question, reading, replace(card, also=second))
    return quoted(card, question, found.start, found.end)


def _wish_card(question: CoachQuestion, reading: Reading, wish: Intent) -> Card | None:
    card = compose(question, reading, wish.name, confidence=wish.confidence)
    if card is None:
        return None
    best = reading.question
    if best and wish.name not in OWN_ASK | NOTHING_TO_ASK:
        card = replace(card, ask=best.text, ask_slot=best.slot, line_ids=card.line_ids[:1])
    return quoted(card, question, wish.start, wish.end)


def quoted(card: Card, question: CoachQuestion, start: int, end: int) -> Card:
    """The card with its evidence: the prospect's words as they were written."""
    return replace(card, why=question.text[start:end], why_start=start, why_end=end)


def compose(question: CoachQuestion, reading: Reading, kind: str, *, confidence: float) -> Card | None:
    """A card of this kind from the playbook, without evidence yet; None when the playbook has no entry."""
    book = question.playbook
    said = book.find(kind, question.vertical, reading.language)
    shown = book.find(kind, question.vertical, question.agent_language)
    if said is None or shown is None:
        return None
    compliance = kind in NON_OVERCOMABLE
    detail = attention.detail(question.experience, compliance=compliance)
    values = facts(question.known)
    say = pick(said.say, values, question.used_lines)
    ask = pick(said.ask, values, question.used_lines, known=reading.known_slots)
    return Card(
        kind=kind,
        group=group_of(kind) if kind in KINDS else QUESTION_GROUP,
        headline=shown.headline,
        say=shown.nudge if detail == "nudge" else _text(say, values),
        ask=_text(ask, values),
        ask_slot=ask.slot if ask else "",
        why="",
        why_start=0,
        why_end=0,
        urgency=urgency_of(question, reading, kind=kind),
        confidence=round(min(max(confidence, 0.0), 1.0), 3),
        language=said.language,
        line_ids=tuple(line.id for line in (say, ask) if line),
        playbook_version=book.version,
        detail=detail,
        compliance=compliance,
    )


def pick(
    lines: Sequence[Line],
    values: Mapping[str, str],
    used: Sequence[str],
    *,
    known: frozenset[str] = frozenset(),
) -> Line | None:
    """The line read longest ago, never-read ones first, among those whose placeholders are known and whose slot is not."""
    last = {line: place for place, line in enumerate(used)}
    fit = [line for line in lines if line.holes <= values.keys() and line.slot not in known]
    return min(fit, key=lambda line: last.get(line.id, -1), default=None)


def _text(line: Line | None, values: Mapping[str, str]) -> str:
    return (filled(line.text, values) or "") if line else ""


def _clarified(question: CoachQuestion, reading: Reading, card: Card) -> Card:
    """Two kinds are nearly as likely: say nothing that presumes one of them, ask which it is."""
    book, vertical = question.playbook, question.vertical
    pair = {
        language: [book.find(kind, vertical, language) for kind in (card.kind, card.also)]
        for language in {reading.language, question.agent_language}
    }
    spoken_pair, shown_pair = _topics(pair[reading.language]), _topics(pair[question.agent_language])
    say, ask = (pick(lines, spoken_pair, question.used_lines) for lines in book.clarify(reading.language))
    if not (say and ask and spoken_pair and shown_pair):
        return card
    headline = EITHER.get(question.agent_language, EITHER["en"])
    return replace(
        card,
        headline=_sentence(filled(headline, shown_pair) or card.headline),
        say=_text(say, {}) if card.detail == "full" else card.say,
        ask=_text(ask, spoken_pair),
        ask_slot="",
        line_ids=(say.id, ask.id),
    )


def _topics(pair: Sequence[Entry | None]) -> dict[str, str]:
    names = [entry.topic for entry in pair if entry and entry.topic]
    return dict(zip(("this", "that"), names, strict=True)) if len(names) == 2 else {}


def _sentence(text: str) -> str:
    first = next((place for place, letter in enumerate(text) if letter.isalpha()), 0)
    return text[:first] + text[first : first + 1].upper() + text[first + 1 :]
