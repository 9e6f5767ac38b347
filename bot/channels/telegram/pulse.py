"""Keeping "typing", "recording" and the like alive while the bot works."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bot.channels.telegram.message import Place
from bot.channels.telegram.outbox import Outbox
from bot.channels.telegram.pause import finish, pause
from bot.values.clock import Clock

REPEAT_S = 4.5  # Telegram shows an action for five seconds
QUICK_S = 0.2


class Pulse:
    """One action at a time, repeated until changed or closed."""

    def __init__(self, *, outbox: Outbox, place: Place, clock: Clock) -> None:
        self._outbox = outbox
        self._place = place
        self._clock = clock
        self._action: str | None = None
        self._changed = asyncio.Event()
        self._beating: asyncio.Task[None] | None = None
        self._closed = False

    def show(self, action: str | None) -> None:
        """Show `action` from now on, None for nothing."""
        if self._closed or action == self._action:
            return
        self._action = action
        self._changed.set()
        if action is not None and (self._beating is None or self._beating.done()):
            self._beating = asyncio.create_task(self._beat())

    @contextmanager
    def during(self, action: str) -> Iterator[None]:
        """Show `action` if the block takes its time, afterwards what was shown before.

        An action that overtakes nothing but a quick send would outlive it by seconds.
        """
        before = self._action
        showing = asyncio.get_running_loop().call_later(QUICK_S, self.show, action)
        try:
            yield
        finally:
            showing.cancel()
            self.show(before)

    async def close(self) -> None:
        """Stop. Idempotent."""
        self._closed = True
        self._action = None
        if self._beating is not None:
            await finish(self._beating)

    async def _beat(self) -> None:
        while self._action is not None:
            self._changed.clear()
            await self._outbox.act(self._place, self._action)
            await pause(self._clock, REPEAT_S, self._changed)
