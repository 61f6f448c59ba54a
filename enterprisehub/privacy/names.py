"""Where in a text is somebody we know by name, and where is it only the word will, grace or may?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from enterprisehub.privacy.findings import Finding

_WORDS = """
will may mark grace hope faith joy rich bill art sunny dawn june april august summer autumn chase grant pat sue rob
drew miles page young long short rose lily ivy iris ruby pearl amber crystal angel star sky river lane street woods
hill brook brooks ford price banks bush cook baker carpenter mason parker king bishop case church field wells white
black brown green gray grey best good love day may power stone park rice bell house homes land major little small
sharp wise early noble bright an do in so to no me ma la le de del van von el al sol luz paz blanco reyes flores
cruz casas
"""
# First and last names that are everyday words: hidden only when written as a name in the middle of a sentence.
EVERYDAY = frozenset(_WORDS.split())
LONGEST_NAME = 4  # words
_ACCENTS = {
    "a": "aáàâãä",
    "e": "eéèêë",
    "i": "iíìîï",
    "o": "oóòôõö",
    "u": "uúùûü",
    "n": "nñ",
    "c": "cç",
    "y": "yý",
}
_PLAIN = {accented: plain for plain, group in _ACCENTS.items() for accented in group}
_TITLES = frozenset(
    ["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sr", "sra", "srta", "don", "doña", "and", "y", "the"]
)


class NameFinder:
    """Finds the given names, whole or in part, with or without accents and in any case."""

    def __init__(self, names: Iterable[str]) -> None:
        self.known: list[str] = []
        for name in names:
            for form in _forms(name):
                if form not in self.known:
                    self.known.append(form)
        # Longest first, so that a whole name is found before its parts.
        forms = sorted(self.known, key=len, reverse=True)
        self._anywhere = _any_of([form for form in forms if form.lower() not in EVERYDAY], re.IGNORECASE)
        self._as_name = _any_of([form for form in forms if form.lower() in EVERYDAY], 0)

    def find(self, text: str) -> Iterator[Finding]:
        if self._anywhere:
            for match in self._anywhere.finditer(text):
                yield Finding(*match.span(), "NAME")
        if self._as_name:
            for match in self._as_name.finditer(text):
                if match[0][0].isupper() and not _opens_sentence(text, match.start()):
                    yield Finding(*match.span(), "NAME")


def _forms(name: str) -> list[str]:
    """The name as a whole and its parts; what holds digits or an @, and what is longer than a name, only as a whole."""
    parts = [part.strip('.,;:()"') for part in name.split()]
    worth = [part for part in parts if len(part) >= 2 and part.lower() not in _TITLES]
    if len(worth) > LONGEST_NAME or any(character.isdigit() or character == "@" for character in name):
        return [" ".join(parts)]
    return [" ".join(worth), *worth] if len(worth) > 1 else worth


def _any_of(forms: list[str], flags: int) -> re.Pattern[str] | None:
    if not forms:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(_loosely(form) for form in forms)})(?!\w)", flags)


def _loosely(form: str) -> str:
    out = []
    for character in form:
        plain = _PLAIN.get(character.lower(), character.lower())
        group = _ACCENTS.get(plain)
        if character.isspace():
            out.append(r"\s+")
        elif group:
            out.append(f"[{group.upper() if character.isupper() else group}]")
        else:
            out.append(re.escape(character))
    return "".join(out)


def _opens_sentence(text: str, at: int) -> bool:
    before = text[:at].rstrip(" \t\"'“‘¿¡(")
    return not before or before[-1] in ".!?\n"
