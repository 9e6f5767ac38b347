"""What people write while a turn runs, put to the model as soon as it can take it up.

Only typed messages that wait at the front of the lane: a note has to be heard first, and nobody is
overtaken. Where the model never comes to a halt they get turns of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import structlog

from bot.turns.gather import Burst
from bot.turns.prompt import user_text
from bot.values.chat import Message

log = structlog.get_logger()


class Waiting(Protocol):
    """A turn that waits in the lane."""

    @property
    def burst(self) -> Burst: ...

    async def steers(self) -> bool:
        """Whether its messages may be put into the running turn."""
        ...

    async def dissolve(self) -> None:
        """It will not run: its messages are answered elsewhere."""
        ...


class Queue(Protocol):
    """The lane, as a running turn sees it."""

    def waiting(self) -> Sequence[Waiting]: ...

    def take(self, turn: Waiting) -> bool: ...


class Steering:
    """Takes what waits into the turn of `burst`."""

    def __init__(self, burst: Burst, queue: Queue) -> None:
        self._burst = burst
        self._queue = queue
        self._taken: list[Waiting] = []

    async def take(self) -> list[Message]:
        """What was said since, as messages of this turn; `keep` once they are stored."""
        said: list[Message] = []
        for turn in self._queue.waiting():
            if not await turn.steers() or not self._queue.take(turn):
                break
            self._taken.append(turn)
            said.append({"role": "user", "content": user_text(turn.burst.incoming, heard=None)})
        return said

    async def keep(self) -> None:
        """What was taken is settled with this turn from now on."""
        taken, self._taken = self._taken, []
        if taken:
            log.info("turn.steered", messages=len(taken))
            await self._burst.absorb([turn.burst for turn in taken])
            for turn in taken:
                await turn.dissolve()
