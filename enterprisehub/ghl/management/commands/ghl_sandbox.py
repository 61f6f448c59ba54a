"""Play HighLevel on this machine: its API, its sign-in, its webhooks, and a page to watch them on."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from enterprisehub.ghl.sandbox.__main__ import arguments, play


class Command(BaseCommand):
    help = "A local HighLevel; point GHL_API_BASE and GHL_OAUTH_BASE at it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        arguments(parser)

    def handle(self, *_: Any, **options: Any) -> None:
        if play(argparse.Namespace(**options)):
            raise CommandError("The sandbox could not be started.")
