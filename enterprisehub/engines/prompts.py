"""What do we say to Claude, and which version of it? Every prompt is a file under templates/prompts."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

_NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*")


@dataclass(frozen=True)
class Prompt:
    """The platform's rules for one capability, the same for every tenant. `version` is the first 12 digits of its SHA-256."""

    name: str
    text: str
    version: str


def load(name: str) -> Prompt:
    """The prompt called `name`. Raises LookupError when there is no such file or it says nothing."""
    return _read(Path(settings.PROMPTS_DIR), name)


def either(name: str, otherwise: str) -> Prompt:
    """The prompt called `name` if there is one, else the other: a comparison must not stop the coaching."""
    if name:
        try:
            return load(name)
        except LookupError:
            pass
    return load(otherwise)


def others(of: str) -> list[str]:
    """Names of the prompts that may stand in for this one in a comparison: `<of>.<word>.md` beside it."""
    return sorted(path.stem for path in Path(settings.PROMPTS_DIR).glob(f"{of}.*.md") if _NAME.fullmatch(path.stem))


@lru_cache(maxsize=64)
def _read(folder: Path, name: str) -> Prompt:
    path = folder / f"{name}.md"
    text = path.read_text(encoding="utf-8").strip() if _NAME.fullmatch(name) and path.is_file() else ""
    if not text:
        raise LookupError(f"there is no prompt {name}.md")
    return Prompt(name, text, hashlib.sha256(text.encode()).hexdigest()[:12])
