"""How does the door reach Postgres from the event loop, through restarts and without waiting for a server that hangs?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any, Final

import psycopg
from django.db import connection
from psycopg import AsyncConnection

from enterprisehub.tenants.scope import everybodys

CONNECT_WITHIN: Final = 2  # seconds
ANSWER_WITHIN: Final = 2.5  # seconds for one transaction
REST: Final = 0.5  # seconds during which a server that refused is not asked again


class StoreDown(Exception):
    """Postgres does not take it now; nothing was kept, or it is unknown whether it was."""


class Line:
    """One connection of the application's role, made when needed and made anew after it broke."""

    def __init__(self) -> None:
        self._line: AsyncConnection[Any] | None = None
        self._down_until = 0.0

    async def ask(self, sentence: str, given: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The rows of one sentence in a transaction of its own over every tenant; for what is right when done twice.

        Tried once more where the connection had died unnoticed, as after a restart. Raises StoreDown.
        """
        if monotonic() < self._down_until:
            raise StoreDown("refused a moment ago")
        fresh = self._line is None
        try:
            return await self._once(sentence, given)
        except (psycopg.OperationalError, psycopg.InterfaceError, TimeoutError, OSError) as error:
            await self.close()
            if not fresh and not isinstance(error, TimeoutError):
                return await self.ask(sentence, given)
            self._down_until = monotonic() + REST
            raise StoreDown(type(error).__name__) from None

    async def _once(self, sentence: str, given: Any) -> list[tuple[Any, ...]]:
        async with asyncio.timeout(ANSWER_WITHIN):
            if self._line is None:
                self._line = await _connect()
            async with self._line.cursor(binary=True) as cursor:
                # Sent together, both are one transaction to Postgres, which commits at the end: one way there and back, not four.
                async with self._line.pipeline():
                    await everybodys(self._line, "the door keeps and looks up for all tenants at once")
                    await cursor.execute(sentence.encode(), given)
                return await cursor.fetchall()

    async def close(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            await line.close()


async def _connect() -> AsyncConnection[Any]:
    place = connection.settings_dict
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    given = {name: place[key] for name, key in named.items() if place.get(key)}
    return await AsyncConnection.connect(
        **given,
        connect_timeout=CONNECT_WITHIN,
        autocommit=True,
        application_name="enterprisehub door",
        prepare_threshold=None,  # a bouncer between us and Postgres need not know prepared sentences
    )
