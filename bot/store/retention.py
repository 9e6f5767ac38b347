"""What is too old to be kept, removed a few rows at a time so that nobody waits for the lock.

`before_ms` is the age in every method; each returns how many rows it took, 0 when none is left.
"""

from __future__ import annotations

import json
from typing import Any

from bot.store.db import Database, queries
from bot.store.forgetting import lower_marks, remove_jobs, remove_turns

BATCH = 200


class RetentionTable:
    """Rows of all tables that grow."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queries = queries("retention")

    async def turns(self, before_ms: int) -> int:
        """Turns that ended, with messages, transcripts, receipts and the entries behind them."""
        async with self._database.transaction() as connection:
            found = self._queries.old_turns(connection, before_ms=before_ms, limit=BATCH)
            rows = [row async for row in found]
            if rows:
                await remove_turns(connection, [row["id"] for row in rows])
                entries = json.dumps([row["inbox_id"] for row in rows])
                await self._queries.remove_entries(connection, entries=entries)
                await lower_marks(connection)
        return len(rows)

    async def summaries(self, before_ms: int) -> int:
        """Summaries that nothing was added to since."""
        await self._removed(self._queries.old_summaries, before_ms=before_ms)
        return 0

    async def jobs(self, before_ms: int) -> int:
        async with self._database.transaction() as connection:
            found = self._queries.old_jobs(connection, before_ms=before_ms, limit=BATCH)
            ids = [row["id"] async for row in found]
            if ids:
                await remove_jobs(connection, ids)
        return len(ids)

    async def receipts(self, before_ms: int) -> int:
        return await self._removed(self._queries.old_receipts, before_ms=before_ms, limit=BATCH)

    async def payloads(self, before_ms: int) -> int:
        """What arrived and is settled, as it came; that it came stays known."""
        return await self._removed(self._queries.old_payloads, before_ms=before_ms, limit=BATCH)

    async def strays(self, before_ms: int) -> int:
        """Entries that no turn belongs to."""
        return await self._removed(self._queries.old_strays, before_ms=before_ms, limit=BATCH)

    async def heard(self, before_ms: int) -> int:
        return await self._removed(self._queries.old_heard, before_ms=before_ms, limit=BATCH)

    async def calls(self, before_ms: int) -> int:
        """Lines of the ledger."""
        return await self._removed(self._queries.old_calls, before_ms=before_ms, limit=BATCH)

    async def settle(self) -> None:
        """After all of it: what was removed is in no file any more."""
        await self._database.settle_file()

    async def _removed(self, query: Any, **values: int) -> int:
        async with self._database.transaction() as connection:
            return int(await query(connection, **values))
