"""The bot's own coming into a group, as the update `my_chat_member` tells it."""

from __future__ import annotations

from bot.channels.telegram.fields import Json, child, number, number_or_none, string
from bot.channels.telegram.who import person
from bot.values.conversation import ChatKind, Conversation, Incoming

CHANNEL = "telegram"
GROUPS = ("group", "supergroup")
ADMINISTRATOR = "administrator"
INSIDE = ("member", ADMINISTRATOR)


def joining(membership: Json, *, hears_all: bool) -> Incoming | None:
    """Who put the bot into which group; None when it was in already, left, or it is no group.

    An administrator hears everything even in privacy mode (facts/telegram-api.md §6).
    """
    chat, user = child(membership, "chat") or {}, child(membership, "from")
    before = string(child(membership, "old_chat_member") or {}, "status")
    now = string(child(membership, "new_chat_member") or {}, "status")
    if user is None or string(chat, "type") not in GROUPS:
        return None
    if now not in INSIDE or before in INSIDE:
        return None
    return Incoming(
        conversation=Conversation(CHANNEL, str(number(chat, "id"))),
        message_id="",
        sender=person(user),
        chat_kind=ChatKind.GROUP,
        sent_at_ms=(number_or_none(membership, "date") or 0) * 1000,
        chat_title=string(chat, "title"),
        joined=True,
        deaf=not hears_all and now != ADMINISTRATOR,
    )
