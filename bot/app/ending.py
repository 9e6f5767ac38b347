"""When a process ends: told by SIGTERM or SIGINT, at once while it starts, in good order later."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog

log = structlog.get_logger()
SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Ending:
    """Listens for the first signal; the second one ends the process the hard way."""

    def __init__(self, starting: asyncio.Task[Any] | None) -> None:
        self._starting = starting
        self._told = asyncio.Event()

    @property
    def told(self) -> bool:
        return self._told.is_set()

    async def wait(self) -> None:
        """The start is over: from now on the signal only ends this wait."""
        self._starting = None
        await self._told.wait()

    def listen(self) -> None:
        for name in SIGNALS:
            asyncio.get_running_loop().add_signal_handler(name, self._tell)

    def stop_listening(self) -> None:
        for name in SIGNALS:
            asyncio.get_running_loop().remove_signal_handler(name)

    def _tell(self) -> None:
        self._told.set()
        self.stop_listening()
        if self._starting is not None:
            self._starting.cancel()


@asynccontextmanager
async def ending_on_signal() -> AsyncIterator[Ending]:
    """A signal before `Ending.wait` breaks the block off, which is then a clean end as well."""
    ending = Ending(asyncio.current_task())
    ending.listen()
    try:
        yield ending
    except asyncio.CancelledError:
        if not ending.told:
            raise
        log.info("bot.start_broken_off")
    finally:
        ending.stop_listening()
