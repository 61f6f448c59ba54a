"""How do shares and cells read on the pages of the leads list?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import template

register = template.Library()


@register.filter
def percent(share: float | None) -> int:
    """A share from 0 to 1 in whole hundredths."""
    return round(min(max(share or 0.0, 0.0), 1.0) * 100)


@register.filter
def at(cells: Sequence[str], position: int) -> str:
    """The cell at this place; "" where the row is shorter."""
    return cells[position] if 0 <= position < len(cells) else ""


@register.filter
def key(mapping: Mapping[str, Any], name: str) -> Any:
    return mapping.get(name, "")
