"""Did this fail because the database is away for a moment, so that it is worth trying again?"""

from __future__ import annotations

from django.db import InterfaceError, OperationalError

RETRY_AFTER = 2  # seconds; a restart takes about as long
# Shutting down, crashed, starting up; too many connections; the connection was lost.
# https://www.postgresql.org/docs/18/errcodes-appendix.html
STATES = ("57P01", "57P02", "57P03", "53300")
CONNECTION_CLASS = "08"
SENTENCE = "The database does not answer just now; try again in a moment."


def is_away(error: BaseException | None) -> bool:
    """Whether this is Django's way of saying that Postgres cannot be reached; an error that it answered with is not."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state in STATES or state.startswith(CONNECTION_CLASS)
