"""Which language is a message written in, and how sure is that?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from typing import TYPE_CHECKING, Any, Final

from enterprisehub.engines.base import Capability
from enterprisehub.errors import Invalid
from leads.small_words import tally

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

UNKNOWN: Final = "und"
LATIN: Final = frozenset(("de", "en", "es", "fr", "it", "nl", "pt", "sv", "tr"))
LANGUAGES: Final = LATIN | {"ar", "hi", "ja", "ko", "zh"}
"""ISO 639-1; everything else is `und`, the code of ISO 639-2 for what is not determined."""
LONGEST: Final = 1_000
"""Characters that are read: more say nothing new about the language, and the time stays bounded."""
LEAST: Final = 0.45
"""Under this nothing is named: names and addresses look a little like every language."""
_SHORTEST: Final = 3
"""Latin letters under which nobody can tell ("hi", "ok", "no")."""
_STRANGERS: Final = (
    "ca",
    "cs",
    "da",
    "fa",
    "fi",
    "hu",
    "id",
    "mr",
    "ne",
    "no",
    "pl",
    "ro",
    "so",
    "sw",
    "tl",
    "ur",
    "vi",
)
"""Languages that share a script with ours and that the model may recognise, so that they are not taken for one of ours."""
_STRANGE: Final = 0.7
_BY_WORDS_AT_MOST: Final = 0.8
_BY_BOTH: Final = 0.6
_HARDLY: Final = 0.5
_SPOKEN: Final = 2
"""Votes from which a language counts as spoken beside another."""
_NOT_WORDS: Final = re.compile(r"https?://\S+|www\.\S+|(?<!\S)\S{1,64}@\S+|@\w+|#\w+")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_LETTERS: Final = re.compile(r"[^\W\d_]")
_SCRIPTS: Final = {
    "latin": re.compile(r"[A-Za-z\u00aa-\u024f\u1e00-\u1eff\uff21-\uff5a]"),
    "ko": re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]"),
    "ja": re.compile(r"[\u3041-\u30fa\u31f0-\u31ff\uff66-\uff9d]"),
    "zh": re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f]"),
    "ar": re.compile(r"[\u0620-\u064a\u066e-\u06d3\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]"),
    "hi": re.compile(r"[\u0904-\u0939\u093e-\u094d\u0958-\u0961]"),
}
_LATIN_LETTERS_OF_ONE: Final = 3
"""A Han, Hangul or Arabic character says about as much as three Latin letters."""


@dataclass(frozen=True)
class Language:
    """One of `LANGUAGES`, or `und` with confidence 0; else the confidence is the measured chance of being right or less."""

    language: str
    confidence: float


UNDETERMINED: Final = Language(UNKNOWN, 0.0)


def read(text: str) -> Language:
    """The language of most of the text; `und` for what has none: numbers, addresses, names, "ok", any language not ours.

    By the model of py3langid (naive Bayes over byte sequences, BSD licence) where it is installed, else by script and
    small words with confidence 0.8 at most. The first call loads the model (about 1 s, 80 MB beside numpy); a message then takes 0.1 ms.
    """
    words = _words(text)
    scripts = _scripts(words)
    if not _long_enough(scripts):
        return UNDETERMINED
    model = _model()
    return by_words(text) if model is None else _by_model(model, words, scripts)


def by_words(text: str) -> Language:
    """The same without a model: the script, and for Latin letters the vote of small words."""
    words = _words(text)
    scripts = _scripts(words)
    if not _long_enough(scripts):
        return UNDETERMINED
    script = max(scripts, key=lambda each: scripts[each])
    if script != "latin":
        return _of_script(scripts)
    votes = _Votes.of(words)
    if not votes.speaks():
        return UNDETERMINED
    return _named(votes.best, min(_BY_WORDS_AT_MOST, LEAST + (votes.weight - votes.second) / 5))


@dataclass(frozen=True)
class _Votes:
    best: str
    weight: float
    second: float
    words: int
    of_each: Mapping[str, float]

    @classmethod
    def of(cls, words: str) -> _Votes:
        each = tally(words)
        first, second = nlargest(2, (*each.values(), 0.0, 0.0))
        return cls(
            max(each, key=lambda one: each[one], default=UNKNOWN), first, second, len(_WORD.findall(words)), each
        )

    def speaks(self) -> bool:
        """Whether the words alone decide: one in a sentence may be part of a name ("Los Angeles"), a greeting stands alone."""
        if self.weight < 1 or self.weight <= self.second:
            return False
        return self.weight > 1 if self.words > 1 else True


def _words(text: str) -> str:
    return _NOT_WORDS.sub(" ", text[:LONGEST])


def _scripts(words: str) -> dict[str, int]:
    """How much is written in each script that one of ours uses; empty when most of it is in another, or nothing is."""
    if words.isascii():
        letters = len(_LETTERS.findall(words))
        return {"latin": letters} if letters else {}
    found = {script: len(letters.findall(words)) for script, letters in _SCRIPTS.items()}
    strange = len(_LETTERS.findall(words)) - sum(found.values())
    weighed = {script: n if script == "latin" else n * _LATIN_LETTERS_OF_ONE for script, n in found.items() if n}
    return weighed if sum(weighed.values()) > strange * _LATIN_LETTERS_OF_ONE else {}


def _long_enough(scripts: Mapping[str, int]) -> bool:
    return sum(scripts.values()) >= _SHORTEST


def _of_script(scripts: Mapping[str, int]) -> Language:
    share = {script: n for script, n in scripts.items() if script != "latin"}
    if "ja" in share:  # Han characters among kana are Japanese too
        share["ja"] += share.pop("zh", 0)
    if not share:
        return UNDETERMINED
    best = max(share, key=lambda each: share[each])
    return _named(best, _BY_WORDS_AT_MOST * share[best] / sum(scripts.values()))


def _named(language: str, confidence: float) -> Language:
    return Language(language, round(confidence, 3)) if confidence >= LEAST else UNDETERMINED


def _by_model(model: LanguageIdentifier, words: str, scripts: Mapping[str, int]) -> Language:
    chances: dict[str, float] = dict(model.rank(words.encode("utf-8", "replace").decode("utf-8")))
    strange = max(chance for language, chance in chances.items() if language not in LANGUAGES)
    if strange >= _STRANGE:
        return UNDETERMINED
    script = max(scripts, key=lambda each: scripts[each])
    ours = {
        each: chance for each, chance in chances.items() if each in LANGUAGES and (each in LATIN) == (script == "latin")
    }
    best = max(ours, key=lambda each: ours[each])
    certain = ours[best] / (sum(ours.values()) or 1)
    if script != "latin":
        return _named(best, certain)
    return _tempered(best, certain, _Votes.of(words))


def _tempered(best: str, certain: float, votes: _Votes) -> Language:
    """Small words speak where the model is unsure ("hola"), and lower its certainty where two languages are mixed."""
    if certain < _BY_BOTH and votes.speaks() and (votes.best == best or votes.second < _HARDLY):
        return Language(votes.best, _BY_BOTH)
    here = votes.of_each.get(best, 0.0)
    other = max((weight for each, weight in votes.of_each.items() if each != best), default=0.0)
    mixed = here >= _SPOKEN and other >= _SPOKEN
    return _named(best, min(certain, max(0.5, here / (here + other))) if mixed else certain)


@lru_cache(maxsize=1)
def _model() -> LanguageIdentifier | None:
    # imported here: only who asks for a language pays for the model
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier
    except ImportError:
        return None
    whole = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    whole.set_languages([*sorted(LANGUAGES), *_STRANGERS])
    return whole


def parse(given: Mapping[str, Any]) -> str:
    """The text of a JSON question `{"text"}`; Invalid names what is wrong."""
    text = given.get("text")
    if not isinstance(text, str):
        raise Invalid("`text` must be a text.", field="text")
    return text


def render(answer: Language) -> dict[str, Any]:
    """The answer as JSON."""
    return {"language": answer.language, "confidence": answer.confidence}


LANGUAGE: Final = Capability(
    name="leads.language", question=str, answer=Language, local=read, parse=parse, render=render
)
