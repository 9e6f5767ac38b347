"""The two seams between a turn and the world: `Channel` and the `Reply` it opens.

A channel stores every incoming message through `Intake.accept` before its source may forget it,
and reads the stored payload back when the turn starts. A third-party channel registers a factory
under the entry-point group `parley.channels`; see `bot/channels/base.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from bot.values.audio import Bubble
from bot.values.conversation import Attachment, Conversation, Incoming
from bot.values.media import MediaFile


class Activity(StrEnum):
    """What the person should see the bot doing."""

    TYPING = "typing"
    RECORDING = "recording"


@dataclass(frozen=True, slots=True)
class Button:
    """A choice below a message. Pressing it is as good as sending `command`, such as `/think low`.

    Telegram takes at most 64 bytes of `command`.
    """

    label: str
    command: str


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class TextPart:
    """Text to deliver, in Markdown. `key` is unique within the turn: it makes the send happen once.

    `answers` links the message to the one that started the turn; `final` marks the answer itself,
    which replaces any preview. In a turn that a button started, the text replaces the message that
    the button belonged to. A channel without buttons leaves `buttons` out.
    """

    key: str
    markdown: str
    final: bool = False
    answers: bool = False
    buttons: Rows = ()


@dataclass(frozen=True, slots=True)
class VoicePart:
    """A spoken part of the answer. `markdown` is its caption, as with media.

    Once `unwanted` is set, a part that has not left yet need not leave: `deliver` then raises
    DeliverError. A channel that can't take anything back leaves it out.
    """

    key: str
    bubble: Bubble
    markdown: str = ""
    answers: bool = False
    unwanted: asyncio.Event | None = None


@dataclass(frozen=True, slots=True)
class MediaPart:
    """One to ten finished files of one kind, sent together: pictures, a film, a track.

    Each takes the nicest form that its size and type allow, else it goes as a document. `markdown`
    is the caption; what is too long for one follows as text.
    """

    key: str
    files: tuple[MediaFile, ...]
    markdown: str = ""
    answers: bool = False


Part = TextPart | VoicePart | MediaPart


class Reply(Protocol):
    """The bot's side of one turn in one conversation."""

    async def show(self, activity: Activity | None) -> None:
        """Keep showing `activity` until told otherwise. Decoration: never raises, never waits."""
        ...

    async def grow(self, markdown: str) -> None:
        """The answer so far, whole. Decoration: never raises, returns at once, paces itself."""
        ...

    async def deliver(self, part: Part) -> None:
        """Send `part`, at most once for its key, and return when the channel has it.

        Raises VoiceForbidden, TooLargeToSend, ChatGone or DeliverError.
        """
        ...

    async def change(self, key: str, part: TextPart | None) -> None:
        """Let the text that was delivered under `key` become `part`, or with None vanish.

        Decoration: never raises. Where nothing was delivered under `key`, nothing happens.
        """
        ...

    async def close(self) -> None:
        """Stop showing anything. Idempotent."""
        ...


class Intake(Protocol):
    """Where a channel puts what it received."""

    async def accept(self, items: list[Arrival]) -> None:
        """Store all of `items` in one transaction; return only after the commit.

        An item whose `(channel, key)` is known already is ignored. Raises on a store failure: the
        channel must then not confirm the items to their source.
        """
        ...


@dataclass(frozen=True, slots=True)
class Arrival:
    """One received thing, raw. `key` is unique within the channel; `payload` is JSON-compatible."""

    channel: str
    key: str
    payload: Mapping[str, Any]


class Channel(Protocol):
    """A place where people talk to the bot."""

    name: str

    async def start(self, intake: Intake) -> None:
        """Begin to receive; return when receiving. Raises StartError, worded for the operator."""
        ...

    async def stop(self) -> None:
        """Stop receiving. Replies already open may still deliver until they are closed."""
        ...

    def read(self, payload: Mapping[str, Any]) -> Incoming | None:
        """The stored payload as a message; None when it is nothing to answer. Raises BadUpdate."""
        ...

    async def fetch(self, attachment: Attachment, *, limit_bytes: int) -> bytes:
        """The bytes of an attachment. Raises AudioTooLarge or DownloadFailed."""
        ...

    def reply(self, conversation: Conversation, *, turn_id: str, answers: str) -> Reply:
        """Open the bot's side of a turn; `answers` is the message id that started it."""
        ...
