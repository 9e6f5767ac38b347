"""What arrived and is not settled yet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.store.db import Database, queries
from bot.values.clock import Clock

Outcome = Literal["done", "ignored", "set_aside"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored arrival. `joined` names the first of those that make one turn with it."""

    id: int
    channel: str
    key: str
    payload: Mapping[str, Any]
    received_at_ms: int
    joined: int | None = None


class InboxTable:
    """Rows of `inbox`. A `(channel, key)` that is known already is never stored again."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._queries = queries("inbox")

    async def add(self, items: Iterable[tuple[str, str, Mapping[str, Any]]]) -> list[Entry]:
        """Store `(channel, key, payload)` items in one transaction; the new ones, in order."""
        now_ms = self._clock.now_ms()
        new = []
        async with self._database.transaction() as connection:
            for channel, key, payload in items:
                row = await self._queries.add(
                    connection,
                    channel=channel,
                    key=key,
                    payload=json.dumps(payload),  # escaped: SQLite refuses half a surrogate pair
                    now_ms=now_ms,
                )
                if row is not None:
                    new.append(_entry(row))
        return new

    async def waiting(self) -> list[Entry]:
        """Everything that was stored and not settled, oldest first."""
        rows = self._queries.waiting(self._database.reader)
        return [_entry(row) async for row in rows]

    async def backlog(self) -> tuple[int, int | None]:
        """How many arrivals are not settled, and when the oldest of them came."""
        row = await self._queries.backlog(self._database.reader)
        return int(row["waiting"]), row["oldest_ms"]

    async def join(self, entries: Sequence[Entry]) -> None:
        """From now on `entries`, in order, make one turn, and nothing joins it any more."""
        async with self._database.transaction() as connection:
            for entry in entries:
                await self._queries.join(connection, id=entry.id, first=entries[0].id)

    async def close(self, entry_id: int, outcome: Outcome, *, reason: str = "") -> None:
        """Mark an entry and all that joined it as settled. Idempotent."""
        async with self._database.statement() as connection:
            await self._queries.close(connection, id=entry_id, state=outcome, reason=reason)


def _entry(row: Any) -> Entry:
    return Entry(
        id=row["id"],
        channel=row["channel"],
        key=row["key"],
        payload=json.loads(row["payload"]),
        received_at_ms=row["received_at_ms"],
        joined=row["joined"],
    )
