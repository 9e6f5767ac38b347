"""Where a message of the bot may go, and putting it there."""

from __future__ import annotations

from dataclasses import dataclass

from .chats import Chat, Json, Kept
from .errors import ApiError, bad_request, forbidden
from .files import StoredFile
from .formatting import Formatted
from .limits import check_keyboard
from .params import Params
from .text import utf16_len
from .world import World

GENERAL_TOPIC = 1


@dataclass(frozen=True, slots=True)
class Target:
    """A chat that takes the message, the topic in it, and the message it answers."""

    chat: Chat
    thread_id: int | None
    reply: Kept | None
    quote: Json | None
    markup: Json | None


@dataclass(frozen=True, slots=True)
class Content:
    """What is sent: fields of the Message and what the inspection tells beside them."""

    kind: str
    fields: Json
    formatted: Formatted
    file: StoredFile | None = None


def find_chat(world: World, params: Params) -> Chat:
    """The chat that `chat_id` names. Raises ApiError "chat not found"."""
    given = params.text("chat_id")
    if not given:
        raise bad_request("chat_id is empty")
    if given.startswith("@"):
        for chat in world.chats.values():
            if chat.is_group and chat.username.lower() == given[1:].lower():
                return chat
        raise bad_request("chat not found")
    chat_id = params.integer("chat_id")
    if chat_id in world.people:
        return world.private(world.people[chat_id])
    if chat_id is None or chat_id not in world.chats:
        raise bad_request("chat not found")
    return world.chats[chat_id]


def writable_chat(world: World, params: Params) -> Chat:
    """The chat of a call that shows something there. Raises ApiError when the bot may not."""
    chat = find_chat(world, params)
    if chat.migrated_to is not None:
        raise ApiError(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            parameters={"migrate_to_chat_id": chat.migrated_to},
        )
    if chat.person is not None:
        if chat.person.is_bot:
            raise forbidden("bot can't send messages to bots")
        if chat.person.deactivated:
            raise forbidden("user is deactivated")
        if not chat.person.started:
            raise forbidden("bot can't initiate conversation with a user")
        if chat.person.blocked:
            raise forbidden("bot was blocked by the user")
    elif chat.bot_status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    elif chat.bot_status == "left":
        raise forbidden(f"bot is not a member of the {chat.type} chat")
    return chat


def check_thread(chat: Chat, params: Params, *, allow_general: bool = False) -> int | None:
    """The topic of a call; sends to the General topic must leave it out. Raises ApiError."""
    thread_id = params.integer("message_thread_id")
    if not thread_id:
        return None
    if chat.is_forum and thread_id == GENERAL_TOPIC and allow_general:
        return None
    is_topic = thread_id in chat.topics
    is_comment_thread = (
        chat.type == "supergroup" and not chat.is_forum and chat.find(thread_id) is not None
    )
    if not is_topic and not is_comment_thread:
        raise bad_request("message thread not found")
    return thread_id


def resolve_target(world: World, params: Params) -> Target:
    """Everything about where a new message goes. Raises ApiError."""
    markup = check_keyboard(params.json("reply_markup"))
    chat = writable_chat(world, params)
    thread_id = check_thread(chat, params)
    reply, quote = _reply(world, chat, params)
    if reply is not None and thread_id is None and chat.type == "supergroup":
        # An answer goes where its question is; outside forums Telegram opens a reply thread.
        thread_id = reply.thread_id or (None if chat.is_forum else reply.id)
    return Target(chat, thread_id, reply, quote, markup)


def _reply(world: World, chat: Chat, params: Params) -> tuple[Kept | None, Json | None]:
    asked = params.json("reply_parameters")
    if asked is None:
        return None, None
    if not isinstance(asked, dict) or not isinstance(asked.get("message_id"), int):
        raise bad_request('can\'t parse reply parameters: field "message_id" must be a number')
    home = world.chats.get(asked.get("chat_id", chat.id), chat)
    reply = home.find(asked["message_id"])
    if reply is None:
        if asked.get("allow_sending_without_reply"):
            return None, None
        raise bad_request("message to be replied not found")
    return reply, excerpt(reply, asked.get("quote"))


def excerpt(reply: Kept, text: object) -> Json | None:
    """The quote of a part of a message; None without one. Raises ApiError when it isn't there."""
    if not isinstance(text, str) or not text:
        return None
    whole = str(reply.wire.get("text") or reply.wire.get("caption") or "")
    if text not in whole:
        raise bad_request("QUOTE_TEXT_INVALID")
    return {"text": text, "position": utf16_len(whole[: whole.index(text)]), "is_manual": True}


def admit(world: World, chat: Chat, *, is_edit: bool = False) -> None:
    """Count the send against flood control, when it is on. Raises 429."""
    world.pacing.admit(
        chat.id, is_group=chat.is_group, is_edit=is_edit, now_s=world.clock.monotonic()
    )


def send(world: World, target: Target, content: Content, *, protect: bool = False) -> Json:
    """Put a checked message into its chat and return it as the Message object."""
    chat = target.chat
    wire = world.new_message(chat, world.bot_user) | in_thread(chat, target.thread_id)
    if target.reply is not None:
        wire["reply_to_message"] = as_reply(target.reply)
    if target.quote is not None:
        wire["quote"] = target.quote
    wire |= content.fields
    if target.markup is not None:
        wire["reply_markup"] = target.markup
    if protect:
        wire["has_protected_content"] = True
    kept = Kept(
        wire,
        outgoing=True,
        kind=content.kind,
        html=content.formatted.html,
        parse_mode=content.formatted.parse_mode,
        file=content.file,
    )
    world.record(chat, kept)
    return wire


def in_thread(chat: Chat, thread_id: int | None) -> Json:
    """The topic fields of a message; only real topics are marked as such."""
    if thread_id is None:
        return {}
    fields: Json = {"message_thread_id": thread_id}
    return fields | ({"is_topic_message": True} if thread_id in chat.topics else {})


def as_reply(kept: Kept) -> Json:
    """A message inside another one: without the message that it answers itself."""
    return {name: value for name, value in kept.wire.items() if name != "reply_to_message"}


def with_text(name: str, formatted: Formatted) -> Json:
    """The fields of a text or caption."""
    if not formatted.text:
        return {}
    entities = {"text": "entities", "caption": "caption_entities"}[name]
    fields: Json = {name: formatted.text}
    return fields | ({entities: formatted.entities} if formatted.entities else {})
