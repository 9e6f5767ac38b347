"""Proof of sends: the row before and after each visible effect."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.observe import killpoint
from bot.store.db import Database, queries
from bot.values.clock import Clock


class ReceiptTable:
    """Rows of `receipts`; implements `bot.turns.receipts.Receipts`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._queries = queries("receipts")

    async def find(self, key: str) -> str | None:
        row = await self._queries.find(self._database.reader, key=key)
        return None if row is None else str(row["message_id"])

    async def once(self, key: str, send: Callable[[], Awaitable[str]]) -> str:
        async with self._database.transaction() as connection:
            row = await self._queries.begin(connection, key=key, now_ms=self._clock.now_ms())
        if row["finished_at_ms"] is not None:
            return str(row["message_id"])
        killpoint.reach("before-send")
        message_id = await send()
        killpoint.reach("after-send-before-receipt")
        async with self._database.statement() as connection:
            await self._queries.finish(
                connection, key=key, message_id=message_id, now_ms=self._clock.now_ms()
            )
        return message_id
