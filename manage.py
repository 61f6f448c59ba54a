#!/usr/bin/env python
"""What can be run from the command line? Every management command of the project."""

from __future__ import annotations

import os
import sys
from importlib import import_module

OWNER_COMMANDS = ("migrate", "sqlmigrate", "showmigrations", "squashmigrations", "dbshell")
# These read no row, or load the apps only when they do: they run without loading the apps, in a fraction of the time.
BARE_COMMANDS = {
    "embedded": "enterprisehub.ops.management.commands.embedded",
    "dev": "enterprisehub.management.commands.dev",
    "think": "enterprisehub.management.commands.think",
    "train_scoring": "leads.management.commands.train_scoring",
    "score_leads": "leads.management.commands.score_leads",
}


def main() -> None:
    """Choose the settings and, for commands that change tables, the role that owns them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enterprisehub.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command in OWNER_COMMANDS:
        os.environ.setdefault("DATABASE_ROLE", "owner")
    if command in BARE_COMMANDS:
        import_module(BARE_COMMANDS[command]).Command().run_from_argv(sys.argv)
        return
    from django.core.management import execute_from_command_line  # after the environment is complete

    try:
        execute_from_command_line(sys.argv)
    except Exception as error:
        from enterprisehub.ops.config import unreachable  # only now: nothing else needs it

        sentence = unreachable(error)
        if sentence is None or "--traceback" in sys.argv:
            raise
        sys.exit(sentence)


if __name__ == "__main__":
    main()
