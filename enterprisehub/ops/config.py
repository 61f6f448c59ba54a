"""What does the environment say, and is it usable? A missing or bad value ends the start with one sentence."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn
from urllib.parse import unquote, urlsplit

EXIT_BAD_SETTING = 2


def refuse(sentence: str) -> NoReturn:
    """End the process with exit code 2 and `sentence` on stderr; no traceback, no half start."""
    print(f"enterprisehub: {sentence}", file=sys.stderr, flush=True)
    raise SystemExit(EXIT_BAD_SETTING)


def text(name: str, default: str | None = None) -> str:
    """The value of `name`; without a default a missing or empty value refuses the start."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        refuse(f"{name} is not set; set it in the environment.")
    return default


def words(name: str, default: Sequence[str] = ()) -> list[str]:
    """A comma-separated list, blanks dropped."""
    return [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()] or list(default)


def flag(name: str, default: bool = False) -> bool:
    """1/0, true/false, yes/no, on/off in any case."""
    value = text(name, "yes" if default else "no").lower()
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    refuse(f"{name} must be yes or no, not {value[:40]!r}.")


def number(name: str, default: float, *, least: float = -math.inf, most: float = math.inf) -> float:
    """A finite number between `least` and `most`."""
    value = text(name, str(default))
    try:
        parsed = float(value)
    except ValueError:
        refuse(f"{name} must be a number, not {value[:40]!r}.")
    if not math.isfinite(parsed) or not least <= parsed <= most:
        refuse(f"{name} must be between {least:g} and {most:g}, not {value[:40]}.")
    return parsed


def whole(name: str, default: int, *, least: int = 0, most: int = 2**31) -> int:
    """A whole number between `least` and `most`."""
    parsed = number(name, default, least=least, most=most)
    if parsed != int(parsed):
        refuse(f"{name} must be a whole number, not {parsed:g}.")
    return int(parsed)


def choice(name: str, options: Sequence[str], default: str) -> str:
    """One of `options`."""
    value = text(name, default)
    if value not in options:
        refuse(f"{name} must be one of {', '.join(options)}, not {value[:40]!r}.")
    return value


def url(name: str, default: str | None = None, *, schemes: Sequence[str] = ("https", "http")) -> str:
    """A URL with one of `schemes`. The value is never echoed: it may hold a password."""
    value = text(name, default)
    try:
        parts = urlsplit(value)
        usable = parts.scheme in schemes and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or (parts.scheme in ("http", "https") and not parts.hostname):
        refuse(f"{name} must be a URL that starts with {' or '.join(f'{s}://' for s in schemes)}.")
    return value


def postgres(name: str, value: str) -> dict[str, str]:
    """NAME, USER, PASSWORD, HOST and PORT of a postgresql:// URL; `?host=/dir` names a Unix socket directory."""
    parts = urlsplit(value)
    query = dict(pair.partition("=")[::2] for pair in parts.query.split("&") if pair)
    try:
        port = str(parts.port or query.get("port", ""))
    except ValueError:
        refuse(f"{name} must have a port between 1 and 65535.")
    database = unquote(parts.path.lstrip("/"))
    if parts.scheme not in ("postgres", "postgresql") or not database:
        refuse(f"{name} must look like postgresql://user:password@host:5432/database.")
    return {
        "NAME": database,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", "")) or parts.hostname or "",
        "PORT": port,
    }


def redis_database(base: str, number_: int) -> str:
    """`base` (redis://host:port[/n]) with its database number replaced."""
    parts = urlsplit(base)
    return parts._replace(path=f"/{number_}").geturl()


def objects(name: str) -> dict[str, dict[str, Any]]:
    """A JSON object of objects, such as {"coaching.card": {"total": 5}}; empty when not set."""
    try:
        value = json.loads(text(name, "{}"))
    except ValueError:
        value = None
    if not isinstance(value, dict) or not all(isinstance(inner, dict) for inner in value.values()):
        refuse(f"{name} must be a JSON object of objects.")
    return value


def pem_blocks(name: str) -> list[str]:
    """Public keys in PEM form, one after another; literal \\n in the value counts as a line end."""
    value = os.environ.get(name, "").replace("\\n", "\n")
    end = "-----END PUBLIC KEY-----"
    blocks = [block.strip() + "\n" + end + "\n" for block in value.split(end) if block.strip()]
    if any(not block.startswith("-----BEGIN PUBLIC KEY-----") for block in blocks):
        refuse(f"{name} must hold public keys in PEM form (BEGIN PUBLIC KEY ... END PUBLIC KEY).")
    return blocks


def encryption_keys(name: str, secret: str) -> dict[str, bytes]:
    """AES-256 keys by id, from `id:base64,id:base64`; the first seals, the others still open. Without any, one made of `secret`."""
    keys: dict[str, bytes] = {}
    for word in words(name):
        key_id, _, coded = word.partition(":")
        try:
            key = base64.b64decode(coded + "=" * (-len(coded) % 4), altchars=b"-_" if set(coded) & set("-_") else None)
        except binascii.Error:
            key = b""
        if not 1 <= len(key_id) <= 40 or not key_id.isascii() or len(key) != 32 or key_id in keys:
            refuse(f"{name} must be id:key,id:key with different ids and base64 keys of 32 bytes.")
        keys[key_id] = key
    return keys or {"derived": hashlib.sha256(b"enterprisehub sealed values\0" + secret.encode()).digest()}


def production_faults(environ: Mapping[str, object]) -> list[str]:
    """What forbids a start in production, as sentences; `environ` holds the settings by name."""
    rules = (
        (environ["DEBUG"], "DEBUG must be off in production."),
        (
            len(str(environ["SECRET_KEY"])) < 50 or str(environ["SECRET_KEY"]).startswith("insecure-"),
            "SECRET_KEY must be set to a long random value (at least 50 characters) in production.",
        ),
        (not environ["ALLOWED_HOSTS"], "ALLOWED_HOSTS must name the hosts to answer in production."),
        ("*" in (environ["ALLOWED_HOSTS"] or ()), "ALLOWED_HOSTS must not be * in production."),  # type: ignore[operator]
        (environ["DEMO_PASSWORDS"], "DEMO_PASSWORDS must be off in production."),
        (not environ["DATABASE_URL"], "DATABASE_URL must be set in production."),
        (
            not environ.get("ENCRYPTION_KEYS"),
            "ENCRYPTION_KEYS must be set in production (id:base64 of 32 random bytes; the first is the current key).",
        ),
        (
            not environ["REDIS_URLS"],
            "REDIS_URL (or CACHE_, BROKER_ and CHANNEL_REDIS_URL) must be set in production.",
        ),
    )
    return [sentence for broken, sentence in rules if broken]


def unreachable(error: BaseException) -> str | None:
    """What to tell a person when `error` means that the database does not answer; None for any other error."""
    from django.conf import settings
    from django.db.utils import OperationalError

    if not isinstance(error, OperationalError) or getattr(error.__cause__, "sqlstate", None):
        return None
    if not settings.SERVICES_CONFIGURED:
        return (
            "enterprisehub: no database is running; start one with `python manage.py embedded start`, "
            "or set DATABASE_URL and REDIS_URL."
        )
    return "enterprisehub: the database of DATABASE_URL does not answer; is it running?"
