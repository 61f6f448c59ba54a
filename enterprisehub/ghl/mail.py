"""What did the writer of an e-mail say themselves: without markup, without the mail that they answer, without signature?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

MAX_BODY = 100_000  # characters that are read; the writer's own words stand at the top
_QUOTED: Final = (
    "blockquote, .gmail_quote, .gmail_quote_container, .yahoo_quoted, .moz-cite-prefix, #divRplyFwdMsg, #appendonsend"
)
_UNSEEN: Final = "script, style, head, title, template, noscript, svg, [hidden]"
_BLOCKS: Final = frozenset(
    ["p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "hr"]
)
_MARKUP: Final = re.compile(r"<[a-z!/][^<>]{0,2000}>", re.IGNORECASE)
# Where what was written before begins. Each looks at one line, and at no more than its first characters.
_EARLIER: Final = re.compile(
    r"""(?xi) ^\s* (?:
        >                                                # a quoted line
      | (?: on | el | le | am ) \b .{4,160} (?: wrote | escribi[óo] | a \s écrit | schrieb ) \s* : \s* $
      | -{2,} \s* (?: original \s message | mensaje \s original | forwarded \s message | mensaje \s reenviado ) \b
      | _{10,} \s* $
    )"""
)
_BEGUN: Final = re.compile(r"(?i)^\s*(?:on|el)\b.{4,160}$")  # the same line, broken in two by the mail program
_ENDED: Final = re.compile(r"(?i)^.{0,120}\b(?:wrote|escribi[óo])\s*:\s*$")
_HEADER: Final = re.compile(r"(?i)^\s*\*?(?:from|de)\s?:\*?\s.{3,}")
_SENT: Final = re.compile(r"(?i)^\s*\*?(?:sent|date|enviado|fecha)(?: el)?\s?:")
_SIGNATURE: Final = re.compile(r"(?i)^(?:--\s?|(?:sent from my|enviado desde mi|get outlook for)\b.{0,60})$")


def words_of(body: str) -> str:
    """The newest words of an e-mail body, HTML or plain; all of its words when nothing is left of them; "" without any."""
    cut = body[:MAX_BODY]
    text = "".join(_texts(cut)) if _MARKUP.search(cut) else cut
    lines = [" ".join(line.split()) for line in re.sub("[\u200b\ufeff]", "", text).splitlines()]
    return _joined(_own(lines)) or _joined(lines)


def _texts(html: str) -> Iterator[str]:
    """The texts that a reader would see, with a line's end where a block begins and ends; in one pass."""
    from selectolax.lexbor import LexborHTMLParser  # loaded with the first e-mail, not with the process

    page = LexborHTMLParser(html)
    for gone in page.css(f"{_UNSEEN}, {_QUOTED}"):
        gone.decompose()
    if page.root is None:
        return
    for node in page.root.traverse(include_text=True):
        if node.tag in _BLOCKS:
            yield "\n"
        elif node.tag == "-text":
            if node.prev is not None and node.prev.tag in _BLOCKS - {"br", "hr"}:
                yield "\n"
            yield node.text_content or ""


def _own(lines: list[str]) -> list[str]:
    """The lines before the earlier mail and the signature."""
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        broken = _BEGUN.match(line) and _ENDED.match(following)
        headed = _HEADER.match(line) and _SENT.match(following)
        if broken or headed or _SIGNATURE.match(line) or _EARLIER.match(line[:300]):
            return lines[:number]
    return lines


def _joined(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
