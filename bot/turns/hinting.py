"""A hint to the owner about a group that is not set up, in place of silence for ever."""

from __future__ import annotations

from bot.access.doorman import Doorman
from bot.access.policy import Reason
from bot.store.notices import NewNotice
from bot.turns.prompt import escape_markdown
from bot.turns.reasons import RESTART, UNPREPARED, explained
from bot.values.conversation import ChatKind, Incoming

LONGEST_TITLE = 60
HINT = "Somebody speaks to me in **{title}** (`{chat}`) and I don't answer. {words}\n\n{restart}"


async def hint(doorman: Doorman, incoming: Incoming, reason: Reason) -> None:
    """Tell the owner, once in a day and group, when `incoming` was meant for the bot."""
    if incoming.chat_kind is not ChatKind.GROUP or not incoming.addressed:
        return
    if reason not in UNPREPARED:
        return
    place = incoming.conversation
    chats = await doorman.owner_chats(place.channel)
    if not chats or not await doorman.drops.may_hint(incoming):
        return
    title = " ".join(incoming.chat_title.split())[:LONGEST_TITLE]
    markdown = HINT.format(
        title=escape_markdown(title) or "a group",
        chat=place.chat_id,
        words=explained(reason, place, incoming.sender.id),
        restart=RESTART,
    )
    for chat in chats:
        await doorman.notices.post(NewNotice(chat.key, markdown))
