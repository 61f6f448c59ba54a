"""What do the tests of the connection share? A HighLevel that does as it is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from enterprisehub.ghl.sandbox.remote import Remote
from enterprisehub.ghl.sandbox.running import on_a_thread
from tests.ghl.caller import Caller


@pytest.fixture(scope="session")
def _one_sandbox() -> Iterator[Remote]:
    with on_a_thread() as url:
        remote = Remote(url)
        yield remote
        remote.close()


@pytest.fixture
def sandbox(_one_sandbox: Remote) -> Remote:
    """A sandbox as new: the location loc-oakwood without a contact, searches 0.05 s behind, events told to nobody."""
    _one_sandbox.reset(lag=0.05)
    return _one_sandbox


@pytest.fixture
def call(sandbox: Remote) -> Caller:
    """Somebody with a private integration token of loc-oakwood, without further ado."""
    return Caller(sandbox, sandbox.private_token())
