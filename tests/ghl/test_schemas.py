"""Is whatever HighLevel sends read without breaking, and what is read fit to be kept?"""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enterprisehub.ghl.schemas import clean, fingerprint, moment, read, read_workflow
from tests.ghl.sender import PAYLOADS

SAMPLES = sorted(path for path in PAYLOADS.glob("*/*.json") if path.parent.name != "workflow-webhook")
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=30,
)
NAMES = ("type", "locationId", "companyId", "appId", "webhookId", "timestamp", "contactId", "id", "data", "appointment")


@pytest.mark.skipif(not SAMPLES, reason="the sample payloads are not beside the project")
def test_every_sample_names_its_type_its_place_and_its_contact() -> None:
    for path in SAMPLES:
        told = read(path.read_bytes())
        sent = json.loads(path.read_text())
        assert told.trouble == ("" if sent.get("type") else "no_type"), path.name
        assert told.type == sent.get("type", ""), path.name
        assert told.location_id or told.company_id or "locationId" not in sent, path.name
        if told.type.startswith("Contact"):
            assert told.subject == sent["id"], path.name
        elif told.type.startswith("Appointment"):
            assert told.subject == sent["appointment"]["contactId"], path.name
        elif "contactId" in sent:
            assert told.subject == sent["contactId"], path.name


def test_a_body_inside_data_is_read_like_a_flat_one() -> None:
    inner = {"type": "ContactCreate", "locationId": "l", "webhookId": "w", "data": {"id": "c", "firstName": "Pat"}}
    told = read(json.dumps(inner).encode())
    assert (told.type, told.subject, told.location_id, told.external_id) == ("ContactCreate", "c", "l", "w")
    assert told.body["firstName"] == "Pat"


def test_times_are_read_as_iso_and_as_numbers_and_nonsense_is_none() -> None:
    noon = datetime(2026, 11, 25, 12, tzinfo=UTC)
    assert {
        moment(value)
        for value in (
            "2026-11-25T12:00:00.000Z",
            "2026-11-25T13:00:00+01:00",
            noon.timestamp(),
            noon.timestamp() * 1000,
        )
    } == {noon}
    for wrong in (
        None,
        "",
        "yesterday",
        "0001-01-01T00:00:00+14:00",
        1e400,
        -1e400,
        math.nan,
        10**30,
        True,
        [],
        {},
        "9" * 50,
    ):
        assert moment(wrong) is None


def test_only_the_envelopes_own_time_can_be_ahead() -> None:
    ahead = (datetime.now(UTC) + timedelta(minutes=6)).isoformat()
    assert read(json.dumps({"type": "x", "timestamp": ahead}).encode()).is_ahead_of(datetime.now(UTC))
    assert not read(json.dumps({"type": "x", "dateAdded": ahead}).encode()).is_ahead_of(datetime.now(UTC))


def test_the_same_bytes_without_an_id_are_the_same_event() -> None:
    raw = b'{"type": "TaskCreate", "locationId": "l"}'
    assert read(raw).external_id == read(raw).external_id == fingerprint(raw)
    assert read(raw + b" ").external_id != fingerprint(raw)


def kept(value: Any) -> bool:
    """Whether Postgres' JSON takes it."""
    if isinstance(value, dict):
        return all(kept(name) and kept(inner) for name, inner in value.items())
    if isinstance(value, list):
        return all(kept(inner) for inner in value)
    if isinstance(value, str):
        return "\x00" not in value and value.encode("utf-8") is not None
    return not isinstance(value, float) or math.isfinite(value)


@given(st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), ANY_JSON, max_size=10))
def test_whatever_stands_in_a_body_what_is_told_fits_the_columns(body: dict[str, Any]) -> None:
    for reader in (read, read_workflow):
        told = reader(json.dumps(body).encode())
        for text, most in ((told.type, 60), (told.external_id, 80), (told.subject, 64), (told.location_id, 64)):
            assert len(text) <= most
            assert kept(text)
        assert kept(clean(told.body))


@given(st.binary(max_size=400))
def test_whatever_bytes_come_they_are_told_with_their_trouble(raw: bytes) -> None:
    assert read(raw).trouble or isinstance(json.loads(raw), dict)
    read_workflow(raw)


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "\udfff x", "a" * 100_000])
def test_nuls_and_halves_of_characters_do_not_come_through(text: str) -> None:
    told = read(json.dumps({"type": "InboundMessage", "contactId": text, "body": text, text: 1}).encode())
    assert told.subject == ""
    assert kept(clean(told.body))
