"""Which change of the playbook or of a prompt do the findings suggest? Drafts for a person to decide about. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from analytics.effectiveness import Finding, named, sentence
from coaching.playbooks import BadPlaybook, Entry, Library, Line, diff

FEWEST_OWN_WORDS = 3  # times that agents said the same instead of the line
FEWEST_LINES = 2  # an entry keeps at least as many
LONGEST_LINE = 240
_SPACE = re.compile(r"\s+")
_LETTERS: Final = re.compile(r"[^\w]+")


@dataclass(frozen=True)
class Change:
    """`change` is laid over the tenant's content (or is the prompt's new text); `rows` is its diff."""

    part: str  # playbook, prompt
    title: str
    reason: str
    base: str
    change: dict[str, Any]
    rows: tuple[dict[str, str], ...]
    evidence: dict[str, Any] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """The same for the same change of the same version."""
        told = json.dumps([self.part, self.base, self.change], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(told.encode()).hexdigest()[:40]


@dataclass(frozen=True)
class OwnWords:
    """What an agent said instead of a card's line."""

    kind: str
    language: str
    text: str


def playbook(library: Library, findings: Sequence[Finding], own: Iterable[OwnWords]) -> tuple[Change, ...]:
    """Lines to say first, lines to leave out, and words of the agents' own that keep coming back."""
    found = [*_by_line(library, findings), *_own(library, own)]
    return tuple(one for one in found if one.rows)


def _by_line(library: Library, findings: Sequence[Finding]) -> Iterator[Change]:
    places = {line.id: (entry, line) for entry in library.entries() for line in (*entry.say, *entry.ask)}
    done: set[str] = set()
    for one in findings:
        place = places.get(one.thing.key)
        if one.thing.sort != "line" or place is None or one.thing.key in done or one.verdict not in ("high", "low"):
            continue
        done.add(one.thing.key)
        entry, line = place
        name = "say" if line in entry.say else "ask"
        rest = [other for other in getattr(entry, name) if other.id != line.id]
        if one.verdict == "high":
            title, lines = f"Say this first: {_short(line.text)}", [line, *rest]
        elif len(rest) >= FEWEST_LINES:
            title, lines = f"Leave out: {_short(line.text)}", rest
        else:
            continue
        evidence = {"line": line.id, "outcome": one.outcome, "basis": one.basis, "hits": one.rate.hits, "n": one.rate.n}
        yield _change(library, entry, name, lines, told=(title, sentence(one), evidence))


def _own(library: Library, own: Iterable[OwnWords]) -> Iterator[Change]:
    for (kind, language), texts in sorted(_alike(own).items()):
        entry = library.find(kind, "any", language)
        if entry is None or entry.language != language:
            continue
        for text, times in texts:
            if any(_core(line.text) == _core(text) for line in entry.say):
                continue
            line = Line(f"{entry.id}.say.own-{hashlib.sha256(_core(text).encode()).hexdigest()[:8]}", text)
            reason = f"Agents said this {times} times instead of the line that the card offered for {named(kind)}."
            told = (f"Take in the agents' own words: {_short(text)}", reason, {"kind": kind, "times": times})
            yield _change(library, entry, "say", [*entry.say, line], told=told)


def _alike(own: Iterable[OwnWords]) -> dict[tuple[str, str], list[tuple[str, int]]]:
    grouped: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    words: dict[str, str] = {}
    for one in own:
        text = _SPACE.sub(" ", one.text).strip()
        if 10 <= len(text) <= LONGEST_LINE:
            grouped[one.kind, one.language][_core(text)] += 1
            words.setdefault(_core(text), text)
    often = {
        key: [(words[core], n) for core, n in sorted(found.items(), key=lambda item: (-item[1], item[0]))
              if n >= FEWEST_OWN_WORDS][:3]
        for key, found in grouped.items()
    }  # fmt: skip
    return {key: found for key, found in often.items() if found}


def _change(library: Library, entry: Entry, name: str, lines: Sequence[Line], *, told: tuple[str, str, dict[str, Any]]) -> Change:  # fmt: skip
    # Each line keeps its id: positions shift, and what was counted of a line must not pass to its neighbour.
    rows = [{"text": one.text, "id": one.id, **({"slot": one.slot} if one.slot else {})} for one in lines]
    content = {"entries": {entry.language: {entry.kind: {entry.vertical: {name: rows}}}}}
    title, reason, evidence = told
    return Change("playbook", title, reason, library.version, content, _rows(library, content), evidence)


def _rows(library: Library, content: dict[str, Any]) -> tuple[dict[str, str], ...]:
    """The diff; none when the playbook's own rules refuse the content (a forbidden claim in somebody's own words)."""
    try:
        after = library.merged(content)
    except BadPlaybook:
        return ()
    found = diff(library, after)
    return tuple({"entry": r.entry, "field": r.field, "before": r.before, "after": r.after} for r in found)


def prompt(text: str, version: str, themes: Sequence[tuple[str, str, int]], *, name: str) -> tuple[Change, ...]:
    """A sentence more in the prompt for the kind of card that findings gather at; `themes` are (theme, kind, findings)."""
    found = []
    for theme, kind, n in themes:
        rule = _RULES.get(theme)
        if rule is None or n < FEWEST_OWN_WORDS:
            continue
        line = rule.format(kind=named(kind))
        if line in text:
            continue
        row = {"entry": name, "field": "text", "before": "", "after": line}
        reason = f"{n} findings of low feedback on cards of {named(kind)} say the same."
        title = f"Add to the prompt: {_short(line)}"
        found.append(Change("prompt", title, reason, version, {"add": line}, (row,), {"theme": theme, "kind": kind}))
    return tuple(found)


_RULES: Final = {
    "wrong_kind": "Name the kind {kind} only when the newest words say it; when two kinds fit, confirm the local card.",
    "wrong_line": "For {kind}, choose the line that takes up the prospect's own words before any other.",
    "repeated": "For {kind}, never cite a line whose id is among the lines that were used before.",
}


def _core(text: str) -> str:
    return _LETTERS.sub(" ", text.casefold()).strip()


def _short(text: str) -> str:
    return text if len(text) <= 90 else f"{text[:87].rstrip()}..."
