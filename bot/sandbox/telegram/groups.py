"""The world's furniture: users, groups, topics, and the bot's place among them."""

from __future__ import annotations

from .chats import Chat, Json, Kept, Person
from .errors import ControlError
from .methods.account import member
from .orders import ChatOrder, MemberOrder, TopicOrder, UserOrder
from .world import World


def put_user(world: World, order: UserOrder) -> Json:
    """Create or change a user; blocking and unblocking tell the bot by `my_chat_member`."""
    given = order.model_dump(exclude_none=True)
    person = world.people.get(order.id) or Person(order.id, f"User {order.id}")
    was_blocked = person.blocked
    for name, value in given.items():
        setattr(person, name, value)
    world.add_person(person)
    chat = world.private(person)
    update_id = None
    if person.blocked != was_blocked:
        old, new = ("member", "kicked") if person.blocked else ("kicked", "member")
        update_id = _my_chat_member(world, chat, person, old, new)
    return {"user": person.wire(), "chat_id": person.id, "update_id": update_id}


def create_chat(world: World, order: ChatOrder) -> Json:
    """A group, supergroup or forum that the bot is in (or not); `migrate_from` upgrades a group."""
    chat = Chat(
        order.id,
        "group" if order.type == "group" else "supergroup",
        title=order.title,
        username=order.username,
        is_forum=order.type == "forum",
        bot_status=order.bot_status,
    )
    world.add_group(chat)
    if order.migrate_from is not None:
        _migrate(world, world.chat(order.migrate_from), chat)
    return {"chat_id": chat.id, "chat": chat.wire()}


def _migrate(world: World, old: Chat, new: Chat) -> None:
    if old.type != "group" or new.type != "supergroup":
        raise ControlError("only a group can become a supergroup")
    anonymous: Json = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    for chat, fact in (
        (old, {"migrate_to_chat_id": new.id}),
        (new, {"migrate_from_chat_id": old.id}),
    ):
        wire = world.new_message(chat, anonymous) | {"sender_chat": new.wire()} | fact
        world.record(chat, Kept(wire, outgoing=False, kind="service"))
        world.push("message", wire)
    old.migrated_to = new.id


def create_topic(world: World, chat_id: int, order: TopicOrder) -> Json:
    """A topic in a forum, or in a private chat of a bot with topics enabled."""
    chat = world.chat(chat_id)
    if not chat.is_forum and not (chat.person is not None and world.me["has_topics_enabled"]):
        raise ControlError(f"chat {chat_id} has no topics")
    if chat.is_forum and chat.last_message_id == 0:
        chat.last_message_id = 1  # id 1 belongs to the General topic
    person = world.person(order.from_id)
    wire = world.new_message(chat, person.wire())
    thread_id = int(wire["message_id"])
    chat.topics[thread_id] = order.name
    wire |= {
        "message_thread_id": thread_id,
        "is_topic_message": True,
        "forum_topic_created": {"name": order.name, "icon_color": 7322096},
    }
    world.record(chat, Kept(wire, outgoing=False, kind="service"))
    return {"thread_id": thread_id, "update_id": world.push("message", wire)}


def set_membership(world: World, chat_id: int, order: MemberOrder) -> Json:
    """Add, promote, remove or ban the bot; it hears of it by `my_chat_member`."""
    chat, person = world.chat(chat_id), world.person(order.from_id)
    if not chat.is_group:
        raise ControlError("in a private chat the user blocks instead")
    old, chat.bot_status = chat.bot_status, order.bot_status
    return {"update_id": _my_chat_member(world, chat, person, old, chat.bot_status)}


def _my_chat_member(world: World, chat: Chat, person: Person, old: str, new: str) -> int | None:
    body: Json = {
        "chat": chat.wire(),
        "from": person.wire(),
        "date": world.clock.now_ms() // 1000,
        "old_chat_member": member(world.bot_user, old),
        "new_chat_member": member(world.bot_user, new),
    }
    return world.push("my_chat_member", body)
