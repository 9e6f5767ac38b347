"""What happened in one world, bounded: every Bot API call, and the events a page follows."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any

MAX_CALLS = 20_000
MAX_EVENTS = 5_000


@dataclass(slots=True)
class Call:
    """One Bot API call. `status` is None while it runs; not `answered` when the line was cut."""

    n: int
    method: str
    params: dict[str, Any]
    at_s: float
    at_ms: int
    done_s: float | None = None
    status: int | None = None
    answered: bool = False
    ok: bool | None = None
    description: str = ""
    result: Any = None
    fault: str | None = None

    def facts(self) -> dict[str, Any]:
        """For inspection."""
        return {name: getattr(self, name) for name in self.__slots__}


class CallLog:
    """The last 20,000 calls in order of arrival."""

    def __init__(self) -> None:
        self.calls: deque[Call] = deque(maxlen=MAX_CALLS)
        self._count = 0

    def begin(self, method: str, params: dict[str, Any], *, at_s: float, at_ms: int) -> Call:
        """Write down a call that just arrived."""
        self._count += 1
        call = Call(self._count, method, params, at_s, at_ms)
        self.calls.append(call)
        return call


class EventLog:
    """Numbered events; `next_after` waits for the first one above a number."""

    def __init__(self) -> None:
        self._events: deque[dict[str, Any]] = deque(maxlen=MAX_EVENTS)
        self._changed = asyncio.Event()
        self.last = 0

    def add(self, kind: str, **facts: Any) -> None:
        """Append an event and wake everybody who waits."""
        self.last += 1
        self._events.append({"n": self.last, "kind": kind, **facts})
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def after(self, number: int) -> list[dict[str, Any]]:
        """The events above `number` that are still remembered."""
        return [event for event in self._events if event["n"] > number]

    async def next_after(self, number: int, *, timeout_s: float) -> list[dict[str, Any]]:
        """The events above `number`, as soon as there are any; empty when the time is over."""
        deadline = asyncio.get_running_loop().time() + timeout_s
        while not (events := self.after(number)):
            left_s = deadline - asyncio.get_running_loop().time()
            if left_s <= 0:
                return []
            try:
                await asyncio.wait_for(self._changed.wait(), left_s)
            except TimeoutError:
                return []
        return events
