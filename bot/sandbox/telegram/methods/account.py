"""The bot itself, its commands, and what it may look up: chats, members, files."""

from __future__ import annotations

import json
import re
from typing import Any

from ..chats import Chat, Json
from ..errors import ApiError, bad_request
from ..limits import MAX_COMMANDS
from ..params import Params
from ..sending import find_chat
from ..world import World

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")


def get_me(world: World, params: Params) -> Json:
    return world.me


def get_chat(world: World, params: Params) -> Json:
    chat = find_chat(world, params)
    full: Json = chat.wire() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }
    if chat.person is not None and chat.person.forbids_voice:
        full["has_restricted_voice_and_video_messages"] = True
    return full


def get_chat_member(world: World, params: Params) -> Json:
    chat = find_chat(world, params)
    user_id = params.integer("user_id")
    if user_id == world.me["id"]:
        return member(world.bot_user, chat.bot_status)
    if user_id not in world.people:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return member(world.people[user_id].wire(), "member")


def member(user: Json, status: str) -> Json:
    """A ChatMember object."""
    wire: Json = {"user": user, "status": status}
    if status == "administrator":
        rights = (
            "can_be_edited is_anonymous can_manage_chat can_delete_messages "
            "can_manage_video_chats can_restrict_members can_promote_members can_change_info "
            "can_invite_users can_post_stories can_edit_stories can_delete_stories "
            "can_pin_messages can_manage_topics"
        )
        wire |= {right: right == "can_manage_chat" for right in rights.split()}
    if status == "kicked":
        wire["until_date"] = 0
    return wire


def get_file(world: World, params: Params) -> Json:
    stored = world.files.find(params.text("file_id"))
    if stored is None:
        raise bad_request("invalid file_id")
    if stored.claimed_bytes > world.download_bytes:
        raise bad_request("file is too big")
    blob = world.files.blob(stored)
    return {
        "file_id": stored.file_id,
        "file_unique_id": stored.file_unique_id,
        "file_size": stored.claimed_bytes,
        "file_path": str(blob.absolute()) if world.knobs.local_files else stored.path,
    }


def set_my_commands(world: World, params: Params) -> bool:
    commands = params.json("commands")
    if not isinstance(commands, list):
        raise bad_request("can't parse commands JSON object")
    if len(commands) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not isinstance(command, dict):
            raise bad_request("can't parse BotCommand: expected an Object")
        if not _COMMAND.fullmatch(str(command.get("command", "")).removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    world.commands[_scope(params)] = commands
    return True


def get_my_commands(world: World, params: Params) -> list[Json]:
    return world.commands.get(_scope(params), [])


def delete_my_commands(world: World, params: Params) -> bool:
    world.commands.pop(_scope(params), None)
    return True


def _scope(params: Params) -> str:
    scope: Any = params.json("scope") or {"type": "default"}
    if not isinstance(scope, dict) or "type" not in scope:
        raise bad_request("can't parse BotCommandScope")
    return json.dumps([scope, params.text("language_code")], sort_keys=True)


def leave_chat(world: World, params: Params) -> bool:
    chat: Chat = find_chat(world, params)
    if not chat.is_group:
        raise ApiError(400, "Bad Request: chat member status can't be changed in private chats")
    chat.bot_status = "left"
    return True


METHODS = {
    "getMe": get_me,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getFile": get_file,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "leaveChat": leave_chat,
}
