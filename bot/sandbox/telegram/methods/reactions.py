"""Reactions and answers to pressed buttons."""

from __future__ import annotations

from typing import Any

from ..chats import Json
from ..errors import bad_request
from ..limits import CALLBACK_ANSWER_UNITS, REACTIONS
from ..params import Params
from ..sending import writable_chat
from ..text import utf16_len
from ..world import World

_BARE = frozenset(emoji.replace("\ufe0f", "") for emoji in REACTIONS)


def set_message_reaction(world: World, params: Params) -> bool:
    chat = writable_chat(world, params)
    kept = chat.find(params.integer("message_id") or 0)
    if kept is None:
        raise bad_request("message to react not found")
    reactions = _checked(params.json("reaction"))
    bot_id = world.me["id"]
    if reactions:
        kept.reactions[bot_id] = reactions
    else:
        kept.reactions.pop(bot_id, None)
    world.events.add("reaction", chat_id=chat.id, message_id=kept.id, reaction=reactions)
    return True


def _checked(asked: Any) -> list[Json]:
    reactions = asked or []
    if not isinstance(reactions, list) or not all(isinstance(r, dict) for r in reactions):
        raise bad_request("can't parse reaction types JSON object")
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    for reaction in reactions:
        emoji = str(reaction.get("emoji", "")).replace("\ufe0f", "")
        if reaction.get("type") != "emoji" or emoji not in _BARE:
            raise bad_request("REACTION_INVALID")
    return reactions


def answer_callback_query(world: World, params: Params) -> bool:
    query = world.callbacks.get(params.text("callback_query_id"))
    if query is None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    text = params.text("text")
    if utf16_len(text) > CALLBACK_ANSWER_UNITS:
        raise bad_request("MESSAGE_TOO_LONG")
    query["answer"] = {"text": text, "show_alert": params.flag("show_alert")}
    world.events.add("callback_answer", callback_query_id=query["id"], text=text)
    return True


METHODS = {
    "setMessageReaction": set_message_reaction,
    "answerCallbackQuery": answer_callback_query,
}
