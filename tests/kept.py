"""How do rows that take long to make stay for all tests of a file, while what each test changes goes?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.db import transaction

T = TypeVar("T")


def kept(blocker: Any, make: Callable[[], T]) -> Iterator[T]:
    """For a fixture of a module: what `make` returns, in a transaction around those of the tests.

    Only for files whose tests all roll back: one that empties the tables would wait for this transaction for ever.
    """
    around: Any = transaction.atomic()
    around._from_testcase = True  # as Django marks those of its own tests, so that durable blocks may begin inside
    with blocker.unblock():
        around.__enter__()
    try:
        with blocker.unblock():
            made = make()
        yield made
    finally:
        with blocker.unblock():
            transaction.set_rollback(True)
            around.__exit__(None, None, None)
