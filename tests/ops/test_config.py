"""Does a missing or bad value end the start with one sentence, and never with its secret?"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from enterprisehub.ops import config

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "k" * 64,
    "ALLOWED_HOSTS": "hub.example.com",
    "DATABASE_URL": "postgresql://ehub_app:hunter2@db.example.com:5432/enterprisehub",
    "REDIS_URL": "redis://redis.example.com:6379",
    "ENCRYPTION_KEYS": "2026:" + "a2tr" * 10 + "a2s=",
}


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Call a reader with THING set to a value; returns the sentence it refused with."""

    def refused(reader, value: str) -> str:
        monkeypatch.setenv("THING", value)
        with pytest.raises(SystemExit) as ended:
            reader()
        assert ended.value.code == 2
        return capsys.readouterr().err

    return refused


def test_a_missing_value_without_a_default_is_named(said) -> None:
    assert said(lambda: config.text("THING"), "") == "enterprisehub: THING is not set; set it in the environment.\n"


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        (lambda: config.flag("THING"), "maybe"),
        (lambda: config.number("THING", 1), "many"),
        (lambda: config.number("THING", 1), "nan"),
        (lambda: config.number("THING", 1, least=0, most=10), "11"),
        (lambda: config.whole("THING", 1), "1.5"),
        (lambda: config.choice("THING", ("red", "blue"), "red"), "green"),
        (lambda: config.url("THING"), "ftp://example.com"),
        (lambda: config.url("THING"), "https://"),
        (lambda: config.url("THING"), "https://example.com:port"),
        (lambda: config.pem_blocks("THING"), "not a key"),
        (lambda: config.objects("THING"), "{"),
        (lambda: config.objects("THING"), '{"coaching.card": 5}'),
    ],
)
def test_a_bad_value_is_refused_in_one_sentence(said, reader, value: str) -> None:
    sentence = said(reader, value)
    assert sentence.startswith("enterprisehub: THING must ")
    assert sentence.count("\n") == 1


@pytest.mark.parametrize("value", ["postgresql://me:hunter2@host/", "mysql://me:hunter2@host/db", "hunter2"])
def test_a_bad_database_address_is_refused_without_its_password(said, value: str) -> None:
    assert "hunter2" not in said(lambda: config.postgres("THING", value), value)


def test_good_values_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING", " 7 ")
    assert config.whole("THING", 1) == 7
    assert config.number("OTHER", 0.5) == 0.5
    monkeypatch.setenv("THING", "a, b,,c ")
    assert config.words("THING") == ["a", "b", "c"]
    monkeypatch.setenv("THING", "On")
    assert config.flag("THING")
    monkeypatch.setenv("THING", "https://example.com/x")
    assert config.url("THING") == "https://example.com/x"


def test_a_database_address_is_taken_apart() -> None:
    assert config.postgres("X", "postgresql://me:p%40ss@db:5433/hub") == {
        "NAME": "hub",
        "USER": "me",
        "PASSWORD": "p@ss",
        "HOST": "db",
        "PORT": "5433",
    }
    assert config.postgres("X", "postgresql://me@/hub?host=/tmp/sock")["HOST"] == "/tmp/sock"


def test_a_redis_address_gets_its_database_number() -> None:
    assert config.redis_database("redis://:pw@host:6379/5", 2) == "redis://:pw@host:6379/2"


def test_public_keys_come_as_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    key = "-----BEGIN PUBLIC KEY-----\\nMCowBQYDK2VwAyEA\\n-----END PUBLIC KEY-----"
    monkeypatch.setenv("THING", f"{key}\\n{key}")
    keys = config.pem_blocks("THING")
    assert len(keys) == 2
    assert keys[0].splitlines() == ["-----BEGIN PUBLIC KEY-----", "MCowBQYDK2VwAyEA", "-----END PUBLIC KEY-----"]


def test_every_setting_is_in_the_operators_table() -> None:
    source = (ROOT / "enterprisehub" / "settings.py").read_text()
    read = set(re.findall(r'config\.[a-z]+\(\s*"([A-Z_]+)"', source))
    table = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE))
    assert read > {"SECRET_KEY", "DATABASE_URL", "PORT"}
    assert read - table == set()


def _start(**environ: str) -> subprocess.CompletedProcess[str]:
    clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", "import enterprisehub.settings"],
        cwd=ROOT,
        env={**clean, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_with_everything_set() -> None:
    done = _start(**PRODUCTION)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": "insecure-for-development-only-" + "x" * 32}, "SECRET_KEY"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"DEBUG": "yes"}, "DEBUG"),
        ({"DEMO_PASSWORDS": "yes"}, "DEMO_PASSWORDS"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"DATABASE_URL": "sqlite:///hunter2"}, "DATABASE_URL"),
        ({"REDIS_URL": ""}, "REDIS_URL"),
        ({"ENCRYPTION_KEYS": ""}, "ENCRYPTION_KEYS"),
        ({"ENCRYPTION_KEYS": "2026:hunter2"}, "ENCRYPTION_KEYS"),
        ({"BROKER_REDIS_URL": "amqp://:hunter2@broker"}, "BROKER_REDIS_URL"),
        ({"ENGINE_POLICIES": "fast"}, "ENGINE_POLICIES"),
        ({"PORT": "eighty"}, "PORT"),
        ({"ENVIRONMENT": "staging"}, "ENVIRONMENT"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else value,
)
def test_production_refuses_what_is_missing_or_unsafe(change: dict[str, str], named: str) -> None:
    done = _start(**{**PRODUCTION, **change})
    assert done.returncode == 2
    assert named in done.stderr
    assert done.stderr.count("\n") == 1
    assert "hunter2" not in done.stderr
