"""How is a secret kept so that the database alone does not tell it? AES-GCM under named keys that can be changed."""

from __future__ import annotations

from functools import lru_cache
from os import urandom

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

FORM = b"\x01"  # the form of a sealed value: this byte, the key id's length, the key id, the nonce, the sealed text
NONCE_BYTES = 12
SUFFIX = "_sealed"  # a BinaryField whose name ends so holds a sealed value; `manage.py rotate_keys` finds it by that


class SealBroken(Exception):
    """The value was not sealed by us for this place, was changed, or its key is no longer known."""


def seal(text: str, *, about: str) -> bytes:
    """The text, readable only with our key and only for the place named by `about` (it cannot be moved elsewhere)."""
    key_id, key = next(iter(settings.ENCRYPTION_KEYS.items()))
    head = _head(key_id)
    nonce = urandom(NONCE_BYTES)
    return head + nonce + _cipher(key).encrypt(nonce, text.encode(), head + about.encode())


def unseal(sealed: bytes | memoryview, *, about: str) -> str:
    """The text again. Raises SealBroken, which never tells what was inside."""
    value = bytes(sealed)
    key_id = key_id_of(value)
    key = settings.ENCRYPTION_KEYS.get(key_id)
    if key is None:
        raise SealBroken(f"the key {key_id!r} is not in ENCRYPTION_KEYS")
    head, rest = _head(key_id), value[len(_head(key_id)) :]
    try:
        return _cipher(key).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], head + about.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise SealBroken("the sealed value was changed, or belongs elsewhere") from error


def seal_into(row: models.Model, field: str, text: str | None) -> None:
    """Keep the text, sealed for this very row and column; None empties it. The caller saves."""
    setattr(row, field, None if text is None else seal(text, about=place(row, field)))


def unseal_from(row: models.Model, field: str) -> str | None:
    """What `seal_into` kept, or None."""
    value = getattr(row, field)
    return None if value is None else unseal(value, about=place(row, field))


def place(row: models.Model, field: str) -> str:
    """Where a row's sealed value belongs: it opens in no other row or column."""
    return f"{row._meta.label_lower}.{field}:{row.pk}"


def key_id_of(sealed: bytes | memoryview) -> str:
    """Which key sealed this."""
    value = bytes(sealed)
    if value[:1] != FORM or len(value) < 2 or len(value) < 2 + value[1]:
        raise SealBroken("this is no sealed value")
    try:
        return value[2 : 2 + value[1]].decode()
    except UnicodeDecodeError as error:
        raise SealBroken("this is no sealed value") from error


def is_current(sealed: bytes | memoryview) -> bool:
    """Whether the first of the keys sealed this."""
    return key_id_of(sealed) == next(iter(settings.ENCRYPTION_KEYS))


def _head(key_id: str) -> bytes:
    name = key_id.encode()
    return FORM + bytes([len(name)]) + name


@lru_cache(maxsize=16)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)
