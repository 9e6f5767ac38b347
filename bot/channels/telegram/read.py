"""A raw update as the message that it carries. Pure: no network, no rights, no memory."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.channels.telegram.fields import (
    Json,
    child,
    children,
    number,
    number_or_none,
    string,
    utf16_slice,
)
from bot.channels.telegram.media import attachments
from bot.channels.telegram.press import Press
from bot.errors import BadUpdate
from bot.values.conversation import (
    ChatKind,
    Command,
    Conversation,
    Incoming,
    Person,
    Quote,
)

CHANNEL = "telegram"
GENERAL_TOPIC = 1
KINDS = {
    "private": ChatKind.PRIVATE,
    "group": ChatKind.GROUP,
    "supergroup": ChatKind.GROUP,
}
COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]+))?(?:\s+(.*))?", re.DOTALL)


def read(update: Json, *, bot_id: int, bot_username: str) -> Incoming | None:
    """The message of a person in `update`; None when there is nothing to answer.

    Edits, reactions, service messages, channel posts and what bots say are nothing to answer.
    Raises BadUpdate when a message is there but can't be read.
    """
    if not isinstance(update, Mapping):
        raise BadUpdate(f"update is {type(update).__name__}, expected an object")
    pressed = child(update, "callback_query")
    if pressed is not None:
        return _press(pressed, bot_username)
    message = child(update, "message")
    if message is None:
        return None
    chat = child(message, "chat")
    if chat is None:
        raise BadUpdate("message without chat")
    sent_at_ms = number(message, "date") * 1000
    kind, sender = KINDS.get(string(chat, "type")), _sender(message)
    if kind is None or sender is None:
        return None
    text = string(message, "text") or string(message, "caption")
    files = attachments(message)
    if not text and not files:
        return None
    command = _command(string(message, "text"), bot_username)
    quote = _quote(message, bot_id)
    meant = command is not None or (quote is not None and quote.from_bot)
    return Incoming(
        conversation=Conversation(CHANNEL, str(number(chat, "id")), _thread(message)),
        message_id=str(number(message, "message_id")),
        sender=sender,
        chat_kind=kind,
        sent_at_ms=sent_at_ms,
        text=text,
        attachments=files,
        command=command,
        quote=quote,
        addressed=kind is ChatKind.PRIVATE
        or meant
        or _mentioned(message, text, bot_id, bot_username),
        chat_title=string(chat, "title"),
    )


def _press(query: Json, bot_username: str) -> Incoming | None:
    """A pressed button as the command that it stands for."""
    message, user = child(query, "message"), child(query, "from")
    command = _command(string(query, "data"), bot_username)
    if message is None or user is None or command is None or user.get("is_bot"):
        return None
    chat = child(message, "chat") or {}
    kind = KINDS.get(string(chat, "type"))
    if kind is None:
        return None
    return Incoming(
        conversation=Conversation(CHANNEL, str(number(chat, "id")), _thread(message)),
        message_id=Press(string(query, "id"), str(number(message, "message_id"))).as_message_id,
        sender=_person(user),
        chat_kind=kind,
        sent_at_ms=(number_or_none(message, "date") or 0) * 1000,
        text=string(query, "data"),
        command=command,
        chat_title=string(chat, "title"),
    )


def forum_chat(update: Json) -> str:
    """The chat id when the message is from a group with topics, else ""."""
    message = update.get("message")
    chat = message.get("chat") if isinstance(message, Mapping) else None
    if not isinstance(chat, Mapping) or chat.get("is_forum") is not True:
        return ""
    return str(chat.get("id", ""))


def _sender(message: Json) -> Person | None:
    """Who wrote it. None for bots, for nobody, and for posts copied in from a linked channel.

    Anonymous admins and channels share generic user ids, so `sender_chat` goes first
    (facts/telegram-api.md §6).
    """
    if message.get("is_automatic_forward"):
        return None
    stand_in = child(message, "sender_chat")
    if stand_in is not None:
        return Person(
            id=str(number(stand_in, "id")),
            name=string(stand_in, "title"),
            username=string(stand_in, "username"),
        )
    user = child(message, "from")
    if user is None or user.get("is_bot"):
        return None
    return _person(user)


def _person(user: Json) -> Person:
    return Person(
        id=str(number(user, "id")),
        name=_full_name(user),
        username=string(user, "username"),
        language=string(user, "language_code"),
    )


def _thread(message: Json) -> str:
    """The topic. Ordinary replies in groups carry a thread id too, so only a topic's counts."""
    thread_id = number_or_none(message, "message_thread_id")
    if not message.get("is_topic_message") or thread_id in (None, GENERAL_TOPIC):
        return ""
    return str(thread_id)


def _command(text: str, bot_username: str) -> Command | None:
    """The command in `text`, None when there is none or it names another bot."""
    match = COMMAND.fullmatch(text) if text.startswith("/") else None
    if match is None:
        return None
    name, target, args = match.groups()
    if target and target.lower() != bot_username.lower():
        return None
    return Command(name.lower(), (args or "").strip())


def _mentioned(message: Json, text: str, bot_id: int, bot_username: str) -> bool:
    wanted = f"@{bot_username}".lower()
    for entity in children(message, "entities") + children(message, "caption_entities"):
        kind = string(entity, "type")
        if kind == "text_mention":
            user = child(entity, "user")
            if user is not None and user.get("id") == bot_id:
                return True
        elif kind == "mention":
            said = utf16_slice(text, number(entity, "offset"), number(entity, "length"))
            if said.lower() == wanted:
                return True
    return False


def _answered(message: Json) -> Json | None:
    """The message that this one answers. In a topic everything "answers" the topic's creation."""
    answered = child(message, "reply_to_message")
    if answered is None or any(name.startswith("forum_topic_") for name in answered):
        return None
    return answered


def _quote(message: Json, bot_id: int) -> Quote | None:
    answered = _answered(message)
    excerpt = child(message, "quote")
    said = string(excerpt, "text") if excerpt is not None else ""
    if answered is not None:
        user = child(answered, "from")
        stand_in = child(answered, "sender_chat")
        author = _full_name(user) if user is not None else ""
        return Quote(
            message_id=str(number(answered, "message_id")),
            text=said or string(answered, "text") or string(answered, "caption"),
            author=string(stand_in, "title") if stand_in is not None else author,
            from_bot=user is not None and user.get("id") == bot_id,
        )
    external = child(message, "external_reply")
    if external is None:
        return None
    message_id = number_or_none(external, "message_id")
    return Quote(
        message_id="" if message_id is None else str(message_id),
        text=said,
        author=_origin(child(external, "origin") or {}),
    )


def _origin(origin: Json) -> str:
    user = child(origin, "sender_user")
    if user is not None:
        return _full_name(user)
    chat = child(origin, "sender_chat") or child(origin, "chat") or {}
    return string(origin, "sender_user_name") or string(chat, "title")


def _full_name(user: Json) -> str:
    return f"{string(user, 'first_name')} {string(user, 'last_name')}".strip()
