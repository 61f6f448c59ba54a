"""Did HighLevel sign exactly these bytes? Ed25519, by a list of keys so that one can take over from another.

A good signature proves that HighLevel sent the body, not for which tenant or app: the keys are the same for everybody.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

HEADER: Final = b"x-ghl-signature"
LEGACY_HEADER: Final = b"x-wh-signature"  # HighLevel gave it up on 1 September 2026
UNSIGNED: Final = b"N/A"
ED25519_LENGTH: Final = 64  # bytes
LONGEST: Final = 2_048  # characters of a header that are looked at; a 4,096-bit signature has 684

Headers = Iterable[tuple[bytes, bytes]]


class BadSignature(Exception):
    """The body is not signed, or not by a key that we trust; `reason` is a code for the counter."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Keys:
    """Whom we trust. Without legacy keys the old header counts for nothing."""

    current: tuple[Ed25519PublicKey, ...]
    legacy: tuple[RSAPublicKey, ...] = ()

    @classmethod
    def of(cls, current: Sequence[str], legacy: Sequence[str] = ()) -> Keys:
        """From PEM texts; ValueError when one is no public key of its kind."""
        new = tuple(_load(text) for text in current)
        old = tuple(_load(text) for text in legacy)
        if not all(isinstance(key, Ed25519PublicKey) for key in new):
            raise ValueError("GHL_WEBHOOK_PUBLIC_KEYS must hold Ed25519 public keys.")
        if not all(isinstance(key, RSAPublicKey) for key in old):
            raise ValueError("GHL_LEGACY_PUBLIC_KEYS must hold RSA public keys.")
        return cls(new, old)  # type: ignore[arg-type]

    def check(self, body: bytes, headers: Headers) -> None:
        """Raises BadSignature unless one of our keys signed `body`. The current header, once there, decides alone."""
        found = {HEADER: [], LEGACY_HEADER: []}  # type: dict[bytes, list[bytes]]
        for name, value in headers:
            if name in found:
                found[name].append(value)
        if found[HEADER]:
            signature = _decoded(found[HEADER])
            if len(signature) != ED25519_LENGTH:
                raise BadSignature("garbage")
            if not any(_ed25519(key, signature, body) for key in self.current):
                raise BadSignature("wrong")
        elif found[LEGACY_HEADER] and self.legacy:
            signature = _decoded(found[LEGACY_HEADER])
            if not any(_rsa(key, signature, body) for key in self.legacy):
                raise BadSignature("wrong")
        else:
            raise BadSignature("legacy" if found[LEGACY_HEADER] else "missing")


def _load(text: str) -> object:
    try:
        return load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("A webhook key is no public key in PEM form.") from None


def _decoded(values: list[bytes]) -> bytes:
    """The signature's bytes; two headers are one too many, since nobody could say which one counts."""
    if len(values) != 1:
        raise BadSignature("two_headers")
    value = values[0].strip()
    if value.upper() == UNSIGNED or not value:
        raise BadSignature("unsigned")
    if len(value) > LONGEST:
        raise BadSignature("garbage")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise BadSignature("garbage") from None


def _ed25519(key: Ed25519PublicKey, signature: bytes, body: bytes) -> bool:
    try:
        key.verify(signature, body)
    except InvalidSignature:
        return False
    return True


def _rsa(key: RSAPublicKey, signature: bytes, body: bytes) -> bool:
    try:
        key.verify(signature, body, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True
