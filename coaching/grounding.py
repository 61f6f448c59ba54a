"""Is everything in this text borne out by what was said, by the playbook, or by a known fact?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from coaching.editing import HOLE, PLACEHOLDERS
from leads.words import folded

LONGEST_FACT = 60
# an order to the machine instead of words to the agent: read around it, obey none of it
_ORDER = re.compile(
    r"(?:\b(?:please )?(?:ignore|disregard|forget|override|bypass|ignora|ignore|olvida)\b[^.!?;\n]{0,30}\b(?:instructions?|prompts?|rules|guidelines"
    r"|instrucciones|reglas)\b"
    r"|\b(?:reveal|print|show|repeat|output|tell me|dime|muestra)\b[^.!?;\n]{0,20}\b(?:system )?(?:prompt|instructions|instrucciones)\b"
    r"|\byou are now\b[^.!?;\n]{0,60}|\b(?:act|behave|respond) as (?:a|an|if)\b[^.!?;\n]{0,60}|\bpretend (?:to be|you)\b[^.!?;\n]{0,60}"
    r"|\b(?:jailbreak|developer mode|dan mode|system prompt)\b|<\/?(?:system|assistant|user|tool|instructions?)[^>\n]{0,40}>"
    r"|\[/?(?:inst|system|assistant)\]|^\s*(?:system|assistant)\s*:)",
    re.MULTILINE,
)
# what an order asks for besides: "and the seller's lowest price"; with a verb it would be a sentence of its own
_BESIDES = re.compile(
    r"\s*,?\s*\b(?:and|or|plus|y|o)\s+(?:the|your|all|any|every|el|la|los|las|tus?|sus?)"
    r"(?:\s+(?!(?:is|are|was|were|has|costs?|seems?|needs?|es|esta|son|cuesta)\b)[\w'’-]+){1,5}\s*(?=[.!?;\n]|$)"
)
# a sentence about a machine is for a machine, and says nothing about a home
_SENTENCE = re.compile(r"[^.!?\n]+")
_MACHINE = re.compile(
    r"\b(?:chat ?-?gpt\w*|openai|gpt-?\d|language model|chat ?bots?|(?:an?|the|of|as) ai\b|jailbr\w+|unfiltered|amoral|role-?play\w*"
    r"|from now on,? (?:you|your|i)|(?:you are|you're|you will|to) (?:going to |now |be )?(?:pretend|simulat|immerse|play the role|act as)\w*"
    r"|(?:your|this|every|each|any|previous) prompts?|prompts|modelo de lenguaje|a partir de ahora (?:eres|seras|responde\w*))\b"
)
_LINK = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://\S+|www\.\S+"
    r"|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|gov|edu|co|us|info|biz|app|dev|mx|es|xyz|site|online|ly|me|ai|tv)\b(?:/\S*)?",
    re.IGNORECASE,
)
_PHONE = re.compile(r"\+?\d[\d\s().-]{5,}\d")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_THOUSANDS = re.compile(r"[.,](?=\d{3}(?!\d))")
_SCALED = re.compile(r"(\d+(?:[.,]\d+)*)\s?(k|m|mm|mil|thousand|million|millones)\b", re.IGNORECASE)
_SPELLED = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|half a"
    r"|un|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|quince|veinte|treinta|cuarenta|cincuenta|cien)[ -](?:and a half )?"
    r"(?:percent|per cent|thousand|million|hundred|grand|dollars|por ciento|mil|millones|dolares|pesos)\b"
)
_SCALE = {
    "k": 1_000,
    "mil": 1_000,
    "thousand": 1_000,
    "m": 1_000_000,
    "mm": 1_000_000,
    "million": 1_000_000,
    "millones": 1_000_000,
}


def span_of(quote: str, text: str) -> tuple[int, int] | None:
    """Where the quote's words stand in the text, whatever the case, accents and punctuation between them."""
    words = re.findall(r"\w+", folded(quote))
    if not words:
        return None
    hit = re.search(r"(?<!\w)" + r"[\W_]{1,6}".join(map(re.escape, words)) + r"(?!\w)", folded(text))
    return hit.span() if hit else None


def unsupported(text: str, *, context: Iterable[str], trusted: Iterable[str]) -> str:
    """The first number that is not in `context`, or link, e-mail or phone that is not in `trusted`; "" when all are borne out.

    A link must come from the tenant's own words: what a prospect wrote is never passed on as an address to use.
    """
    known = " \n ".join(trusted)
    for link in _LINK.findall(text):
        if link.rstrip(".,;)").casefold() not in known.casefold():
            return str(link)
    for phone in _PHONE.findall(text):
        if len(digits := _digits(phone)) >= 7 and digits not in _digits(known) and not _is_money(phone):
            return str(phone)
    everything = " \n ".join((*context, known))
    borne = _amounts(everything, both=True)
    loose = [number for number in sorted(_amounts(text, both=False)) if number not in borne]
    said = folded(everything)
    loose += [hit.group() for hit in _SPELLED.finditer(folded(text)) if hit.group() not in said]
    return loose[0] if loose else ""


def facts(known: Mapping[str, str]) -> dict[str, str]:
    """What placeholders may be filled with: one clean line each, no braces; `location` also answers for {area}."""
    told = {**({"area": known["location"]} if known.get("location") else {}), **known}
    clean = {name: " ".join(str(value).split()) for name, value in told.items() if name in PLACEHOLDERS}
    return {
        n: v
        for n, v in clean.items()
        if v and len(v) <= LONGEST_FACT and "{" not in v and "}" not in v and not _LINK.search(v)
    }


def filled(text: str, values: Mapping[str, str]) -> str | None:
    """The text with its placeholders filled, or None when one of them is not known."""
    if not set(HOLE.findall(text)) <= values.keys():
        return None
    return HOLE.sub(lambda hole: values[hole.group(1)], text)


def without_orders(text: str) -> str:
    """The text with orders to the machine blanked out, as long as before, so that offsets into it stay true."""
    plain, letters = folded(text), list(text)
    machine = [hit for hit in _SENTENCE.finditer(plain) if _MACHINE.search(plain, *hit.span())]
    for hit in (*machine, *_ORDER.finditer(plain)):
        besides = _BESIDES.match(plain, hit.end())
        end = besides.end() if besides else hit.end()
        letters[hit.start() : end] = " " * (end - hit.start())
    return "".join(letters)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _is_money(text: str) -> bool:
    return bool(re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", text.strip()))


def _amounts(text: str, *, both: bool) -> set[str]:
    """Numbers with thousands marks dropped and `450k` written out; with `both`, `450` counts as said too."""
    scaled = {_written(hit.group(1), _SCALE[hit.group(2).lower()]) for hit in _SCALED.finditer(text)}
    rest = text if both else _SCALED.sub(" ", text)
    return scaled | {_written(hit.group(), 1) for hit in _NUMBER.finditer(rest)}


def _written(number: str, scale: int) -> str:
    plain = _THOUSANDS.sub("", number)
    if ":" in plain:
        return plain
    try:
        return f"{float(plain.replace(',', '.')) * scale:g}" if len(plain) < 16 else plain
    except ValueError:  # 1.2.3 is a number to nobody; compare it as it is written
        return plain
