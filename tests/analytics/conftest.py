"""The cast, and a browserless visitor for each of them."""

from __future__ import annotations

from tests.pages.conftest import _no_limits_left_over, as_, world

__all__ = ["_no_limits_left_over", "as_", "world"]
