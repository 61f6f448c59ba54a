"""What is wrong with this playbook content, and where?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from coaching.kinds import KINDS
from coaching.wording import forbidden, words

LANGUAGES = ("en", "es")
VERTICALS = ("any", "first_time", "luxury", "investment", "commercial")
PLACEHOLDERS = frozenset({"first_name", "agent_name", "brokerage", "area", "price", "address", "date", "source"})
# What a prospect may want without objecting: intents of leads.intent that deserve a card, and "details" (told us facts).
QUESTION_KINDS = [
    "inquiry_listing",
    "search_help",
    "valuation_request",
    "book_tour",
    "book_consult",
    "financing_question",
    "sell_intent",
    "invest_intent",
    "rent_intent",
    "commercial_need",
    "status_update",
    "document_question",
    "scheduling",
    "small_talk",
    "complaint",
    "wrong_person",
    "vendor_spam",
    "details",
]
# After these nothing more is asked: the person wants to be left alone, is bound elsewhere, or sells to us.
NOTHING_TO_ASK = frozenset({"opt_out", "signed_exclusive", "wrong_person", "vendor_spam"})
TEXTS = ("headline", "nudge", "avoid", "next_step", "topic")
# words; a headline is read in a glance, a nudge while talking
LIMITS = {"headline": 12, "nudge": 14, "topic": 4, "say": 40, "ask": 30, "avoid": 40, "next_step": 25}
REQUIRED = ("headline", "say", "nudge", "next_step")
HOLE = re.compile(r"\{(\w*)\}")


def problems(content: Mapping[str, Any]) -> Iterator[str]:
    """Every problem of the content, one sentence each, in its own order."""
    try:
        walked = list(walk(content))
    except AttributeError:
        yield "entries must be a mapping: language, kind, vertical, entry"
        return
    if not walked:
        yield "there are no entries"
    for language, kind, vertical, body in walked:
        where = f"{kind}.{vertical}.{language}"
        found = [*_misplaced(language, kind, vertical), *_misworded(kind, body)]
        yield from (f"{where}: {what}" for what in found)
    general = {(kind, language) for language, kind, vertical, _ in walked if vertical == "any"}
    for kind, language in sorted({(str(kind), str(language)) for language, kind, _, _ in walked} - general):
        yield f"{kind}.any.{language}: the entry for any vertical is missing"
    yield from _unclear(content.get("clarify", {}))


def walk(content: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Any]]:
    """(language, kind, vertical, entry body) of every entry; AttributeError when the nesting is not that."""
    for language, by_kind in content.get("entries", {}).items():
        for kind, by_vertical in by_kind.items():
            for vertical, body in by_vertical.items():
                yield language, kind, vertical, body


def _misplaced(language: str, kind: str, vertical: str) -> Iterator[str]:
    if language not in LANGUAGES:
        yield f"unknown language {language!r}, use one of {', '.join(LANGUAGES)}"
    if kind not in KINDS and kind not in QUESTION_KINDS:
        yield f"unknown kind {kind!r}"
    if vertical not in VERTICALS:
        yield f"unknown vertical {vertical!r}, use one of {', '.join(VERTICALS)}"


def _misworded(kind: str, body: Any) -> Iterator[str]:
    if not isinstance(body, Mapping):
        yield "an entry must be a mapping of fields"
        return
    for name in sorted(set(body) - {*TEXTS, "say", "ask"}, key=str):
        yield f"unknown field {name!r}"
    for name in REQUIRED:
        if not body.get(name):
            yield f"{name} is missing"
    for name in TEXTS:
        yield from _mistold(name, body.get(name, ""), holes=False)
    for name in ("say", "ask"):
        yield from _misspoken(name, body.get(name) or [])
    yield from _misasked(kind, body.get("ask") or [])


def _misspoken(name: str, lines: Any) -> Iterator[str]:
    if not isinstance(lines, list):
        yield f"{name} must be a list of lines"
        return
    texts = [line.get("text") if isinstance(line, Mapping) else line for line in lines]
    for text in texts:
        yield from _mistold(name, text, holes=True)
    plain = [text for text in texts if isinstance(text, str) and not HOLE.search(text)]
    if texts and not plain:
        yield f"{name} needs at least one line without a placeholder"
    if len(set(map(str, texts))) < len(texts):
        yield f"{name} has the same line twice"


def _misasked(kind: str, lines: Any) -> Iterator[str]:
    if kind in NOTHING_TO_ASK and lines:
        yield "nothing may be asked of someone who wants to be left alone"
    if kind not in NOTHING_TO_ASK and not lines:
        yield "ask is missing"
    if kind in KINDS and lines and isinstance(lines, list) and not _always_askable(lines):
        yield "ask needs at least one line without a slot and without a placeholder"


def _always_askable(lines: list[Any]) -> bool:
    return any(
        not HOLE.search(str(line.get("text"))) and not line.get("slot")
        if isinstance(line, Mapping)
        else not HOLE.search(str(line))
        for line in lines
    )


def _mistold(name: str, text: Any, *, holes: bool) -> Iterator[str]:
    if not isinstance(text, str):
        yield f"{name} must be text"
        return
    if words(text) > LIMITS[name]:
        yield f"{name} has {words(text)} words, at most {LIMITS[name]}"
    if unknown := sorted(set(HOLE.findall(text)) - (PLACEHOLDERS if holes else frozenset())):
        yield f"{name} uses unknown placeholder {{{unknown[0]}}}"
    if "{" in HOLE.sub("", text) or "}" in HOLE.sub("", text):
        yield f"{name} has a stray brace"
    if name != "avoid" and (reason := forbidden(text)):
        yield f"{name} {reason}: {text!r}"


def _unclear(clarify: Any) -> Iterator[str]:
    if not isinstance(clarify, Mapping):
        yield "clarify must be a mapping: language, then say and ask"
        return
    for language, lines in clarify.items():
        where = f"clarify.{language}"
        if not isinstance(lines, Mapping) or not lines.get("say") or not lines.get("ask"):
            yield f"{where} needs say and ask"
            continue
        for name, holes in (("say", set[str]()), ("ask", {"this", "that"})):
            for text in lines[name]:
                if not isinstance(text, str) or set(HOLE.findall(text)) != holes:
                    yield f"{where}.{name}: an ask line holds {{this}} and {{that}}, a say line no placeholder"
                elif reason := forbidden(text):
                    yield f"{where}.{name} {reason}: {text!r}"
