"""What every paid call cost, and the intent that stood before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import aiosqlite

from bot.store.db import Beside, Database, queries
from bot.values.clock import Clock

DAY_MS = 24 * 60 * 60 * 1000
Result = Literal["done", "failed", "maybe_paid"]


@dataclass(frozen=True, slots=True)
class Intent:
    """What is about to be paid for, and for whom."""

    kind: str  # chat, transcription, speech, image, video, music
    model: str
    conversation: str
    person: str
    turn_id: str | None = None
    estimate_micro_usd: int = 0  # counts as spent until the cost is known


@dataclass(frozen=True, slots=True)
class Spent:
    """The sum of a conversation."""

    calls: int
    cost_micro_usd: int
    unpriced: int


@dataclass(frozen=True, slots=True)
class PaidCall:
    """One row as it stands; the cost of a call that tells none is unknown."""

    kind: str
    model: str
    state: str
    cost_micro_usd: int | None
    started_at_ms: int
    finished_at_ms: int | None


@dataclass(frozen=True, slots=True)
class DaySpent:
    """The sum of one day; `day` counts days of UTC since the epoch."""

    day: int
    calls: int
    cost_micro_usd: int
    unpriced: int


class LedgerTable:
    """Rows of `paid_calls`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._queries = queries("ledger")

    async def intend(self, intent: Intent) -> int:
        """Commit the intent; the id to close it with."""
        async with self._database.transaction() as connection:
            return await book(connection, intent, now_ms=self._clock.now_ms())

    async def close(
        self,
        call_id: int,
        result: Result,
        *,
        model: str,
        cost_micro_usd: int | None = None,
        generation_id: str = "",
    ) -> None:
        closed = self.closing(
            call_id,
            result,
            model=model,
            cost_micro_usd=cost_micro_usd,
            generation_id=generation_id,
        )
        async with self._database.statement() as connection:
            await closed(connection)

    def closing(
        self,
        call_id: int,
        result: Result,
        *,
        model: str,
        cost_micro_usd: int | None = None,
        generation_id: str = "",
    ) -> Beside:
        """What `close` writes, for a transaction with what the call gave."""

        async def closed(connection: aiosqlite.Connection) -> None:
            await self._queries.close(
                connection,
                id=call_id,
                state=result,
                model=model,
                cost_micro_usd=cost_micro_usd,
                generation_id=generation_id,
                now_ms=self._clock.now_ms(),
            )

        return closed

    async def doubt_unfinished(self) -> int:
        """After a restart: intents without a result may have been paid. How many there were."""
        async with self._database.transaction() as connection:
            return int(
                await self._queries.doubt_unfinished(connection, now_ms=self._clock.now_ms())
            )

    async def spent(self, conversation: str, *, since_ms: int = 0) -> Spent:
        """What a conversation cost since `since_ms`; `unpriced` calls have no known cost yet."""
        row = await self._queries.spent(
            self._database.reader, conversation=conversation, since_ms=since_ms
        )
        return Spent(**dict(row))

    async def unpriced(self, *, since_ms: int, limit: int) -> list[str]:
        """Generation ids of finished calls whose cost is unknown, newest first."""
        rows = self._queries.unpriced(self._database.reader, since_ms=since_ms, limit=limit)
        return [str(row["generation_id"]) async for row in rows]

    async def price(self, generation_id: str, cost_micro_usd: int) -> None:
        """Book what a finished call cost, learned afterwards."""
        async with self._database.statement() as connection:
            await self._queries.price(
                connection, generation_id=generation_id, cost_micro_usd=cost_micro_usd
            )

    async def settle_cost(self, call_id: int, cost_micro_usd: int, *, generation_id: str) -> None:
        """Book what a call cost that was done before its price was known, such as a film's."""
        async with self._database.statement() as connection:
            await self._queries.settle_cost(
                connection, id=call_id, cost_micro_usd=cost_micro_usd, generation_id=generation_id
            )

    async def spent_by_day(self, *, since_ms: int) -> list[DaySpent]:
        """What everything cost on each day that had a call, the latest first."""
        rows = self._queries.spent_by_day(self._database.reader, since_ms=since_ms, day_ms=DAY_MS)
        return [DaySpent(**dict(row)) async for row in rows]

    async def spent_by_kind(self, *, since_ms: int, until_ms: int) -> dict[str, int]:
        """What each kind of call cost, in micro-USD, of those begun between two times."""
        rows = self._queries.spent_by_kind(
            self._database.reader, since_ms=since_ms, until_ms=until_ms
        )
        return {row["kind"]: row["cost_micro_usd"] async for row in rows}

    async def of_turn(self, turn_id: str) -> list[PaidCall]:
        """What one turn paid for, in the order it was begun."""
        rows = self._queries.of_turn(self._database.reader, turn_id=turn_id)
        return [PaidCall(**dict(row)) async for row in rows]


async def book(connection: aiosqlite.Connection, intent: Intent, *, now_ms: int) -> int:
    """Write `intent` within a transaction; the id of its row."""
    row = await queries("ledger").intend(
        connection,
        turn_id=intent.turn_id,
        conversation=intent.conversation,
        person=intent.person,
        kind=intent.kind,
        model=intent.model,
        estimate_micro_usd=intent.estimate_micro_usd,
        now_ms=now_ms,
    )
    return int(row["id"])
