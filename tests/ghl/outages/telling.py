"""How do the tests of outages tell the product something, until it has taken it, and see what came of it?"""

from __future__ import annotations

import time
from typing import Any

import httpx2

from tests.ghl.sender import packed, signed
from tests.load.product import Product

AT_LAST = 60.0  # seconds in which an event is taken once everything is well again


def send(product: Product, event: dict[str, Any]) -> httpx2.Response:
    """The answer to one try, past HighLevel's line."""
    raw = packed(event)
    return httpx2.post(f"http://127.0.0.1:{product.port}/webhooks/ghl/", content=raw, headers=signed(raw), timeout=15)


def until_taken(product: Product, event: dict[str, Any]) -> list[httpx2.Response]:
    """Try again as HighLevel does; every answer."""
    answers, end = [send(product, event)], time.monotonic() + AT_LAST
    while answers[-1].status_code != 200 and time.monotonic() < end:
        time.sleep(0.2)
        answers.append(send(product, event))
    return answers


def as_promised(answers: list[httpx2.Response]) -> bool:
    """Taken, or asked to come again, and when; never an error of ours, and never after HighLevel has lost patience."""
    return all(
        one.elapsed.total_seconds() < 10
        and (one.status_code == 200 or (one.status_code == 429 and int(one.headers["retry-after"]) > 0))
        for one in answers
    )


def effects(product: Product, event: dict[str, Any]) -> int:
    return product.count("leads_lead WHERE name = %s", event["webhookId"])
