"""What can go wrong with a request, and for which requests does it?"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

KINDS: Final = (
    "status",  # answered with `status`, and nothing is done
    "done_status",  # done, but answered with `status`
    "delay",  # answered after `seconds`
    "slow",  # the answer comes in drops over `seconds`
    "cut",  # the connection is closed, and nothing is done
    "done_cut",  # done, but the connection is closed before the answer
    "half",  # the answer breaks off in the middle
    "garbage",  # 200 with a web page
    "garbage_json",  # 200 with JSON that breaks off
    "empty",  # done, answered without a body
)


@dataclass
class Fault:
    """One fault and for how many requests it is played; `times` -1 is for all."""

    kind: str
    match: str = "*"  # of "METHOD /path", with * for anything
    times: int = 1
    status: int = 500
    message: str = ""
    seconds: float = 1.0

    @classmethod
    def given(cls, fields: dict[str, Any]) -> Fault:
        """From JSON; ValueError when there is no such fault."""
        allowed = cls.__dataclass_fields__
        if unknown := set(fields) - set(allowed):
            raise ValueError(f"there is no {min(unknown)!r} in a fault")
        fault = cls(**fields)
        if fault.kind not in KINDS:
            raise ValueError(f"there is no fault {fault.kind!r}; choose from {', '.join(KINDS)}")
        return fault

    @classmethod
    def from_text(cls, text: str) -> Fault:
        """ "POST /contacts/*=500:3" answers three of them with 500; "cut" closes the next connection; ":-1" is for ever."""
        match, equals, rest = text.rpartition("=")
        kind, colon, times = rest.partition(":")
        fields: dict[str, Any] = {"kind": kind, "match": match if equals else "*", "times": int(times) if colon else 1}
        if kind.isdigit():
            fields |= {"kind": "status", "status": int(kind)}
        return cls.given(fields)


class Faults:
    """The faults that still wait for their requests, in order."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def next(self, method: str, path: str) -> Fault | None:
        """The fault that this request meets."""
        for fault in self.waiting:
            if fnmatchcase(f"{method} {path}", fault.match) or fnmatchcase(path, fault.match):
                fault.times -= 1
                if fault.times == 0:
                    self.waiting.remove(fault)
                return fault
        return None

    def told(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self.waiting]
