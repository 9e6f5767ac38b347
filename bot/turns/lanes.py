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


@dataclass(slots=True)
class _Lane:
    waiting: deque[Job] = field(default_factory=deque)
    current: Job | None = None
    task: asyncio.Task[None] | None = None


class Lanes:
    """All lanes by conversation key. A lane exists only while it has work."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self._lanes: dict[str, _Lane] = {}

    def put(self, key: str, job: Job) -> None:
        """Append `job` to the lane `key`."""
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = _Lane()
            self._tasks.spawn(self._work(key, lane), name=f"lane {key}")
        lane.waiting.append(job)

    def busy(self, key: str) -> bool:
        return key in self._lanes

    @property
    def count(self) -> int:
        """How many lanes have work."""
        return len(self._lanes)

    def current(self, key: str) -> Job | None:
        """What runs in `key` now."""
        lane = self._lanes.get(key)
        return None if lane is None else lane.current

    def waiting(self, key: str) -> tuple[Job, ...]:
        """What waits in `key`, in order."""
        lane = self._lanes.get(key)
        return () if lane is None else tuple(lane.waiting)

    def take(self, key: str, job: Job) -> bool:
        """Take `job` out of those that wait in `key`; False when it waits no more."""
        lane = self._lanes.get(key)
        if lane is None or job not in lane.waiting:
            return False
        lane.waiting.remove(job)
        return True

    def stop(self, key: str, *, before: Job | None = None) -> int:
        """Stop what runs and waits in `key`, up to `before` if given; how many jobs that were."""
        lane = self._lanes.get(key)
        if lane is None or lane.current is before is not None:
            return 0
        stopped = 0
        # Who is told twice must not be interrupted while it settles.
        if lane.current is not None and lane.task is not None and not lane.task.cancelling():
            lane.current.stop()
            lane.task.cancel()
            stopped += 1
        for job in lane.waiting:
            if job is before:
                break
            job.stop()
            stopped += 1
        return stopped

    def close(self) -> None:
        """Let what runs finish; what waits is not begun any more."""
        for lane in self._lanes.values():
            lane.waiting.clear()

    async def _work(self, key: str, lane: _Lane) -> None:
        try:
            while lane.waiting:
                lane.current = lane.waiting.popleft()
                lane.task = self._tasks.spawn(lane.current.run(), name=f"turn in {key}")
                try:
                    await asyncio.wait({lane.task})
                except asyncio.CancelledError:
                    lane.task.cancel()
                    raise
                lane.current = lane.task = None
        finally:
            self._lanes.pop(key, None)
