"""Why a message was ignored, in plain words, and what to change about it."""

from __future__ import annotations

from bot.access.policy import Reason
from bot.values.conversation import Conversation

PLACES = "channels.telegram.groups"
# What happened, and what to do. `{chat}` and `{topic}` are ids, `{person}` is the sender's.
WORDS: dict[Reason, tuple[str, str]] = {
    Reason.DM_DISABLED: (
        "Private chats are switched off.",
        'Set `channels.telegram.dmPolicy` to `"pairing"`.',
    ),
    Reason.DM_NOT_PAIRED: (
        "I don't know that person yet.",
        "Let them in with /pair, or with `parley pairing approve`.",
    ),
    Reason.DM_NOT_LISTED: (
        "I don't know that person.",
        "Add `{person}` to `channels.telegram.allowFrom`.",
    ),
    Reason.GROUP_DISABLED: (
        "This group is switched off.",
        'Take `enabled: false` away from `{places}["{chat}"]`.',
    ),
    Reason.TOPIC_DISABLED: (
        "This topic is switched off.",
        'Take `enabled: false` away from `{places}["{chat}"].topics["{topic}"]`.',
    ),
    Reason.GROUP_POLICY_DISABLED: (
        "Groups are switched off.",
        'Set `channels.telegram.groupPolicy` to `"allowlist"`.',
    ),
    Reason.GROUP_CHAT_NOT_ALLOWED: (
        "This group is not listed.",
        'List it: `{places}: {{ "{chat}": {{ allowFrom: ["*"] }} }}` answers everybody in it, '
        "ids in place of the star answer only those people.",
    ),
    Reason.NO_SENDER: (
        "It was written anonymously, in the name of a chat, so I can't tell by whom.",
        'Write under your own name, or let anybody in: `{places}["{chat}"].allowFrom: ["*"]`.',
    ),
    Reason.ALLOWLIST_EMPTY: (
        "The group is listed, but nobody is allowed to talk to me in it.",
        'Say who may: `{places}["{chat}"].allowFrom: ["*"]` is everybody.',
    ),
    Reason.ALLOWLIST_UNAUTHORIZED: (
        "Its sender, `{person}`, is not among those whom I answer in groups.",
        "Add the id to `channels.telegram.groupAllowFrom`, or to "
        '`{places}["{chat}"].allowFrom` for this group alone.',
    ),
    Reason.GROUP_OVERRIDE_UNAUTHORIZED: (
        "Its sender, `{person}`, is not among those whom I answer in this group.",
        'Add the id to `{places}["{chat}"].allowFrom`.',
    ),
    Reason.NOT_MENTIONED: (
        "It was not meant for me, as far as I could tell.",
        "Name me with @, reply to me, or set "
        '`{places}["{chat}"].requireMention: false` so that I answer everything.',
    ),
}
RESTART = "Changes of the configuration count after a restart."
DEAF = (
    "In privacy mode I see only commands, mentions and replies to me in a group. To let me hear "
    "everything, voice notes that speak my name included, switch it off at @BotFather "
    "(`/setprivacy`) and add me anew, or make me an administrator."
)
# Reasons that an operator would want to hear of; the others are as they were told.
UNPREPARED = frozenset(
    {
        Reason.GROUP_CHAT_NOT_ALLOWED,
        Reason.NO_SENDER,
        Reason.ALLOWLIST_EMPTY,
        Reason.ALLOWLIST_UNAUTHORIZED,
        Reason.GROUP_OVERRIDE_UNAUTHORIZED,
    }
)
# Those that hold whoever speaks.
UNREADY_PLACE = frozenset(
    {
        Reason.GROUP_DISABLED,
        Reason.GROUP_POLICY_DISABLED,
        Reason.GROUP_CHAT_NOT_ALLOWED,
        Reason.ALLOWLIST_EMPTY,
    }
)


def explained(reason: str, place: Conversation, person: str) -> str:
    """What happened and what to change, in Markdown. `reason` may be one of a later version."""
    try:
        happened, change = WORDS[Reason(reason)]
    except ValueError:
        return f"The reason was `{reason}`."
    known = {
        "places": PLACES,
        "chat": place.chat_id,
        "topic": place.thread_id or "1",
        "person": person,
    }
    return f"{happened.format(**known)} {change.format(**known)}"
