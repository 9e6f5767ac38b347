"""The waiting line of one chat: what goes out next, and when. Knows nothing of what is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import count

import structlog

from bot.channels.telegram.faults import Dropped, Fault, Throttled, Unreachable
from bot.channels.telegram.pause import finish, pause
from bot.values.clock import Clock

log = structlog.get_logger()

FIRST_BACKOFF_S = 1.0
BACKOFF_FACTOR = 1.5
LONGEST_BACKOFF_S = 30.0
THROTTLE_MARGIN_S = 0.5

_order = count()


class Rank(IntEnum):
    """Lower goes first. What tidies up, a delete or a last change, is as sure as a final."""

    FINAL = 0
    TIDY = 1
    PREVIEW = 2


@dataclass(slots=True, eq=False)
class Job:
    """One send. A newer job with the same `merge_key` takes the place of one still waiting.

    Previews keep `gap_s` from the one before them and are never retried; everything else is tried
    until it is done, refused, or `patience_s` has passed.
    """

    run: Callable[[], Awaitable[str]]
    rank: Rank = Rank.FINAL
    merge_key: Hashable = None
    gap_s: float = 0.0
    patience_s: float = 3600.0
    done: asyncio.Future[str] = field(default_factory=lambda: asyncio.Future[str]())
    number: int = field(default_factory=lambda: next(_order))
    attempts: int = 0
    first_tried_at: float | None = None
    withdrawn: bool = False

    def fail(self, error: BaseException) -> None:
        if not self.done.done():
            self.done.set_exception(error)
            self.done.exception()  # nobody may be waiting any more; that is no accident

    @property
    def place_in_line(self) -> tuple[int, int]:
        return (self.rank, self.number)


class ChatLine:
    """Sends of one chat, one at a time, the most important first."""

    def __init__(self, *, clock: Clock, gate: asyncio.Semaphore) -> None:
        self._clock = clock
        self._gate = gate  # shared by all chats: how many requests may be under way
        self._waiting: list[Job] = []
        self._changed = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None
        self._closed = False
        self.blocked_until = 0.0
        self.next_preview_at = 0.0

    @property
    def idle(self) -> bool:
        """Nothing to send and nothing to remember."""
        now = self._clock.monotonic()
        busy = self._worker is not None and not self._worker.done()
        return not busy and now >= max(self.blocked_until, self.next_preview_at)

    @property
    def depth(self) -> int:
        """How many sends wait."""
        return len(self._waiting)

    @property
    def held(self) -> bool:
        """Telegram asked for silence."""
        return self._clock.monotonic() < self.blocked_until

    def submit(self, job: Job) -> asyncio.Future[str]:
        """Put `job` in line; its future ends with the message id or a `Fault`."""
        if self._closed:
            job.fail(Unreachable("shutting down"))
            return job.done
        if job.merge_key is not None:
            self.drop(job.merge_key)
        self._waiting.append(job)
        self._changed.set()
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return job.done

    def drop(self, merge_key: Hashable) -> None:
        """Forget waiting previews of `merge_key`; one already under way is not touched."""
        for job in [
            j for j in self._waiting if j.merge_key == merge_key and j.rank is Rank.PREVIEW
        ]:
            self._waiting.remove(job)
            job.fail(Dropped())

    def withdraw(self, job: Job) -> None:
        """Forget `job`, final or not; one already under way is not touched, nor tried again."""
        job.withdrawn = True
        if job in self._waiting:
            self._waiting.remove(job)
            job.fail(Dropped())

    async def close(self, limit_s: float) -> None:
        """Send what is no preview within `limit_s` (real time), give up the rest."""
        self._closed = True
        for job in [j for j in self._waiting if j.rank is Rank.PREVIEW]:
            self._waiting.remove(job)
            job.fail(Dropped())
        self._changed.set()
        if self._worker is not None:
            await asyncio.wait({self._worker}, timeout=limit_s)
            await finish(self._worker)
        for job in self._waiting:
            job.fail(Unreachable("shutting down"))
        self._waiting.clear()

    async def _work(self) -> None:
        while True:
            self._waiting = [job for job in self._waiting if not job.done.done()]
            if not self._waiting:
                return
            self._changed.clear()
            job = min(self._waiting, key=lambda j: j.place_in_line)
            delay = self._ready_at(job) - self._clock.monotonic()
            if delay > 0:
                await pause(self._clock, delay, self._changed)
                continue
            self._waiting.remove(job)
            await self._execute(job)

    def _ready_at(self, job: Job) -> float:
        if job.rank is Rank.PREVIEW:
            return max(self.blocked_until, self.next_preview_at)
        return self.blocked_until

    async def _execute(self, job: Job) -> None:
        async with self._gate:
            if job.rank is Rank.PREVIEW:
                self.next_preview_at = self._clock.monotonic() + job.gap_s
            running = asyncio.ensure_future(job.run())
            try:
                await asyncio.wait({running})
            except asyncio.CancelledError:
                await finish(running)
                job.fail(Unreachable("shutting down"))
                raise
        error = running.exception()
        if error is None:
            if not job.done.done():
                job.done.set_result(running.result())
        elif not self._again(job, error):
            job.fail(error)

    def _again(self, job: Job, error: BaseException) -> bool:
        """Whether `job` went back into the line because of `error`."""
        now = self._clock.monotonic()
        if isinstance(error, Throttled):
            self.hold(error.retry_after_s)
            log.warning(
                "telegram.send.throttled", retry_after_s=error.retry_after_s, rank=job.rank.name
            )
            again = job.rank is not Rank.PREVIEW
        elif isinstance(error, Unreachable) and job.rank is not Rank.PREVIEW:
            job.first_tried_at = now if job.first_tried_at is None else job.first_tried_at
            again = now - job.first_tried_at < job.patience_s
            backoff_s = min(FIRST_BACKOFF_S * BACKOFF_FACTOR**job.attempts, LONGEST_BACKOFF_S)
            job.attempts = min(job.attempts + 1, 20)
            self.blocked_until = max(self.blocked_until, now + backoff_s)
            log.warning("telegram.send.unreachable", reason=str(error), again_in_s=backoff_s)
        else:
            again = False
            if isinstance(error, Fault) and job.rank is not Rank.PREVIEW:
                log.info("telegram.send.refused", reason=str(error))
        again = again and not job.withdrawn
        if again:
            self._waiting.append(job)
        return again

    def hold(self, seconds: float) -> None:
        """Send nothing for `seconds` and a little."""
        until = self._clock.monotonic() + seconds + THROTTLE_MARGIN_S
        self.blocked_until = max(self.blocked_until, until)
