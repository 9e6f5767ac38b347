"""Changing and deleting messages that are already there."""

from __future__ import annotations

from typing import Any

from ..chats import MAX_EDITS, Chat, Json, Kept
from ..errors import bad_request
from ..formatting import Formatted, read_caption, read_text
from ..limits import check_keyboard
from ..params import Params
from ..sending import admit, find_chat, with_text, writable_chat
from ..world import World

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)


def edit_message_text(world: World, params: Params) -> Json:
    # The live service says it in capitals here and in words on sending.
    formatted = read_text(params, too_long="MESSAGE_TOO_LONG")
    markup = check_keyboard(params.json("reply_markup"))
    chat, kept = _own_message(world, params)
    if "text" not in kept.wire:
        raise bad_request("there is no text in the message to edit")
    return _change(world, chat, kept, _Change("text", formatted, markup))


def edit_message_caption(world: World, params: Params) -> Json:
    formatted = read_caption(
        params.text("caption"), params.text("parse_mode"), params.json("caption_entities")
    )
    markup = check_keyboard(params.json("reply_markup"))
    chat, kept = _own_message(world, params)
    if "text" in kept.wire:
        raise bad_request("there is no caption in the message to edit")
    return _change(world, chat, kept, _Change("caption", formatted, markup))


def edit_message_reply_markup(world: World, params: Params) -> Json:
    markup = check_keyboard(params.json("reply_markup"))
    chat, kept = _own_message(world, params)
    return _change(world, chat, kept, _Change("", None, markup))


def delete_message(world: World, params: Params) -> bool:
    chat = find_chat(world, params)
    kept = chat.find(params.integer("message_id") or 0)
    if kept is None:
        raise bad_request("message to delete not found")
    if not _may_delete(chat, kept):
        raise bad_request("message can't be deleted")
    _delete(world, chat, kept)
    return True


def delete_messages(world: World, params: Params) -> bool:
    chat = find_chat(world, params)
    ids: Any = params.json("message_ids")
    if not isinstance(ids, list) or not 1 <= len(ids) <= 100:
        raise bad_request("message identifiers are not specified")
    # Missing ones are skipped, as documented for this method.
    for kept in filter(None, (chat.find(number) for number in ids if isinstance(number, int))):
        if not _may_delete(chat, kept):
            raise bad_request("message can't be deleted")
        _delete(world, chat, kept)
    return True


def _may_delete(chat: Chat, kept: Kept) -> bool:
    return kept.outgoing or not chat.is_group or chat.bot_status == "administrator"


def _delete(world: World, chat: Chat, kept: Kept) -> None:
    kept.deleted = True
    world.events.add("delete", chat_id=chat.id, message_id=kept.id)


def _own_message(world: World, params: Params) -> tuple[Chat, Kept]:
    if params.integer("message_id") is None:
        raise bad_request("message identifier is not specified")
    chat = writable_chat(world, params)
    kept = chat.find(params.integer("message_id") or 0)
    if kept is None:
        raise bad_request("message to edit not found")
    if not kept.outgoing:
        raise bad_request("message can't be edited")
    return chat, kept


class _Change:
    """The new state of a message; `part` is text, caption or nothing but the keyboard."""

    def __init__(self, part: str, formatted: Formatted | None, markup: Json | None) -> None:
        self.part = part
        self.formatted = formatted
        self.markup = markup

    def applied(self, wire: Json) -> Json:
        stale = {"reply_markup"}
        if self.part:
            stale |= {self.part, {"text": "entities"}.get(self.part, "caption_entities")}
        changed = {name: value for name, value in wire.items() if name not in stale}
        if self.formatted is not None:
            changed |= with_text(self.part, self.formatted)
        return changed | ({"reply_markup": self.markup} if self.markup else {})


def _change(world: World, chat: Chat, kept: Kept, change: _Change) -> Json:
    wire = change.applied(kept.wire)
    if wire == kept.wire:
        raise bad_request(NOT_MODIFIED)
    admit(world, chat, is_edit=True)
    # Key order does not matter to anybody, but the date of the edit must not count as a change.
    kept.edits.append(
        {
            "at_ms": world.clock.now_ms(),
            "at_s": world.clock.monotonic(),
            "text": wire.get("text", wire.get("caption", "")),
            "html": change.formatted.html if change.formatted else kept.html,
        }
    )
    del kept.edits[:-MAX_EDITS]
    if change.formatted is not None:
        kept.html, kept.parse_mode = change.formatted.html, change.formatted.parse_mode
    kept.wire = wire
    world.events.add("edit", chat_id=chat.id, message_id=kept.id)
    return wire | {"edit_date": world.clock.now_ms() // 1000}


METHODS = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
}
