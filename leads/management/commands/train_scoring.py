"""How is a scoring model trained from any tenant's table of past leads?"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from enterprisehub.errors import Invalid
from leads.learning.choosing import Wish
from leads.learning.page import page
from leads.learning.table import LARGEST, read
from leads.learning.training import train
from leads.scorecards import Scorecard, dumps


class Command(BaseCommand):
    help = (
        "Train a scoring model: `train_scoring --csv FILE --outcome COLUMN --out MODEL`. Writes MODEL (JSON) and its card beside it "
        "(MODEL with .html). Needs no database. A file that cannot be used gives its rows, exit code 2 and no output."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        several = {"action": "extend", "nargs": "+", "default": [], "metavar": "COLUMN"}
        parser.add_argument("--csv", type=Path, required=True, help="past leads, UTF-8, with a header")
        parser.add_argument(
            "--outcome", required=True, metavar="COLUMN", help="yes/no, true/false, 1/0 or won/lost; empty = still open"
        )
        parser.add_argument(
            "--time",
            default="",
            metavar="COLUMN",
            help="a date or a rising number; else the rows stand in order of time",
        )
        parser.add_argument("--exclude", help="columns that may not be used", **several)  # type: ignore[arg-type]
        parser.add_argument("--allow", help="use these although they look like leaks or proxies", **several)  # type: ignore[arg-type]
        parser.add_argument("--protected", help="never used, but compared with the others", **several)  # type: ignore[arg-type]
        parser.add_argument("--tenant", default="", help="a label on the card")
        parser.add_argument("--out", type=Path, required=True, help="the model file")
        parser.add_argument("--json", action="store_true", help="the card as one JSON object on stdout")
        parser.add_argument("--quiet", action="store_true", help="no progress on stderr")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            table = read(bytes_of(options["csv"]))
            model = train(table, _wish(options), told=(lambda _: None) if options["quiet"] else self._progress)
        except Invalid as error:
            raise CommandError(error.message, returncode=2) from None
        written(options["out"], dumps(model))
        written(options["out"].with_suffix(".html"), page(model.card, model.version))
        if options["json"]:
            self.stdout.write(json.dumps({"version": model.version, **model.card}))
        else:
            self.stdout.write(_summary(model, options["out"]))

    def _progress(self, text: str) -> None:
        self.stderr.write(f"… {text}")


def _wish(options: dict[str, Any]) -> Wish:
    exclude, allow, protected = (tuple(dict.fromkeys(options[name])) for name in ("exclude", "allow", "protected"))
    return Wish(options["outcome"], options["time"], exclude, allow, protected, options["tenant"])


def bytes_of(path: Path) -> bytes:
    """The file's bytes; a file that is missing, a folder or too large ends the command with code 2."""
    try:
        if path.stat().st_size > LARGEST:
            raise CommandError(f"{path} is larger than {LARGEST:,} bytes.", returncode=2)
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.", returncode=2) from None


def written(path: Path, text: str) -> None:
    """All of it or nothing: a file beside it takes the name when it is complete."""
    try:
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            Path(beside).chmod(0o640)
            Path(beside).replace(path)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.", returncode=2) from None


def _summary(model: Scorecard, out: Path) -> str:
    card = model.card
    newest, said = card["figures"]["newest leads"], card["decisions"]["newest leads"]
    lines = [
        f"Model {model.version}, {card['data']['leads']:,} leads, {len(card['columns'])} columns. On the newest {newest['rows']:,}:"
    ]
    for name, figure in newest.items():
        if isinstance(figure, dict):
            lines.append(f"  {name:<9} {figure['value']:.4f} [{figure['low']:.4f}, {figure['high']:.4f}]")
    count, right = said["yes"] + said["no"], said["yes_right"] + said["no_right"]
    lines.append(f"  decided   {count} of {said['rows']}, right {right} of {count}")
    lines += [f"left out: {row['column']}: {row['why']}" for row in card["left_out"]]
    lines += [f"warning: {warning}" for warning in card["warnings"]]
    return "\n".join([*lines, f"Written: {out} and {out.with_suffix('.html')}"])
