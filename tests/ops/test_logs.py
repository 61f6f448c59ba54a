"""Do the logs say what happened, to whom it may be said, and nobody's words?"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from uuid import uuid4

import pytest
import structlog

from enterprisehub.ops import logs

WORDS = "my name is Dolores and my phone is 415-555-0132"


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    logger = logging.getLogger()
    before = logger.handlers[:], logger.level
    yield logger
    logger.handlers, logger.level = before[0], before[1]


@pytest.fixture
def lines(root: logging.Logger, capsys: pytest.CaptureFixture[str]):
    logs.configure(level="INFO", human=False)

    def read() -> list[dict[str, object]]:
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    return read


def test_a_line_is_one_json_object_with_time_level_and_facts(lines) -> None:
    structlog.get_logger("hub").info("card_shown", source="local", ms=3.2)
    (line,) = lines()
    assert line["event"] == "card_shown"
    assert line["source"] == "local"
    assert line["level"] == "info"
    assert str(line["timestamp"]).endswith("Z")


def test_lines_inside_a_request_carry_its_id_and_tenant(lines) -> None:
    tenant = uuid4()
    with structlog.contextvars.bound_contextvars(request_id="r-1"), logs.bind_tenant(tenant):
        assert logs.request_id() == "r-1"
        logging.getLogger("a.library").warning("something odd")
    (line,) = lines()
    assert (line["request_id"], line["tenant"]) == ("r-1", str(tenant))
    assert logs.request_id() == ""


def test_an_error_is_told_by_type_and_place_without_its_words_or_variables(lines) -> None:
    def take_in(said: str) -> None:
        try:
            int(said)
        except ValueError as error:
            raise LookupError(said) from error

    try:
        take_in(WORDS)
    except LookupError:
        structlog.get_logger("hub").exception("hearing_failed")
        logging.getLogger("django.request").error("Internal Server Error: %s", WORDS, exc_info=True)
    for line in lines():
        assert line["error"] == "LookupError"
        assert any("take_in" in str(place) for place in line["at"])  # type: ignore[union-attr]
        assert "Dolores" not in json.dumps(line)
        assert "555" not in json.dumps(line)


def test_people_get_one_readable_line(root: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(level="INFO", human=True)
    with structlog.contextvars.bound_contextvars(request_id="0000-abcdef"):
        structlog.get_logger("hub").warning("engine_slow", ms=900)
    line = capsys.readouterr().err
    assert "warning engine_slow ms=900 [abcdef]\n" in line
    assert line.count("\n") == 1


def test_chatty_libraries_are_quiet(lines) -> None:
    logging.getLogger("uvicorn.access").info("GET /accounts/password/reset/key/abc/ from 10.0.0.1")
    logging.getLogger("httpx2").info("POST https://api.example.com")
    assert lines() == []
