"""People, chats, topics and kept messages of one world."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .files import StoredFile

Json = dict[str, Any]
MAX_MESSAGES = 5_000
MAX_EDITS = 500


@dataclass(slots=True)
class Person:
    """A user. `started` means that the private chat with the bot exists."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = "en"
    is_bot: bool = False
    forbids_voice: bool = False
    blocked: bool = False
    deactivated: bool = False
    started: bool = False

    def wire(self) -> Json:
        """The User object."""
        user: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        optional = {
            "last_name": self.last_name,
            "username": self.username,
            "language_code": self.language_code,
        }
        return user | {name: value for name, value in optional.items() if value}


@dataclass(slots=True)
class Kept:
    """A message as delivered (`wire`) with what the wire does not tell."""

    wire: Json
    outgoing: bool
    kind: str = "text"
    html: str | None = None
    parse_mode: str = ""
    file: StoredFile | None = None
    at_s: float = 0.0
    at_ms: int = 0
    edits: list[Json] = field(default_factory=list)
    reactions: dict[int, list[Json]] = field(default_factory=dict)
    deleted: bool = False

    @property
    def id(self) -> int:
        return int(self.wire["message_id"])

    @property
    def thread_id(self) -> int | None:
        return self.wire.get("message_thread_id")


@dataclass(slots=True)
class Draft:
    """The text preview that a private chat shows now."""

    draft_id: int
    text: str
    html: str
    entities: list[Json]
    thread_id: int | None
    at_s: float


@dataclass(slots=True)
class Action:
    """What the chat shows under the bot's name."""

    name: str
    thread_id: int | None
    at_s: float


@dataclass(slots=True)
class Chat:
    """A private chat, group, supergroup or forum. A private chat has the id of its `person`."""

    id: int
    type: str
    title: str = ""
    username: str = ""
    is_forum: bool = False
    person: Person | None = None
    bot_status: str = "member"
    migrated_to: int | None = None
    topics: dict[int, str] = field(default_factory=dict)
    messages: dict[int, Kept] = field(default_factory=dict)
    last_message_id: int = 0
    draft: Draft | None = None
    action: Action | None = None

    @property
    def is_group(self) -> bool:
        return self.type in ("group", "supergroup")

    def wire(self) -> Json:
        """The Chat object."""
        chat: Json = {"id": self.id, "type": self.type}
        if self.person is not None:
            named = {
                "first_name": self.person.first_name,
                "last_name": self.person.last_name,
                "username": self.person.username,
            }
            return chat | {name: value for name, value in named.items() if value}
        chat["title"] = self.title
        if self.username:
            chat["username"] = self.username
        if self.is_forum:
            chat["is_forum"] = True
        return chat

    def find(self, message_id: int) -> Kept | None:
        """A message that still exists."""
        kept = self.messages.get(message_id)
        return None if kept is None or kept.deleted else kept

    def keep(self, kept: Kept) -> None:
        """Remember a message; the oldest beyond the bound are forgotten."""
        self.messages[kept.id] = kept
        while len(self.messages) > MAX_MESSAGES:
            del self.messages[next(iter(self.messages))]
