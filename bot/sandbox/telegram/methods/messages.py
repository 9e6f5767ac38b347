"""Text, drafts and chat actions: what the bot says and shows."""

from __future__ import annotations

from ..chats import Action, Draft, Json
from ..errors import bad_request
from ..formatting import Formatted, parse, read_text
from ..limits import ACTIONS, TEXT_UNITS
from ..params import Params
from ..sending import (
    Content,
    admit,
    check_thread,
    resolve_target,
    send,
    with_text,
    writable_chat,
)
from ..text import utf16_len
from ..world import World


def send_message(world: World, params: Params) -> Json:
    formatted = read_text(params)
    target = resolve_target(world, params)
    admit(world, target.chat)
    fields = with_text("text", formatted)
    preview = params.json("link_preview_options")
    if isinstance(preview, dict):
        fields["link_preview_options"] = preview
    content = Content("text", fields, formatted)
    return send(world, target, content, protect=params.flag("protect_content"))


def send_message_draft(world: World, params: Params) -> bool:
    chat = writable_chat(world, params)
    if chat.person is None:
        raise bad_request("TEXTDRAFT_PEER_INVALID")
    draft_id = params.integer("draft_id")
    if not draft_id:
        raise bad_request("draft identifier must be non-zero")
    formatted: Formatted = parse(
        params.text("text"), params.text("parse_mode"), params.json("entities")
    )
    if utf16_len(formatted.text) > TEXT_UNITS:
        raise bad_request("message is too long")
    thread_id = check_thread(chat, params)
    admit(world, chat, is_edit=True)
    chat.draft = Draft(
        draft_id,
        formatted.text,
        formatted.source,
        formatted.entities,
        thread_id,
        world.clock.monotonic(),
    )
    world.events.add("draft", chat_id=chat.id, draft_id=draft_id, text=formatted.text)
    return True


def send_chat_action(world: World, params: Params) -> bool:
    name = params.text("action").lower()
    if name not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = writable_chat(world, params)
    thread_id = check_thread(chat, params, allow_general=True)
    chat.action = Action(name, thread_id, world.clock.monotonic())
    world.events.add("action", chat_id=chat.id, action=name)
    return True


METHODS = {
    "sendMessage": send_message,
    "sendMessageDraft": send_message_draft,
    "sendChatAction": send_chat_action,
}
