"""Waiting that can be cut short: a clock that may be replaced, and an event that wakes."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.values.clock import Clock


async def first_of(work: asyncio.Future[Any], wake: asyncio.Event) -> bool:
    """Wait until `work` is done or `wake` is set; whether it is done. Does not cancel `work`."""
    waker = asyncio.ensure_future(wake.wait())
    try:
        await asyncio.wait({work, waker}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await finish(waker)
    return work.done()


async def pause(clock: Clock, seconds: float, wake: asyncio.Event) -> bool:
    """Sleep `seconds` on `clock`, less if `wake` is set; whether the time passed."""
    sleeper = asyncio.ensure_future(clock.sleep(max(0.0, seconds)))
    try:
        return await first_of(sleeper, wake)
    finally:
        await finish(sleeper)


async def finish(task: asyncio.Future[Any]) -> None:
    """Cancel `task` and wait until it is gone; its result or error is the task's own affair."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
