"""The last message that was ignored in each conversation: why, whose, when; never what it said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.store.db import Database, queries
from bot.values.clock import Clock
from bot.values.conversation import Conversation

MOST_KEPT = 500
HINT_AGAIN_AFTER_MS = 24 * 60 * 60 * 1000
MOST_HINTS = 10  # a day and channel: anybody can put a bot into any number of groups


@dataclass(frozen=True, slots=True)
class Drop:
    """One ignored message. `reason` is the value of a `bot.access.policy.Reason`."""

    conversation: str
    reason: str
    person: str
    at_ms: int


class DropTable:
    """Rows of `drops` and `hints`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._queries = queries("drops")

    async def keep(self, drop: Drop) -> None:
        """Remember `drop` as the last one of its conversation."""
        async with self._database.transaction() as connection:
            await self._queries.keep(
                connection,
                conversation=drop.conversation,
                reason=drop.reason,
                person=drop.person,
                at_ms=drop.at_ms,
            )
            await self._queries.trim(connection, kept=MOST_KEPT)

    async def last(self, conversation: str) -> Drop | None:
        row = await self._queries.last(self._database.reader, conversation=conversation)
        return None if row is None else _drop(row)

    async def newest(self, channel: str, *, most: int) -> list[Drop]:
        """The newest of all conversations of `channel`."""
        prefix = Conversation(channel, "").key
        rows = self._queries.newest(self._database.reader, prefix=prefix, most=most)
        return [_drop(row) async for row in rows]

    async def may_hint(self, channel: str, chat_id: str) -> bool:
        """Whether the owner is due for a hint about this chat (now noted): once in a day."""
        now_ms = self._clock.now_ms()
        since_ms = now_ms - HINT_AGAIN_AFTER_MS
        async with self._database.transaction() as connection:
            await self._queries.forget_hints(connection, before_ms=since_ms)
            counted = await self._queries.count_hints(connection, channel=channel)
            if counted["hinted"] >= MOST_HINTS:
                return False
            row = await self._queries.hint(
                connection, channel=channel, chat_id=chat_id, now_ms=now_ms, not_since_ms=since_ms
            )
        return row is not None


def _drop(row: Any) -> Drop:
    return Drop(row["conversation"], row["reason"], row["person"], row["at_ms"])
