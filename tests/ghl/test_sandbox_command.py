"""Does `manage.py ghl_sandbox` start, tell where it is and with which key it signs, and stop when it is told to?"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from django.conf import settings

from enterprisehub.ghl.sandbox.remote import Remote
from tests.ghl.caller import Caller
from tests.ghl.receiver import receiving


@contextmanager
def started(*options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    command = [sys.executable, "manage.py", "ghl_sandbox", "--port", "0", *options]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[0], process
    finally:
        process.kill()
        process.wait()


def test_it_speaks_signs_and_stops(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    with receiving() as told:
        options = ("--key-file", str(key), "--webhook-url", told.url, "--location", "loc-birch", "--lag", "0")
        with started(*options, "--fault", "GET /locations/*=503") as (url, process):
            sandbox = Remote(url)
            public = sandbox.public_key
            sandbox.contact(firstName="Pat")
            sandbox.settled()
            assert told.told[0].is_signed_by(public)
            assert told.told[0].body["locationId"] == "loc-birch"
            assert httpx2.get(f"{url}/_sandbox/public-key").text == public
            call = Caller(sandbox, sandbox.private_token("loc-birch"))
            assert [call("GET", "/locations/loc-birch").status_code for _ in range(2)] == [503, 200]
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) in (0, -signal.SIGTERM)
            assert process.stdout is not None
            assert process.stdout.read() == public


@pytest.mark.parametrize("options", [("--fault", "fire"), ("--compress", "0")])
def test_a_bad_option_ends_it_with_a_sentence(options: tuple[str, str]) -> None:
    command = [sys.executable, "manage.py", "ghl_sandbox", "--port", "0", *options]
    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "there is no fault" in done.stderr or "compress is above 0" in done.stderr
