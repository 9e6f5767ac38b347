"""The message that another one answers, with its files, as far as Telegram tells."""

from __future__ import annotations

from bot.channels.telegram.fields import Json, child, number, number_or_none, string
from bot.channels.telegram.media import attachments
from bot.channels.telegram.who import full_name, origin
from bot.values.conversation import Quote


def quote(message: Json, *, bot_id: int) -> Quote | None:
    """What `message` answers, here or in another chat. Raises BadUpdate."""
    excerpt = child(message, "quote")
    said = string(excerpt, "text") if excerpt is not None else ""
    answered = _answered(message)
    if answered is not None:
        return _here(answered, said, bot_id)
    external = child(message, "external_reply")
    if external is None:
        return None
    message_id = number_or_none(external, "message_id")
    return Quote(
        message_id="" if message_id is None else str(message_id),
        text=said,
        author=origin(child(external, "origin") or {}),
        attachments=attachments(external),
    )


def _answered(message: Json) -> Json | None:
    """The message that this one answers. In a topic everything "answers" the topic's creation."""
    answered = child(message, "reply_to_message")
    if answered is None or any(name.startswith("forum_topic_") for name in answered):
        return None
    return answered


def _here(answered: Json, said: str, bot_id: int) -> Quote:
    user = child(answered, "from")
    stand_in = child(answered, "sender_chat")
    author = full_name(user) if user is not None else ""
    return Quote(
        message_id=str(number(answered, "message_id")),
        text=said or string(answered, "text") or string(answered, "caption"),
        author=string(stand_in, "title") if stand_in is not None else author,
        from_bot=user is not None and user.get("id") == bot_id,
        attachments=attachments(answered),
    )
