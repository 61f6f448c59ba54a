"""What do the tests of outages share? One whole product over lines that can be spoilt, and the sandbox as its HighLevel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from enterprisehub.ghl.sandbox.remote import Remote
from enterprisehub.ghl.sandbox.running import on_a_thread
from tests.ghl.sender import PEM
from tests.load.product import Product


@pytest.fixture(scope="package")
def there() -> Iterator[Remote]:
    """HighLevel, as these tests have it."""
    with on_a_thread() as url:
        remote = Remote(url)
        yield remote
        remote.close()


@pytest.fixture(scope="package")
def running(there: Remote) -> Iterator[Product]:
    product = Product(
        highlevel=there.url, wired=True, GHL_RATE="100", GHL_EVENT_TABLE="tests.load.table.table",
        GHL_WEBHOOK_PUBLIC_KEYS=PEM + there.public_key,
    )  # fmt: skip
    there.set(webhook_url=product.url, lag=0.05, compress=600)
    yield product
    product.stop()


@pytest.fixture
def product(running: Product) -> Iterator[Product]:
    """The product, nothing of which is spoilt when the next test gets it."""
    yield running
    running.heal()
