"""How far a long note is heard, shown beside the listening, which never waits for the chat."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.errors import StageError

log = structlog.get_logger()

Show = Callable[[int, int], Awaitable[None]]  # parts done, parts in all; all done takes it away


class Progress:
    """Shows the newest state of one note, and takes it away in the end. Decoration: never raises.

    Whoever makes one calls `end` when the listening is over, however it ended, and then `ended` or
    `cancel`.
    """

    def __init__(self, show: Show) -> None:
        self._show = show
        self._newest: tuple[int, int] | None = None
        self._shown: tuple[int, int] | None = None
        self._showing: asyncio.Task[None] | None = None

    def tell(self, done: int, total: int) -> None:
        """So many parts are done. Returns at once."""
        self._newest = (done, total)
        if self._showing is None or self._showing.done():
            self._showing = asyncio.create_task(self._keep_up(), name="progress")

    def end(self) -> None:
        """The listening is over. Idempotent."""
        if self._newest is not None:
            _, total = self._newest
            self.tell(total, total)

    async def ended(self) -> None:
        """Wait until what was shown is taken away."""
        if self._showing is not None:
            await asyncio.wait({self._showing})

    async def cancel(self) -> None:
        """The same at once: what has not left yet is not sent any more."""
        if self._showing is not None:
            self._showing.cancel()
            await asyncio.wait({self._showing})
        if self._newest is not None and self._shown is not None:
            _, total = self._newest
            await self._show(total, total)

    async def _keep_up(self) -> None:
        try:
            while self._newest is not None and self._shown != self._newest:
                done, total = self._newest
                if self._shown is None and done >= total:
                    return  # it was over before anybody could see it
                # The first sends the message, whatever was done meanwhile; the others change it.
                self._shown = (0, total) if self._shown is None else (done, total)
                await self._show(*self._shown)
        except StageError as error:
            log.warning("listen.progress_failed", code=error.code)
