"""May these words be put into an agent's mouth?"""

from __future__ import annotations

import re
from functools import lru_cache

from coaching.fairhousing import FairHousingQuestion, guard

# What no line may say, whoever wrote it: fair housing (42 USC 3604(c)), fees that are negotiable
# (NAR settlement, 17 Aug 2024), no forecasts, no promises, no legal or tax advice.
FORBIDDEN: dict[str, tuple[str, ...]] = {
    "judges an area by safety or people": (
        r"\b(?:un)?safe(?:r|st)?\s+(?:area|neighbou?rhood|part of town|street|block|community|place)s?",
        r"\b(?:area|neighbou?rhood|street|block|community) (?:is|are|feels) (?:very |quite |so )?(?:un)?safe",
        r"\b(?:low|high)[- ]crime\b",
        r"\b(?:good|great|best|top|bad|better) schools?\b",
        r"\b(?:good|bad|nice|rough|exclusive|family)[- ](?:neighbou?rhood|area)\b",
        r"\bfamily[- ]friendly\b",
        r"\b(?:right|wrong) kind of people\b",
        r"\bpeople like you\b",
        r"\b(?:barrio|zona|vecindario|colonia)s?\s+(?:muy\s+)?(?:segur[oa]|peligros[oa]|exclusiv[oa]|familiar)",
        r"\bbuenas escuelas\b|\bmejores escuelas\b",
        r"\bpoca delincuencia\b|\bgente como (?:usted|tú)\b",
    ),
    "speaks about a protected class": (
        r"\b(?:race|racial|ethnic(?:ity)?|religio(?:n|us)|church(?:es)?|mosques?|synagogues?|christians?|jewish|muslims?|catholics?)\b",
        r"\b(?:white|black|hispanic|latino|asian|arab|immigrant) (?:area|neighbou?rhood|famil(?:y|ies)|people|buyers?|communit(?:y|ies))\b",
        r"\b(?:pregnan(?:t|cy)|disab(?:led|ility)|handicap(?:ped)?|nationality|birthplace|sexual orientation)\b",
        r"\b(?:how old are you|your age|are you married|marital status|do you have (?:kids|children)|how many (?:kids|children))\b",
        r"\bwhere (?:are you|is your family) (?:originally )?from\b",
        r"\b(?:adults?[- ]only|no (?:kids|children)|empty[- ]nesters?|perfect for famil(?:y|ies))\b",
        r"\byour (?:wife|husband|spouse)\b",
        r"\b(?:raza|etnia|religi(?:ón|oso|osa)|iglesias?|mezquitas?|sinagogas?|discapacidad|embaraz\w+|nacionalidad)\b",
        r"\b(?:cuántos años tiene|está casad[oa]|estado civil|tiene hijos|cuántos hijos|su (?:espos[oa]|marido|mujer))\b",
    ),
    "calls a fee standard or fixed": (
        r"\b(?:standard|usual|normal|typical|customary|going|market) (?:commission|fee|rate of commission)s?\b",
        r"\bcommission (?:is|are) (?:fixed|standard|set)\b",
        r"\b(?:everyone|everybody) charges\b",
        r"\bcomisi(?:ón|ones) (?:estándar|normal|habitual|usual|fija|de mercado)\b",
        r"\btodos cobran\b",
    ),
    "promises or predicts": (
        r"\bguarante(?:e|es|ed|eing)\b|\bgarantiz\w+|\bgarantía de\b",
        r"\b(?:rates?|prices?|values?|the market|interest) (?:will|are going to|is going to|are about to|won't|should) "
        r"(?:soon |surely |definitely |probably )?(?:go|rise|fall|drop|climb|increase|decrease|double|come down|crash|keep)",
        r"\b(?:tasas?|precios?|valores?|mercado) (?:va|van) a (?:subir|bajar|caer|aumentar|crecer)",
        r"\b(?:tasas?|precios?|valores?|mercado) (?:subir|bajar|caer|aumentar|crecer)(?:á|án)\b",
        r"\b(?:can't lose|risk[- ]free|sure thing|you will (?:be|get) approved|will appreciate|sin riesgo|seguro que sube)\b",
        r"\b(?:now or never|last chance|ahora o nunca|última oportunidad)\b",
    ),
    "gives legal, tax or lending advice": (
        r"\byou (?:can|may|could) (?:deduct|write off|legally)\b|\byou (?:don't|do not|won't) (?:owe|have to pay) (?:any )?tax(?:es)?\b",
        r"\byou (?:would|will|do|'ll|should) qualify\b|\byou(?:'re| are) (?:pre-?)?approved\b",
        r"\b(?:break|get out of|cancel|ignore) (?:your|that|the) (?:contract|agreement)\b",
        r"\b(?:puede deducir|no paga(?:rá)? impuestos|usted califica|romper (?:su|el) contrato)\b",
    ),
    "talks about how it was made": (
        r"\b(?:system prompt|as an ai|language model|my instructions|ignore (?:all|any|previous|the|your)[\w ]{0,30}instructions)\b",
        r"<\/?\w+[^>]*>|```|\{\{|\}\}",
    ),
}


def forbidden(text: str) -> str:
    """Why this text may not be said, in a few words; "" when it may. Fair housing is held to the strictest law of all places."""
    if reason := next((reason for reason, pattern in _patterns() if pattern.search(text)), ""):
        return reason
    flags = guard(FairHousingQuestion(text, "engine")).flags
    return f"touches fair housing ({flags[0].protected.replace('_', ' ')}, {flags[0].quote!r})" if flags else ""


def words(text: str) -> int:
    """How many words a reader counts: runs between spaces."""
    return len(text.split())


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (reason, re.compile("|".join(f"(?:{part})" for part in parts), re.IGNORECASE))
        for reason, parts in FORBIDDEN.items()
    )
