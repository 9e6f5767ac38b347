"""A raw update as the message that it carries. Pure: no network, no rights, no memory."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.channels.telegram.arrival import joining
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
from bot.channels.telegram.quote import quote
from bot.channels.telegram.who import origin, person, sender
from bot.errors import BadUpdate
from bot.values.conversation import (
    ChatKind,
    Command,
    Conversation,
    Incoming,
)

CHANNEL = "telegram"
GENERAL_TOPIC = 1
BROADCAST = "channel"
KINDS = {
    "private": ChatKind.PRIVATE,
    "group": ChatKind.GROUP,
    "supergroup": ChatKind.GROUP,
}
COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]+))?(?:\s+(.*))?", re.DOTALL)


def read(
    update: Json, *, bot_id: int, bot_username: str, hears_all: bool = True
) -> Incoming | None:
    """The message of a person in `update`; None when there is nothing to answer.

    Edits, reactions, service messages and what bots say are nothing to answer. `hears_all` is
    false in privacy mode.
    Raises BadUpdate when a message is there but can't be read.
    """
    if not isinstance(update, Mapping):
        raise BadUpdate(f"update is {type(update).__name__}, expected an object")
    pressed = child(update, "callback_query")
    if pressed is not None:
        return _press(pressed, bot_username)
    membership = child(update, "my_chat_member")
    if membership is not None:
        return joining(membership, hears_all=hears_all)
    post = child(update, "channel_post")
    message = child(update, "message") if post is None else post
    if message is None:
        return None
    chat = child(message, "chat")
    if chat is None:
        raise BadUpdate("message without chat")
    sent_at_ms = number(message, "date") * 1000
    kind, author = _kind(chat, is_post=post is not None), sender(message)
    if kind is None or author is None:
        return None
    text = string(message, "text") or string(message, "caption")
    files = attachments(message)
    if not text and not files:
        return None
    album = string(message, "media_group_id")
    # Some clients repeat a caption on every picture of an album; a command is answered once.
    command = None if album else _command(text, bot_username)
    answered = quote(message, bot_id=bot_id)
    meant = command is not None or (answered is not None and answered.from_bot)
    return Incoming(
        conversation=Conversation(CHANNEL, str(number(chat, "id")), _thread(message)),
        message_id=str(number(message, "message_id")),
        sender=author,
        chat_kind=kind,
        sent_at_ms=sent_at_ms,
        text=text,
        attachments=files,
        command=command,
        quote=answered,
        addressed=kind is ChatKind.PRIVATE
        or meant
        or _mentioned(message, text, bot_id, bot_username),
        chat_title=string(chat, "title"),
        album=album,
        forwarded_from=origin(child(message, "forward_origin") or {}),
        in_forum=chat.get("is_forum") is True,
        broadcast=post is not None,
    )


def _kind(chat: Json, *, is_post: bool) -> ChatKind | None:
    """A channel's posts go the way of groups (facts/behaviour.md A7)."""
    of_type = string(chat, "type")
    if is_post:
        return ChatKind.GROUP if of_type == BROADCAST else None
    return KINDS.get(of_type)


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
        sender=person(user),
        chat_kind=kind,
        sent_at_ms=(number_or_none(message, "date") or 0) * 1000,
        text=string(query, "data"),
        command=command,
        chat_title=string(chat, "title"),
        in_forum=chat.get("is_forum") is True,
    )


def forum_chat(update: Json) -> str:
    """The chat id when the message is from a group with topics, else ""."""
    message = update.get("message")
    chat = message.get("chat") if isinstance(message, Mapping) else None
    if not isinstance(chat, Mapping) or chat.get("is_forum") is not True:
        return ""
    return str(chat.get("id", ""))


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
