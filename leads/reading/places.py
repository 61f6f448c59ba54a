"""Where do these words want to live?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from leads.reading.stance import Sentence, around, denied, own
from leads.slots import ANY, Told
from leads.words import folded

_NAME: Final = r"[A-ZÀ-ÖØ-Þ](?:[\w'’-]|\.(?=[A-Z]))+"
# "St. Louis", "Round Rock", "Playa del Carmen", "Winston-Salem", "La Jolla", "SoHo", "north Austin", "the Mission"
_PROPER: Final = (
    rf"(?:(?:[Nn]orth|[Ss]outh|[Ee]ast|[Ww]est|[Cc]entral|[Dd]owntown|[Uu]ptown|[Oo]ld|[Gg]reater)[ -]?)?(?:St\.? |Ft\.? |Mt\.? |Ste\.? )?{_NAME}"
    rf"(?: (?:(?:de|del|de la|de los|la|las|los|el|of|upon|sur|am|do|da|dos) )?{_NAME}){{0,3}}"
)
_IN: Final = r"(?:in|near|around|within|outside|outside of|close to|next to|nearby|by|toward|towards|into|en|cerca de|por|a|dans|a cote de|pres de|em|perto de|nahe|bei|vicino a|fuera de)"
_FRAME: Final = r"(?:(?-i:the|el|la|The) )?(?:(?:greater |general )?(?:area|city|town|region|neighbou?rhood|suburbs?|outskirts|vicinity|part|side|zona|ciudad|barrio|colonia) (?:of|called|like|de) )?(?:the )?"
_AFTER_IN: Final = re.compile(rf"\b(?i:{_IN}) (?i:{_FRAME})(?P<v>{_PROPER})")
_ELSEWHERE: Final = re.compile(rf"\b(?i:{_IN}|from|to|at|of|on|for) (?i:{_FRAME})(?P<v>{_PROPER})")
_ELSEWHERE_SMALL: Final = re.compile(r"\b(?:in|from|near|around) (?P<v>[a-z]{3,}(?: [a-z]{3,})?)\b")
_FROM_TO: Final = re.compile(
    rf"\b(?i:mov(?:e|ing)|relocat\w+|coming|transferr\w+)(?: \w+)? from {_PROPER}(?:,? [A-Z]{{2}})? to (?P<v>{_PROPER})"
)
_ZIP: Final = re.compile(r"\b(?:in|near|around|zip|zip code|en) (?:the )?(?:zip )?(?:code )?(?P<v>\d{5})\b")
_MOVE_TO: Final = re.compile(
    rf"\b(?i:mov(?:e|ing)(?: out| over| back)?|relocat\w+|go(?:ing)?|switch|change(?: it| that)?|transfer\w*|mudar\w*|nos mudamos|me mudo|search(?:ing)?|look(?:ing)?(?: out)?|live|living|area) (?i:to|in|at|a|for|is|should be|must be) (?i:{_FRAME})(?P<v>{_PROPER})"
)
_AREA: Final = re.compile(rf"\b(?i:the|around) (?P<v>{_PROPER}) (?i:area|region|neighbou?rhood|district)\b")
_ZONES: Final = re.compile(
    rf"\b(?:{_IN}|to) (?P<v>(?:the )?(?:downtown|midtown|uptown|city cent(?:er|re)|old town|suburbs|countryside|waterfront|(?:north|south|east|west)(?:ern)?[ -]?(?:side|end)(?: of town)?"
    r"|beach|lake|coast)|(?:el )?(?:centro|norte|sur|este|oeste|afueras|las afueras|playa))\b(?! (?:park|house|road|street))"
)
# texting: "an apartment in san jose"; a lower-case name is believed only after a word that puts a home somewhere
_CASUAL: Final = re.compile(
    r"\b(?:\d|two|three|four|apartments?|apts?|places?|homes?|houses?|propert(?:y|ies)|condos?|units?|residences?|flats?|ones?|(?:something|anything|anywhere|somewhere|places?|ones?)(?: else)?|it|live|living|move|moving|search|searching|look|looking|"
    r"bedrooms?|bed rooms?|beds?|baths?|bathrooms?|be|located|rent|buy|casa|casas|departamento|apartamento|piso|algo|vivir|mudarnos|mudarme|habitaciones|recamaras|cuartos) "
    r"(?:to (?:rent|buy|live) )?(?:should be |must be |to be |situated |located |please )?(?:in|near|around|close to|en|cerca de) (?:the )?(?P<v>[a-z][a-z'’.-]+(?: [a-z][a-z'’.-]+){0,2})"
)
_CJK: Final = re.compile(r"(?:在|住在|位于|搬到)(?P<v>[\u4e00-\u9fff]{2,6}?)(?=[找买租的有附市区，。,. ]|$)")
_EDGE: Final = frozenset(
    ["the", "a", "an", "with", "and", "or", "for", "that", "which", "is", "are", "has", "have", "having", "please", "at", "on", "by", "from", "to", "of", "as", "it", "my", "me", "i", "we", "you", "our", "there", "where", "near", "around", "close", "so", "if", "but", "because", "rent", "buy", "under", "over", "about", "just", "also", "too", "only", "preferably", "maybe", "within", "would", "will", "can", "could", "should", "must", "needs", "need", "want", "want.", "looking", "now", "then", "one", "two", "three", "four", "five", "six", "bedroom", "bedrooms", "bed", "beds", "bath", "baths", "bathroom", "bathrooms", "room", "rooms", "pet", "pets", "furnished", "garage", "rent.", "thanks", "thank", "con", "y", "o", "que", "de", "para", "por", "el", "la", "los", "las", "un", "una", "si", "mi", "dos", "tres", "area", "region", "city", "town", "neighborhood", "today", "tomorrow", "next", "this", "soon", "ok", "okay", "instead", "anywhere", "good", "nice", "great", "works", "work", "fine"]
)  # fmt: skip
_NO_PLACE: Final = re.compile(
    r"^(?:(?:i|i'm|im|i'd|i've|a|an|my|me|we|you|it|its|it's|that|this|there|here|these|those|what|which|where|when|who|how|can|could|do|does|is|are|please|sure|yes|yeah|yep|yup|no|nope|ok|okay|hi|hello|hey"
    r"|thanks?|great|good|nice|cool|perfect|sounds?|also|and|but|or|so|then|just|any|anywhere|some|something|another|other|find|search|look|show|try|actually|maybe|let|let's|lets|want|need|looking|only"
    r"|january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|spring|summer|fall|autumn|winter|christmas|easter|thanksgiving"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|tomorrow|tonight|morning|afternoon|evening|noon|next|last|this|week|weekend|month|year|q[1-4]"
    r"|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|lunes|martes|miercoles|jueves|viernes|sabado|domingo|hoy|manana|mañana|efectivo|contado"
    r"|one|two|three|four|five|six|\d.*|asap|low|mid|high|lower|upper|country|peace|car|cars|gated|sunny|quiet|community|communities|neighbou?rhoods?|residences?|flats?|townhouses?|studios?|lofts?|duplex|villas?|casas?|departamentos?|least|most|first|once|wait|meet|not|see|location|else|same|flesh|future|meantime|end|beginning|middle|moment|way|know|budget|range|price|shape|condition|progress|question|addition|short|long|store|use|public|market|surrounding|share|make|schedule|book|now|later|half|past|quarter|around|about|early|late|compact|standard|economy|visit|view|town|advance|total|general|mind|full|cash|case|person|fact|time|unit|house|home|area|city|region|place|apartment|apartments|property|properties|building|condo|bedrooms?|baths?"
    r"|usd|fha|va|usda|hoa|llc|llcs|trust|english|spanish|french|agent|realtor|lender|zillow|redfin|trulia|google|facebook|god|mr|mrs|ms|dr|touch|process|order|need|love|debt|escrow|contact|hand|hurry|walking|them|him|her|us|everything|all|front|back|between|such|particular|writing|private|good|great|move-in"
    r"|school|schools|work|transit|parks?|kids|family|stores?|shops?|freeway|highway|bart|metro|station|college|university|hospital|church|gym|beach|downtown|ayuda|comprar|vender|alquilar|rentar|este|ese|general)"
    r"(?:'s)?)\b(?! (?:lake|beach|park|bend|city|grove|hills?|valley|springs|oaks?|worth|rock|jolla|angeles|vegas|cruces|paso|mesa|diego|creek)\b)",
    re.IGNORECASE,
)
# a name that ends so is a street or a building
_BUILDING: Final = re.compile(
    r"\b(?:apartments?|apts?|apartment homes|condos?|condominiums|residences|street|st|avenue|ave|road|rd|drive|dr|lane|ln|court|boulevard|blvd|way|place|terrace apartments|towers?|plaza"
    r"|realty|properties|homes|estates at|school|university|college|hospital|airport|station|restaurant|hotel|llc|inc|bank|mall)\.?$",
    re.IGNORECASE,
)
_LEAD: Final = re.compile(
    r"^\W*(?:(?:yes|yeah|sure|ok|okay|well|um+|oh|hmm|hi|please|maybe|probably|perhaps|actually|preferably|no|just|somewhere|anywhere|sorry|thanks|great|let me see|the (?:place|area|city|location|town) (?:is|must be|should be|would be)|i think|i guess|i believe|i like|i love|i prefer"
    r"|i'd prefer|i would prefer|i'd like|i would like|i want|we want|we like|i need|it is|it's|it should be|it must be|that would be|let's (?:do|try|go with|say|look)|lets try|how about|what about|check(?: out)?|try|search(?: for)?"
    r"|look (?:in|at|into|around)|looking (?:in|at|around)|in|near|around|close to|at|to|the|city of|area of|town of|quiero|queremos|prefiero|en|cerca de|por|creo que|tal vez|quizas|la zona de|me gusta|a)\b[ ,.:]*)*",
    re.IGNORECASE,
)
_OPENING: Final = re.compile(rf"(?P<v>{_PROPER})|(?P<l>[a-z][\w'’.-]+(?: [a-z][\w'’.-]+){{0,2}})")
# "San jose", "Mountain view": the second word of a name is often left small
_SECOND: Final = re.compile(
    r"(?:(?:San|Santa|Los|Las|Saint|St\.?|Fort|Port|New|Mount|El|La|Palo)|[A-Z][a-z]+(?= (?:city|view|creek|hills?|valley|park|beach|springs?|lake|grove|heights|falls|rock|ridge|bay|island|point|village|mesa|oaks?|woods?)\b)) [a-z]{3,}\b"
)
_AREA_SMALL: Final = re.compile(
    r"\b(?:in|around|near) the (?P<v>[a-z][a-z'’.-]+(?: [a-z][a-z'’.-]+)?) (?:area|region|neighbou?rhood|district)\b"
)
_SAINT: Final = re.compile(
    r"(?<![\w'])(?P<v>(?:san|santa|los|las|saint|st\.|fort) (?!(?:i|and|or|in|is|for|with|the|que|casas|dos|tres)\b)[a-z]{3,})\b(?! (?:road|street|drive|apartments?|avenue|ave)\b)"
)
# what may follow a name that is a whole answer: "Salem would be nice", "salem, two rooms"
_STANDS_ALONE: Final = re.compile(
    r"(?:'s|’s)?\W*(?:$|(?<=[,.!;/&] )|(?i:is|are|would|will|sounds?|looks?|seems?|works?|should|might|could|please|pls|or|and|but|area|with|for|if|city|preferably|maybe|thanks?|i think|too|also|good|fine|one|two|three|four|\d|y|o|esta|seria|por favor)\b)"
)
_MORE_SMALL: Final = re.compile(
    r"(?: or| and|,| y| o|/) ?(?:in |maybe )?(?P<v>[a-z][a-z'’.-]{2,}(?: [a-z][a-z'’.-]{2,})?)(?=\W*$)"
)
_PROPER_WORDS: Final = re.compile(_PROPER)
_OPENS: Final = re.compile(r"(?:^|[.!?:]\s*|\n\s*)$")
_MORE: Final = re.compile(
    rf"(?:\s*,?\s*(?i:or|and|y|o|/|&|maybe|as well as|ou|oder)\s+|\s*[,/]\s*)(?i:in |near |around |en |maybe |even )*(?P<v>{_PROPER})"
)
_STATE: Final = re.compile(
    r"^(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]|California|Texas|Florida|USA|US)$"
)
_ALSO: Final = re.compile(r"\b(?:also|too|as well|or maybe|in addition|tambien|ademas)\b")
_ANYWHERE: Final = re.compile(
    r"\b(?:anywhere(?! else)|any area|any (?:neighbou?rhood|location|city|place) (?:is|works|will)|(?:area|location) (?:doesn't|does not|don't) matter|cualquier (?:zona|lugar|parte)|donde sea)\b"
)


def named(text: str, plain: str, parts: tuple[Sentence, ...], *, asked: bool, areas: frozenset[str]) -> Iterator[Told]:
    """The places that these words want: by their capitals, by what stands before them, by the question they answer.

    `text` is as long as `plain`, its folded form. `areas` are the tenant's own names of places, believed wherever they stand.
    """
    found = list(_answer(text, plain, small=False)) if asked else []
    found = found or list(_by_pattern(text, plain, parts)) or list(_casual(plain, parts))
    if not found and asked:
        found = list(_answer(text, plain, small=True))
    if not found and areas:
        found = list(_listed(plain, parts, areas))
    if not found and asked:
        found = list(_somewhere(text, plain, parts))
    if not found and (hit := _ANYWHERE.search(plain)) and (asked or around(hit.start(), parts).manner != "asked"):
        yield Told("location", ANY, *hit.span(), confidence=0.8)
    more = bool(_ALSO.search(plain))
    for place, (start, end) in enumerate(dict.fromkeys(found)):
        yield Told("location", text[start:end], start, end, more=more or place > 0)


def elsewhere(text: str, *, asked: bool) -> tuple[int, int] | None:
    """Where other business is done ("pick it up from Salem"): the last place that unaccented text names, if any.

    `asked`: the text answers a question for the place.
    """
    if asked and (answer := next(_answer(text, folded(text), small=True), None)):
        return answer
    found = [cut for hit in _ELSEWHERE.finditer(text) if (cut := _cut(hit.span("v"), text))]
    if not found:
        small = [(hit.start("v"), _until_edge(hit["v"])) for hit in _ELSEWHERE_SMALL.finditer(folded(text))]
        found = [(start, start + len(words)) for start, words in small if words and not _NO_PLACE.match(words)]
    return found[-1] if found else None


def _by_pattern(text: str, plain: str, parts: tuple[Sentence, ...]) -> Iterator[tuple[int, int]]:
    for pattern in (_FROM_TO, _AREA, _AFTER_IN, _MOVE_TO):
        found = [span for hit in pattern.finditer(text) if (span := _believed(hit.span("v"), text, plain, parts))]
        if found:
            for span in found:
                yield span
                yield from _alike(text, span[1])
            return
    if (hit := _ZONES.search(plain)) and _wanted(hit.start("v"), plain, parts):
        yield hit.span("v")
    if (hit := _ZIP.search(plain)) and _wanted(hit.start("v"), plain, parts):
        yield hit.span("v")
    if (hit := _CJK.search(plain)) and _wanted(hit.start("v"), plain, parts):
        yield hit.span("v")


def _believed(span: tuple[int, int], text: str, plain: str, parts: tuple[Sentence, ...]) -> tuple[int, int] | None:
    cut = _cut(span, text)
    return cut if cut and _wanted(cut[0], plain, parts) else None


_LIVED: Final = re.compile(
    r"\b(?:(?:i|we)(?: currently| now| still)? (?:live|rent|lived|rented) in|(?:used to|have been|been) (?:live|rent|living|renting) in|currently in|(?:i|we) came from|(?:vivo|vivimos|viviamos) en) (?:the )?$"
)


def _wanted(place: int, plain: str, parts: tuple[Sentence, ...]) -> bool:
    part = around(place, parts)
    # "how are the apartments in Salem?" is a question about apartments, not about one apartment
    return (part.manner != "asked" or bool(_PLURAL.search(plain[part.start : place]))) and (
        own(place, part) and not denied(plain, place, part) and not _LIVED.search(plain[part.start : place])
    )


_PLURAL: Final = re.compile(
    r"\b(?:apartments|homes|houses|places|condos|properties|options|listings|casas|departamentos|anything|available)\b"
)


def _cut(span: tuple[int, int], text: str) -> tuple[int, int] | None:
    """The name without what belongs to no name; None when nothing of a place is left."""
    start, end = span
    words = text[start:end]
    if words.endswith(("'s", "’s")):
        end -= 2
    words = text[start:end].rstrip(".'’-")
    if not words.endswith(("'s", "’s")) and (rest := _SECOND.match(text, start)) and rest.end() > start + len(words):
        words = rest[0]
    if (first := _NO_PLACE.match(words)) and words[first.end() : first.end() + 1] == " ":
        # "Maybe Arvada", "March Salem": what is no place may open the run of capitals
        return _cut((start + first.end() + 1, start + len(words)), text) if words[first.end() + 1].isupper() else None
    if _NO_PLACE.match(words) or _BUILDING.search(words) or _address(text, start, end) or len(words) < 2:
        return None
    return start, start + len(words)


def _address(text: str, start: int, end: int) -> bool:
    # "near 1280 Mattox Road", "in Mattox Road apartments"
    return bool(re.search(r"\d ?$", text[:start])) or (
        bool(
            re.match(
                r" (?i:apartments?|apts?|street|st\b|avenue|ave|road|rd|drive|lane|court|blvd|homes\b|condos?|real estate|realty)",
                text[end:],
            )
        )
        and not text[:start].rstrip().lower().endswith((" in", " the", " near"))
    )


def _alike(text: str, end: int) -> Iterator[tuple[int, int]]:
    """Further names in the same list: "in Salem or Round Rock", but not the state in "Austin, TX"."""
    while hit := _MORE.match(text, end):
        cut = _cut(hit.span("v"), text)
        if cut is None:
            return
        if not _STATE.match(hit["v"]):
            yield cut
        end = hit.end()


def _casual(plain: str, parts: tuple[Sentence, ...]) -> Iterator[tuple[int, int]]:
    for pattern in (_CASUAL, _AREA_SMALL, _SAINT):
        for hit in pattern.finditer(plain):
            start = hit.start("v")
            words = _until_edge(hit["v"])
            if words and not _NO_PLACE.match(words) and not _BUILDING.search(words) and _wanted(start, plain, parts):
                yield start, start + len(words)


def _until_edge(words: str) -> str:
    kept: list[str] = []
    for word in words.split(" "):
        if word.rstrip(".") in _EDGE or word == "":
            break
        kept.append(word)
        if word.endswith("."):
            break
    return " ".join(kept).rstrip(".'’-")


def _listed(plain: str, parts: tuple[Sentence, ...], areas: frozenset[str]) -> Iterator[tuple[int, int]]:
    for area in sorted(areas, key=len, reverse=True):
        hit = re.search(rf"(?<!\w){re.escape(area.lower())}(?!\w)", plain) if area.strip() else None
        if hit and _wanted(hit.start(), plain, parts):
            yield hit.span()


def _somewhere(text: str, plain: str, parts: tuple[Sentence, ...]) -> Iterator[tuple[int, int]]:
    """The first name with a capital inside a sentence: "I am heading to Salem", after a question for the place."""
    for hit in _PROPER_WORDS.finditer(text):
        cut = _cut(hit.span(), text)
        if (
            cut
            and not _OPENS.search(text[: cut[0]])
            and around(cut[0], parts).manner != "asked"
            and not denied(plain, cut[0], around(cut[0], parts))
        ):
            yield cut
            yield from _alike(text, cut[1])
            return


def _answer(text: str, plain: str, *, small: bool) -> Iterator[tuple[int, int]]:
    """The name that a short answer opens with: "Salem would be nice", "i think san jose"."""
    if "?" in plain and not re.match(r"\W*(?:how|what) about\b|.{0,40}\?\W*$", plain):
        return
    lead = _LEAD.match(text)
    start = lead.end() if lead else 0
    hit = _OPENING.match(text, start)
    if hit is None:
        return
    if not _STANDS_ALONE.match(text, hit.end("v") if hit["v"] else start + len(_until_edge(hit["l"]))):
        return
    if hit["v"]:
        if cut := _cut(hit.span("v"), text):
            yield cut
            yield from _alike(text, cut[1])
    elif small and (words := _until_edge(hit["l"])) and not _NO_PLACE.match(words) and len(plain) < 60:
        yield from _small_list(plain, hit.start("l"), len(words))


def _small_list(plain: str, start: int, length: int) -> Iterator[tuple[int, int]]:
    yield start, start + length
    if (
        (more := _MORE_SMALL.match(plain, start + length))
        and not _NO_PLACE.match(more["v"])
        and (words := _until_edge(more["v"]))
    ):
        yield more.start("v"), more.start("v") + len(words)
