"""One bot's isolated world: its account, people, chats, files, waiting updates and journal."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.values.clock import Clock

from .chats import Action, Chat, Draft, Json, Kept, Person
from .errors import ControlError
from .faults import FaultScript
from .files import FileStore
from .journal import CallLog, EventLog
from .limits import (
    ACTION_LIFE_S,
    DOWNLOAD_BYTES,
    DRAFT_LIFE_S,
    LOCAL_BYTES,
    UPLOAD_BYTES,
    Pacing,
)
from .polling import UpdateQueue
from .webhook import Courier, Webhook

FIRST_SUPERGROUP_ID = -1_002_000_000_001
FIRST_GROUP_ID = -4_000_001


@dataclass(slots=True)
class Knobs:
    """What the control API can turn."""

    latency_ms: int = 0
    webhook_retry_s: float = 1.0
    local_files: bool = False


class World:
    """Everything behind one bot token. Lives in one event loop; no locks needed."""

    def __init__(self, token: str, *, folder: Path, clock: Clock) -> None:
        bot_id = int(token.partition(":")[0])
        self.token = token
        self.clock = clock
        self.me: Json = _account(bot_id)
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.folder = folder
        self.files = FileStore(folder)
        self.updates = UpdateQueue()
        self.webhook = Webhook(url="")
        self.courier: Courier | None = None
        self.calls = CallLog()
        self.events = EventLog()
        self.faults = FaultScript()
        self.pacing = Pacing()
        self.knobs = Knobs()
        self.commands: dict[str, list[Json]] = {}
        self.callbacks: dict[str, Json] = {}
        self._last_small_message_id = 0
        self._groups = 0

    async def close(self) -> None:
        """End what runs for this world and delete its files. Idempotent."""
        self.updates.displace("terminated by other getUpdates request")
        if self.courier is not None:
            await self.courier.stop()
            self.courier = None
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def download_bytes(self) -> int:
        """The largest file that getFile names."""
        return LOCAL_BYTES if self.knobs.local_files else DOWNLOAD_BYTES

    @property
    def upload_bytes(self) -> int:
        """The largest file that the bot may send."""
        return LOCAL_BYTES if self.knobs.local_files else UPLOAD_BYTES

    @property
    def bot_user(self) -> Json:
        """The bot as the author of messages."""
        return {name: self.me[name] for name in ("id", "is_bot", "first_name", "username")}

    def add_person(self, person: Person) -> Person:
        """Make `person` known; the private chat appears when they start it."""
        self.people[person.id] = person
        chat = self.chats.get(person.id)
        if chat is not None:
            chat.person = person
        return person

    def person(self, user_id: int) -> Person:
        """A known person, made up on first use so that short tests stay short."""
        known = self.people.get(user_id)
        return known or self.add_person(Person(user_id, f"User {user_id}"))

    def private(self, person: Person) -> Chat:
        """The private chat with `person`, started or not."""
        if person.id not in self.chats:
            self.chats[person.id] = Chat(person.id, "private", person=person)
        return self.chats[person.id]

    def add_group(self, chat: Chat) -> Chat:
        """Make a group known; id 0 asks for a fresh one."""
        if chat.id == 0:
            chat.id = (
                FIRST_GROUP_ID - self._groups
                if chat.type == "group"
                else FIRST_SUPERGROUP_ID - self._groups
            )
            self._groups += 1
        if chat.id >= 0:
            raise ControlError("a group has a negative id")
        self.chats[chat.id] = chat
        return chat

    def chat(self, chat_id: int) -> Chat:
        """A chat for the control API. Raises ControlError when there is none."""
        if chat_id in self.chats:
            return self.chats[chat_id]
        if chat_id > 0:
            return self.private(self.person(chat_id))
        raise ControlError(f"no chat {chat_id}")

    def next_message_id(self, chat: Chat) -> int:
        """Supergroups count for themselves, private chats and small groups share one sequence."""
        if chat.type == "supergroup":
            chat.last_message_id += 1
            return chat.last_message_id
        self._last_small_message_id += 1
        return self._last_small_message_id

    def new_message(self, chat: Chat, author: Json) -> Json:
        """The fields that every message has."""
        return {
            "message_id": self.next_message_id(chat),
            "from": author,
            "chat": chat.wire(),
            "date": self.clock.now_ms() // 1000,
        }

    def record(self, chat: Chat, kept: Kept) -> Kept:
        """Put a finished message into its chat; a message of the bot ends draft and action."""
        kept.at_s, kept.at_ms = self.clock.monotonic(), self.clock.now_ms()
        chat.keep(kept)
        if kept.outgoing:
            chat.draft = None
            chat.action = None
        self.events.add(
            "message", chat_id=chat.id, message_id=kept.id, outgoing=kept.outgoing, type=kept.kind
        )
        return kept

    def draft_of(self, chat: Chat) -> Draft | None:
        """The draft that is visible now; it fades after 30 s."""
        draft = chat.draft
        fresh = draft is not None and self.clock.monotonic() - draft.at_s < DRAFT_LIFE_S
        return draft if fresh else None

    def action_of(self, chat: Chat) -> Action | None:
        """The chat action that is visible now; it fades after 5 s."""
        action = chat.action
        fresh = action is not None and self.clock.monotonic() - action.at_s < ACTION_LIFE_S
        return action if fresh else None

    async def set_webhook(self, webhook: Webhook) -> None:
        """Replace the webhook; an empty url means polling."""
        if self.courier is not None:
            await self.courier.stop()
            self.courier = None
        self.webhook = webhook
        if webhook.url:
            self.updates.displace("terminated by setWebhook request")
            self.courier = Courier(
                webhook, self.updates, first_retry_s=self.knobs.webhook_retry_s, clock=self.clock
            )

    def push(self, kind: str, body: Any) -> int | None:
        """Tell the bot, if it subscribed to this kind of update."""
        return self.updates.push(kind, body)


def _account(bot_id: int) -> Json:
    return {
        "id": bot_id,
        "is_bot": True,
        "first_name": "Parley",
        "username": "parley_sandbox_bot",
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "supports_guest_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
    }
