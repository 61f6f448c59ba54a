"""Which words does the playbook offer for a kind, a vertical and a language?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from coaching.editing import HOLE, LANGUAGES, QUESTION_KINDS, TEXTS, problems, walk
from coaching.kinds import KINDS
from enterprisehub.errors import Invalid


class BadPlaybook(Invalid):
    """The content cannot be a playbook; `problems` says where and why, one sentence each."""

    code = "bad_playbook"

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems), field="content")
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Line:
    """One sentence to say or to ask; `slot` names what an ask-line finds out, so that it is not asked when known."""

    id: str
    text: str
    slot: str = ""

    @property
    def holes(self) -> frozenset[str]:
        """The placeholders that must be known before this line can be used."""
        return frozenset(HOLE.findall(self.text))


@dataclass(frozen=True)
class Entry:
    """What the playbook offers for one kind, vertical and language; `topic` names the kind in a clarifying question."""

    id: str
    kind: str
    vertical: str
    language: str
    headline: str
    say: tuple[Line, ...]
    ask: tuple[Line, ...]
    nudge: str
    avoid: str
    next_step: str
    topic: str = ""


@dataclass(frozen=True)
class Change:
    """One row of a diff: an entry's field before and after ("" = was or is not there)."""

    entry: str
    field: str
    before: str
    after: str


class Library:
    """A checked, immutable set of entries.

    Content is `{"entries": {language: {kind: {vertical: {headline, say, ask, nudge, avoid, next_step, topic}}}},
    "clarify": {language: {say: [text], ask: [text with {this} and {that}]}}}`; a say or ask line is a text or `{text, slot?, id?}`.
    """

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content: dict[str, Any] = json.loads(_canonical(content))
        self.version = hashlib.sha256(_canonical(self.content).encode()).hexdigest()[:12]
        self._entries = {(e.kind, e.vertical, e.language): e for e in _entries(self.content)}
        self._clarify = {
            language: (
                _lines(f"clarify.{language}.say", body["say"]),
                _lines(f"clarify.{language}.ask", body["ask"]),
            )
            for language, body in self.content.get("clarify", {}).items()
        }
        self._digests: dict[tuple[str, str], str] = {}
        self._lines: dict[tuple[str, str], dict[str, Line]] = {}

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> Library:
        """A library, or BadPlaybook naming every problem found."""
        if found := list(problems(content)):
            raise BadPlaybook(found)
        return cls(content)

    @classmethod
    def base(cls) -> Library:
        """The library that every tenant starts from (read once per process)."""
        return _base()

    def find(self, kind: str, vertical: str, language: str) -> Entry | None:
        """The vertical's own entry, else the general one; in the language, else in English."""
        for spoken in dict.fromkeys((language, "en")):
            for place in (vertical, "any"):
                if entry := self._entries.get((kind, place, spoken)):
                    return entry
        return None

    def clarify(self, language: str) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
        """Say and ask lines for two meanings that are nearly as likely; ask lines hold {this} and {that}, filled with topics."""
        return self._clarify.get(language) or self._clarify.get("en", ((), ()))

    def merged(self, overrides: Mapping[str, Any]) -> Library:
        """This library with a tenant's own content over it: field by field, lists replaced whole, None drops an entry."""
        return Library.from_content(_merge(self.content, overrides)) if overrides else self

    def entries(self) -> tuple[Entry, ...]:
        """All entries in a stable order."""
        return tuple(self._entries[key] for key in sorted(self._entries))

    def digest(self, vertical: str, language: str) -> str:
        """What Claude may cite: `[id] text` per line, the same bytes until the content changes."""
        if (vertical, language) not in self._digests:
            found = (self.find(kind, vertical, language) for kind in (*KINDS, *QUESTION_KINDS))
            self._digests[vertical, language] = "\n".join(_told(entry) for entry in found if entry)
        return self._digests[vertical, language]

    def lines(self, vertical: str, language: str) -> dict[str, Line]:
        """The lines of that digest by id; not to be changed."""
        if (vertical, language) not in self._lines:
            found = (self.find(kind, vertical, language) for kind in (*KINDS, *QUESTION_KINDS))
            told = {line.id: line for entry in found if entry for line in (*entry.say, *entry.ask)}
            self._lines[vertical, language] = told
        return self._lines[vertical, language]


def diff(before: Library, after: Library) -> tuple[Change, ...]:
    """What publishing `after` would change, one row per field, in a stable order."""
    old, new = {e.id: e for e in before.entries()}, {e.id: e for e in after.entries()}
    rows = [
        Change(key, name, was, now)
        for key in sorted(old.keys() | new.keys())
        for name in (f.name for f in fields(Entry) if f.name not in ("id", "kind", "vertical", "language"))
        if (was := _shown(old.get(key), name)) != (now := _shown(new.get(key), name))
    ]
    return tuple(rows)


@lru_cache(maxsize=1)
def _base() -> Library:
    # a mapping per language file; the C loader reads them ten times faster where PyYAML has it
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content: dict[str, Any] = {}
    for language in LANGUAGES:
        text = resources.files("coaching").joinpath("data", f"playbook.{language}.yaml").read_text("utf-8")
        content = _merge(content, yaml.load(text, Loader=loader))  # noqa: S506 - a safe loader either way
    return Library.from_content(content)


def _canonical(content: Mapping[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, ensure_ascii=False)


def _merge(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = _merge(merged[key], value)
        else:
            merged[key] = value
    return merged


def _entries(content: Mapping[str, Any]) -> Iterator[Entry]:
    for language, kind, vertical, body in walk(content):
        key = f"{kind}.{vertical}.{language}"
        yield Entry(
            id=key,
            kind=kind,
            vertical=vertical,
            language=language,
            say=_lines(f"{key}.say", body.get("say", ())),
            ask=_lines(f"{key}.ask", body.get("ask", ())),
            **{name: body.get(name, "") for name in TEXTS},
        )


def _lines(prefix: str, given: Sequence[str | Mapping[str, str]]) -> tuple[Line, ...]:
    return tuple(
        Line(f"{prefix}.{n}", one)
        if isinstance(one, str)
        else Line(one.get("id") or f"{prefix}.{n}", one["text"], one.get("slot", ""))
        for n, one in enumerate(given, 1)
    )


def _told(entry: Entry) -> str:
    lines = "\n".join(f"[{line.id}] {line.text}" for line in (*entry.say, *entry.ask))
    return f"## {entry.kind}: {entry.headline}\n{lines}\nNext step: {entry.next_step}\nAvoid: {entry.avoid}\n"


def _shown(entry: Entry | None, name: str) -> str:
    value = getattr(entry, name) if entry else ""
    return value if isinstance(value, str) else "\n".join(line.text for line in value)
