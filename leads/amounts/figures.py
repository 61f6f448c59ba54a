"""What is the value of a number that is written in figures, or put together from spelled parts?"""

from __future__ import annotations

import re
from collections.abc import Sequence

_LONGEST_FIGURE = 18  # digits; longer ones are account numbers and noise


def figure(written: str, *, decimal: str, scaled: bool = False) -> float | None:
    """The value of "1,200,000", "1.200.000", "1.200.000,50" or "2.5"; None for what is no number, as "22.04.2010".

    A single sign before exactly three figures groups thousands whatever the language, as prices have no thousandths;
    only before "million" or the like (`scaled`) the language's own decimal sign is one: "1.125 million".
    """
    signs = [each for each in written if each in ".,"]
    if sum(each.isdigit() for each in written) > _LONGEST_FIGURE:
        return None
    if not signs:
        return float(written)
    last = signs[-1]
    groups = re.split(r"[.,]", written)
    if len(set(signs)) == 2:
        whole = groups[:-1] if signs.count(last) == 1 and len(set(signs[:-1])) == 1 else groups
        return float("".join(whole) + "." + groups[-1]) if whole is not groups and _grouped(whole) else None
    if len(signs) > 1:
        return float("".join(groups)) if _grouped(groups) else None
    if _grouped(groups) and not (scaled and last == decimal):
        return float("".join(groups))
    return float(".".join(groups))


def _grouped(groups: Sequence[str]) -> bool:
    """Thousands in threes, or in twos before the last three as in India."""
    first, *rest = groups
    threes = all(len(each) == 3 for each in rest)
    twos = len(rest) > 1 and len(rest[-1]) == 3 and all(len(each) == 2 for each in rest[:-1])
    return 0 < len(first) <= 3 and first[0] != "0" and bool(rest) and (threes or twos)


class Sum:
    """A number while it is read: parts that add up, the last ones multiplied by each scale."""

    def __init__(self, tens: int) -> None:
        self.parts: list[float] = []
        self.scale = 1.0  # the last one
        self.bare = False
        self.joined = False  # an "and" was read and waits for what it joins
        self._least = tens

    def fits(self, value: float) -> bool:
        """Whether this may be added: "twenty three", not "three twenty"."""
        if not self.parts:
            return True
        last = self.parts[-1]
        if last >= 100:
            return value < (100 if last < 1000 else last)
        reach = 20 if last in (60, 80) else 10
        return last % 10 == 0 and last >= self._least and 0 < value < reach

    def inverted(self, value: float) -> bool:
        """Whether it is the German way round: "three and twenty"."""
        return bool(self.parts) and self.parts[-1] < 10 and value % 10 == 0 and 20 <= value < 100

    def multiply(self, scale: float) -> bool:
        group = 0.0
        while self.parts and self.parts[-1] < scale:
            group += self.parts.pop()
        if not group and self.parts and self.parts[-1] % (scale * 10) and scale > 10:
            return False
        self.bare = self.bare or not (group or self.parts)
        self.parts.append((group or 1.0) * scale)
        self.scale = scale
        return True
