"""What was ignored lately and why: the last few of each conversation here, the last one stored."""

from __future__ import annotations

from collections import OrderedDict, deque

from bot.access.policy import Reason
from bot.store.drops import Drop, DropTable
from bot.values.clock import Clock
from bot.values.conversation import Conversation, Incoming

KEPT_EACH = 5
CONVERSATIONS_KEPT = 500
STORE_AGAIN_AFTER_MS = 60 * 1000  # a group that talks all day must not write all day


class DropLog:
    """Ids, reasons and times; never a word of what was said."""

    def __init__(self, table: DropTable, clock: Clock) -> None:
        self._table = table
        self._clock = clock
        self._lately: OrderedDict[str, deque[Drop]] = OrderedDict()
        self._stored: dict[str, Drop] = {}

    async def note(self, incoming: Incoming, reason: Reason) -> None:
        """`incoming` is not answered."""
        key = incoming.conversation.key
        drop = Drop(key, reason.value, incoming.sender.id, self._clock.now_ms())
        self._lately.setdefault(key, deque(maxlen=KEPT_EACH)).append(drop)
        self._lately.move_to_end(key)
        if len(self._lately) > CONVERSATIONS_KEPT:
            oldest, _ = self._lately.popitem(last=False)
            self._stored.pop(oldest, None)
        stored = self._stored.get(key)
        fresh = stored is not None and drop.at_ms - stored.at_ms < STORE_AGAIN_AFTER_MS
        if stored is None or stored.reason != drop.reason or not fresh:
            self._stored[key] = drop
            await self._table.keep(drop)

    async def recent(self, conversation: Conversation) -> tuple[Drop, ...]:
        """The last ones here, the newest first; only the very last of an earlier process."""
        lately = self._lately.get(conversation.key)
        if lately:
            return tuple(reversed(lately))
        last = await self._table.last(conversation.key)
        return () if last is None else (last,)

    async def newest(self, channel: str, *, most: int) -> list[Drop]:
        """The last one of each conversation of `channel`, the newest first."""
        return await self._table.newest(channel, most=most)

    async def may_hint(self, incoming: Incoming) -> bool:
        """Whether the owner is due to hear of this chat."""
        place = incoming.conversation
        return await self._table.may_hint(place.channel, place.chat_id)
