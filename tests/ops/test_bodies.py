"""Is a request whose length nobody knew handed on as one whose length is known, and an endless one stopped?"""

from __future__ import annotations

from typing import Any

import pytest

from enterprisehub.ops import bodies

CHUNKED = {
    "type": "http",
    "headers": [(b"host", b"hub"), (b"transfer-encoding", b"chunked"), (b"content-length", b"9")],
}


class Sender:
    """Sends these pieces, then goes away; `taken` counts what was asked for."""

    def __init__(self, *pieces: bytes, leaves: bool = False) -> None:
        self.pieces, self.leaves, self.taken = list(pieces), leaves, 0

    async def __call__(self) -> Any:
        if self.taken == len(self.pieces):
            return {"type": "http.disconnect"}
        self.taken += 1
        more = self.leaves or self.taken < len(self.pieces)
        return {"type": "http.request", "body": self.pieces[self.taken - 1], "more_body": more}


async def test_a_body_that_tells_its_length_is_left_as_it_is() -> None:
    scope, sender = {"type": "http", "headers": [(b"content-length", b"2")]}, Sender(b"{}")
    assert await bodies.put_together(scope, sender) == (scope, sender)
    assert sender.taken == 0


@pytest.mark.parametrize("pieces", [[b"{", b"", b"}"], [b"{}"], [b"{}", b""]])
async def test_pieces_become_one_body_with_its_true_length(pieces: list[bytes]) -> None:
    scope, receive = await bodies.put_together(CHUNKED, Sender(*pieces))
    assert scope["headers"] == [(b"host", b"hub"), (b"content-length", b"2")]
    assert await receive() == {"type": "http.request", "body": b"{}", "more_body": False}
    assert await receive() == {"type": "http.disconnect"}


async def test_a_sender_that_left_is_reported_as_gone() -> None:
    _, receive = await bodies.put_together(CHUNKED, Sender(b"{", leaves=True))
    assert await receive() == {"type": "http.disconnect"}


async def test_the_largest_body_is_taken_and_a_larger_one_is_not() -> None:
    half = b"x" * (bodies.LARGEST // 2)
    _, receive = await bodies.put_together(CHUNKED, Sender(half, half))
    assert len((await receive())["body"]) == bodies.LARGEST
    with pytest.raises(bodies.TooLarge):
        await bodies.put_together(CHUNKED, Sender(half, half, b"x"))


async def test_one_without_end_is_not_listened_to_for_ever() -> None:
    sender = Sender(*[b"x" * bodies.LARGEST] * 100, leaves=True)
    with pytest.raises(bodies.TooLarge):
        await bodies.put_together(CHUNKED, sender)
    assert sender.taken == 9
