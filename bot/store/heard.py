"""What was heard in files, so that a recording sent again is not paid again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from weakref import WeakValueDictionary

from bot.store.db import Database, queries, storable
from bot.values.clock import Clock

MS_PER_S = 1000


@dataclass(frozen=True, slots=True)
class HeardFile:
    """One file as it would be heard now: `unique_id` is the channel's own name of it.

    `asked` is the model that is asked first, `hint` the expected language (ISO-639-1 or ""): with
    others the same recording may be heard differently.
    """

    channel: str
    unique_id: str
    asked: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class HeardText:
    """What a file says; an empty `text` means that nobody speaks in it."""

    text: str
    language: str
    duration_s: float


class HeardTable:
    """Rows of `heard_files`. One per database: `alone` knows only its own callers."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._queries = queries("heard")
        self._locks: WeakValueDictionary[HeardFile, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def alone(self, file: HeardFile) -> AsyncIterator[None]:
        """One at a time for each file: who comes second finds what the first one heard."""
        file = replace(file, hint="")  # what one hint brought may serve another
        lock = self._locks.get(file)
        if lock is None:
            lock = self._locks[file] = asyncio.Lock()
        async with lock:
            yield

    async def find(self, file: HeardFile) -> HeardText | None:
        """What was heard with the same hint; else with any that does not contradict this one."""
        row = await self._queries.find(
            self._database.reader,
            channel=file.channel,
            unique_id=file.unique_id,
            asked=file.asked,
            hint=file.hint,
        )
        if row is None:
            return None
        return HeardText(row["heard"], row["language"], row["duration_ms"] / MS_PER_S)

    async def save(self, file: HeardFile, heard: HeardText) -> None:
        async with self._database.statement() as connection:
            await self._queries.save(
                connection,
                channel=file.channel,
                unique_id=file.unique_id,
                asked=file.asked,
                hint=file.hint,
                heard=storable(heard.text),
                language=heard.language,
                duration_ms=round(heard.duration_s * MS_PER_S),
                now_ms=self._clock.now_ms(),
            )

    async def clear_before(self, at_ms: int) -> int:
        """Forget everything that was heard before `at_ms`; how many files that were."""
        async with self._database.transaction() as connection:
            row = await self._queries.count_before(connection, at_ms=at_ms)
            await self._queries.remove_before(connection, at_ms=at_ms)
        return int(row["files"])
