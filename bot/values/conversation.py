"""Who said what where: the channel-neutral form of one incoming message."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SEPARATOR = ":"


@dataclass(frozen=True, slots=True)
class Conversation:
    """One chat, or one topic of a chat. Ids are text, so that any channel can bring its own."""

    channel: str
    chat_id: str
    thread_id: str = ""

    @property
    def key(self) -> str:
        """`telegram:123` or `telegram:-100123:7`; the form stored in the database."""
        parts = (self.channel, self.chat_id, self.thread_id)
        return SEPARATOR.join(parts if self.thread_id else parts[:2])

    @classmethod
    def parse(cls, key: str) -> Conversation:
        """The reverse of `key`. Raises ValueError on anything else."""
        parts = key.split(SEPARATOR)
        if len(parts) not in (2, 3) or not all(parts):
            raise ValueError(f"not a conversation key: {key!r}")
        return cls(*parts)


class ChatKind(StrEnum):
    PRIVATE = "private"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Person:
    """A sender. `id` is the channel's own; `name` is for display and prompts, never for rights.

    `is_chat`: it was written in the name of a chat, by an anonymous admin or a channel.
    """

    id: str
    name: str = ""
    username: str = ""
    is_bot: bool = False
    language: str = ""
    is_chat: bool = False


class AttachmentKind(StrEnum):
    VOICE = "voice"
    AUDIO = "audio"
    VIDEO_NOTE = "video_note"
    VIDEO = "video"
    DOCUMENT = "document"
    PHOTO = "photo"
    STICKER = "sticker"
    LOCATION = "location"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message; `ref` is what its channel needs to fetch the bytes.

    `size_bytes` and `duration_s` are the sender's claims: hints for early refusal, never trusted.
    `unique_id` is the same for the same file, whoever sends it again. `words` say what can be said
    of it without a file: coordinates and name of a place, the emoji of a sticker.
    """

    kind: AttachmentKind
    ref: str
    unique_id: str = ""
    mime: str = ""
    file_name: str = ""
    size_bytes: int | None = None
    duration_s: float | None = None
    words: str = ""

    @property
    def may_carry_sound(self) -> bool:
        """Whether this is a note: a thing to listen to rather than to look at."""
        if self.kind is AttachmentKind.DOCUMENT:
            return self.mime.startswith("audio/") or self.file_name.lower().endswith(AUDIO_SUFFIXES)
        return self.kind in SOUND_KINDS


AUDIO_SUFFIXES = (".ogg", ".oga", ".opus", ".mp3", ".m4a", ".wav", ".flac", ".aac", ".webm")
SOUND_KINDS = frozenset(
    {
        AttachmentKind.VOICE,
        AttachmentKind.AUDIO,
        AttachmentKind.VIDEO_NOTE,
        AttachmentKind.VIDEO,
    }
)


@dataclass(frozen=True, slots=True)
class Command:
    """`/name args`, already known to be meant for this bot. `name` is lower case without slash."""

    name: str
    args: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """The message that this one answers, as far as the channel tells, files included."""

    message_id: str
    text: str = ""
    author: str = ""
    from_bot: bool = False
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message from a person, whatever the channel.

    `addressed` is true in private chats, and in groups when the message names the bot, answers it
    or carries a command for it. Messages of one `album` belong together; `forwarded_from` names
    whose words these are when the sender only passed them on. `in_forum`: the group has topics;
    `broadcast`: it is the post of a channel. `joined`: no message at all, the sender has put the
    bot into this group, where it is `deaf` when the channel hides what does not address it.
    """

    conversation: Conversation
    message_id: str
    sender: Person
    chat_kind: ChatKind
    sent_at_ms: int
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    command: Command | None = None
    quote: Quote | None = None
    addressed: bool = True
    chat_title: str = ""
    album: str = ""
    forwarded_from: str = ""
    in_forum: bool = False
    broadcast: bool = False
    joined: bool = False
    deaf: bool = False

    @property
    def note(self) -> Attachment | None:
        """The first attachment to listen to, if any."""
        return next((a for a in self.attachments if a.may_carry_sound), None)
