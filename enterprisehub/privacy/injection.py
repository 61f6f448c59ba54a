"""Does this text try to talk to the model instead of to the agent?"""

from __future__ import annotations

import re
import unicodedata

# Format characters that a person cannot see: zero width, direction overrides, tags (Unicode categories Cf and Co), and control codes.
_KEEP = {"\n", "\t", "\u200d"}  # a joiner holds emoji together

_RULES: tuple[tuple[str, str], ...] = (
    (
        "ignore_instructions",
        r"\b(?:ignore|disregard|forget|override|bypass|skip)\b.{0,40}\b(?:all|any|previous|prior|above|earlier|your|the|these|those)\b"
        r".{0,30}\b(?:instruct\w*|prompts?|rules?|guidelines?|polic\w+|context|directions?|system|constraints?)"
        r"|\b(?:ignora|olvida|omite|descarta)\w*\b.{0,40}\b(?:instrucci\w+|reglas?|indicaci\w+|lo\s+anterior|sistema)",
    ),
    (
        "prompt_leak",
        r"\b(?:system|initial|hidden|original|developer)\s+(?:prompt|message|instructions?)\b|\bprompt\s+del\s+sistema\b"
        r"|\b(?:reveal|print|repeat|show|output|leak|dump|quote|tell\s+me)\b.{0,40}\b(?:your|the)\s+(?:\w+\s+)?"
        r"(?:instructions?|prompt|rules|configuration|system|canary|secret)\b"
        r"|\b(?:muestra|revela|repite|imprime)\w*\b.{0,40}\b(?:tus?|las?|el)\s+(?:instrucci\w+|reglas?|prompt)\b"
        r"|\bwhat\s+(?:are|were)\s+your\s+(?:\w+\s+)?instructions\b",
    ),
    (
        "role_play",
        r"\b(?:you\s+are\s+now|from\s+now\s+on,?\s+you|act\s+as\s+(?:an?|the|if)|pretend\s+(?:to\s+be|you\s+are|that\s+you)|role-?play"
        r"|eres\s+ahora|ahora\s+eres|act[uú]a\s+como|finge\s+(?:ser|que))\b|\b(?:developer|debug|god|admin|jailbreak|dan)\s+mode\b",
    ),
    (
        "role_tag",
        r"<\s*/?\s*(?:system|assistant|user|human|instructions?|tool_result|tool_use|function_calls?|untrusted\w*|admin)\b[^>]{0,80}>"
        r"|<\|[\w-]{2,30}\|>|\[/?(?:INST|SYS|SYSTEM)\]|<<\s*/?SYS\s*>>|(?:^|\n)\s*#{0,4}\s*(?:system|assistant|human|developer)\s*:",
    ),
    (
        "for_the_model",
        r"\b(?:dear|hey|attention|note\s+to(?:\s+the)?|message\s+(?:to|for)\s+the)\s+(?:ai|a\.i\.|assistant|language\s+model|llm|chat\s?gpt|gpt|claude|bot|model)\b"
        r"|\b(?:new|updated|additional|following)\s+(?:system\s+)?instructions?\s*:",
    ),
    (
        "steered_output",
        r"\b(?:respond|reply|output|return)\b.{0,20}\b(?:only\s+with|exactly|verbatim|nothing\s+but|with\s+the\s+word"
        r"|json)\b|\bset\s+(?:the\s+|your\s+)?(?:confidence|urgency|score|objection|stage)\b.{0,20}(?:\bto\b|\bas\b|=)"
        r"|\b(?:tell|advise|instruct)\s+the\s+agent\b.{0,40}\b(?:to|that)\b",
    ),
    (
        "tool_call",
        r"\b(?:call|invoke|execute|run|use)\s+(?:the\s+)?(?:tool|function|command|shell|sql)\b"
        r"|\"?(?:tool_use|function_call)\"?\s*:",
    ),
    ("hidden_link", r"!\[[^\]]{0,80}\]\(\s*https?:|\bdata:[\w/+.-]+;base64,|\bjavascript:"),
    ("encoded", r"(?<![\w/+])(?=[a-z/+]{0,79}\d)[a-z0-9+/]{80,}={0,2}|(?:\\x[0-9a-f]{2}){8,}"),
)
_PATTERNS = tuple((name, re.compile(rule, re.IGNORECASE | re.DOTALL)) for name, rule in _RULES)
LONGEST = 20_000  # characters looked at: longer texts are flagged as such


def flags(text: str) -> tuple[str, ...]:
    """Which signs of an instruction to the model the text shows; empty for what people say to an agent.

    A flag is a hint for a badge and for the ledger. It never changes what may happen: nothing on this path has side effects.
    """
    looked_at = unicodedata.normalize("NFKC", cleaned(text))[:LONGEST]
    found = [name for name, pattern in _PATTERNS if pattern.search(looked_at)]
    if cleaned(text) != text:
        found.append("hidden_characters")
    if len(text) > LONGEST:
        found.append("very_long")
    return tuple(found)


def cleaned(text: str) -> str:
    """The text without characters that nobody can see."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c for c in text if c in _KEEP or unicodedata.category(c) not in ("Cf", "Co", "Cc", "Cs", "Cn"))
