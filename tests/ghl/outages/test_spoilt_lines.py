"""Does the product keep its word when a line is cut, hangs half open, drips, or breaks off in the middle of an answer?"""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from typing import Any

import httpx2
import pytest

from enterprisehub.ghl.sandbox.remote import Remote
from tests.fakes import eventually
from tests.ghl.outages.telling import as_promised, effects, send, until_taken
from tests.ghl.sender import body
from tests.load.brokerage import ANSWER
from tests.load.product import Product
from tests.load.wires import Fate

WITHIN = 240.0  # seconds; the sweeper looks every 5, and a busy machine takes its time
PLACE = "loc-spoilt"
FATES: tuple[Fate, ...] = ("refuse", "hang", "drip", "break")


def each_once(product: Product, events: list[dict[str, Any]]) -> bool:
    return eventually(lambda: [effects(product, event) for event in events] == [1] * len(events), WITHIN)


@pytest.mark.parametrize("fate", FATES)
def test_whatever_befalls_the_line_to_postgres_the_sender_is_told_when_to_come_again(
    product: Product, fate: Fate
) -> None:
    events = [body(kind, "load-0") for kind in ("InboundMessage", "ContactUpdate", "InboundMessage")]
    product.lines["web", "postgres"].set(fate)
    spoilt = [send(product, event) for event in events]
    product.heal()
    well = [answer for event in events for answer in until_taken(product, event)]
    assert as_promised(spoilt + well)
    assert each_once(product, events)


def test_cut_before_any_of_its_statements_the_door_loses_and_doubles_nothing(product: Product) -> None:
    """A commit of the door takes about six pieces; beyond that it is the lane's line that is cut."""
    events, answers = [], []
    for number in range(1, 13):
        event = body("InboundMessage", "load-1")
        product.lines["web", "postgres"].cut_after(number)
        answers += until_taken(product, event)
        events.append(event)
    assert as_promised(answers)
    assert each_once(product, events)


def test_cut_before_any_of_its_statements_the_worker_loses_and_doubles_nothing(product: Product) -> None:
    events = []
    for number in (1, 2, 3, 5, 8, 13, 21):
        event = body("ContactUpdate", "load-2")
        product.lines["worker", "postgres"].cut_after(number)
        assert send(product, event).status_code == 200
        events.append(event)
    assert each_once(product, events)


@pytest.mark.parametrize("fate", FATES)
def test_whatever_befalls_the_line_to_redis_events_are_taken_and_worked_on(product: Product, fate: Fate) -> None:
    message, change = body("InboundMessage", "load-3"), body("ContactUpdate", "load-3")
    product.lines["web", "redis"].set(fate)
    answers = [send(product, event) for event in (message, change)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert each_once(product, [message]), "messages do not wait for Redis"
    product.heal()
    assert each_once(product, [change])


@pytest.fixture(scope="module")
def prospects(running: Product, there: Remote) -> list[str]:
    """Contacts of a real brokerage, each of whom gets an answer to what they write."""
    there.location(PLACE, name="Oakwood Realty")
    running.run("-m", "tests.load.brokerage", PLACE, there.private_token(PLACE))
    rows = [
        there.contact(location=PLACE, firstName=f"Pat{n}", lastName="Doe", email=f"pat{n}@spoilt.example")
        for n in range(8)
    ]
    return [str(row["id"]) for row in rows]


def answered(product: Product, there: Remote, contact: str, text: str) -> tuple[str, str, int]:
    """How the answer to these words was settled, and how often it stands at HighLevel."""
    rows = product.rows(
        "SELECT state, reason FROM ghl_outboundcall WHERE operation = 'message.send' AND arguments->>'message' = %s",
        ANSWER + text,
    )
    stands = Counter(
        text in str(one["body"]) for one in there.about(contact)["messages"] if one["direction"] == "outbound"
    )
    return (*(rows[0] if rows else ("", "")), stands[True])


@pytest.mark.parametrize("fate", FATES)
def test_whatever_befalls_the_line_to_highlevel_no_prospect_is_written_to_twice(
    product: Product, there: Remote, prospects: list[str], fate: Fate
) -> None:
    """What cannot be known is left to a person; what can be found is found."""
    contact, text = prospects[FATES.index(fate)], f"Is it still for sale, in spite of {fate}?"
    product.lines["worker", "highlevel"].set(fate)
    there.say(contact, text)
    tried = "ghl_outboundcall WHERE arguments->>'message' = %s AND (attempts > 0 OR state <> 'waiting')"
    assert eventually(lambda: product.count(tried, ANSWER + text) == 1, WITHIN)
    assert eventually(
        lambda: product.count(f"{tried} AND (state <> 'waiting' OR reason <> '')", ANSWER + text) == 1, WITHIN
    )
    product.heal()
    assert eventually(lambda: answered(product, there, contact, text)[0] in ("done", "dead"), WITHIN)
    state, reason, stands = answered(product, there, contact, text)
    # A request that hung may arrive after its sender has given up on it, and after it was looked for.
    assert stands <= 1
    assert (state, stands) == ("done", 1) or reason == "unknown_whether_sent", (state, reason, stands)


@pytest.mark.parametrize("fate", ["refuse", "break", "hang"])
def test_whatever_befalls_highlevels_line_to_us_a_message_is_heard_once(
    product: Product, there: Remote, prospects: list[str], fate: Fate
) -> None:
    assert product.door is not None
    contact, text = prospects[4 + FATES.index(fate)], f"Do you hear me, in spite of {fate}?"
    there.set(webhook_wait=2.0)
    product.door.set(fate)
    there.say(contact, text)
    assert eventually(lambda: any(row["attempts"] for row in there.deliveries if text in str(row["body"])), WITHIN)
    product.heal()
    there.settled(within=WITHIN)
    heard = "leads_message WHERE text = %s AND speaker = 'prospect'"
    assert eventually(lambda: product.count(heard, text) == 1, WITHIN)
    assert eventually(lambda: answered(product, there, contact, text) == ("done", "", 1), WITHIN)


def test_a_person_is_told_to_try_again_while_postgres_hangs_half_open(product: Product, prospects: list[str]) -> None:
    """The worst that a line can do: it takes everything and never answers."""
    address = f"http://127.0.0.1:{product.port}"
    with closing(httpx2.Client(base_url=address, timeout=60, headers={"Origin": address})) as person:
        person.get("/accounts/login/")
        form = {"login": f"agent@{PLACE}.example", "password": "a long sentence for the tests"}
        form["csrfmiddlewaretoken"] = person.cookies["csrftoken"]
        assert person.post("/accounts/login/", data=form).status_code == 302
        assert person.get("/").status_code == 200
        product.lines["web", "postgres"].set("hang")
        page = person.get("/")
        assert (page.status_code, int(page.headers.get("retry-after", 0)) > 0) == (503, True)
        assert person.get("/healthz").status_code == 200
        product.heal()
        assert eventually(lambda: person.get("/").status_code == 200, WITHIN)
