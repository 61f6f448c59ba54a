"""Are these words told as a fact, asked, supposed, denied, or somebody else's?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

# a full stop inside a number or an abbreviation ends no sentence; a new question may follow without one
_CUT: Final = re.compile(
    r"(?<![0-9])[.!?…]+|[.!?…]+(?![0-9])|[。？！\n;]|(?:,| (?:and|also|but|y|pero))+ (?=\b(?:is it|is the|is this|is that|are pets|are the|are they"
    r"|do they|do you|does it|does the|does that|can i|can we|can you|could you|what is|what's|whats|whether|how do|how can|what)\b)"
)
_YES: Final = (
    r"(?:yes|yeah|yep|yup|ya|sure|ok|okay|great|nice|cool|perfect|thanks|thank you|correct|good|alright|well|oh|and|also"
    r"|but|so|then|si|claro|bueno|por cierto|by the way|hi|hello|hey|hola|please)"
)
_ASKS: Final = re.compile(
    rf"^\W*(?:{_YES}\b[ ,.!]*)*(?:is|are|does|do|did|was|whether|what|what's|whats|whose|which|who|how|why|when"
    r"|can i|can we|can there|can they|may i|may we|(?:would|will|could|can|has) (?!you\b|u\b|i\b|we\b)\w+|que|cual|cuanto|tiene|tienen|hay|es|esta|aceptan"
    r"|permiten|se puede[n]?|puedo)\b"
)
_WONDERS: Final = re.compile(
    r"\b(?:whether|(?:know|tell me|tell us|check|sure|see|wonder(?:ing)?|confirm|ask|out|say|state|verify|curious) (?:if|is|are|how|what)(?! (?:there (?:is|are|was|were) (?:any|another|some|other)|you (?:have|can|could|find)))"
    r"|(?:check|confirm|ask|know|find out|tell me|verify|info\w*) about|and if (?:they|it|pets|there|the \w+) (?:is|are|has|have|comes?|allows?|accepts?|permits?|takes?)\b"
    r"|let me know (?:if|whether)|saber si|me dice si|digame si|confirm\w* si)\b"
)
_HOME: Final = (
    r"(?:apartments?|apts?|places?|someplace|somewhere|homes?|houses?|propert(?:y|ies)|condos?|units?|residences?|flats?|ones?|options?|listings?"
    r"|studios?|townhouses?|townhomes?|building|spaces?|casas?|departamentos?|apartamentos?|pisos?|propiedad(?:es)?|opcion(?:es)?)"
)
_SEEKS: Final = re.compile(
    r"\b(?:find|search(?:ing)?|look(?:ing)? (?:up|for|at|in|around|into|some)|show me|get me|locate|recommend|suggest|send (?:me|us)|check (?:in|for|out|around|near)|(?:can|could|may) (?:i|we) (?:get|find|have an?(?: \w+){0,2} (?:apartments?|places?|homes?|houses?|condos?|bed ?rooms?))|i need|we need|(?:i|we) (?:wish|require|prefer|hope)|i want|we want"
    r"|i'd (?:like|love|prefer)|i would (?:like|love|prefer)|interested in|pull up|check out|switch to|in need of|try"
    r"|anything|something|some ?thing else|others?|another|else|alternatives?|instead|different"
    rf"|(?:how|what) about|how are|is there (?:any|an?|another|some)(?: (?!(?:on|at|in|with|for|to|of)\b)\w+){{0,3}} {_HOME}|are there (?:any|some)?(?: \w+){{0,3}} ?{_HOME}"
    rf"|(?:do you|you guys) have (?:any|an?|some)?(?: \w+){{0,4}} ?{_HOME}|any(?: \w+){{0,3}} {_HOME}|have (?:any|some) (?:with|in|near)"
    r"|busco|buscamos|buscando|buscar|encontrar|quiero|queremos|necesito|necesitamos|algo|alguna?|otr[oa]s?|muestreme|enseneme|tienen? (?:alg|otr|cas|dep))\b"
)
# "is this furnished, unlike the other?" asks about one home, whatever words of search follow
_EXISTING: Final = re.compile(
    rf"^\W*(?:{_YES}\b[ ,.!]*)*(?:is|are|does|do|did|will) (?:it|this|that|they|the (?:apartment|place|house|property|home|unit|building|one|listing|condo)s?)\b(?! (?:anything|something))"
)
# "what else is available with two baths?", "maybe in Salem?"
_OPEN: Final = re.compile(
    r"\bwhat(?:'s| is| are)?(?: else)?(?: is| are| do you have)? (?:available|out there|on the market)|\bwhat else\b|\bavailable (?:with|where|that|in|for|near)\b"
    r"|^\W*(?:and |or |maybe |perhaps |ok |okay |then |y |quizas )*(?:in|near|with|around|something|anything|en|con|algo)\b"
)
_SUPPOSES: Final = re.compile(
    r"\b(?:what if|(?:i|we) (?:\w+ )?(?:saw|visited|toured|looked at|went to see|drove by)|(?:if|suppose|unless|imagine|in case|even if) (?:i|we|my|our|the (?:bank|seller|lease|rates?|market|price)|rates?|prices?|interest)|"
    r"(?:do|would|should|will|could|can) (?:i|we) (?:even |really |have to |need (?:to )?|be )|"
    r"y si|(?:si|aunque) (?:yo |me |nos |mi |el banco|la renta|bajan|suben|tengo|tuviera|fuera)|(?:necesito|tengo que|debo) (?:una? |ser |estar )\w*aprob)\b"
)
# whoever shares the home speaks for the prospect: a wife's wish is theirs, a brother's is not
_OTHERS: Final = re.compile(
    r"\b(?:(?:my|his|her|their|our|a) (?:\w+ )?(?:brother|sister|friend|neighbou?r|cousin|boss|co-?worker|colleague|uncle|aunt|mother|father|mom|dad|parents"
    r"|son|daughter|in-laws?|roommate|landlord|buddy|tenants?)s?|somebody|someone|mi (?:hermano|hermana|amigo|amiga|vecino|vecina|primo|prima"
    r"|jefe|tio|tia|madre|padre|hijo|hija)|mis (?:padres|amigos|vecinos)|un amigo|una amiga)"
    r" (?:\w+ )?(?:says?|said|told|thinks?|wants?|needs?|has|have|had|is looking|are looking|is buying|bought|got|lives?|rents?|pays?|paid|found|sold|is moving|moved|signed|listed|hired|firmo|"
    r"dice|dijo|quieren?|necesitan?|tienen?|busca|buscan|compro|vive|viven|paga|renta|pago|piensa)\b"
    r"|\b(?:they|he|she|ellos|ella) (?:says?|said|told|thinks?|wants?|dicen?|dijo|dijeron)\b"
)
_DENIES: Final = re.compile(
    r"(?:n't|\b(?:not|dont|cant|wont|never|no(?! (?:i|i'd|i'm|we|it|that|this|please|actually|make|the|let|thanks?|me)\b)|without|nor|nunca|sin|ni|tampoco))\b(?! (?:mind|you|we (?:do|try|go)))[^.!?,;]{0,24}$"
)
# what one has is no wish: "we have a two bedroom now"
_HAVING: Final = re.compile(
    r"\b(?:currently|at the moment|(?:i|we) (?:already |now |both )?(?:have an?|own|live in|rent|are in|am in|had|came from)|my (?:current|old|present)|our (?:current|old|present)|used to|actualmente|vivimos en|vivo en|tengo una|tenemos una)\b[^.!?,;]{0,30}$"
)
_NEEDLESS: Final = re.compile(
    r"\b(?:do(?:n't| not|nt) (?:really )?(?:need|care about|mind)|does(?:n't| not) (?:need|have) to|no need for|not necessary|doesn't matter"
    r"|no (?:necesito|necesitamos|hace falta|me importa))\b[^.!?,;]{0,30}$"
)


@dataclass(frozen=True)
class Sentence:
    """One sentence of folded text. `manner` is told, sought (a search is asked for) or asked (about something that exists)."""

    start: int
    end: int
    text: str
    manner: str
    supposed: int  # where a supposition begins in it, -1 without one
    others: int  # where somebody else's words begin in it, -1 without


def sentences(plain: str) -> tuple[Sentence, ...]:
    """The sentences of folded text in order; together they cover it."""
    found, start = [], 0
    for cut in _CUT.finditer(plain):
        if plain[start : cut.end()].strip(" .!?,;"):
            found.append(_sentence(plain, start, cut.end()))
            start = cut.end()
    if start < len(plain) or not found:
        found.append(_sentence(plain, start, len(plain)))
    return tuple(found)


def _sentence(plain: str, start: int, end: int) -> Sentence:
    text = plain[start:end]
    return Sentence(start, end, text, _manner(text), _at(_SUPPOSES, text), _at(_OTHERS, text))


def _manner(text: str) -> str:
    if _EXISTING.search(text):
        return "asked"
    if _OPEN.search(text):
        return "sought"
    if _WONDERS.search(text):
        return "asked"
    if _SEEKS.search(text):
        return "sought"
    return "asked" if "?" in text or "¿" in text or _ASKS.search(text) else "told"


def _at(pattern: re.Pattern[str], text: str) -> int:
    hit = pattern.search(text)
    return hit.start() if hit else -1


def around(place: int, parts: tuple[Sentence, ...]) -> Sentence:
    """The sentence that the character at `place` belongs to."""
    return next((part for part in parts if place < part.end), parts[-1])


def own(place: int, part: Sentence) -> bool:
    """Whether what stands there is the prospect's own and real, neither supposed nor said of somebody else."""
    inside = place - part.start
    return not (0 <= part.supposed <= inside or 0 <= part.others <= inside)


def denied(plain: str, place: int, part: Sentence) -> bool:
    """Whether a word before `place` in its sentence denies what follows."""
    return bool(_DENIES.search(plain[part.start : place]))


def having(plain: str, place: int, part: Sentence) -> bool:
    """Whether what follows is what the prospect has already, or had."""
    return bool(_HAVING.search(plain[part.start : place]))


def needless(plain: str, place: int, part: Sentence) -> bool:
    """Whether what follows is said not to matter."""
    return bool(_NEEDLESS.search(plain[part.start : place]))
