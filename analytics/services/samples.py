"""Who reads the samples behind the findings: the local patterns alone, or Claude too?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from analytics.ranges import Range


def read(analysis: UUID, days: Range, result: dict[str, Any]) -> dict[str, Any]:
    """The patterns in words, and who found them. Runs named."""
    return {"by": "local", "patterns": [{"text": text, "quotes": []} for text in result.get("patterns", [])]}
