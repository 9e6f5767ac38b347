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
    """Takes what waits into the turn of `burst`.

    What is offered stays in the lane until it is stored as part of this turn, together with the
    note that its inbox entries are settled with this turn's: whatever ends the process or the turn
    in between, it is answered once.
    """

    def __init__(self, burst: Burst, queue: Queue) -> None:
        self._burst = burst
        self._queue = queue
        self._offered: list[Waiting] = []

    async def offer(self) -> list[Message]:
        """What was said since, as messages of this turn; `accept` once they are stored."""
        self._offered = []
        said: list[Message] = []
        for turn in self._queue.waiting():
            if not await turn.steers():
                break
            turn.burst.close()
            self._offered.append(turn)
            said.append({"role": "user", "content": user_text(turn.burst.incoming, heard=None)})
        return said

    @property
    def entry_ids(self) -> list[int]:
        """The inbox entries of this turn with what is offered, the first first."""
        bursts = [self._burst, *(turn.burst for turn in self._offered)]
        return [entry.id for burst in bursts for entry in burst.entries]

    async def accept(self) -> None:
        """What was offered is stored: it waits no more."""
        offered, self._offered = self._offered, []
        for turn in offered:
            self._queue.take(turn)
            self._burst.absorb(turn.burst)
        log.info("turn.steered", messages=len(offered))
        for turn in offered:
            await turn.dissolve()
