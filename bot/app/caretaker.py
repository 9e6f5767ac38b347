"""Removes what is too old to be kept: a little after the start, then once a day, in small steps."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from bot.store.media import Shelf
from bot.store.retention import RetentionTable
from bot.values.clock import Clock

log = structlog.get_logger()
DAY_S = 24 * 60 * 60
DAY_MS = DAY_S * 1000
AFTER_START_S = 3.0
BREATH_S = 0.05  # between two steps: what people wait for comes first
Remove = Callable[[int], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class RetentionRules:
    """`parley.retention`, in days; None keeps for ever."""

    messages_days: float | None = None
    media_days: float | None = 30
    receipts_days: float | None = 30
    ledger_days: float | None = None


class Caretaker:
    """Applies the rules of one installation."""

    def __init__(
        self, rules: RetentionRules, *, table: RetentionTable, shelf: Shelf, clock: Clock
    ) -> None:
        self._rules = rules
        self._table = table
        self._shelf = shelf
        self._clock = clock

    async def keep(self) -> None:
        """Work until cancelled."""
        await self._clock.sleep(AFTER_START_S)
        while True:
            try:
                await self.sweep()
            except (sqlite3.Error, OSError) as error:
                log.warning("retention.failed", reason=repr(error))
            await self._clock.sleep(DAY_S)

    async def sweep(self) -> dict[str, int]:
        """Remove everything that is too old now; how much of each kind."""
        removed = {}
        for name, days, remove in self._chores():
            if days is not None:
                removed[name] = await self._all(remove, days)
        if any(removed.values()):
            await self._table.settle()
        log.info("retention.swept", **removed)
        return removed

    def _chores(self) -> list[tuple[str, float | None, Remove]]:
        rules, table = self._rules, self._table
        soonest = min(filter(None, (rules.messages_days, rules.receipts_days)), default=None)
        return [
            ("turns", rules.messages_days, table.turns),
            ("summaries", rules.messages_days, table.summaries),
            ("jobs", rules.messages_days, table.jobs),
            ("media", rules.media_days, self._shelf.clear_before),
            # What was heard is found through what arrived, so it may not outlive that.
            ("heard", soonest, table.heard),
            ("receipts", rules.receipts_days, table.receipts),
            ("payloads", soonest, table.payloads),
            ("strays", soonest, table.strays),
            ("calls", rules.ledger_days, table.calls),
        ]

    async def _all(self, remove: Remove, days: float) -> int:
        """Step by step until nothing is left."""
        before_ms = self._clock.now_ms() - round(days * DAY_MS)
        total = 0
        while taken := await remove(before_ms):
            total += taken
            await self._clock.sleep(BREATH_S)
        return total
