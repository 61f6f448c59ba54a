"""Whatever order events arrive in, however often, each is sent once, in order."""

from __future__ import annotations

import random

import pytest

from enterprisehub.realtime.events import Address, Frame, numbered, pack, unpack
from enterprisehub.realtime.sequence import Sequence


def frame(seq: int) -> Frame:
    return Frame(seq, "status", str(seq))


@pytest.mark.parametrize("seed", range(50))
def test_any_arrival_order_with_echoes_becomes_one_order(seed: int) -> None:
    chance, sequence, sent = random.Random(seed), Sequence(10), []
    arrivals = [*range(1, 61), *chance.choices(range(1, 61), k=40)]
    chance.shuffle(arrivals)
    for seq in arrivals:
        sequence.add(frame(seq))
        sent += [one.seq for one in sequence.ready()]
    assert sent == list(range(11, 61))
    assert not sequence.gap


def test_a_gap_holds_back_what_follows() -> None:
    sequence = Sequence(0)
    sequence.add(frame(2))
    assert sequence.ready() == []
    assert sequence.gap
    sequence.add(frame(1))
    assert [one.seq for one in sequence.ready()] == [1, 2]


def test_direct_answers_have_no_place_in_the_order() -> None:
    sequence = Sequence(0)
    sequence.add(Frame(None, "error", "{}"))
    assert sequence.ready() == []
    assert not sequence.gap


def test_a_frame_survives_the_way_between_processes() -> None:
    from datetime import UTC, datetime
    from uuid import uuid4

    made = numbered(
        Address(uuid4(), uuid4()), "suggestion", {"say": "¿Qué tal?\nBien — “sí”."}, seq=7, at=datetime.now(UTC)
    )
    assert unpack(pack(made)) == made
    whispered = Frame(None, "status", '{"a":\n1}', sender="me")
    assert unpack(pack(whispered)) == whispered
    with pytest.raises(ValueError, match="not a packed frame"):
        unpack(b"hello")
