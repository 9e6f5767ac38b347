"""What a model writes beside a conversation, such as a summary: read whole, with its price."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from bot.access.ledger import Bill
from bot.values.chat import ChatDone, ChatEvent, TextDelta


@dataclass(frozen=True, slots=True)
class Written:
    """The visible text, and why it ended: `stop`, `length`, `tool_calls`, or empty for no end."""

    text: str
    finish: str


async def written(events: AsyncIterator[ChatEvent], bill: Bill) -> Written:
    """All of one answer. `bill` gets what it cost. Raises UpstreamError."""
    text, finish = "", ""
    async for event in events:
        bill.begun = True
        if isinstance(event, TextDelta):
            text += event.text
        elif isinstance(event, ChatDone):
            finish = event.finish
            bill.take(event)
    return Written(text.strip(), finish)
