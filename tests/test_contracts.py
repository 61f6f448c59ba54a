"""Would the import contracts notice a wall that was broken through? Each is broken once, in a copy."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("enterprisehub", "leads", "coaching", "analytics")
# A module that adapts, acts or remembers, or that is part of one; every other module of these two apps thinks.
NOT_THINKING = {
    "admin", "admin_scoring", "admin_scoring_card", "api", "api_actions", "api_consents", "api_fairhousing",
    "api_qualification", "api_semantic", "api_told", "api_told_actions", "api_told_consents", "api_told_semantic",
    "api_urls", "apps", "board_views", "consumers", "contact_views", "crm_views", "forms", "frames", "import_views", "lead_views", "management",
    "migrations", "models", "said", "serializers", "serializers_actions", "serializers_consents",
    "serializers_semantic", "services", "tasks", "templatetags", "today_views", "urls", "views",
    "wire",
}  # fmt: skip


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__", "data"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_house_stands_as_it_is(copy: Path) -> None:
    done = _lint(copy)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("enterprisehub/tenants/scope.py", "import leads.models", "The rooms of the house"),
        ("leads/services.py", "import leads.views", "Inside an app"),
        ("coaching/objections.py", "import django.utils.timezone", "Thinking imports no framework"),
        ("coaching/kinds.py", "import leads.models", "Thinking imports no framework"),
        ("coaching/models.py", "import anthropic", "Only engines/claude.py imports anthropic"),
    ],
)
def test_a_planted_import_breaks_its_contract(copy: Path, file: str, line: str, contract: str) -> None:
    with (copy / file).open("a") as out:
        out.write(f"\n{line}\n")
    done = _lint(copy)
    assert done.returncode == 1
    assert any(contract in row and "BROKEN" in row for row in done.stdout.splitlines()), done.stdout


def test_every_thinking_module_is_under_its_contract() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    listed = {name for contract in config["contracts"] for name in contract.get("source_modules", ())}
    found = {
        f"{app}.{path.stem}"
        for app in ("leads", "coaching", "analytics")
        for path in (ROOT / app).iterdir()
        if path.stem not in NOT_THINKING
        and path.stem.isidentifier()
        and path.suffix == ".py"
        and path.stem != "__init__"
    }
    assert found - listed == set()
