"""Who wrote a message, and whose words it passes on."""

from __future__ import annotations

from bot.channels.telegram.fields import Json, child, number, string
from bot.values.conversation import Person


def sender(message: Json) -> Person | None:
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
            is_chat=True,
        )
    user = child(message, "from")
    if user is None or user.get("is_bot"):
        return None
    return person(user)


def person(user: Json) -> Person:
    return Person(
        id=str(number(user, "id")),
        name=full_name(user),
        username=string(user, "username"),
        language=string(user, "language_code"),
    )


def full_name(user: Json) -> str:
    return f"{string(user, 'first_name')} {string(user, 'last_name')}".strip()


def origin(source: Json) -> str:
    """The name in a MessageOrigin: a person, one who hides the account, a chat or a channel."""
    user = child(source, "sender_user")
    if user is not None:
        return full_name(user)
    chat = child(source, "sender_chat") or child(source, "chat") or {}
    return string(source, "sender_user_name") or string(chat, "title")
