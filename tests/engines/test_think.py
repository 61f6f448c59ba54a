"""`manage.py think` answers lines with lines, in order, without any service, and says which line it could not read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings

from enterprisehub.capabilities import CAPABILITIES

NOWHERE = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1",
    "PATH": os.environ["PATH"],
}


def think(*arguments: str, lines: list[str] | None = None) -> tuple[int, list[dict[str, Any]], str]:
    done = subprocess.run(
        [sys.executable, "manage.py", "think", *arguments],
        cwd=settings.BASE_DIR,
        env=NOWHERE,
        input="".join(f"{line}\n" for line in lines or []).encode("utf-8", "surrogatepass"),
        capture_output=True,
        timeout=300,
        check=False,
    )
    told = done.stdout.decode()
    return done.returncode, [json.loads(line) for line in told.splitlines() if line.startswith("{")], told


def test_each_line_is_answered_in_its_place() -> None:
    text = "Schön 🏡, honestly, that is too expensive for us."
    code, found, _ = think(
        "coaching.objection",
        lines=[
            json.dumps({"text": text, "history": [{"speaker": "agent", "text": "What do you think?"}]}),
            json.dumps({"text": "Thanks, see you then!"}),
            json.dumps({"text": "Would they take 400?", "listing_price": 485, "language": "en"}),
        ],
    )
    assert code == 0
    first, second, third = found
    one = first["objections"][0]
    assert one["kind"] == "affordability"
    assert text[one["start"] : one["end"]] == one["quote"]
    assert second["objections"] == []
    assert second["overcomable"] is True
    assert third["objections"][0]["kind"] == "affordability"
    assert all(answer["ms"] >= 0 for answer in found)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "nonsense",
        "[1]",
        "{}",
        '{"text": 5}',
        '{"text": "x", "listing_price": NaN}',
        '{"text": "x", "history": [1]}',
    ],
)
def test_a_bad_line_is_an_error_in_its_place(line: str) -> None:
    good = json.dumps({"text": "Honestly, that is too expensive for us."})
    code, found, _ = think("coaching.objection", lines=[good, line, good])
    assert code == 1
    assert ["error" in answer for answer in found] == [False, True, False]


def test_half_a_surrogate_breaks_nothing() -> None:
    code, found, _ = think("coaching.objection", lines=['{"text": "too expensive \\ud83c for us"}'])
    assert code == 0
    assert len(found) == 1


def test_the_card_and_the_question_can_be_asked_for_too() -> None:
    code, found, _ = think("coaching.card", lines=[json.dumps({"text": "Honestly, that is too expensive for us."})])
    assert code == 0
    assert found[0]["card"]["kind"] == "affordability"
    code, found, _ = think("coaching.question", lines=['{"stage": "engaged", "known": ["location"]}', '{"known": 3}'])
    assert code == 1
    assert found[0]["question"]["text"].endswith("?")
    assert "known" in found[1]["error"]


def test_the_names_are_listed_and_an_unknown_one_is_refused() -> None:
    listed = think("--list")[2].split()
    assert listed == sorted(CAPABILITIES)
    assert {"coaching.card", "coaching.fairhousing", "leads.qualification", "leads.preferences"} <= {*listed}
    assert think("coaching.weather")[0] == 2


@pytest.mark.django_db
def test_claude_is_asked_in_the_name_of_a_tenant_only() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "think", "coaching.card", "--engine", "claude"],
        cwd=settings.BASE_DIR,
        input=b"",
        capture_output=True,
        env={**os.environ, "DATABASE_URL": _address()},
        timeout=300,
        check=False,
    )
    assert done.returncode == 2
    assert b"--tenant" in done.stderr


def _address() -> str:
    from django.db import connection

    found = connection.settings_dict
    return f"postgresql://{found['USER']}@/{found['NAME']}?host={found['HOST']}"
