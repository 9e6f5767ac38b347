"""Updates waiting for the bot: kept until confirmed, handed out by long polling to one poller."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from .errors import ClientGone, conflict

# Not delivered unless asked for by name (facts/telegram-api.md §7).
OPT_IN = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
MAX_PENDING = 20_000
FIRST_UPDATE_ID = 500_000_001

Gone = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Pending:
    """One update; `id` is ours even when the raw update carries none or a broken one."""

    id: int
    update: Any


@dataclass(slots=True)
class _Poll:
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    reason: str = ""


class UpdateQueue:
    """The updates of one bot. An update is confirmed by a later call with a higher offset."""

    def __init__(self) -> None:
        self.pending: deque[Pending] = deque(maxlen=MAX_PENDING)
        self.nonempty = asyncio.Event()
        self.allowed: tuple[str, ...] | None = None
        self.confirmed_offset = 0
        self.confirmed_count = 0
        self._next_id = FIRST_UPDATE_ID
        self._poll: _Poll | None = None

    @property
    def polled(self) -> bool:
        """Whether a poller waits now."""
        return self._poll is not None

    def wants(self, kind: str) -> bool:
        """Whether the bot subscribed to this kind of update."""
        return kind in self.allowed if self.allowed else kind not in OPT_IN

    def subscribe(self, allowed: Any) -> None:
        """Remember `allowed_updates` for the updates to come; an empty list means the default."""
        if isinstance(allowed, list):
            self.allowed = tuple(str(kind) for kind in allowed) or None

    def push(self, kind: str, body: Any) -> int | None:
        """Queue `{kind: body}` with the next id, or None when the bot does not want this kind."""
        if not self.wants(kind):
            return None
        return self.push_raw({"update_id": self._next_id, kind: body})

    def push_raw(self, update: Any) -> int:
        """Queue `update` verbatim, whatever it is; only an object without `update_id` gets one."""
        number = self._next_id
        if isinstance(update, dict):
            update = {"update_id": number, **update}
            given = update["update_id"]
            if isinstance(given, int) and not isinstance(given, bool):
                number = given
        self._next_id = max(self._next_id, number + 1)
        self.pending.append(Pending(number, update))
        self.nonempty.set()
        return number

    def confirm(self, offset: int) -> None:
        """Forget what lies below `offset`; a negative one keeps only that many from the end."""
        if offset < 0:
            offset = self.pending[max(0, len(self.pending) + offset)].id if self.pending else 0
        if offset <= 0:
            return
        self.confirmed_offset = max(self.confirmed_offset, offset)
        before = len(self.pending)
        kept = [item for item in self.pending if item.id >= offset]
        self.confirmed_count += before - len(kept)
        self.pending = deque(kept, maxlen=MAX_PENDING)
        if not kept:
            self.nonempty.clear()

    def clear(self) -> None:
        """Forget everything that waits."""
        self.pending.clear()
        self.nonempty.clear()

    def displace(self, reason: str) -> None:
        """End the waiting poller, if any, with 409."""
        if self._poll is not None:
            self._poll.reason = reason
            self._poll.ended.set()
            self._poll = None

    async def poll(self, offset: int, *, limit: int, timeout_s: float, gone: Gone) -> list[Any]:
        """Up to `limit` updates from `offset` on; waits up to `timeout_s` for the first one.

        Raises 409 when another poller takes over, ClientGone when the caller hangs up.
        """
        self.displace(
            "terminated by other getUpdates request; "
            "make sure that only one bot instance is running"
        )
        self.confirm(offset)
        poll = self._poll = _Poll()
        try:
            if not self.pending and timeout_s > 0:
                await _first(timeout_s, self.nonempty.wait(), poll.ended.wait(), _raise_after(gone))
            if poll.ended.is_set():
                raise conflict(poll.reason)
            return [item.update for item in self.pending][:limit]
        finally:
            if self._poll is poll:
                self._poll = None


async def _raise_after(gone: Gone) -> None:
    await gone()
    raise ClientGone


async def _first(timeout_s: float, *waits: Awaitable[Any]) -> None:
    """Return when one of `waits` ends or the time is over; its exception passes through."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
