"""The console as a channel: type, or `/voice FILE`; spoken answers are saved as files."""

from __future__ import annotations

import asyncio
import itertools
import mimetypes
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.errors import AudioTooLarge, BadUpdate, DownloadFailed
from bot.turns.channel import Activity, Arrival, Intake, MediaPart, Part, Reply, TextPart, VoicePart
from bot.turns.receipts import Receipts
from bot.values.clock import Clock
from bot.values.conversation import (
    Attachment,
    AttachmentKind,
    ChatKind,
    Command,
    Conversation,
    Incoming,
    Person,
)

NAME = "console"
CONVERSATION = Conversation(NAME, "local")
PERSON = Person(id="local", name="You")
Write = Callable[[str], None]


@dataclass(slots=True)
class ConsoleChannel:
    """One person at one terminal. `idle` is set whenever nothing is being answered."""

    clock: Clock
    receipts: Receipts
    write: Write
    out_dir: Path
    name: str = NAME
    idle: asyncio.Event = field(default_factory=asyncio.Event)
    _intake: Intake | None = None
    _numbers: Any = field(default_factory=itertools.count)

    async def start(self, intake: Intake) -> None:
        self._intake = intake

    async def stop(self) -> None:
        self._intake = None

    async def say(self, text: str = "", *, voice: Path | None = None) -> None:
        """The person types `text` or plays the recording `voice`."""
        if self._intake is None:
            raise BadUpdate("the console channel is not started")
        self.idle.clear()
        now_ms = self.clock.now_ms()
        name = f"{now_ms}-{next(self._numbers)}"
        payload = {
            "id": name,
            "text": text,
            "voice": str(voice or ""),
            "at_ms": now_ms,
        }
        await self._intake.accept([Arrival(NAME, name, payload)])

    def read(self, payload: Mapping[str, Any]) -> Incoming | None:
        text = str(payload["text"])
        command = None
        if text.startswith("/") and len(text) > 1:
            name, _, args = text[1:].partition(" ")
            command = Command(name.lower(), args.strip())
        return Incoming(
            conversation=CONVERSATION,
            message_id=str(payload["id"]),
            sender=PERSON,
            chat_kind=ChatKind.PRIVATE,
            sent_at_ms=int(payload["at_ms"]),
            text=text,
            attachments=_attachments(str(payload["voice"])),
            command=command,
        )

    async def fetch(self, attachment: Attachment, *, limit_bytes: int) -> bytes:
        path = Path(attachment.ref)
        try:
            data = await asyncio.to_thread(path.read_bytes)
        except OSError as error:
            raise DownloadFailed(
                str(error), sentence=f"I can't read {path.name}: {error.strerror}."
            ) from error
        if len(data) > limit_bytes:
            raise AudioTooLarge(f"{len(data)} bytes")
        return data

    def reply(self, conversation: Conversation, *, turn_id: str, answers: str) -> Reply:
        return ConsoleReply(channel=self, turn_id=turn_id)


@dataclass(slots=True)
class ConsoleReply:
    """Prints what is delivered, once."""

    channel: ConsoleChannel
    turn_id: str
    closed: bool = False

    async def show(self, activity: Activity | None) -> None:
        """A terminal needs no sign of life between a question and its answer."""

    async def grow(self, markdown: str) -> None:
        """The answer is printed when it is whole: half lines can't be taken back on paper."""

    async def deliver(self, part: Part) -> None:
        key = f"{self.turn_id}/{part.key}"

        async def send() -> str:
            if isinstance(part, TextPart):
                self.channel.write(part.markdown)
            elif isinstance(part, MediaPart):
                await self._save(part)
            elif isinstance(part, VoicePart):
                path = self.channel.out_dir / f"{self.turn_id}-{part.key.replace('/', '-')}.ogg"
                await asyncio.to_thread(path.write_bytes, part.bubble.ogg)
                self.channel.write(f"🔊 {path} ({part.bubble.duration_s:.1f} s)")
            return key

        await self.channel.receipts.once(key, send)

    async def change(self, key: str, part: TextPart | None) -> None:
        """What is printed stays; only news of it is worth a line."""
        if part is not None and not part.buttons:
            self.channel.write(part.markdown)

    async def _save(self, part: MediaPart) -> None:
        if part.markdown:
            self.channel.write(part.markdown)
        for file in part.files:
            path = self.channel.out_dir / f"{self.turn_id}-{Path(file.name).name}"
            await asyncio.to_thread(path.write_bytes, file.data)
            self.channel.write(f"📎 {path}")

    async def close(self) -> None:
        if not self.closed:  # a second time would answer for a line that came in between
            self.closed = True
            self.channel.idle.set()


def _attachments(voice: str) -> tuple[Attachment, ...]:
    if not voice:
        return ()
    mime = mimetypes.guess_type(voice)[0] or ""
    return (Attachment(AttachmentKind.VOICE, ref=voice, mime=mime, file_name=Path(voice).name),)
