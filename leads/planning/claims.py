"""What does a draft claim about a property, and which known fact bears it out?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from enterprisehub.engines.base import Capability
from enterprisehub.errors import Invalid
from leads import money
from leads.planning import claim_words as words
from leads.planning.evidence import table
from leads.planning.situation import NO_HOME, Home
from leads.words import folded


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
    found: list[Claim] = []
    for start, end in _clauses(text):
        found += list(_in_clause(text, start, end, facts)) or list(_stated(text, start, end, facts))
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
    for mark in [*words.CLAUSE.finditer(plain), None]:
        end = mark.start() if mark is not None else len(plain)
        if end > begins:
            spans.append((begins, end))
        begins = mark.end() if mark is not None else end
    for start, end in spans:
        if not _is_asked(plain, start, end):
            yield start, end


def _is_asked(plain: str, start: int, end: int) -> bool:
    """Whether the clause, or the sentence from its beginning, is a question."""
    stop = re.search(r"[.!?]", plain[start:])
    if stop is None or stop[0] != "?":
        return False
    before = max((plain.rfind(mark, 0, start) for mark in ".!?\n"), default=-1)
    opens = plain[before + 1 : end].lstrip(" \n")
    clause = plain[start:end].lstrip()
    return (
        clause.startswith("¿")
        or opens.startswith("¿")
        or bool(words.ASKS.match(clause))
        or bool(words.ASKS.match(opens))
    )


def _in_clause(text: str, start: int, end: int, facts: Mapping[str, Any]) -> Iterator[Claim]:
    plain = folded(text)
    clause = plain[start:end]
    for kind, negative, pattern in _patterns():
        for hit in pattern.finditer(plain, start, end):
            if not _meant(clause, plain[start : hit.start()], plain[hit.end() : end]):
                continue
            source = _borne_out(
                kind, hit, facts, denied=negative or bool(words.DENIED.search(plain[start : hit.start()]))
            )
            yield Claim(hit.start(), hit.end(), text[hit.start() : hit.end()], kind, bool(source), source)
    yield from _of_money(text, start, end, facts)


def _stated(text: str, start: int, end: int, facts: Mapping[str, Any]) -> Iterator[Claim]:
    """What is said of the property in other words: known when every word that says something is entered."""
    plain = folded(text)
    clause = plain[start:end]
    hit = words.STATED.search(clause)
    if hit is None or not _meant(clause, clause[: hit.start()], "") or words.NOT_IT.search(hit[0]):
        return
    entered = _tokens(" ".join(f"{name.replace('_', ' ')} {value}" for name, value in facts.items() if _is_yes(value)))
    said = _tokens(hit[0]) - words.EMPTY
    known = "facts" if said and said <= entered else ""
    at = start + hit.start() + (len(hit[0]) - len(hit[0].lstrip(" .;:,")))
    yield Claim(at, start + hit.end(), text[at : start + hit.end()], "statement", bool(known), known)


def _of_money(text: str, start: int, end: int, facts: Mapping[str, Any]) -> Iterator[Claim]:
    clause = folded(text)[start:end]
    for amount in money.find(text[start:end]):
        before, after = clause[: amount.start], clause[amount.end :]
        if not _meant(clause, before, after) or words.NOT_ITS_PRICE.search(clause):
            continue
        near = clause[max(amount.start - 45, 0) : amount.end + 30]
        kind = next((name for name, cue in words.MONEY_KINDS if cue.search(near)), "price")
        source = next((name for name in words.MONEY_FACTS[kind] if _same_number(amount.value, facts.get(name))), "")
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
        words.THEIRS.search(before)
        or words.OPEN.search(before)
        or words.SEARCH.search(before)
        or words.SEARCH.match(after.strip())
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
    if isinstance(known, bool) or str(known).strip().casefold() in ("yes", "true", "si", *words.NO):
        return denied is not _is_yes(known) and not re.search(r"\d|two|three|heated|private|dos|tres", word)
    return not denied and _in_value(word, known)


def _in_value(word: str, known: Any) -> bool:
    """Whether every word of the claim stands in what is entered; 2 and "two" are one."""
    listed = " ".join(map(str, known)) if isinstance(known, list) else str(known)
    entered, numbers = _tokens(listed), table("claims")["numbers"]
    wanted = _tokens(words.SIDES.get(word, word)) - {"the", "a", "of", "in"}
    entered |= {str(numbers[one]) for one in entered if one in numbers} | {words.SIDES.get(one, one) for one in entered}
    return bool(wanted) and all(one in entered or str(numbers.get(one, one)) in entered for one in wanted)


def _tokens(text: str) -> set[str]:
    return {word.rstrip("s") if len(word) > 3 else word for word in re.findall(r"[a-z0-9]+", folded(text))}


def _same_word(word: str, name: str) -> bool:
    return _tokens(word) == _tokens(name.replace("_", " "))


def _is_yes(known: Any) -> bool:
    return not (known is False or known is None or known == 0 or str(known).strip().casefold() in words.NO)


def _number(text: str) -> float | None:
    plain = folded(text).strip()
    known = table("claims")["numbers"].get(
        plain, {"half": 0.5, "half a": 0.5, "half an": 0.5, "a quarter": 0.25, "a quarter of an": 0.25}.get(plain)
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
    entered += [share for word, share in words.SHARES.items() if word in str(known).casefold()]
    return any(abs(number - value) < 0.01 for number in entered)


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
        for form in ("number", "word", "so", "not_so"):
            if form in rule:
                text = rule[form].replace("{count}", data["count"])
                found.append((kind, form == "not_so", re.compile(rf"(?<!\w)(?:{text})")))
    return tuple(found)


@dataclass(frozen=True)
class ClaimsQuestion:
    """A draft, and what is known of the property."""

    text: str
    home: Home = NO_HOME


def parse(given: Mapping[str, Any]) -> ClaimsQuestion:
    """`text`, and `listing` {price, facts {name: value}}; Invalid names what is wrong."""
    text, listing = given.get("text"), given.get("listing") or {}
    if not isinstance(text, str):
        raise Invalid("`text` is a text.", field="text")
    if not isinstance(listing, dict) or not isinstance(listing.get("facts") or {}, dict):
        raise Invalid("`listing` is an object with a price and facts.", field="listing")
    price = listing.get("price")
    good = isinstance(price, int | float) and not isinstance(price, bool)
    return ClaimsQuestion(text, Home(price=float(price) if good and price else None, facts=listing.get("facts") or {}))


def answer(question: ClaimsQuestion) -> tuple[Claim, ...]:
    """The local engine of `leads.claims`."""
    return claims(question.text, question.home)


def told(found: tuple[Claim, ...]) -> dict[str, Any]:
    """As JSON: every claim, and whether one of them keeps the draft from being sent."""
    return {"claims": render(found), "blocked": bool(unresolved(found))}


CLAIMS: Capability[ClaimsQuestion, tuple[Claim, ...]] = Capability(
    "leads.claims", ClaimsQuestion, tuple, answer, parse=parse, render=told
)
