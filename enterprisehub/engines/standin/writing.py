"""What does the stand-in write? Any JSON schema filled the same way each time, and a plausible card when one is asked for."""

from __future__ import annotations

import json
import re
from typing import Any

_LINE = re.compile(r"^\[([\w.-]+)\]\s+(.+)$")
_ENTRY = re.compile(r"^## ([\w-]+): (.*)$")
_CARD = frozenset({"say", "ask", "quote", "kind", "line_ids"})
_PLAN = frozenset({"goal", "draft", "would_change"})
_FACTS = frozenset({"facts", "confidence"})
_LINE_OF_PLAY = frozenset({"reply"})
_PATTERN = frozenset({"pattern", "quotes"})
_READ = 6  # of the prospect's newest turns are facts looked for
# (slot, words that say it, value); the words themselves where the value is empty
_CUES = (
    (
        "beds",
        re.compile(r"\b(?:one|two|three|four|five|[1-9])[ -](?:bed(?:room)?s?|rooms to sleep in)\b", re.IGNORECASE),
        "",
    ),
    (
        "pets",
        re.compile(r"\b(?:our|my|with (?:a|two)|have (?:a|an old|two)) (?:dog|cat|puppy|kitten)s?\b", re.IGNORECASE),
        "true",
    ),
    (
        "garage",
        re.compile(
            r"\b(?:somewhere|a place|room) (?:for|to park) (?:the|my|our|two) (?:cars?|trucks?)\b", re.IGNORECASE
        ),
        "true",
    ),
    ("yard", re.compile(r"\b(?:a garden|grow (?:our|my) own|room to play outside)\b", re.IGNORECASE), "true"),
    ("decision_makers", re.compile(r"\bmy (?:wife|husband|partner|brother|sister|mother|father)\b", re.IGNORECASE), ""),
    # names whatever it hears, as a model may that was told not to: what must not be kept is for our own code to drop
    (
        "must_have",
        re.compile(
            r"\b(?:near|next to|around the corner from|cerca de) (?:an?|the|our|una?|la|el) [\w ]{3,30}", re.IGNORECASE
        ),
        "",
    ),
    (
        "destination",
        re.compile(
            r"\b(?:an?|una?) (?:[\w-]+ ){1,2}(?:neighbou?rhood|part of town|barrio(?: de \w+)?)\b", re.IGNORECASE
        ),
        "",
    ),
    ("timeframe", re.compile(r"\b(?:once|after|before|cuando) (?:the|our|my|nazca) [\w ]{3,20}", re.IGNORECASE), ""),
    ("contact_preference", re.compile(r"\b(?:drop|send|shoot) me an e-?mail\b", re.IGNORECASE), "email"),
    ("financing", re.compile(r"\b(?:no mortgage needed|we(?:'ll| will) pay it outright)\b", re.IGNORECASE), "cash"),
    ("motivation", re.compile(r"\b(?:too small for us|run(?:ning)? out of (?:room|space))\b", re.IGNORECASE), "space"),
)
MOST_WORDS = 40  # of what a card says


def write(body: dict[str, Any]) -> Any:
    """The reply to this request, as a value to be written as JSON; text when no format was asked for."""
    schema = ((body.get("output_config") or {}).get("format") or {}).get("schema")
    if schema is None:
        return "This is the stand-in, not Claude."
    if (schema.get("properties") or {}).keys() >= _CARD:
        return {**fill(schema), **_card(body)}
    if (schema.get("properties") or {}).keys() == _PATTERN:
        return _common(body)
    if (schema.get("properties") or {}).keys() == _FACTS:
        return _understood(body)
    if (schema.get("properties") or {}).keys() >= _PLAN:
        return _planned(body)
    if (schema.get("properties") or {}).keys() == _LINE_OF_PLAY:
        return {"reply": f"Well, {_situation(body).get('line', '')}"}
    filled = fill(schema)
    if isinstance(filled, dict) and "quote" in filled:
        filled["quote"] = _quote(_newest(body))
    return filled


def fill(schema: dict[str, Any], name: str = "", definitions: dict[str, Any] | None = None) -> Any:
    """A value that the schema allows; the same one each time."""
    definitions = schema.get("$defs", {}) if definitions is None else definitions
    if "$ref" in schema:
        return fill(definitions.get(schema["$ref"].rpartition("/")[2], {}), name, definitions)
    for choice in ("enum", "anyOf", "allOf"):
        if schema.get(choice):
            first = schema[choice][0]
            return first if choice == "enum" else fill(first, name, definitions)
    if "const" in schema:
        return schema["const"]
    match schema.get("type"):
        case "object":
            return {key: fill(inner, key, definitions) for key, inner in (schema.get("properties") or {}).items()}
        case "array":
            return [fill(schema.get("items") or {}, name, definitions)]
        case "integer":
            return 1
        case "number":
            return 0.7
        case "boolean":
            return False
        case "null":
            return None
    return f"{name.replace('_', ' ') or 'text'} by the stand-in"


def _card(body: dict[str, Any]) -> dict[str, Any]:
    """The local card, made longer by another line of the same playbook entry; confirmed when there is none."""
    situation = _situation(body)
    local = situation.get("local_card") or {}
    newest = _newest(body)
    if not local:
        return {**_nothing(), "quote": "", "kind": "none"}
    entry = _entries(body).get(local["kind"], {"headline": "", "lines": {}})
    allowed = set(situation.get("placeholders") or ())
    lines = {key: text for key, text in entry["lines"].items() if set(re.findall(r"\{(\w+)\}", text)) <= allowed}
    says = [key for key in lines if ".say." in key]
    asks = [key for key in lines if ".ask." in key]
    cited = [key for key in local.get("line_ids") or () if key in lines]
    chosen = _say(says, cited, lines, expert=situation.get("agent_experience") == "expert")
    ask = next((key for key in cited if key in asks), asks[0] if asks else "")
    # A card that quotes a question of its own playbook asks for no slot by name; the local card's slot stays.
    return {
        "say": " ".join(lines[key] for key in chosen),
        "ask": lines.get(ask, ""),
        "headline": entry["headline"],
        "quote": _quote(newest),
        "kind": local["kind"],
        "line_ids": [*chosen, *([ask] if ask else [])],
        "ask_slot": "",
        "confirms_local_card": not chosen,
        "confidence": 0.82,
    }


def _understood(body: dict[str, Any]) -> dict[str, Any]:
    """What the prospect's newest turns tell by a few plain cues, each slot once, and none that is known already."""
    taken = set(_situation(body).get("known") or ())
    said = [str(item.get("text", "")) for item in _items(body) if item.get("speaker") == "prospect"][-_READ:]
    facts = []
    for slot, cue, value in _CUES:
        found = next((hit[0] for text in reversed(said) if (hit := cue.search(text))), "")
        if found and slot not in taken:
            facts.append({"name": slot, "quote": found, "value": value or found})
    return {"facts": facts, "confidence": 0.8 if facts else 0.5}


def _common(body: dict[str, Any]) -> dict[str, Any]:
    """The last words of the first prospects, and that they all spoke of it themselves."""
    said = [str(item.get("text", "")) for item in _items(body) if item.get("speaker") == "prospect"]
    quotes = list(dict.fromkeys(_quote(text) for text in said if text))[:3]
    return {"pattern": "These prospects brought the matter up in their own words.", "quotes": quotes}


def _planned(body: dict[str, Any]) -> dict[str, Any]:
    """The given plan in a little more words: the goal stays, the draft thanks first, the newest words are the reason."""
    situation, said = _situation(body), _quote(_newest(body))
    thanks = "Gracias por escribir." if situation.get("prospect_language") == "es" else "Thank you for writing."
    draft = str(situation.get("draft") or "")
    return {
        "goal": str(situation.get("goal") or ""),
        "why": f"{situation.get('why') or ''} Their own words say what matters.".strip(),
        "draft": f"{thanks} {draft}" if draft and thanks not in draft else draft,
        "quotes": [said] if said else [],
        "risks": [],
        "opportunities": [],
        "would_change": [],
        "confidence": 0.7,
    }


def _newest(body: dict[str, Any]) -> str:
    """The prospect's newest words."""
    return next((str(item["text"]) for item in reversed(_items(body)) if item.get("speaker") == "prospect"), "")


def _nothing() -> dict[str, Any]:
    texts = {"say": "", "ask": "", "headline": "", "ask_slot": ""}
    return {**texts, "line_ids": [], "confirms_local_card": False, "confidence": 0.3}


def _say(says: list[str], cited: list[str], lines: dict[str, str], *, expert: bool) -> list[str]:
    """The cited line and the one after it, as long as both together are short enough to be spoken."""
    first = next((key for key in cited if key in says), says[0] if says else "")
    if not first:
        return []
    after = says[(says.index(first) + 1) % len(says)]
    both = len(f"{lines[first]} {lines[after]}".split())
    if after == first or both > (15 if expert else MOST_WORDS):
        return [after] if expert and len(lines[after].split()) < 15 else [first]
    return [first, after]


def _quote(text: str) -> str:
    """The last sentence that is no bare courtesy, at most twelve words, exactly as written."""
    parts: list[str] = [part for part in re.findall(r"[^.!?\n]+", text) if len(part.split()) >= 3] or [text]
    words: list[str] = re.findall(r"\S+", parts[-1])[:12]
    start = parts[-1].find(words[0]) if words else 0
    end = parts[-1].find(words[-1], start) + len(words[-1]) if words else 0
    return parts[-1][start:end].strip(" ,;:-")


def _entries(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The playbook in the system prompt: kind to headline and lines by id."""
    found: dict[str, dict[str, Any]] = {}
    entry: dict[str, Any] = {}
    system = body.get("system") or ()
    for block in system if isinstance(system, list) else ({"text": system},):
        for row in str(block.get("text", "")).splitlines():
            if match := _ENTRY.match(row):
                entry = found.setdefault(match[1], {"headline": match[2], "lines": {}})
            elif entry and (match := _LINE.match(row)):
                entry["lines"][match[1]] = match[2]
    return found


def _situation(body: dict[str, Any]) -> dict[str, Any]:
    for message in body["messages"]:
        for block in message["content"] if isinstance(message["content"], list) else ():
            if block.get("type") == "text" and "{" in block["text"]:
                return _object(block["text"][block["text"].index("{") :])
    return {}


def _items(body: dict[str, Any]) -> list[dict[str, Any]]:
    for message in reversed(body["messages"]):
        for block in message["content"] if isinstance(message["content"], list) else ():
            if block.get("type") == "tool_result":
                content = block.get("content")
                text = content if isinstance(content, str) else "".join(part.get("text", "") for part in content or ())
                return [item for item in _object(text).get("items", ()) if isinstance(item, dict)]
    return []


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
