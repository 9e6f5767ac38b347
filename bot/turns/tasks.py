"""Background tasks that somebody owns: held, named, logged when they fail, ended on request."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

log = structlog.get_logger()


class Tasks:
    """A set of running tasks. A failure in one is logged and touches no other."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, Any], *, name: str) -> asyncio.Task[Any]:
        """Start `work`; its result and its error stay available on the task."""
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def finish(self, *, within_s: float) -> None:
        """Wait for all tasks, cancel what is left after `within_s` seconds, wait for that too."""
        if self._running:
            await asyncio.wait(set(self._running), timeout=within_s)
        await self.cancel()

    async def cancel(self) -> None:
        """Cancel all tasks and wait until they ended."""
        running = set(self._running)
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("task.failed", task=task.get_name(), exc_info=error)
