"""Which pages and endpoints answer here, under which name and with which parameters?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.urls import URLPattern, URLResolver, get_resolver


class Command(BaseCommand):
    help = "List every URL of the installation."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = list(walk(get_resolver()))
        if options["json"]:
            self.stdout.write(json.dumps(rows, indent=2))
            return
        for row in rows:
            self.stdout.write(f"/{row['path']:<70} {row['name']}")


def walk(resolver: URLResolver, path: str = "", space: str = "") -> Iterator[dict[str, Any]]:
    """Every route below this resolver: path, name (with its namespace), parameters by converter, and where the code is."""
    for entry in resolver.url_patterns:
        here = path + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from walk(entry, here, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern):
            yield {
                "path": here,
                "name": f"{space}{entry.name or ''}",
                "parameters": {name: type(kind).__name__ for name, kind in entry.pattern.converters.items()},
                "view": entry.lookup_str,
                "kind": "admin" if here.startswith("admin/") else "api" if "api/" in here[:5] else "page",
            }
