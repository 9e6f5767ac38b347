"""Fills in what calls cost whose answers did not say, a little after the turn that made them."""

from __future__ import annotations

import asyncio

from bot.openrouter.costs import Costs
from bot.store.ledger import LedgerTable
from bot.values.clock import Clock

AT_ONCE = 50
NOT_OLDER_MS = 24 * 60 * 60 * 1000  # what stayed unknown for a day stays unknown
QUIET_S = 1.0  # after a turn, so that the lookups disturb no answer


class Bookkeeper:
    """Looks up missing costs whenever a turn has settled."""

    def __init__(self, costs: Costs, ledger: LedgerTable, clock: Clock) -> None:
        self._costs = costs
        self._ledger = ledger
        self._clock = clock
        self._due = asyncio.Event()

    def turn_settled(self) -> None:
        """There may be something to look up."""
        self._due.set()

    async def keep(self) -> None:
        """Work until cancelled."""
        while True:
            await self._due.wait()
            await self._clock.sleep(QUIET_S)
            self._due.clear()
            since_ms = self._clock.now_ms() - NOT_OLDER_MS
            missing = await self._ledger.unpriced(since_ms=since_ms, limit=AT_ONCE)
            await self._costs.settle(missing, self._ledger.price)
