"""Whether the bot can do its work now: it hears, and it can store what it hears."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.observe.metrics import Polling
from bot.store.db import Database
from bot.values.clock import Clock

OK = "ok"
STORE_WITHIN_S = 2.0
PROOF_HOLDS_S = 2.0  # anybody may ask, and each proof is a write
NEVER = "no poll has completed yet"
SILENT = "no poll has completed for {age_s:.0f} s"
NO_ANSWER = f"the database took no write within {STORE_WITHIN_S:.0f} s"
NOT_WRITABLE = "the database can't be written: {reason}"
ENDING = "the bot is ending"


@dataclass(slots=True)
class Readiness:
    """Answers `/readyz`. `silence_s` is how long a channel may go without a completed poll."""

    database: Database
    clock: Clock
    polling: Callable[[], Mapping[str, Polling]]
    ending: Callable[[], bool]
    silence_s: float
    _asking: asyncio.Lock
    _proved_at: float | None = None
    _store: str = OK

    @classmethod
    def of(
        cls,
        database: Database,
        *,
        clock: Clock,
        polling: Callable[[], Mapping[str, Polling]],
        ending: Callable[[], bool],
        silence_s: float,
    ) -> Readiness:
        return cls(database, clock, polling, ending, silence_s, asyncio.Lock())

    async def checks(self) -> dict[str, str]:
        """Each check with "ok" or what is wrong. The bot is ready when all are ok."""
        found = {name: self._heard(polling) for name, polling in self.polling().items()}
        found["store"] = await self._stored()
        if self.ending():
            found["process"] = ENDING
        return found

    def _heard(self, polling: Polling) -> str:
        if polling.age_s is None:
            return NEVER
        return OK if polling.age_s <= self.silence_s else SILENT.format(age_s=polling.age_s)

    async def _stored(self) -> str:
        async with self._asking:
            now = self.clock.monotonic()
            if self._proved_at is None or now - self._proved_at >= PROOF_HOLDS_S:
                self._store = await self._prove()
                self._proved_at = self.clock.monotonic()
            return self._store

    async def _prove(self) -> str:
        try:
            async with asyncio.timeout(STORE_WITHIN_S):
                await self.database.prove_writable()
        except TimeoutError:
            return NO_ANSWER
        except sqlite3.Error as error:
            return NOT_WRITABLE.format(reason=error)
        return OK
