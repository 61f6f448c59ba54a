#!/usr/bin/env python
"""What can be run from the command line? Every management command of the project."""

from __future__ import annotations

import os
import sys

OWNER_COMMANDS = (
    "migrate",
    "sqlmigrate",
    "showmigrations",
    "dbshell",
    "optimizemigration",
    "squashmigrations",
)


def main() -> None:
    """Choose the settings and, for commands that change tables, the role that owns them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enterprisehub.settings")
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ.setdefault("DATABASE_ROLE", "owner")
    from django.core.management import execute_from_command_line  # after the environment is complete

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
