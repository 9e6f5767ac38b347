"""A clock that stands still until a test moves it."""

from __future__ import annotations

import asyncio


class ManualClock:
    def __init__(self) -> None:
        self.time = 1000.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now_ms(self) -> int:
        return int(self.time * 1000)

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.time + seconds, waiting))
        await waiting

    async def advance(self, seconds: float) -> None:
        """Move on, waking sleepers in their order, and let everything that can run do so."""
        await settle()
        end = self.time + seconds
        while True:
            due = sorted(s for s in ((at, id(f), f) for at, f in self._sleepers) if s[0] <= end)
            if not due:
                break
            at, _, waiting = due[0]
            self._sleepers = [s for s in self._sleepers if s[1] is not waiting]
            self.time = max(self.time, at)
            if not waiting.done():
                waiting.set_result(None)
            await settle()
        self.time = end
        await settle()


async def settle() -> None:
    """Let every task that can go on go on."""
    for _ in range(30):
        await asyncio.sleep(0)
