"""What all endpoints share: settings, clock, accounts and a few threads for heavy work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from bot.sandbox.openrouter.account import Accounts
from bot.sandbox.openrouter.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")


class Service:
    """Built once per app; `close` ends its threads."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = settings.clock
        self.accounts = Accounts(settings)
        self._threads = ThreadPoolExecutor(settings.threads, thread_name_prefix="openrouter")

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of a blocking `work`, computed beside the loop."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: work(*args, **kwargs))

    async def sleep_until(self, due_s: float) -> None:
        """Wait until the clock's monotonic time is `due_s`, and let others run in any case."""
        await self.clock.sleep(max(0.0, due_s - self.clock.monotonic()))

    def close(self) -> None:
        """Accept no more heavy work. Idempotent."""
        self._threads.shutdown(wait=False, cancel_futures=True)
