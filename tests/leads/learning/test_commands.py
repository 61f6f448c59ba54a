"""Both commands do their work without any service, or say which row is in the way and leave nothing behind."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.leads.learning import made

NOWHERE = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1",
    "PATH": os.environ["PATH"],
}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=settings.BASE_DIR, env=NOWHERE, capture_output=True, text=True, timeout=300, check=False
    )


def asked(name: str, **options: Any) -> str:
    out = StringIO()
    call_command(name, stdout=out, stderr=StringIO(), quiet=True, **options)
    return out.getvalue()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    (folder / "past.csv").write_bytes(made.as_bytes(made.rows(500)))
    asked(
        "train_scoring",
        csv=folder / "past.csv",
        outcome="Won",
        time="Came In",
        tenant="Oakwood",
        out=folder / "model.json",
    )
    return folder / "model.json"


def scores(model: Path, rows: list[dict[str, str]], folder: Path) -> list[dict[str, str]]:
    (folder / "leads.csv").write_bytes(made.as_bytes(rows, made.HEADER[:-1]))
    asked("score_leads", model=model, csv=folder / "leads.csv", out=folder / "scores.csv")
    return list(csv.DictReader((folder / "scores.csv").open(encoding="utf-8", newline="")))


def test_they_run_as_programs_without_database(tmp_path: Path) -> None:
    past, out = tmp_path / "past.csv", tmp_path / "model.json"
    past.write_bytes(made.as_bytes(made.rows(320)))
    done = run(
        "train_scoring", "--csv", str(past), "--outcome", "Won", "--exclude", "City", "Remarks", "--out", str(out)
    )
    assert done.returncode == 0, done.stderr
    assert "looking at" in done.stderr
    assert out.with_suffix(".html").read_text("utf-8").startswith("<!doctype html>")
    done = run("score_leads", "--model", str(out), "--csv", str(past), "--out", str(tmp_path / "scores.csv"), "--json")
    assert done.returncode == 0, done.stderr
    assert "320 of 320" in done.stderr
    assert json.loads(done.stdout)["rows"] == 320


def test_a_bad_file_ends_the_program_with_code_2_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "past.csv").write_bytes(b"Won,Visits\nyes,1\nno\n")
    done = run(
        "train_scoring", "--csv", str(tmp_path / "past.csv"), "--outcome", "Won", "--out", str(tmp_path / "model.json")
    )
    assert done.returncode == 2
    assert "Row 3: 1 cells where the header has 2." in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["past.csv"]


def test_each_lead_has_a_line_in_its_place_with_interval_decision_and_reasons(model: Path, tmp_path: Path) -> None:
    found = scores(model, made.rows(50, seed=5), tmp_path)
    assert [int(line["row"]) for line in found] == list(range(2, 52))
    for line in found:
        assert 0 <= float(line["low"]) <= float(line["probability"]) <= float(line["high"]) <= 1
        assert line["decided"] in ("yes", "no", "abstain")
        assert line["reasons_for"] or line["reasons_against"]


def test_no_reason_is_a_formula_for_a_spreadsheet(tmp_path: Path) -> None:
    rows = [row | {"=HYPERLINK(1)": row["Source"]} for row in made.rows(400)]
    names = ("Came In", "=HYPERLINK(1)", "Won")
    (tmp_path / "past.csv").write_bytes(made.as_bytes(rows, names))
    asked("train_scoring", csv=tmp_path / "past.csv", outcome="Won", out=tmp_path / "model.json")
    asked("score_leads", model=tmp_path / "model.json", csv=tmp_path / "past.csv", out=tmp_path / "scores.csv")
    for line in csv.DictReader((tmp_path / "scores.csv").open(encoding="utf-8", newline="")):
        assert not line["reasons_for"].startswith("=")
        assert not line["reasons_against"].startswith("=")


def test_drift_is_loud_even_when_quiet_was_asked_for(model: Path, tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_bytes(made.as_bytes(made.rows(300, seed=6, shift=2.0)))
    out, err = StringIO(), StringIO()
    where = {"model": model, "csv": tmp_path / "leads.csv", "out": tmp_path / "scores.csv"}
    call_command("score_leads", stdout=out, stderr=err, quiet=True, json=True, **where)
    assert "WARNING, DRIFT" in err.getvalue()
    assert json.loads(out.getvalue())["drift"]["alarm"] is True


def test_a_missing_column_is_named_and_nothing_is_written(model: Path, tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_bytes(made.as_bytes(made.rows(5), ("Source", "Minutes")))
    with pytest.raises(CommandError, match="needs the column 'Visits'") as caught:
        asked("score_leads", model=model, csv=tmp_path / "leads.csv", out=tmp_path / "scores.csv")
    assert caught.value.returncode == 2
    assert not (tmp_path / "scores.csv").exists()


def test_an_outcome_that_is_neither_yes_nor_no_is_named_with_its_row(tmp_path: Path) -> None:
    rows = made.rows(400)
    rows[9]["Won"] = "perhaps"
    (tmp_path / "past.csv").write_bytes(made.as_bytes(rows))
    with pytest.raises(CommandError, match="Row 11: Won is 'perhaps'") as caught:
        asked("train_scoring", csv=tmp_path / "past.csv", outcome="Won", out=tmp_path / "model.json")
    assert caught.value.returncode == 2


def test_a_time_that_is_none_is_named_with_its_row(tmp_path: Path) -> None:
    rows = made.rows(400)
    rows[0]["Came In"] = "30.02.2026"
    (tmp_path / "past.csv").write_bytes(made.as_bytes(rows))
    with pytest.raises(CommandError, match="Row 2: Came In is"):
        asked("train_scoring", csv=tmp_path / "past.csv", outcome="Won", time="Came In", out=tmp_path / "model.json")


def test_an_old_model_stays_when_the_new_file_is_bad(model: Path, tmp_path: Path) -> None:
    kept = tmp_path / "model.json"
    kept.write_bytes(model.read_bytes())
    (tmp_path / "past.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(CommandError):
        asked("train_scoring", csv=tmp_path / "past.csv", outcome="Won", out=kept)
    assert kept.read_bytes() == model.read_bytes()


@pytest.mark.parametrize("absent", ["model", "csv"])
def test_a_file_that_is_not_there_is_said_so(model: Path, tmp_path: Path, absent: str) -> None:
    (tmp_path / "leads.csv").write_bytes(made.as_bytes(made.rows(5)))
    where = {"model": model, "csv": tmp_path / "leads.csv", "out": tmp_path / "scores.csv"} | {absent: tmp_path / "no"}
    with pytest.raises(CommandError, match="cannot be read") as caught:
        asked("score_leads", **where)
    assert caught.value.returncode == 2
