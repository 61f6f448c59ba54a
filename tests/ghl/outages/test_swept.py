"""Is nothing lost and nothing done twice, whatever is killed at whatever moment, under both of HighLevel's rules?"""

from __future__ import annotations

from argparse import Namespace

import pytest

from enterprisehub.ghl.sandbox.remote import Remote
from tests.load.product import Product
from tests.load.sweep import is_clean, swept


@pytest.mark.parametrize("retry", ["any", "429"])
def test_a_few_kills_lose_and_double_nothing(product: Product, there: Remote, retry: str) -> None:
    """The small sister of `python -m tests.load.sweep --kills 200`."""
    few = Namespace(kills=6, rate=3.0, seed=2, within=40.0)
    found = swept(product, there, few, retry=retry)
    assert is_clean(found), found
    assert found["kills"] >= 1
    assert found["heard"] == found["sent"] > 0
    assert set(found["webhook_answers"]) <= {"200", "429", "0"}, "never an error of ours"
