"""What people do: write, send recordings, edit, react, press buttons; and the bot hears of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from .chats import Chat, Json, Kept
from .content import media_fields, photo_size
from .errors import ControlError
from .files import StoredFile
from .orders import (
    CallbackOrder,
    ContactOrder,
    DiceOrder,
    EditOrder,
    LocationOrder,
    MessageOrder,
    PollOrder,
    ReactionOrder,
    UploadOrder,
    WhereOrder,
)
from .privacy import bot_sees
from .sending import as_reply, excerpt, in_thread
from .text import sort_entities, with_automatic
from .world import World

_MIME = {
    "voice": "audio/ogg",
    "audio": "audio/mpeg",
    "video": "video/mp4",
    "video_note": "video/mp4",
    "photo": "image/jpeg",
    "document": "",
    "animation": "video/mp4",
    "sticker": "image/webp",
}


@dataclass(frozen=True, slots=True)
class Posted:
    """A message of a person; `update_id` is None when the bot was not told."""

    kept: Kept
    update_id: int | None

    def facts(self) -> Json:
        wire = self.kept.wire
        return {
            "message_id": wire["message_id"],
            "chat_id": wire["chat"]["id"],
            "update_id": self.update_id,
            "delivered": self.update_id is not None,
            "file": self.kept.file.facts() if self.kept.file else None,
            "message": wire,
        }


def write(world: World, order: MessageOrder) -> Posted:
    """A text message, with the entities that Telegram marks by itself."""
    given = order.entities
    entities = with_automatic(order.text, []) if given is None else sort_entities(given)
    fields: Json = {"text": order.text} | ({"entities": entities} if entities else {})
    return _post(world, order, "text", fields)


def upload(world: World, order: UploadOrder, data: bytes) -> Posted:
    """A recording, picture or file as Telegram delivers it; `file_size` may claim another size."""
    file = world.files.add(
        data,
        kind=order.kind,
        mime=_MIME[order.kind] if order.mime is None else order.mime,
        name=order.file_name or "",
        claimed=order.file_size,
        forwarded=order.forward_origin is not None,
    )
    fields = media_fields(
        order.kind,
        file,
        duration=order.duration,
        title=order.title,
        performer=order.performer,
        size=photo_size(data) if order.kind == "photo" else _pixels(order),
        emoji=order.emoji,
    )
    if order.caption:
        fields["caption"] = order.caption
        if entities := with_automatic(order.caption, []):
            fields["caption_entities"] = entities
    return _post(world, order, order.kind, fields, file)


def show(
    world: World, order: LocationOrder | ContactOrder | PollOrder | DiceOrder, kind: str
) -> Posted:
    """A message of `kind` that is neither text nor file."""
    return _post(world, order, kind, order.fields())


def _pixels(order: UploadOrder) -> tuple[int, int] | None:
    return (order.width, order.height) if order.width and order.height else None


def _post(
    world: World, order: WhereOrder, kind: str, fields: Json, file: StoredFile | None = None
) -> Posted:
    person = world.person(order.from_id)
    chat = world.private(person) if order.chat_id is None else world.chat(order.chat_id)
    if chat.person is not None:
        person.started, person.blocked = True, False
    wire = world.new_message(chat, person.wire()) | _place(chat, order) | fields
    if order.media_group_id:
        wire["media_group_id"] = order.media_group_id
    if order.forward_origin is not None:
        wire["forward_origin"] = order.forward_origin
    wire |= order.extra
    kept = world.record(chat, Kept(wire, outgoing=False, kind=kind, file=file))
    update_id = world.push("message", wire) if bot_sees(world, chat, wire) else None
    return Posted(kept, update_id)


def _place(chat: Chat, order: WhereOrder) -> Json:
    reply = chat.find(order.reply_to) if order.reply_to is not None else None
    if order.reply_to is not None and reply is None:
        raise ControlError(f"no message {order.reply_to} in chat {chat.id}")
    thread_id = order.thread_id
    if thread_id is not None and thread_id not in chat.topics:
        raise ControlError(f"no topic {thread_id} in chat {chat.id}")
    if thread_id is None and reply is not None and chat.type == "supergroup":
        thread_id = reply.thread_id or (None if chat.is_forum else reply.id)
    if reply is None and thread_id is not None:
        # In a topic a message without a reply answers the service message that opened it.
        reply = chat.find(thread_id)
    place = in_thread(chat, thread_id)
    if reply is None:
        return place
    quote = excerpt(reply, order.quote)
    answered: Json = {"reply_to_message": as_reply(reply)}
    return place | answered | ({"quote": quote} if quote is not None else {})


def edit(world: World, order: EditOrder) -> Posted:
    """A person changes their text; the bot gets `edited_message`."""
    chat = world.chat(order.chat_id)
    kept = chat.find(order.message_id)
    if kept is None or kept.outgoing:
        raise ControlError(f"no message {order.message_id} of a person in chat {chat.id}")
    part = "text" if "text" in kept.wire else "caption"
    listed = "entities" if part == "text" else "caption_entities"
    wire = {name: value for name, value in kept.wire.items() if name != listed}
    wire |= {part: order.text, "edit_date": world.clock.now_ms() // 1000}
    if entities := with_automatic(order.text, []):
        wire[listed] = entities
    kept.edits.append({"at_ms": world.clock.now_ms(), "text": order.text, "html": None})
    kept.wire = wire
    world.events.add("edit", chat_id=chat.id, message_id=kept.id)
    update_id = world.push("edited_message", wire) if bot_sees(world, chat, wire) else None
    return Posted(kept, update_id)


def react(world: World, order: ReactionOrder) -> int | None:
    """A person sets their reactions; the bot hears of it in private chats and as administrator."""
    chat, person = world.chat(order.chat_id), world.person(order.from_id)
    kept = chat.find(order.message_id)
    if kept is None:
        raise ControlError(f"no message {order.message_id} in chat {chat.id}")
    new: list[Json] = [{"type": "emoji", "emoji": emoji} for emoji in order.emoji]
    old = kept.reactions.pop(person.id, [])
    if new:
        kept.reactions[person.id] = new
    world.events.add("reaction", chat_id=chat.id, message_id=kept.id, reaction=new)
    if chat.is_group and chat.bot_status != "administrator":
        return None
    body: Json = {
        "chat": chat.wire(),
        "message_id": kept.id,
        "user": person.wire(),
        "date": world.clock.now_ms() // 1000,
        "old_reaction": old,
        "new_reaction": new,
    }
    return world.push("message_reaction", body)


def press(world: World, order: CallbackOrder) -> Json:
    """A person presses an inline button; the bot gets `callback_query`."""
    chat, person = world.chat(order.chat_id), world.person(order.from_id)
    kept = chat.find(order.message_id)
    if kept is None:
        raise ControlError(f"no message {order.message_id} in chat {chat.id}")
    data = _button_data(kept, order)
    query: Json = {
        "id": str(uuid.uuid4().int % 10**18),
        "from": person.wire(),
        "message": kept.wire,
        "chat_instance": str(chat.id),
        "data": data,
    }
    update_id = world.push("callback_query", query)
    world.callbacks[query["id"]] = {"id": query["id"], "data": data, "answer": None}
    return {"callback_query_id": query["id"], "update_id": update_id}


def _button_data(kept: Kept, order: CallbackOrder) -> Any:
    rows = kept.wire.get("reply_markup", {}).get("inline_keyboard", [])
    for button in (button for row in rows for button in row):
        by_data = order.data is not None and button.get("callback_data") == order.data
        by_text = order.text is not None and button.get("text") == order.text
        if "callback_data" in button and (by_data or by_text):
            return button["callback_data"]
    raise ControlError(f"message {kept.id} has no such button")
