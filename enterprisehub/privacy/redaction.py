"""What of a person must not leave the house, and how does the answer get it back?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from enterprisehub.privacy.findings import Finding, cleanly, find, find_secrets
from enterprisehub.privacy.names import NameFinder

J = TypeVar("J")

PLACEHOLDER = re.compile(r"\[(?:EMAIL|PHONE|ADDRESS|CARD|SSN|ID|NAME|TOKEN)_\d{1,4}\]")
# A placeholder that a stream has only begun: it must not be shown until it is whole.
UNFINISHED = re.compile(r"\[[A-Z]{0,7}_?\d{0,4}$")


class Pseudonyms:
    """One question's reversible map: e-mails, phones, addresses, numbers and known names become [EMAIL_1] etc.

    The same words get the same placeholder throughout. Names are numbered in the order in which they are given,
    whatever the text says first, so that [NAME_1] means the same person in every question that gives them alike.
    The map lives in memory only, and only as long as the question.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_words: dict[tuple[str, str], str] = {}
        self._by_placeholder: dict[str, str] = {}
        self._counts: Counter[str] = Counter()
        self._names = NameFinder(names)
        for known in self._names.known:
            self._placeholder("NAME", known)

    @property
    def counts(self) -> dict[str, int]:
        """How many replacements were made, by kind; numbers only, fit for a ledger."""
        return dict(self._counts)

    def hide(self, text: str) -> str:
        """The text with every finding replaced. `restore(hide(text)) == text`, always."""
        spans = [*self._literal_placeholders(text), *find(text), *self._names.find(text)]
        out, at = [], 0
        for start, end, kind in cleanly(spans):
            out += [text[at:start], self._placeholder(kind, text[start:end])]
            self._counts[kind] += 1
            at = end
        return "".join([*out, text[at:]])

    def restore(self, text: str) -> str:
        """The text with every placeholder of this map turned back into what it stands for."""
        return PLACEHOLDER.sub(lambda match: self._by_placeholder.get(match[0], match[0]), text)

    def restore_partial(self, text: str) -> str:
        """`restore` for a text that is still arriving: a placeholder that has only begun is held back."""
        return self.restore(UNFINISHED.sub("", text))

    def hide_all(self, value: J) -> J:
        """`hide` for every string inside lists and dicts; keys stay as they are."""
        return each_text(value, self.hide)

    def restore_all(self, value: J, *, partial: bool = False) -> J:
        """`restore` for every string inside lists and dicts."""
        return each_text(value, self.restore_partial if partial else self.restore)

    def _placeholder(self, kind: str, words: str) -> str:
        if (kind, words) not in self._by_words:
            number = 1 + sum(known == kind for known, _ in self._by_words)
            self._by_words[kind, words] = f"[{kind}_{number}]"
            self._by_placeholder[f"[{kind}_{number}]"] = words
        return self._by_words[kind, words]

    def _literal_placeholders(self, text: str) -> Iterator[Finding]:
        # Somebody typed "[EMAIL_1]": it must come back as typed, not as another person's address.
        return (Finding(match.start(), match.end(), "TOKEN") for match in PLACEHOLDER.finditer(text))


def leftover(value: object) -> bool:
    """Whether a placeholder outlived `restore_all`: it stands for somebody this question does not know."""
    if isinstance(value, str):
        return bool(PLACEHOLDER.search(value))
    if isinstance(value, dict):
        return any(leftover(item) for item in value.values())
    return isinstance(value, list | tuple) and any(leftover(item) for item in value)


def scrub(text: str) -> str:
    """The text for a log or an error page: personal data and secrets become [EMAIL] etc., for good."""
    out, at = [], 0
    for start, end, kind in cleanly([*find_secrets(text), *find(text)]):
        out += [text[at:start], f"[{kind}]"]
        at = end
    return "".join([*out, text[at:]])


def each_text(value: J, change: Callable[[str], str]) -> J:
    """The value with every string inside its lists and dicts changed; keys stay as they are."""
    if isinstance(value, str):
        return change(value)  # type: ignore[return-value]
    if isinstance(value, dict):
        return {key: each_text(item, change) for key, item in value.items()}  # type: ignore[return-value]
    if isinstance(value, list):
        return [each_text(item, change) for item in value]  # type: ignore[return-value]
    return value
