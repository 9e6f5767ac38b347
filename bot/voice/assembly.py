"""Sound of segments into bubbles: in order, each as soon as those before it are there.

One task does all of it, so nothing is added to a bubble while it is being closed.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from bot.errors import StageError
from bot.values.audio import Bubble, Cut, Pcm
from bot.values.clock import Clock
from bot.voice.bubbles import Bubbles
from bot.voice.cuts import Cuts, Place, Said
from bot.voice.lines import Segment
from bot.voice.synthesis import SpeechStore
from bot.voice.takes import OnEvent
from bot.voice.workshop import Workshop

OnBubble = Callable[[Bubble, int], None]
Take = asyncio.Task[tuple[Pcm, ...]]


class Assembly:
    """Encodes takes and gives bubbles out early when `cuts` says so, each recorded before.

    `written` tells how many characters are certain to be spoken, as exactly as its argument needs.
    Whoever makes one awaits `done` or `cancel`.
    """

    def __init__(
        self,
        bubbles: Bubbles,
        *,
        cuts: Cuts,
        workshop: Workshop,
        clock: Clock,
        store: SpeechStore | None,
        written: Callable[[int], int],
        on_bubble: OnBubble | None,
        tell: OnEvent,
    ) -> None:
        self._bubbles = bubbles
        self._cuts = cuts
        self._workshop = workshop
        self._clock = clock
        self._store = store
        self._written = written
        self._on_bubble = on_bubble
        self._tell = tell
        self._takes: list[tuple[Segment, Take]] = []
        self._joined = 0
        self._said = Said()
        self._places: deque[Place] = deque()
        self._complete = False
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._alarm: asyncio.Task[None] | None = None
        self.next_index = 0  # of the next bubble that was never given out
        self.given = 0
        self.failed: StageError | None = None

    def add(self, segment: Segment, take: Take) -> None:
        """`take` becomes the sound of the next segment."""
        take.add_done_callback(self._taken)
        self._takes.append((segment, take))
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="assembly")

    def repeat(self, places: Sequence[Place], *, next_index: int) -> None:
        """End bubbles where an earlier process did; others are numbered from `next_index`."""
        self._places.extend(places)
        self.next_index = next_index

    def close(self) -> None:
        """No take follows."""
        self._complete = True
        self._changed.set()

    def wake(self) -> None:
        """More was written: the running bubble may be due now."""
        if self._is_due():
            self._changed.set()

    def hush(self) -> None:
        """Give nothing out from now on; the sound so far is given up."""
        for task in (self._task, self._alarm):
            if task:
                task.cancel()

    async def done(self) -> None:
        """Wait until all is encoded, something failed (see `failed`), or `hush` was called."""
        if self._task is None:
            return
        await asyncio.wait({self._task})
        if not self._task.cancelled():
            self._task.result()

    async def rest(self) -> tuple[Bubble, ...]:
        """The bubbles that were not given out, in order; the first has the number `next_index`."""
        return await self._workshop.run(self._bubbles.finish)

    async def cancel(self) -> None:
        """End at once. Idempotent."""
        self.hush()
        tasks = [task for task in (self._task, self._alarm) if task]
        await asyncio.gather(*tasks, return_exceptions=True)

    def _taken(self, take: Take) -> None:
        if not take.cancelled() and take.exception():
            self._cuts.stop()  # there will be no whole answer
        self._changed.set()

    async def _run(self) -> None:
        try:
            while True:
                self._changed.clear()
                if await self._step():
                    continue
                if self._complete and self._joined == len(self._takes):
                    return
                await self._changed.wait()
        except StageError as error:
            self.failed = error
            takes = [take for _, take in self._takes]
            for take in takes:
                take.cancel()
            await asyncio.gather(*takes, return_exceptions=True)

    async def _step(self) -> bool:
        """Do one thing; False when there is nothing to do."""
        if self._places and self._places[0].count == self._joined:
            place = self._places.popleft()
            for bubble in await self.rest():
                self._give(bubble, place.index)
        elif self._is_due():
            for bubble in await self.rest():
                await self._give_new(bubble, self._said.cut())
        elif self._may_join():
            await self._join()
        else:
            return False
        return True

    def _may_join(self) -> bool:
        """Whether the next take is there and belongs into the running bubble.

        A ripe first bubble takes no more: where speech is made as fast as text is written, there
        would never be enough behind it. At the end of the text it does; until then nobody waits.
        """
        ripe = not self._complete and self._cuts.is_ripe(self._bubbles.waiting_s)
        return not ripe and self._joined < len(self._takes) and self._takes[self._joined][1].done()

    async def _join(self) -> None:
        segment, take = self._takes[self._joined]
        parts = take.result()
        before = self._said.cut()
        await self._workshop.run(self._bubbles.add, *parts)
        duration_s = sum(part.duration_s for part in parts)
        self._tell("segment.encoded", index=self._joined, duration_s=duration_s)
        self._joined += 1
        self._said.add(segment.text)
        if self._bubbles.torn:  # the end of that bubble can't be named as a place in the text
            self._cuts.stop()
        elif self._cuts.possible:
            for bubble in self._bubbles.full():
                await self._give_new(bubble, before, full=True)

    def _is_due(self) -> bool:
        if not self._cuts.is_time(self._clock.monotonic(), sound_s=self._bubbles.waiting_s):
            return False
        if self._complete and all(take.done() for _, take in self._takes):
            return False  # the rest comes at once, or never
        needed = self._said.chars + self._cuts.beyond_chars
        return self._written(needed) >= needed

    async def _give_new(self, bubble: Bubble, cut: Cut, *, full: bool = False) -> None:
        if self._store is not None:
            await self._store.add_cut(cut)
        index, self.next_index = self.next_index, self.next_index + 1
        self._cuts.gave(self._clock.monotonic(), bubble.duration_s, full=full)
        self._give(bubble, index)
        self._set_alarm()

    def _give(self, bubble: Bubble, index: int) -> None:
        self.given += 1
        self._tell("bubble.early", index=index, duration_s=bubble.duration_s)
        if self._on_bubble:
            self._on_bubble(bubble, index)

    def _set_alarm(self) -> None:
        if self._alarm:
            self._alarm.cancel()
        wait_s = self._cuts.wait_s(self._clock.monotonic())
        self._alarm = None if wait_s is None else asyncio.create_task(self._ring(wait_s))

    async def _ring(self, wait_s: float) -> None:
        await self._clock.sleep(wait_s)
        self._changed.set()
