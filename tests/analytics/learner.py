"""Who learns in the tests? An agent whose true chance to show each skill is known, and who gets better only at what they practise."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from analytics import personas, practice, skills
from analytics.development import Happened
from analytics.personas import Mood, Persona
from analytics.scorecard import Talk, fill
from leads.conversation import Turn

ASKS = {
    "motivation": ("What got you thinking about a move?", "I need a room with a door for my calls."),
    "timeframe": ("When would you like to have the keys?", "By spring, we hope."),
    "finance": ("Are you paying cash or with a lender?", "With a loan from the bank on our street."),
    "agent_status": ("Are you working with another agent?", "No, nobody so far."),
    "decision_makers": ("Who else decides with you?", "My sister has a say."),
}
OBJECTIONS = {
    "objection.affordability": "It is too expensive for us, we can't afford that.",
    "objection.stall": "I need to think about it.",
}
WELL, ILL = "I hear you. What lies behind that for you?", "Actually, you should decide now. Trust me."


@dataclass
class Learner:
    """`true` is the chance to show a skill when there is one to show it."""

    random: Random
    true: dict[str, float] = field(default_factory=dict)

    @classmethod
    def born(cls, seed: int) -> Learner:
        keys = ("opening", "next_step", *ASKS, *OBJECTIONS)
        return cls(Random(seed), dict.fromkeys(keys, 0.75))

    def shows(self, skill: str) -> bool:
        return self.random.random() < self.true[skill]

    def converse(self, begun: datetime) -> tuple[Turn, ...]:
        """One live conversation, in which every skill is shown or not by its true chance."""
        hello = "Hi, this is Alice from Oakwood Realty." if self.shows("opening") else "It is still available."
        lines = [("prospect", "Is the house with the blue door still there?"), ("agent", hello), ("prospect", "Good.")]
        for skill, (question, answer) in ASKS.items():
            lines += (
                [("agent", question), ("prospect", answer)]
                if self.shows(skill)
                else [("agent", "It has a big garden."), ("prospect", "Nice.")]
            )
        skill = self.random.choice(sorted(OBJECTIONS))
        lines += [("prospect", OBJECTIONS[skill]), ("agent", WELL if self.shows(skill) else ILL), ("prospect", "Well.")]
        lines.append(
            ("agent", "Can I show you two homes on Thursday at 5?" if self.shows("next_step") else "Let me know.")
        )
        return tuple(Turn(who, text, begun + timedelta(minutes=n)) for n, (who, text) in enumerate(lines))

    def practise(self, persona: Persona, at: datetime) -> bool:
        """Role-plays until one is passed, five at most; what was passed is learned, and nothing else."""
        for _ in range(5):
            if self._play(persona, at):
                self.true[persona.skill] = 0.97
                return True
            self.true[persona.skill] = min(0.97, self.true[persona.skill] + 0.2)  # the remarks help too
        return False

    def _play(self, persona: Persona, at: datetime) -> bool:
        mood, said = Mood(), [Turn("prospect", personas.opening(persona), at)]
        for line in self._lines(persona.skill):
            reply = personas.answer(persona, mood, line, at=at)
            mood = reply.mood
            said += [Turn("agent", line, at), Turn("prospect", reply.text, at)]
            if mood.ended:
                break
        return practice.result(persona, said).passed

    def _lines(self, skill: str) -> list[str]:
        if skill in OBJECTIONS:
            return [
                WELL if self.shows(skill) else ILL,
                "Thank you. What would help you most?",
                "Shall we talk on Thursday at 5?",
            ]
        if skill in ASKS:
            return ["Thanks for writing.", ASKS[skill][0] if self.shows(skill) else "It has a big garden.", "I see."]
        if skill == "opening":
            return [
                "Hi, this is Alice from Oakwood Realty." if self.shows(skill) else "It is available.",
                "What did you like?",
            ]
        return [
            "What did you like about it?",
            "Can I show it to you on Thursday at 5?" if self.shows(skill) else "Let me know.",
        ]


def happened(learner: Learner, begun: datetime, n: int) -> dict[str, list[Happened]]:
    """`n` conversations, an hour apart, scored as live ones are: skill → chances."""
    found: dict[str, list[Happened]] = {}
    for number in range(n):
        turns = learner.converse(begun + timedelta(hours=number))
        first, last = turns[0].at, turns[-1].at
        assert first is not None
        assert last is not None
        for case in skills.cases(fill(Talk(turns, ("Alice",)))):
            found.setdefault(case.skill, []).append(Happened(case.hit, first, last))
    return found
