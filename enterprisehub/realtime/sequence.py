"""Which event may be sent next on this socket? Each number once, in order, without gaps."""

from __future__ import annotations

from enterprisehub.realtime.events import Frame

MOST_WAITING = 2_000  # more than a full replay


class Sequence:
    """What one socket has sent, and what it holds back because a lower number has not come yet."""

    def __init__(self, sent: int) -> None:
        self.sent = sent
        self.waiting: dict[int, Frame] = {}

    def add(self, frame: Frame) -> None:
        """Take an event in, however often and in whatever order; what was sent already is dropped."""
        if frame.seq is None or frame.seq <= self.sent:
            return
        if len(self.waiting) < MOST_WAITING:  # beyond that the table is read anyway
            self.waiting.setdefault(frame.seq, frame)

    def ready(self) -> list[Frame]:
        """The events that may be sent now, in order; from here on they count as sent."""
        due = []
        while (frame := self.waiting.pop(self.sent + 1, None)) is not None:
            self.sent += 1
            due.append(frame)
        return due

    def rewind(self, seq: int) -> None:
        """The client holds everything up to `seq` and nothing after it."""
        self.sent = seq
        self.waiting = {number: frame for number, frame in self.waiting.items() if number > seq}

    @property
    def gap(self) -> bool:
        """Whether something is held back for a number that did not come."""
        return bool(self.waiting) and self.sent + 1 not in self.waiting
