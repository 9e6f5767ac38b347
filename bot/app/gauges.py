"""Reads off how a running bot stands: polls, what waits, jobs, money. Asked only for metrics."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import structlog

from bot.app.assemble import Stores
from bot.channels.base import Channel
from bot.observe.metrics import Books, Polling
from bot.store.ledger import DAY_MS, LedgerTable
from bot.turns.lanes import Lanes
from bot.values.clock import Clock

log = structlog.get_logger()
BOOKS_WITHIN_S = 5.0
# The bookkeeper asks for prices for a day; what is older changes no more.
CHANGING_MS = 2 * DAY_MS


@runtime_checkable
class Polled(Protocol):
    """A channel that polls, and queues what it sends."""

    @property
    def last_poll_monotonic(self) -> float | None: ...
    @property
    def polls_completed(self) -> int: ...
    @property
    def outbox_depth(self) -> int: ...


class Spending:
    """What was spent by kind of call. Old days are summed up once, so asking stays cheap."""

    def __init__(self, ledger: LedgerTable, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._old: Counter[str] = Counter()
        self._old_until_ms = 0

    async def by_kind(self) -> Mapping[str, int]:
        """Micro-USD. Not to be asked twice at the same time."""
        now_ms = self._clock.now_ms()
        settled_ms = now_ms - CHANGING_MS
        if settled_ms - self._old_until_ms >= DAY_MS:
            more = await self._sum(self._old_until_ms, settled_ms)
            self._old, self._old_until_ms = self._old + more, settled_ms
        return self._old + await self._sum(self._old_until_ms, now_ms + 1)

    async def _sum(self, since_ms: int, until_ms: int) -> Counter[str]:
        return Counter(await self._ledger.spent_by_kind(since_ms=since_ms, until_ms=until_ms))


class Gauges:
    """The figures of one bot."""

    def __init__(
        self, *, stores: Stores, lanes: Lanes, channels: Mapping[str, Channel], clock: Clock
    ) -> None:
        self._stores = stores
        self._lanes = lanes
        self._clock = clock
        self._polled = {n: c for n, c in channels.items() if isinstance(c, Polled)}
        self._spending = Spending(stores.ledger, clock)
        self._reading = asyncio.Lock()

    @property
    def lanes(self) -> int:
        return self._lanes.count

    @property
    def outbox_depth(self) -> int:
        return sum(channel.outbox_depth for channel in self._polled.values())

    def polling(self) -> dict[str, Polling]:
        """How each channel that polls gets its messages."""
        now = self._clock.monotonic()
        return {
            name: Polling(channel.polls_completed, None if last is None else now - last)
            for name, channel in self._polled.items()
            for last in (channel.last_poll_monotonic,)
        }

    async def books(self) -> Books | None:
        """What the database says; None when it gives no answer in time."""
        try:
            async with asyncio.timeout(BOOKS_WITHIN_S), self._reading:
                waiting, oldest_ms = await self._stores.inbox.backlog()
                age_ms = 0 if oldest_ms is None else self._clock.now_ms() - oldest_ms
                return Books(
                    inbox_waiting=waiting,
                    inbox_oldest_s=max(age_ms, 0) / 1000,
                    jobs=await self._stores.jobs.census(),
                    spend_micro_usd=await self._spending.by_kind(),
                )
        except (sqlite3.Error, TimeoutError) as error:
            log.warning("metrics.books_closed", reason=str(error) or "no answer in time")
            return None
