"""What a world looks like from outside: the JSON of the inspection endpoints."""

from __future__ import annotations

from dataclasses import asdict

from .chats import Chat, Json, Kept, Person
from .limits import WAVEFORM_BYTES
from .world import World

TOLD = ("duration", "width", "height", "title", "performer", "emoji")


def world_state(world: World, *, chat_id: int | None = None, last: int | None = None) -> Json:
    """Everything, or with `chat_id` the same with that one chat; `last` bounds its messages."""
    chats = [c for c in world.chats.values() if chat_id is None or c.id == chat_id]
    updates = world.updates
    return {
        "me": world.me,
        "users": [_person(person) for person in world.people.values()],
        "chats": [_chat(world, chat, last=last) for chat in chats],
        "updates": {
            "pending": len(updates.pending),
            "pending_ids": [item.id for item in updates.pending],
            "confirmed_offset": updates.confirmed_offset,
            "confirmed_count": updates.confirmed_count,
            "allowed": list(updates.allowed) if updates.allowed else None,
            "polled_now": updates.polled,
        },
        "webhook": world.webhook.info(updates) | {"attempts": world.webhook.attempts},
        "commands": world.commands,
        "callbacks": list(world.callbacks.values()),
        "faults": [fault.facts() for fault in world.faults.faults],
        "settings": asdict(world.knobs)
        | {"pacing": world.pacing.enabled, "files_dir": str(world.folder.absolute())},
        "calls": world.calls.calls[-1].n if world.calls.calls else 0,
        "last_event": world.events.last,
    }


def _person(person: Person) -> Json:
    return asdict(person)


def _chat(world: World, chat: Chat, *, last: int | None) -> Json:
    draft, action = world.draft_of(chat), world.action_of(chat)
    kept = list(chat.messages.values())
    return {
        "id": chat.id,
        "type": chat.type,
        "title": chat.title or (chat.person.first_name if chat.person else ""),
        "is_forum": chat.is_forum,
        "bot_status": chat.bot_status,
        "migrated_to": chat.migrated_to,
        "topics": [{"thread_id": number, "name": name} for number, name in chat.topics.items()],
        "draft": asdict(draft) if draft else None,
        "action": asdict(action) if action else None,
        "messages": [_message(one) for one in (kept[-last:] if last else kept)],
    }


def _message(kept: Kept) -> Json:
    wire = kept.wire
    caption = "caption" in wire
    return {
        "message_id": kept.id,
        "outgoing": kept.outgoing,
        "from": wire.get("from"),
        "kind": kept.kind,
        "at_s": kept.at_s,
        "at_ms": kept.at_ms,
        "text": wire.get("caption" if caption else "text", ""),
        "caption": wire.get("caption", ""),
        "entities": wire.get("caption_entities" if caption else "entities", []),
        "html": kept.html,
        "parse_mode": kept.parse_mode,
        "file": _file(kept),
        "reply_to": wire.get("reply_to_message", {}).get("message_id"),
        "quote": wire.get("quote", {}).get("text"),
        "thread_id": kept.thread_id,
        "is_topic_message": wire.get("is_topic_message", False),
        "media_group_id": wire.get("media_group_id"),
        "reactions": [
            {"from": user_id, "emoji": [r.get("emoji") for r in reactions]}
            for user_id, reactions in kept.reactions.items()
        ],
        "buttons": wire.get("reply_markup", {}).get("inline_keyboard", []),
        "edits": kept.edits,
        "deleted": kept.deleted,
        "wire": wire,
    }


def _file(kept: Kept) -> Json | None:
    if kept.file is None:
        return None
    media = kept.wire.get(kept.kind)
    told = media[-1] if isinstance(media, list) else media or {}
    has_waveform = kept.kind == "voice" and kept.file.size_bytes <= WAVEFORM_BYTES
    return kept.file.facts() | {"waveform": has_waveform} | {name: told.get(name) for name in TOLD}
