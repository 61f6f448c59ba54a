"""Which words turn a sentence into a claim about a property, and which ones take it out again?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

CLAUSE: Final = re.compile(r"(?<=[.!?;\n])\s+|(?<=[,:])\s+|\s+[-\u2013\u2014]\s+|\n+")
ASKS: Final = re.compile(
    r"^\W*(?:(?:and|or|but|so|y|o|pero|then|also|tambien) )?(?:do|does|did|is|are|was|were|would|will|could|can|should|shall|may|have|has|how|what|which|when|where|who|why|am"
    r"|es|esta|estan|tiene|tienen|le|les|te|cual|cuales|cuant[oa]s?|como|que|cuando|donde|quien|puedo|podemos|quiere|quieren|prefiere|necesita|desea|busca|hay|sera)\b"
)
# What the prospect wishes, said or can pay is theirs, not the property's.
THEIRS: Final = re.compile(
    r"\byou(?:'re| are| were|'ve been)? (?:still )?(?:looking|searching|hoping|asking)\b|\byou (?:\w+ )?(?:need|needed|want|wanted|asked|mentioned|said|told|prefer|wish|wished|require|wrote|had in mind|can spend|could spend)\b"
    r"|\byour (?:budget|wish(?:es)?|search|range|price range|criteria|list|must[- ]haves?|pre-?approval|limit|target|request|needs|message|question|lender|own|current|lease|home|house|place|condo)\b"
    r"|\b(?:usted(?:es)? )?(?:busca[bn]?a?n?|necesitan?|quieren?|querian?|prefieren?|pidio|pidieron|menciono|mencionaron|dijo|dijeron)\b"
    r"|\bsu (?:presupuesto|busqueda|rango|lista|limite|preaprobacion|mensaje|pregunta|casa actual|propia casa|contrato)\b|\bme (?:conto|dijo|dijeron|escribio)\b"
)
# Homes in general: what is sent or searched for.
SEARCH: Final = re.compile(
    r"\b(?:homes|houses|places|listings|properties|options|condos|units|ones|anything|something|alerts?|search|casas|propiedades|opciones|departamentos|viviendas|algo|alertas?|busqueda)\b"
)
# Not claimed, but to be found out.
OPEN: Final = re.compile(
    r"\b(?:if|whether|in case|unless|once i know|(?:let me|i(?:'ll| will|'d like to| need to| have to| want to| am going to)|we(?:'ll| will)|happy to|shall i|allow me to|going to) (?:\w+ )?(?:check|verify|find out|ask|look up|look into|confirm(?! that)|see)"
    r"|(?:don't|do not) (?:yet )?know|not sure|to be confirmed|si (?:tiene|hay|es|esta|sigue|aceptan|incluye|todavia|aun|acepta|permiten|fuera)|(?:voy a|dejeme|permitame|permita|quiero|puedo|le voy a|vamos a|tengo que|debo) (?:\w+ )?(?:verificar(?:lo)?|revisar(?:lo)?|confirmar(?! que)(?:lo)?|preguntar|averiguar|checar)|no se si|por confirmar|verifico|confirmo si|pregunto)\b"
)
DENIED: Final = re.compile(
    r"\b(?:no|not|without|sin|doesn't have|does not have|isn't|is not|no tiene|no hay|no es|lacks)\s+(?:an?\s+|una?\s+|\w+\s+)?$"
)
MONEY_KINDS: Final = (
    ("hoa", re.compile(r"\b(?:hoa|association|dues|maintenance fee|cuotas?|mantenimiento|condo fee)\b")),
    ("taxes", re.compile(r"\b(?:tax(?:es)?|impuestos?|predial)\b")),
    ("rent", re.compile(r"\b(?:rents?|rental income|rented|renta|rentas|alquiler)\b")),
    ("noi", re.compile(r"\bnoi\b|\bnet operating\b")),
    ("utilities", re.compile(r"\b(?:utilities|electric(?:ity)?|insurance|servicios|seguro)\b")),
)
MONEY_FACTS: Final[Mapping[str, tuple[str, ...]]] = {
    "price": ("price", "list_price", "listing_price", "precio"),
    "hoa": ("hoa", "hoa_fee", "hoa_fees", "dues", "cuota", "mantenimiento"),
    "taxes": ("taxes", "property_taxes", "tax", "impuestos", "predial"),
    "rent": ("rent", "rents", "rental_income", "renta"),
    "noi": ("noi",),
    "utilities": ("utilities", "insurance", "servicios", "seguro"),
}
# What is said of the property in words that no kind knows: "it backs onto a creek", "the roof was replaced".
STATED: Final = re.compile(
    r"\b(?:it|it'?s|this (?:one|home|house|place|unit|condo)|the (?:whole )?(?:home|house|place|property|unit|condo|residence|building|thing|lot|land|roof|kitchen|bath(?:room)?s?|basement|yard|garage|pool|hvac|furnace|plumbing|wiring|foundation|view|street|block|neighbou?rhood|area|community|sellers?|owners?|previous owners?|listing))"
    r"(?:'s| is| are)? (?:also |still |even |just |recently |only |now |really )*(?:has(?: not| n't)?|had|hasn't|got|comes?|includes?|backs?|sits?|features?|offers?|boasts?|gets?|opens?|borders?|was|were|will (?:pay|cover|include|throw|leave|give|take)|pays?|covers?|gives?|goes with|stays?|needs?|requires?|passed|never|have|are (?:motivated|willing|ready|open))\b[^.!?\n]{2,90}"
    r"|\b(?:its|the (?:whole )?(?:home|house|place|property|unit|condo|residence|building|roof|kitchen|basement|yard|street|block|neighbou?rhood|area|community|sellers?|owners?|everything)|everything|nothing|nobody|it's the)(?: \w+){0,3} (?:is|are|was|were|has|have|accepts?|takes?|floor|unit)\b[^.!?\n]{2,90}|\bit's the (?:top|last|only|largest|best|quietest|corner)\b[^.!?\n]{0,60}"
    r"|\bthere(?:'s| is| are| was| were) (?:\w+ ){1,8}\w+|\b(?:a|an|one) (?:wonderful|beautiful|lovely|stunning|gorgeous|charming|spacious|cozy|bright|quiet|rare|unique|huge) (?:home|house|place|condo|property|unit|residence|kitchen|yard|lot)\b[^.!?\n]{0,60}"
    r"|\b(?:la (?:casa|propiedad|cocina|zona|colonia|construccion)|el (?:inmueble|departamento|techo|dueno|vendedor|edificio|barrio))(?: \w+){0,2} (?:tiene|tienen|incluye|esta|fue|cuenta|paga|queda|es|acepta)\b[^.!?\n]{2,90}"
    r"|(?:^|[.;:,] )(?:tiene|tienen|cuenta con|incluye|hay|trae|viene con)\b (?!que\b|una casa que\b)[^.!?\n]{3,90}"
)
# Spoken of in such a statement, but not of the property: the agreement, the talk, the search.
NOT_IT: Final = re.compile(
    r"\b(?:agreement|fee|call|meeting|question|message|lenders?|loans?|lease|step|steps|ones|names?|figures?|papers|documents?|comments|given us|cifras|documentos|comentarios|date|time|moment|word|words|page|list|alerts?|file|choice|decision|hurry|pressure|sources?|links?|days?|minutes|comision|acuerdo|llamada|cita|pregunta|mensaje|prestamistas?|paso|pasos|fecha|prisa|lista|decision|expediente|fuentes|enlaces)\b"
)
EMPTY: Final = frozenset(
    [
        "it",
        "its",
        "is",
        "it's",
        "this",
        "one",
        "the",
        "a",
        "an",
        "and",
        "or",
        "of",
        "in",
        "on",
        "at",
        "to",
        "for",
        "with",
        "has",
        "had",
        "have",
        "comes",
        "come",
        "includes",
        "was",
        "were",
        "are",
        "there",
        "their",
        "also",
        "very",
        "so",
        "as",
        "your",
        "you",
        "s",
        "home",
        "house",
        "place",
        "property",
        "unit",
        "condo",
        "residence",
        "all",
        "each",
        "here",
        "la",
        "el",
        "los",
        "las",
        "una",
        "un",
        "y",
        "de",
        "con",
        "en",
        "tiene",
        "cuenta",
        "incluye",
        "hay",
        "esta",
        "fue",
        "es",
        "casa",
        "propiedad",
        "lo",
        "que",
        "del",
        "al",
        "su",
        "sus",
        "por",
        "para",
    ]
)
NOT_ITS_PRICE: Final = re.compile(
    r"\b(?:earnest|deposit|my fee|our fee|my commission|comision|honorarios|gift card|credit of)\b"
)
SIDES: Final = {"norte": "north", "sur": "south", "este": "east", "oriente": "east", "oeste": "west", "poniente": "west", "sureste": "southeast", "suroeste": "southwest", "noreste": "northeast", "noroeste": "northwest"}  # fmt: skip
SHARES: Final = {"half": 0.5, "quarter": 0.25, "medio": 0.5}
NO: Final = frozenset(
    {"no", "none", "false", "0", "sold", "pending", "under contract", "ninguno", "ninguna", "vendida"}
)
