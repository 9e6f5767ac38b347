"""`/why`: why the last message here was not answered, and what to change about it."""

from __future__ import annotations

from bot.access.policy import Reason
from bot.store.drops import Drop
from bot.turns.commands.desk import Answer, Desk
from bot.turns.reasons import DEAF, RESTART, explained
from bot.values.conversation import ChatKind, Conversation, Incoming

MS_PER_MINUTE = 60_000
MINUTES_PER_HOUR, HOURS_PER_DAY = 60, 24
MOST_SHOWN = 5
HEAD = "**The last message that I ignored here**, {ago}, from `{person}`:"
EARLIER = "I ignored {count} more before it."
ELSEWHERE = "**What I ignored lately**"
LINE = "`{conversation}`, {ago}, from `{person}`: {words}"
NOTHING = "I have ignored nothing here lately."
UNSEEN = f"If I stayed silent all the same, Telegram did not show me the message. {DEAF}"
COMMONPLACE = frozenset({Reason.NOT_MENTIONED, Reason.DM_NOT_PAIRED})


async def why(desk: Desk, incoming: Incoming) -> Answer:
    """About this chat; the owner reads in private about all of them."""
    place = incoming.conversation
    if incoming.chat_kind is ChatKind.PRIVATE and await desk.doorman.owns(incoming):
        return await _elsewhere(desk, place.channel)
    drops = await desk.doorman.drops.recent(place)
    if not drops:
        lost = incoming.chat_kind is ChatKind.GROUP
        return Answer(f"{NOTHING}\n\n{UNSEEN}" if lost else NOTHING)
    last = drops[0]
    head = HEAD.format(ago=_ago(desk, last), person=last.person)
    parts = [f"{head}\n{explained(last.reason, place, last.person)}"]
    if len(drops) > 1:
        parts.append(EARLIER.format(count=len(drops) - 1))
    if last.reason not in COMMONPLACE:
        parts.append(RESTART)
    return Answer("\n\n".join(parts))


async def _elsewhere(desk: Desk, channel: str) -> Answer:
    drops = await desk.doorman.drops.newest(channel, most=MOST_SHOWN)
    if not drops:
        return Answer(f"{NOTHING}\n\n{UNSEEN}")
    lines = [
        LINE.format(
            conversation=drop.conversation,
            ago=_ago(desk, drop),
            person=drop.person,
            words=explained(drop.reason, Conversation.parse(drop.conversation), drop.person),
        )
        for drop in drops
    ]
    return Answer("\n\n".join([ELSEWHERE, *lines]))


def _ago(desk: Desk, drop: Drop) -> str:
    minutes = max(desk.clock.now_ms() - drop.at_ms, 0) // MS_PER_MINUTE
    if minutes < 1:
        return "just now"
    if minutes < MINUTES_PER_HOUR:
        return f"{minutes} min ago"
    hours = minutes // MINUTES_PER_HOUR
    return f"{hours} h ago" if hours < HOURS_PER_DAY else f"{hours // HOURS_PER_DAY} days ago"
