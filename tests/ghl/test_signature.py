"""Is a body believed only when one of our keys signed exactly its bytes?"""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from enterprisehub.ghl.signature import BadSignature, Keys

OLD, NEW, FOREIGN = (Ed25519PrivateKey.generate() for _ in range(3))
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
BODY = b'{"type":"ContactCreate","locationId":"l","n":1}'


def pem(key: Any) -> str:
    text: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return text.decode()


def new(key: Ed25519PrivateKey, body: bytes = BODY) -> tuple[bytes, bytes]:
    return (b"x-ghl-signature", base64.b64encode(key.sign(body)))


def legacy(body: bytes = BODY) -> tuple[bytes, bytes]:
    return (b"x-wh-signature", base64.b64encode(RSA.sign(body, padding.PKCS1v15(), SHA256())))


def refusal(keys: Keys, *headers: tuple[bytes, bytes], body: bytes = BODY) -> str:
    with pytest.raises(BadSignature) as refused:
        keys.check(body, headers)
    return refused.value.reason


def test_two_keys_hold_while_one_takes_over_from_the_other() -> None:
    both = Keys.of([pem(OLD), pem(NEW)])
    both.check(BODY, [new(OLD)])
    both.check(BODY, [new(NEW)])
    assert refusal(both, new(FOREIGN)) == "wrong"
    assert refusal(Keys.of([pem(NEW)]), new(OLD)) == "wrong"


def test_one_byte_more_or_another_way_to_write_it_is_another_body() -> None:
    keys = Keys.of([pem(NEW)])
    for other in (BODY + b" ", BODY.replace(b":1", b": 1"), BODY[:-1], b""):
        assert refusal(keys, new(NEW), body=other) == "wrong"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", "unsigned"),
        (b"   ", "unsigned"),
        (b"N/A", "unsigned"),
        (b"%%%", "garbage"),
        (b"AAAA", "garbage"),
        (base64.b64encode(b"x" * 63), "garbage"),
        (base64.b64encode(b"x" * 64), "wrong"),
        (base64.b64encode(b"\x00" * 64), "wrong"),
        (b"A" * 1_000_000, "garbage"),
        ("ключ".encode(), "garbage"),
    ],
)
def test_garbage_is_refused_with_its_reason(value: bytes, reason: str) -> None:
    assert refusal(Keys.of([pem(NEW)]), (b"x-ghl-signature", value)) == reason


def test_two_signatures_are_one_too_many() -> None:
    assert refusal(Keys.of([pem(NEW)]), new(NEW), new(NEW)) == "two_headers"


def test_the_old_header_counts_only_where_an_old_key_is_set_and_never_beside_the_new_one() -> None:
    modern, both = Keys.of([pem(NEW)]), Keys.of([pem(NEW)], [pem(RSA)])
    assert refusal(modern, legacy()) == "legacy"
    assert refusal(modern) == "missing"
    both.check(BODY, [legacy()])
    assert refusal(both, legacy(b"other")) == "wrong"
    assert refusal(both, (b"x-ghl-signature", b"N/A"), legacy()) == "unsigned"
    assert refusal(both, new(FOREIGN), legacy()) == "wrong"


def test_keys_of_another_kind_end_the_start() -> None:
    for wrong in ([pem(RSA)], ["-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"]):
        with pytest.raises(ValueError, match="key"):
            Keys.of(wrong)
    with pytest.raises(ValueError, match="RSA"):
        Keys.of([pem(NEW)], [pem(NEW)])


def test_without_a_setting_highlevels_own_key_is_trusted() -> None:
    (key,) = Keys.of(settings.GHL_WEBHOOK_PUBLIC_KEYS).current
    assert key.public_bytes_raw().hex().startswith("8b61d1d6")


@given(
    st.binary(max_size=200),
    st.lists(
        st.tuples(st.sampled_from([b"x-ghl-signature", b"x-wh-signature", b"x"]), st.binary(max_size=200)), max_size=4
    ),
)
def test_whatever_is_sent_it_is_refused_and_nothing_else(body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    with pytest.raises(BadSignature):
        Keys.of([pem(NEW)], [pem(RSA)]).check(body, headers)
