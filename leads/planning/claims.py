"""What does a draft claim about a property, and which known fact bears it out?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Final

from leads import money
from leads.planning.evidence import table
from leads.planning.situation import Home
from leads.words import folded

_CLAUSE: Final = re.compile(r"(?<=[.!?;\n])\s+|(?<=[,:])\s+|\s+[-\u2013\u2014]\s+|\n+")
_ASKS: Final = re.compile(
    r"^\W*(?:(?:and|or|but|so|y|o|pero|then|also|tambien) )?(?:do|does|did|is|are|was|were|would|will|could|can|should|shall|may|have|has|how|what|which|when|where|who|why|am"
    r"|es|esta|estan|tiene|tienen|le|les|te|cual|cuales|cuant[oa]s?|como|que|cuando|donde|quien|puedo|podemos|quiere|quieren|prefiere|necesita|desea|busca|hay|sera)\b"
)
# What the prospect wishes, said or can pay is theirs, not the property's.
_THEIRS: Final = re.compile(
    r"\byou(?:'re| are| were|'ve been)? (?:still )?(?:looking|searching|hoping|asking)\b|\byou (?:\w+ )?(?:need|needed|want|wanted|asked|mentioned|said|told|prefer|wish|wished|require|wrote|had in mind|can spend|could spend)\b"
    r"|\byour (?:budget|wish(?:es)?|search|range|price range|criteria|list|must[- ]haves?|pre-?approval|limit|target|request|needs|message|question|lender|own|current|lease|home|house|place|condo)\b"
    r"|\b(?:usted(?:es)? )?(?:busca[bn]?a?n?|necesitan?|quieren?|querian?|prefieren?|pidio|pidieron|menciono|mencionaron|dijo|dijeron)\b"
    r"|\bsu (?:presupuesto|busqueda|rango|lista|limite|preaprobacion|mensaje|pregunta|casa actual|propia casa|contrato)\b|\bme (?:conto|dijo|dijeron|escribio)\b"
)
# Homes in general: what is sent or searched for.
_SEARCH: Final = re.compile(
    r"\b(?:homes|houses|places|listings|properties|options|condos|units|ones|anything|something|alerts?|search|casas|propiedades|opciones|departamentos|viviendas|algo|alertas?|busqueda)\b"
)
# Not claimed, but to be found out.
_OPEN: Final = re.compile(
    r"\b(?:if|whether|in case|unless|once i know|(?:let me|i(?:'ll| will|'d like to| need to| have to| want to| am going to)|we(?:'ll| will)|happy to|shall i|allow me to|going to) (?:\w+ )?(?:check|verify|find out|ask|look up|look into|confirm(?! that)|see)"
    r"|(?:don't|do not) (?:yet )?know|not sure|to be confirmed|si (?:tiene|hay|es|esta|sigue|aceptan|incluye|todavia|aun|acepta|permiten|fuera)|(?:voy a|dejeme|permitame|permita|quiero|puedo|le voy a|vamos a|tengo que|debo) (?:\w+ )?(?:verificar(?:lo)?|revisar(?:lo)?|confirmar(?! que)(?:lo)?|preguntar|averiguar|checar)|no se si|por confirmar|verifico|confirmo si|pregunto)\b"
)
_DENIED: Final = re.compile(
    r"\b(?:no|not|without|sin|doesn't have|does not have|isn't|is not|no tiene|no hay|no es|lacks)\s+(?:an?\s+|una?\s+|\w+\s+)?$"
)
_MONEY_KINDS: Final = (
    ("hoa", re.compile(r"\b(?:hoa|association|dues|maintenance fee|cuotas?|mantenimiento|condo fee)\b")),
    ("taxes", re.compile(r"\b(?:tax(?:es)?|impuestos?|predial)\b")),
    ("rent", re.compile(r"\b(?:rents?|rental income|rented|renta|rentas|alquiler)\b")),
    ("noi", re.compile(r"\bnoi\b|\bnet operating\b")),
    ("utilities", re.compile(r"\b(?:utilities|electric(?:ity)?|insurance|servicios|seguro)\b")),
)
_MONEY_FACTS: Final[Mapping[str, tuple[str, ...]]] = {
    "price": ("price", "list_price", "listing_price", "precio"),
    "hoa": ("hoa", "hoa_fee", "hoa_fees", "dues", "cuota", "mantenimiento"),
    "taxes": ("taxes", "property_taxes", "tax", "impuestos", "predial"),
    "rent": ("rent", "rents", "rental_income", "renta"),
    "noi": ("noi",),
    "utilities": ("utilities", "insurance", "servicios", "seguro"),
}
_NOT_ITS_PRICE: Final = re.compile(
    r"\b(?:earnest|deposit|my fee|our fee|my commission|comision|honorarios|gift card|credit of)\b"
)
_SIDES: Final = {"norte": "north", "sur": "south", "este": "east", "oriente": "east", "oeste": "west", "poniente": "west", "sureste": "southeast", "suroeste": "southwest", "noreste": "northeast", "noroeste": "northwest"}  # fmt: skip
_NO: Final = frozenset(
    {"no", "none", "false", "0", "sold", "pending", "under contract", "ninguno", "ninguna", "vendida"}
)


@dataclass(frozen=True)
class Claim:
    """A claim about a property: `text[start:end]`, its kind, whether a known fact bears it out, and which one.

    `source` is the name of the fact, or what a person gave as the source.
    """

    start: int
    end: int
    claim: str
    kind: str
    known: bool
    source: str = ""


def claims(text: str, home: Home) -> tuple[Claim, ...]:
    """Every claim of the first 4,000 characters, in their order, none inside another.

    Questions, what the prospect wishes, homes in general, and what is still to be found out are no claims.
    """
    facts = _facts(home)
    found = [claim for start, end in _clauses(text) for claim in _in_clause(text, start, end, facts)]
    kept: list[Claim] = []
    for one in sorted(found, key=lambda claim: (claim.start, -(claim.end - claim.start))):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return tuple(kept)


def unresolved(found: tuple[Claim, ...]) -> tuple[Claim, ...]:
    return tuple(one for one in found if not one.known)


def render(found: tuple[Claim, ...]) -> list[dict[str, Any]]:
    """As they are kept and shown: start, end, claim, kind, known, source."""
    return [asdict(one) for one in found]


def _clauses(text: str) -> Iterator[tuple[int, int]]:
    """The clauses that state something, by their place in the text."""
    plain = folded(text)
    begins = 0
    spans = []
    for mark in [*_CLAUSE.finditer(plain), None]:
        end = mark.start() if mark is not None else len(plain)
        if end > begins:
            spans.append((begins, end))
        begins = mark.end() if mark is not None else end
    for start, end in spans:
        clause = plain[start:end]
        stop = re.search(r"[.!?]", plain[start:])
        asks = stop is not None and stop[0] == "?" and (clause.rstrip().endswith("?") or bool(_ASKS.match(clause)))
        if asks and (_ASKS.match(clause.lstrip("¿ ")) or clause.lstrip().startswith("¿")):
            continue
        yield start, end


def _in_clause(text: str, start: int, end: int, facts: Mapping[str, Any]) -> Iterator[Claim]:
    plain = folded(text)
    clause = plain[start:end]
    for kind, negative, pattern in _patterns():
        for hit in pattern.finditer(plain, start, end):
            if not _meant(clause, plain[start : hit.start()], plain[hit.end() : end]):
                continue
            source = _borne_out(kind, hit, facts, denied=negative or bool(_DENIED.search(plain[start : hit.start()])))
            yield Claim(hit.start(), hit.end(), text[hit.start() : hit.end()], kind, bool(source), source)
    yield from _of_money(text, start, end, facts)


def _of_money(text: str, start: int, end: int, facts: Mapping[str, Any]) -> Iterator[Claim]:
    clause = folded(text)[start:end]
    for amount in money.find(text[start:end]):
        before, after = clause[: amount.start], clause[amount.end :]
        if not _meant(clause, before, after) or _NOT_ITS_PRICE.search(clause):
            continue
        near = clause[max(amount.start - 45, 0) : amount.end + 30]
        kind = next((name for name, cue in _MONEY_KINDS if cue.search(near)), "price")
        source = next((name for name in _MONEY_FACTS[kind] if _same_number(amount.value, facts.get(name))), "")
        yield Claim(
            start + amount.start,
            start + amount.end,
            text[start + amount.start : start + amount.end],
            kind,
            bool(source),
            source,
        )


def _meant(clause: str, before: str, after: str) -> bool:
    """Whether the property is spoken of, and as a fact."""
    return not (
        _THEIRS.search(before) or _OPEN.search(before) or _SEARCH.search(before) or _SEARCH.match(after.strip())
    )


def _borne_out(kind: str, hit: re.Match[str], facts: Mapping[str, Any], *, denied: bool) -> str:
    """The name of the fact that says the same, "" when none does."""
    groups = {name: value for name, value in hit.groupdict().items() if value}
    names = table("claims")["kinds"][kind].get("facts", ())
    for name in names:
        if name in facts and _says(kind, facts[name], groups, denied=denied):
            return str(name)
    if kind == "feature" and groups and not denied:
        word = next(iter(groups.values()))
        return next((name for name, value in facts.items() if _is_yes(value) and _same_word(word, name)), "")
    return ""


def _says(kind: str, known: Any, groups: Mapping[str, str], *, denied: bool) -> bool:
    number = next((value for name, value in groups.items() if name.startswith("number")), "")
    word = next((value for name, value in groups.items() if name.startswith("word")), "")
    if number:
        return not denied and _same_number(_number(number), known)
    if not word:  # yes or no
        return denied is not _is_yes(known)
    if isinstance(known, bool) or str(known).strip().casefold() in ("yes", "true", "si", *_NO):
        return denied is not _is_yes(known) and not re.search(r"\d|two|three|heated|private|dos|tres", word)
    return not denied and _in_value(word, known)


def _in_value(word: str, known: Any) -> bool:
    """Whether every word of the claim stands in what is entered; 2 and "two" are one."""
    listed = " ".join(map(str, known)) if isinstance(known, list) else str(known)
    entered, numbers = _tokens(listed), table("claims")["numbers"]
    wanted = _tokens(_SIDES.get(word, word)) - {"the", "a", "of", "in"}
    entered |= {str(numbers[one]) for one in entered if one in numbers} | {_SIDES.get(one, one) for one in entered}
    return bool(wanted) and all(one in entered or str(numbers.get(one, one)) in entered for one in wanted)


def _tokens(text: str) -> set[str]:
    return {word.rstrip("s") if len(word) > 3 else word for word in re.findall(r"[a-z0-9]+", folded(text))}


def _same_word(word: str, name: str) -> bool:
    return _tokens(word) == _tokens(name.replace("_", " "))


def _is_yes(known: Any) -> bool:
    return not (known is False or known is None or known == 0 or str(known).strip().casefold() in _NO)


def _number(text: str) -> float | None:
    plain = folded(text).strip()
    known = table("claims")["numbers"].get(
        plain, {"half an": 0.5, "a quarter": 0.25, "a quarter of an": 0.25}.get(plain)
    )
    if known is not None:
        return float(known)
    bare = re.sub(r"[.,](?=\d{3}\b)", "", plain).replace(",", ".").rstrip(".")
    try:
        return float(bare)
    except ValueError:
        return None


def _same_number(value: float | None, known: Any) -> bool:
    if value is None or known is None or isinstance(known, bool):
        return False
    entered = (
        [float(known)]
        if isinstance(known, int | float)
        else [number for one in re.findall(r"\d[\d,.]*", str(known)) if (number := _number(one)) is not None]
    )
    return any(abs(number - value) <= 0.005 * max(abs(number), 1) for number in entered)


def _facts(home: Home) -> dict[str, Any]:
    """What is known of the property by lower-case names."""
    known = {folded(str(name)).strip().replace(" ", "_"): value for name, value in home.facts.items()}
    return {**known, "price": home.price} if home.price is not None else known


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, bool, re.Pattern[str]], ...]:
    """Kind, whether it says no, and the pattern."""
    data = table("claims")
    found = []
    for kind, rule in data["kinds"].items():
        for form in ("number", "word", "yes", "no"):
            if form in rule:
                text = rule[form].replace("{count}", data["count"])
                found.append((kind, form == "no", re.compile(rf"(?<!\w)(?:{text})")))
    return tuple(found)
