"""Which messages of a group the bot gets to see (facts/telegram-api.md §6, privacy mode)."""

from __future__ import annotations

from .chats import Chat, Json
from .text import utf16_slice
from .world import World


def bot_sees(world: World, chat: Chat, wire: Json) -> bool:
    """Private chats always; groups whole for administrators and with privacy off.

    Else what is meant for the bot: commands without another bot's name, mentions and replies.
    """
    if chat.migrated_to is not None or chat.bot_status in ("left", "kicked"):
        return False
    if wire.get("from", {}).get("is_bot"):
        return False
    if not chat.is_group:
        return True
    if world.me["can_read_all_group_messages"] or chat.bot_status == "administrator":
        return True
    answered = wire.get("reply_to_message", {}).get("from", {}).get("id")
    return answered == world.me["id"] or _is_addressed(world, wire)


def _is_addressed(world: World, wire: Json) -> bool:
    name = f"@{world.me['username']}".lower()
    for text_key, list_key in (("text", "entities"), ("caption", "caption_entities")):
        for entity in wire.get(list_key, ()):
            part = utf16_slice(wire.get(text_key, ""), entity["offset"], entity["length"]).lower()
            if entity["type"] == "mention" and part == name:
                return True
            if entity["type"] == "text_mention" and entity["user"]["id"] == world.me["id"]:
                return True
            if entity["type"] == "bot_command" and ("@" not in part or part.endswith(name)):
                return True
    return False
