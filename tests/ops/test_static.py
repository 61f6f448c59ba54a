"""Do styles and scripts arrive whole, in part where that was asked for, once while they have not changed, and without a warning?"""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import AsyncClient, Client

PLACE = "css/base.css"


@pytest.fixture
def text() -> bytes:
    return (settings.BASE_DIR / "static" / PLACE).read_bytes()


@pytest.fixture(autouse=True)
def _no_warning() -> Iterator[None]:
    gc.collect()  # what earlier tests left open is their affair
    with warnings.catch_warnings():
        warnings.simplefilter("error", Warning)
        warnings.filterwarnings("ignore", message="No directory at")
        yield


async def test_a_file_comes_whole_with_its_type(text: bytes) -> None:
    answer = await AsyncClient().get(f"/static/{PLACE}")
    assert (answer.status_code, answer.content) == (200, text)
    assert answer["Content-Type"].startswith("text/css")
    assert answer["Content-Length"] == str(len(text))
    assert not answer.streaming


def test_a_part_comes_when_a_part_was_asked_for(text: bytes) -> None:
    answer = Client().get(f"/static/{PLACE}", headers={"Range": "bytes=5-14"})
    assert (answer.status_code, answer.content) == (206, text[5:15])
    assert answer["Content-Range"] == f"bytes 5-14/{len(text)}"
    beyond = Client().get(f"/static/{PLACE}", headers={"Range": "bytes=99999999-"})
    assert (beyond.status_code, beyond.content) == (416, b"")


def test_what_the_browser_has_is_not_sent_again_and_the_head_has_no_body(text: bytes) -> None:
    first = Client().get(f"/static/{PLACE}")
    again = Client().get(f"/static/{PLACE}", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = Client().head(f"/static/{PLACE}")
    assert (head.status_code, head.content, head["Content-Length"]) == (200, b"", str(len(text)))


def test_nothing_is_written_there() -> None:
    assert Client().post(f"/static/{PLACE}").status_code == 405


@pytest.mark.parametrize("path", ["none.css", "../manage.py", "%2e%2e/manage.py", "css/"])
@pytest.mark.django_db
def test_what_is_not_there_is_not_found(path: str) -> None:
    assert Client().get(f"/static/{path}").status_code == 404
