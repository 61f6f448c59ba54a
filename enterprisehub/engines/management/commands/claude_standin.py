"""Play Claude on this machine, at a pace and with the faults of your choice."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from enterprisehub.engines.standin.__main__ import arguments, play


class Command(BaseCommand):
    help = "A local server that speaks the Messages API; point ANTHROPIC_BASE_URL at it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        arguments(parser)

    def handle(self, *_: Any, **options: Any) -> None:
        if play(argparse.Namespace(**options)):
            raise CommandError("The stand-in could not be started.")
