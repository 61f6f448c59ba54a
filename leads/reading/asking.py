"""What did the agent's last words ask the prospect, and for what?"""

from __future__ import annotations

import re
from typing import Final

_END: Final = re.compile(r"(?<=[.!?])\s+|(?<=[a-z][.!?])(?=[a-z])")
_ASKS: Final = re.compile(
    r"\?|\b(?:how many|which|what|where|wher|who|when|tell me|let me know|may i know|i need (?:to know|the)|(?:do|would|are|can|could|will|should|did|have) you|should (?:it|i|we)|any (?:specific|particular|preference|other)|number of (?:bed|bath|room)s?"
    r"|preferred|preference|please (?:specify|provide|share)|confirm|que|cual|cuant[oa]s|donde|cuando|quiere|prefiere|busca)\b"
)
# an answer to the prospect's own question is no question, even when it ends like one: "no, no pets; was that okay?"
_ANSWERS: Final = re.compile(
    r"^\W*(?:yes|no|yep|nope|sorry|unfortunately|yeah|sure,? (?:it|they|the)|si,|lo siento)\b(?!.*\byou (?:need|want|like|have|prefer))"
)
ASKED: Final = {
    "location": re.compile(
        r"\b(?:where|wher|wherabouts|which (?:are|area|city|place|part|town|neighbou?rhood|location|side|region|zone)s?|what (?:are|area|city|place|part|town|neighbou?rhood|location|side|region)s?\b|(?<!this )(?<!that )(?<!the )(?:area|city|location|neighbou?rhood|town|region)s?|(?:the|specific|particular|any) (?:area|city|location)"
        r"|que zonas?|ubicacion|donde|en que (?:ciudad|zona|barrio))\b|哪|ou cherch|onde|\bwo\b|\bdove\b"
    ),
    "beds": re.compile(r"\b(?:bed ?rooms?|bed ?rms?|beds?|(?:how many|number of|no of) ?rooms?|recamaras?|habitaciones|dormitorios|cuartos|chambres|quartos|schlafzimmer|zimmer|camere)\b"),
    "baths": re.compile(r"\b(?:bath ?rooms?|baths?|bathes|banos|baños|banheiros|bader|bagni)\b"),
}  # fmt: skip


# "shall I book a visit to City Walk?" names a place and asks for none
_ABOUT_ONE: Final = re.compile(
    r"\b(?:visit\w*|schedul\w+|tour|view\w*|located (?:at|on|in)|there is|there's|there are|how about|what about)\b"
)
_WHERE: Final = re.compile(
    r"\b(?:where|wher|which|what (?:area|city|part|town|location|neighbou?rhood)|donde|que zona)\b"
)


def questions(said: str) -> str:
    """Of an agent's folded words the sentences that ask the prospect something; a listing that is described asks nothing."""
    return " ".join(one for one in _END.split(said) if _ASKS.search(one) and not _ANSWERS.search(one))


def counted_or_placed(question: str) -> tuple[str, ...]:
    """Which of location, beds and baths the agent's questions are about, in their order."""
    hits = [(hit.start(), name) for name, pattern in ASKED.items() if (hit := pattern.search(question))]
    if _ABOUT_ONE.search(question) and not _WHERE.search(question):
        hits = [hit for hit in hits if hit[1] != "location"]
    return tuple(name for _, name in sorted(hits))
