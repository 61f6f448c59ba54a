"""Which phrases of the fair-housing table does a text say? The table is `data/fairhousing_rules.yaml`; its head explains it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

from leads.phrasing import STEM, expression
from leads.text import Span, words

TABLE: Final = Path(__file__).parent / "data" / "fairhousing_rules.yaml"
PEOPLE: Final = "qw"
"""What stands for people who were found, filled up with `_` to their length, so that offsets stay true."""
_MOST: Final = 3  # hits of one phrase in one text


@dataclass(frozen=True)
class Phrase:
    """One phrase: the part of the table it is from, what it means, and whose words it reads (out, in or both)."""

    part: str
    way: str
    protected: str
    kind: str
    pattern: str = ""
    rank: int = 0  # its place in the table: earlier ones go first


@dataclass(frozen=True)
class Hit:
    """A phrase that was found, at a stretch of the folded text."""

    phrase: Phrase
    span: Span


Book = Mapping[str, tuple[Phrase, ...]]


@dataclass(frozen=True)
class Rulebook:
    """The table, each part found by a word that its phrases need; `kinds` in the order in which frames count."""

    things: Book
    people: Book
    speech: Book
    kinds: tuple[str, ...]


@lru_cache(maxsize=1)
def rulebook() -> Rulebook:
    """The table that ships with the product, read once."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return read(yaml.load(TABLE.read_text("utf-8"), Loader=loader))  # noqa: S506 - both loaders are the safe ones


def read(table: Mapping[str, Any]) -> Rulebook:
    """Compile a table; ValueError names a phrase that cannot be read."""
    sets = {name: "|".join(listed.split()) for name, listed in table["sets"].items()}
    rows = [(part, each) for part in ("things", "frames", "rules", "excuses") for each in table[part]]
    rows += [("pretexts", {"from": "out", "say": table["pretexts"]})]
    rows += [("cues", {"from": "both", "kind": kind, "say": say}) for kind, say in table["cues"].items()]
    spoken = [
        (Phrase(part, each["from"], each.get("class", ""), each.get("kind", "")), phrase)
        for part, each in rows
        for phrase in each["say"]
    ]
    people = [
        (Phrase("people", "both", protected, strength), phrase)
        for protected, by_strength in table["people"].items()
        for strength, phrases in by_strength.items()
        for phrase in phrases
    ]
    return Rulebook(
        things=_index((pair for pair in spoken if pair[0].part == "things"), sets),
        people=_index(people, sets),
        speech=_index((pair for pair in spoken if pair[0].part != "things"), sets),
        kinds=tuple(dict.fromkeys(each["kind"] for each in table["frames"])),
    )


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # Compiled when a text first holds its word: all of them at once would take a third of a second.
    return re.compile(pattern)


def _index(pairs: Iterable[tuple[Phrase, str]], sets: Mapping[str, str]) -> Book:
    index: dict[str, list[Phrase]] = {}
    for rank, (meant, written) in enumerate(pairs):
        for variant in _variants(written.replace("| ", "|").replace("WHO", f"{PEOPLE}*")):
            pattern, gate = expression(variant, sets)
            if not gate:
                raise ValueError(f"the phrase {written!r} needs at least one word that must be there")
            phrase = replace(meant, pattern=pattern, rank=rank)
            for word in gate:
                index.setdefault(word, []).append(phrase)
    return {word: tuple(phrases) for word, phrases in index.items()}


def _variants(written: str) -> Iterator[str]:
    """A phrase that ends in "the end of the clause or one of these words" is two phrases."""
    *before, last = written.split()
    others = [part for part in last.split("|") if part != "$"]
    if "$" in last.split("|") and others:
        yield " ".join([*before, "$"])
        last = "|".join(others)
    yield " ".join([*before, last])


def find(book: Book, text: str, *, way: str) -> list[Hit]:
    """What folded text says, in no particular order; `way` is `out` for the agent's side, `in` for the prospect's."""
    spoken = set(words(text))
    keys = spoken | {word[:STEM] + "*" for word in spoken}
    candidates = {id(phrase): phrase for key in keys for phrase in book.get(key, ()) if phrase.way in (way, "both")}
    return [
        Hit(phrase, Span(match.start() + len(match[0]) - len(match[0].lstrip()), match.end()))
        for phrase in sorted(candidates.values(), key=lambda phrase: phrase.rank)
        for _, match in zip(range(_MOST), _compiled(phrase.pattern).finditer(text), strict=False)
    ]


def covered(text: str, spans: Iterable[Span], *, by: str = "") -> str:
    """The text with these stretches made unreadable, and as long as before."""
    for span in spans:
        length = span.end - span.start
        text = text[: span.start] + by[:length].ljust(length, "_") + text[span.end :]
    return text


def apart(hits: Iterable[Hit]) -> list[Hit]:
    """The longest of the hits that overlap, in the order of the text."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.span.start - hit.span.end, hit.span.start)):
        if all(hit.span.end <= other.span.start or other.span.end <= hit.span.start for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.span.start)
