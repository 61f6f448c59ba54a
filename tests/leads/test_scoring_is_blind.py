"""Ten thousand times the same lead under another name, at another place, in another language and family: never another score."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from leads.features import Features, Standing, features_of
from leads.learning.choosing import Wish
from leads.learning.table import Table
from leads.learning.training import train
from leads.own_scoring import Own, cells, live_score
from leads.preferences import read
from leads.scoring import score

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAIRS = 10_000
# each line holds words that stand for one another: what differs between them is who somebody is or where they live
NAMES = (
    "Emily Walsh",
    "Lakisha Washington",
    "José Hernández",
    "Nguyễn Thị Mai",
    "Mohammed al-Farsi",
    "Shoshana Levy",
    "王伟",
    "Wojciech Żak",
)
PLACES = ("10025", "48205", "90011", "Riverdale", "Little Havana", "Chinatown", "SW1A 1AA", "Dearborn")
FAMILIES = (
    "my wife",
    "my husband",
    "my partner",
    "mi esposa",
    "my mother",
    "our three kids",
    "just me",
    "my church group",
)
LANGUAGES = ("en", "es", "zh", "ar", "vi", "pl", "English", "Español")
REASONS = {
    "job": ("a new job", "un nuevo trabajo", "a new jób", "neue Arbeit"),
    "space": ("we need more space", "necesitamos más espacio", "we neeed more space", "plus d'espace"),
}
TIMES = {
    "soon": ("in 2 months", "en 2 meses", "dans 2 mois", "in 2 Monaten", "em 2 meses", "tra 2 mesi"),
    "later": ("in 9 months", "en 9 meses", "dans 9 mois", "in 9 Monaten", "em 9 meses", "tra 9 mesi"),
}
MONEY = {
    "cash": ("cash", "all cash", "efectivo", "al contado"),
    "loan": ("pre-approved", "preapproved", "preaprobado", "preaprobada"),
}
SENTENCES = (
    "Hi, this is {name}. {family} and I want to buy in {place}.",
    "Hola, soy {name}. {family}: buscamos casa cerca de {place}.",
    "{name} again, {family} asked about {place}!",
)


@dataclass(frozen=True)
class Fact:
    name: str
    value: Any
    confidence: float


@dataclass(frozen=True)
class Message:
    speaker: str
    at: datetime
    text: str


@dataclass(frozen=True)
class Person:
    """Everything that must not count."""

    draw: random.Random

    def one(self, *words: str) -> str:
        return self.draw.choice(words)


def lead(substance: random.Random, person: Person) -> Features:
    """`substance` decides what counts, `person` who it is; the same substance must give the same features."""
    facts = [
        Fact("location", person.one(*PLACES), 0.9),
        Fact("name", person.one(*NAMES), 0.9),
        Fact("language", person.one(*LANGUAGES), 0.9),
        Fact("decision_makers", person.one(*FAMILIES), 0.9),
    ]
    for slot, words in (("motivation", REASONS), ("timeframe", TIMES), ("financing", MONEY)):
        meant = substance.choice([*words, None])
        if meant is not None:
            facts.append(Fact(slot, person.one(*words[meant]), substance.choice((0.3, 0.8))))
    standing = Standing(
        stage=substance.choice(("engaged", "qualified", "appointment")),
        completeness=substance.random(),
        appointment=substance.choice(("none", "asked", "agreed")),
        objections_open=substance.randrange(3),
    )
    at, messages = NOW - timedelta(days=substance.randrange(40)), []
    for _ in range(substance.randrange(8)):
        at += timedelta(minutes=substance.randrange(600))
        said = person.one(*SENTENCES).format(
            name=person.one(*NAMES), family=person.one(*FAMILIES), place=person.one(*PLACES)
        )
        messages.append(Message(substance.choice(("agent", "prospect")), at, said))
    person.draw.shuffle(facts)
    return features_of(facts, standing, messages, now=at + timedelta(days=substance.randrange(40)))


def test_who_somebody_is_never_changes_the_features_or_the_score() -> None:
    different = 0
    for pair in range(PAIRS):
        one = lead(random.Random(pair), Person(random.Random(f"one {pair}")))
        other = lead(random.Random(pair), Person(random.Random(f"other {pair}")))
        different += one != other or score(one) != score(other)
    assert different == 0


def test_what_counts_does_change_it() -> None:
    """Else the test above would prove nothing."""
    found = {score(lead(random.Random(pair), Person(random.Random(0)))) for pair in range(200)}
    assert len(found) > 100


def own_model() -> Own:
    """A tenant's own model, learned from leads of this file whose substance decides; people of all kinds are among them."""
    seen = [lead(random.Random(f"past {place}"), Person(random.Random(f"one {place}"))) for place in range(900)]
    draw = random.Random(1)
    odds = [0.1 + 0.5 * (one.timeframe == "0-3") + 0.2 * (one.financing == "cash") for one in seen]
    rows = [
        {"won": "yes" if draw.random() < chance else "no", **cells(one)} for one, chance in zip(seen, odds, strict=True)
    ]
    table = Table({name: [row[name] for row in rows] for name in rows[0]}, list(range(2, len(rows) + 2)), "")
    return Own(train(table, Wish("won", ours=True)), outcome="won")


def test_a_tenants_own_model_is_as_blind() -> None:
    own, different, by_own = own_model(), 0, 0
    for pair in range(PAIRS):
        one = lead(random.Random(pair), Person(random.Random(f"one {pair}")))
        other = lead(random.Random(pair), Person(random.Random(f"other {pair}")))
        mine = live_score(one, own)
        different += mine != live_score(other, own)
        by_own += mine.by == "own"
    assert different == 0
    assert by_own > 0.9 * PAIRS


def test_what_counts_does_change_the_score_of_a_tenants_own_model() -> None:
    own = own_model()
    found = {live_score(lead(random.Random(pair), Person(random.Random(0))), own) for pair in range(200)}
    assert len(found) > 50


@dataclass(frozen=True)
class Turn:
    speaker: str
    text: str


def heard(name: str, place: str, family: str) -> Features:
    """From words to features, with the reader that serves today."""
    said = f"Hi, I'm {name}, and {family} wants to buy in {place}. We are pre-approved and our lease ends in June."
    turns = (Turn("agent", "What brings you here?"), Turn("prospect", said))
    facts = [Fact(found.name, found.value, found.confidence) for found in read(turns, now=NOW)]
    messages = [Message(turn.speaker, NOW, turn.text) for turn in turns]
    return features_of(facts, Standing("engaged"), messages, now=NOW)


def test_a_whole_conversation_under_other_names_gives_the_same_features() -> None:
    found = {
        heard(name, place, family)
        for name in NAMES[:4]
        for place in PLACES[3:6]
        for family in ("my wife", "my husband", "my sister")
    }
    assert len(found) == 1
