"""Messages as tests of waiting and queueing say them, and a clock that stands still."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from bot.values.conversation import (
    Attachment,
    AttachmentKind,
    ChatKind,
    Conversation,
    Incoming,
    Person,
)

HERE = Conversation("telegram", "1")
LONG = "x" * 4_096


@dataclass
class Clock:
    """Time that passes only where somebody sleeps."""

    at_s: float = 0.0
    slept: list[float] = field(default_factory=list)

    def now_ms(self) -> int:
        return round(self.at_s * 1000)

    def monotonic(self) -> float:
        return self.at_s

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at_s += seconds
        await asyncio.sleep(0)


def said(text: str = "", *, number: int = 1, by: str = "7", **fields: Any) -> Incoming:
    """A message in a private chat unless told otherwise."""
    usual: dict[str, Any] = {
        "conversation": HERE,
        "message_id": str(number),
        "sender": Person(by, name=f"P{by}"),
        "chat_kind": ChatKind.PRIVATE,
        "sent_at_ms": 0,
        "text": text,
    }
    return Incoming(**(usual | fields))


def note(text: str = "", *, number: int = 1, **fields: Any) -> Incoming:
    sound = Attachment(AttachmentKind.VOICE, ref=f"n{number}")
    return said(text, number=number, attachments=(sound,), **fields)


def picture(text: str = "", *, number: int = 1, **fields: Any) -> Incoming:
    shown = Attachment(AttachmentKind.PHOTO, ref=f"p{number}")
    return said(text, number=number, attachments=(shown,), **fields)
