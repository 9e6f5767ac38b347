"""An example of a channel that a package of its own brings: a folder into which people drop notes.

`in/NAME.ogg` or `in/NAME.txt` comes from the person NAME; the answers appear in `out/`. It needs
nothing of Parley but `bot.channels.base`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.channels.base import (
    Activity,
    Arrival,
    Attachment,
    AttachmentKind,
    Channel,
    ChannelContext,
    ChatKind,
    Conversation,
    Incoming,
    Intake,
    Part,
    Person,
    Reply,
    TextPart,
    VoicePart,
)

LOOK_EVERY_S = 0.05


def create(context: ChannelContext) -> Channel:
    """What the entry point names."""
    return Dropbox(context, Path(context.settings["folder"]))


@dataclass
class Dropbox:
    """Looks into a folder and stores what it finds there."""

    context: ChannelContext
    folder: Path
    looking: asyncio.Task[None] | None = None
    seen: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        return self.context.name

    async def start(self, intake: Intake) -> None:
        self.looking = asyncio.create_task(self._look(intake))

    async def stop(self) -> None:
        if self.looking is not None:
            self.looking.cancel()
            await asyncio.wait({self.looking})

    def read(self, payload: Mapping[str, Any]) -> Incoming | None:
        path = Path(payload["path"])
        note = Attachment(AttachmentKind.VOICE, ref=str(path), mime="audio/ogg")
        return Incoming(
            conversation=Conversation(self.name, path.stem),
            message_id=path.name,
            sender=Person(id=path.stem, name=path.stem),
            chat_kind=ChatKind.PRIVATE,
            sent_at_ms=int(payload["at_ms"]),
            text=path.read_text("utf-8") if path.suffix == ".txt" else "",
            attachments=(note,) if path.suffix == ".ogg" else (),
        )

    async def fetch(self, attachment: Attachment, *, limit_bytes: int) -> bytes:
        data = await asyncio.to_thread(Path(attachment.ref).read_bytes)
        return data[:limit_bytes]

    def reply(self, conversation: Conversation, *, turn_id: str, answers: str) -> Reply:
        return DropboxReply(self, person=conversation.chat_id, turn_id=turn_id)

    async def _look(self, intake: Intake) -> None:
        while True:
            for path in sorted((self.folder / "in").iterdir()):
                if path.suffix in (".ogg", ".txt") and path.name not in self.seen:
                    payload = {"path": str(path), "at_ms": self.context.clock.now_ms()}
                    await intake.accept([Arrival(self.name, path.name, payload)])
                    self.seen.add(path.name)
            await self.context.clock.sleep(LOOK_EVERY_S)


@dataclass
class DropboxReply:
    """Writes each part into a file of its own, once."""

    channel: Dropbox
    person: str
    turn_id: str

    async def show(self, activity: Activity | None) -> None: ...

    async def grow(self, markdown: str) -> None: ...

    async def deliver(self, part: Part) -> None:
        async def send() -> str:
            data, suffix = _written(part)
            name = f"{self.person}-{part.key.replace('/', '-')}{suffix}"
            unfinished = self.channel.folder / name
            unfinished.write_bytes(data)
            unfinished.replace(self.channel.folder / "out" / name)
            return name

        await self.channel.context.receipts.once(f"{self.turn_id}/{part.key}", send)

    async def change(self, key: str, part: TextPart | None) -> None: ...

    async def close(self) -> None: ...


def _written(part: Part) -> tuple[bytes, str]:
    if isinstance(part, VoicePart):
        return part.bubble.ogg, ".ogg"
    if isinstance(part, TextPart):
        return part.markdown.encode(), ".txt"
    return part.files[0].data, Path(part.files[0].name).suffix
