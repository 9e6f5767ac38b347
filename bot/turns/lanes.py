"""Lanes: turns of one conversation one after another, conversations side by side."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

from bot.turns.tasks import Tasks


class Job(Protocol):
    """What runs in a lane."""

    async def run(self) -> None:
        """Do it. Raises nothing but CancelledError."""
        ...

    def stop(self) -> None:
        """The person wants no more of it: `run`, when reached or cancelled, only settles."""
        ...


@dataclass(frozen=True, slots=True)
class _Place:
    """A job and when it was put, counted over all lanes."""

    job: Job
    number: int


@dataclass(slots=True)
class _Lane:
    waiting: deque[_Place] = field(default_factory=deque)
    current: _Place | None = None
    task: asyncio.Task[None] | None = None
    begun: bool = False  # whether `task` has taken its first step


class Lanes:
    """All lanes by conversation key. A lane exists only while it has work."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self._lanes: dict[str, _Lane] = {}
        self._put = 0
        self._fences: dict[str, int] = {}

    def put(self, key: str, job: Job) -> None:
        """Append `job` to the lane `key`."""
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = _Lane()
            self._tasks.spawn(self._work(key, lane), name=f"lane {key}")
        self._put += 1
        lane.waiting.append(_Place(job, self._put))

    def busy(self, key: str) -> bool:
        return key in self._lanes

    @property
    def count(self) -> int:
        """How many lanes have work."""
        return len(self._lanes)

    def current(self, key: str) -> Job | None:
        """What runs in `key` now."""
        lane = self._lanes.get(key)
        return None if lane is None or lane.current is None else lane.current.job

    def waiting(self, key: str) -> tuple[Job, ...]:
        """What waits in `key`, in order."""
        lane = self._lanes.get(key)
        return () if lane is None else tuple(place.job for place in lane.waiting)

    def take(self, key: str, job: Job) -> bool:
        """Take `job` out of those that wait in `key`; False when it waits no more."""
        lane = self._lanes.get(key)
        place = next((place for place in lane.waiting if place.job is job), None) if lane else None
        if lane is None or place is None:
            return False
        lane.waiting.remove(place)
        return True

    def fence(self, key: str) -> None:
        """A word to stop has come in `key`: `stop` leaves alone what is put there from now on."""
        self._fences[key] = self._put

    def stop(self, key: str, *, before: Job | None = None) -> int:
        """Stop what runs and waits in `key`; how many jobs that were.

        With `before`, a job that waits there, only what stands before it.
        """
        lane = self._lanes.get(key)
        if lane is None:
            return 0
        last = self._fences.get(key, self._put)
        if before is not None:
            places = (place.number - 1 for place in lane.waiting if place.job is before)
            last = next(places, 0)  # it waits no more: neither does what stood before it
        stopped = self.interrupt(key, up_to=last)
        for place in lane.waiting:
            if place.number <= last:
                place.job.stop()
                stopped += 1
        return stopped

    def interrupt(self, key: str, *, up_to: int | None = None) -> int:
        """Stop what runs in `key`, and not what waits; how many jobs that were."""
        lane = self._lanes.get(key)
        if lane is None or lane.current is None or lane.task is None:
            return 0
        if up_to is not None and lane.current.number > up_to:
            return 0
        if lane.task.cancelling():
            return 0  # who is told twice must not be interrupted while it settles
        lane.current.job.stop()
        if lane.begun:  # a task that is cancelled before its first step would settle nothing
            lane.task.cancel()
        return 1

    def close(self) -> None:
        """Let what runs finish; what waits is not begun any more."""
        for lane in self._lanes.values():
            lane.waiting.clear()

    async def _work(self, key: str, lane: _Lane) -> None:
        try:
            while lane.waiting:
                lane.current, lane.begun = lane.waiting.popleft(), False
                lane.task = self._tasks.spawn(self._run(lane), name=f"turn in {key}")
                try:
                    await asyncio.wait({lane.task})
                except asyncio.CancelledError:
                    lane.task.cancel()
                    raise
                lane.current = lane.task = None
        finally:
            self._lanes.pop(key, None)

    @staticmethod
    async def _run(lane: _Lane) -> None:
        lane.begun = True
        if lane.current is not None:
            await lane.current.job.run()
