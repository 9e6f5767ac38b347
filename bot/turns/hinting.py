"""A hint to the owner about a group that is not set up, in place of silence for ever."""

from __future__ import annotations

from bot.access.doorman import Doorman
from bot.access.policy import Reason
from bot.store.notices import NewNotice
from bot.turns.prompt import escape_markdown
from bot.turns.reasons import DEAF, RESTART, UNPREPARED, UNREADY_PLACE, explained
from bot.values.conversation import ChatKind, Incoming

LONGEST_NAME = 60
SPOKEN_TO = "Somebody speaks to me in {place} and I don't answer. {words}"
JOINED = "{person} has added me to {place}."


async def hint(doorman: Doorman, incoming: Incoming, reason: Reason) -> None:
    """Tell the owner, once in a day and group, when `incoming` was meant for the bot."""
    meant = incoming.chat_kind is ChatKind.GROUP and incoming.addressed
    if meant and reason in UNPREPARED:
        words = explained(reason, incoming.conversation, incoming.sender.id)
        told = SPOKEN_TO.format(place=_place(incoming), words=words)
        await _tell(doorman, incoming, f"{told}\n\n{RESTART}")


async def hint_at_joining(doorman: Doorman, incoming: Incoming, reason: Reason | None) -> None:
    """Tell the owner what is missing in a group that the bot was just put into."""
    words = []
    if reason in UNREADY_PLACE:
        words += [explained(reason, incoming.conversation, incoming.sender.id), RESTART]
    if incoming.deaf:
        words.append(DEAF)
    if words:
        head = JOINED.format(person=_person(incoming), place=_place(incoming))
        await _tell(doorman, incoming, "\n\n".join([head, *words]))


async def _tell(doorman: Doorman, incoming: Incoming, markdown: str) -> None:
    chats = await doorman.owner_chats(incoming.conversation.channel)
    if chats and await doorman.drops.may_hint(incoming):
        for chat in chats:
            await doorman.notices.post(NewNotice(chat.key, markdown))


def _place(incoming: Incoming) -> str:
    return f"**{_literal(incoming.chat_title) or 'a group'}** (`{incoming.conversation.chat_id}`)"


def _person(incoming: Incoming) -> str:
    return f"{_literal(incoming.sender.name) or 'Somebody'} (id `{incoming.sender.id}`)"


def _literal(name: str) -> str:
    """A name that others chose, as Markdown shows it."""
    return escape_markdown(" ".join(name.split())[:LONGEST_NAME])
