"""Who is answered: one pure decision about a message, with the reason when it is no.

Order in groups: group enabled and known → sender → mention (facts/behaviour.md A4).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.access.rules import ANYBODY, AccessRules, GroupRule, TopicRule
from bot.values.conversation import ChatKind, Incoming

__all__ = [
    "ANYBODY",
    "AccessRules",
    "Decision",
    "Facts",
    "GroupRule",
    "Reason",
    "TopicRule",
    "Verdict",
    "judge",
]


class Verdict(StrEnum):
    """What to do with a message."""

    ANSWER = "answer"
    IGNORE = "ignore"  # group life that is not meant for the bot
    STRANGER = "stranger"  # somebody who must be told, politely, that they have no access


class Reason(StrEnum):
    """Why a message is not answered, in the order of looking (facts/behaviour.md A4)."""

    DM_DISABLED = "dm-disabled"
    DM_NOT_PAIRED = "dm-not-paired"
    DM_NOT_LISTED = "dm-not-listed"
    GROUP_DISABLED = "group-disabled"
    TOPIC_DISABLED = "topic-disabled"
    GROUP_POLICY_DISABLED = "group-policy-disabled"
    GROUP_CHAT_NOT_ALLOWED = "group-chat-not-allowed"
    NO_SENDER = "no-sender"  # written in the name of a chat: nobody knows by whom
    ALLOWLIST_EMPTY = "allowlist-empty"
    ALLOWLIST_UNAUTHORIZED = "allowlist-unauthorized"
    GROUP_OVERRIDE_UNAUTHORIZED = "group-override-unauthorized"
    NOT_MENTIONED = "not-mentioned"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a sender and configured for the channel. Pairing is for private chats."""

    rules: AccessRules
    owner: bool = False
    paired: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """`reason` is None when the message is answered, and only then."""

    verdict: Verdict
    reason: Reason | None = None


ANSWERED = Decision(Verdict.ANSWER)


def judge(incoming: Incoming, facts: Facts) -> Decision:
    """Whether `incoming` is answered, else why not. Pure."""
    if incoming.chat_kind is ChatKind.PRIVATE:
        return _judge_private(incoming, facts)
    reason = _against_place(incoming, facts.rules) or _against_sender(incoming, facts)
    if reason is None and not incoming.addressed and _needs_mention(incoming, facts.rules):
        reason = Reason.NOT_MENTIONED
    return ANSWERED if reason is None else Decision(Verdict.IGNORE, reason)


def _judge_private(incoming: Incoming, facts: Facts) -> Decision:
    rules = facts.rules
    if rules.dm_policy == "disabled":
        return Decision(Verdict.IGNORE, Reason.DM_DISABLED)
    if facts.owner or _listed(incoming.sender.id, rules.allow_from):
        return ANSWERED
    if rules.dm_policy == "pairing":
        if facts.paired:
            return ANSWERED
        return Decision(Verdict.STRANGER, Reason.DM_NOT_PAIRED)
    return Decision(Verdict.STRANGER, Reason.DM_NOT_LISTED)


def _against_place(incoming: Incoming, rules: AccessRules) -> Reason | None:
    """What speaks against the chat itself."""
    group, topic = rules.group_of(incoming), rules.topic_of(incoming)
    policy = rules.group_policy_of(incoming)
    if group is not None and group.enabled is False:
        return Reason.GROUP_DISABLED
    if topic is not None and topic.enabled is False:
        return Reason.TOPIC_DISABLED
    if policy == "disabled":
        return Reason.GROUP_POLICY_DISABLED
    if incoming.broadcast:  # a channel only by its own id (facts/behaviour.md A7)
        known = incoming.conversation.chat_id in rules.groups
    else:
        known = group is not None or policy == "open"
    return None if known else Reason.GROUP_CHAT_NOT_ALLOWED


def _against_sender(incoming: Incoming, facts: Facts) -> Reason | None:
    """What speaks against who wrote it. No list can name who writes in the name of a chat."""
    named = bool(incoming.sender.id) and not incoming.sender.is_chat
    own = facts.rules.own_list(incoming)
    if (facts.owner and named) or (own is None and facts.rules.open_to_all(incoming)):
        return None
    allowed = facts.rules.general_list if own is None else own
    if ANYBODY in allowed:
        return None
    if not named:
        return Reason.NO_SENDER
    if not allowed:
        return Reason.ALLOWLIST_EMPTY
    if incoming.sender.id in allowed:
        return None
    return Reason.ALLOWLIST_UNAUTHORIZED if own is None else Reason.GROUP_OVERRIDE_UNAUTHORIZED


def _needs_mention(incoming: Incoming, rules: AccessRules) -> bool:
    chosen = (rule.require_mention for rule in rules.levels(incoming))
    return next((needed for needed in chosen if needed is not None), True)


def _listed(person: str, allowed: frozenset[str]) -> bool:
    return ANYBODY in allowed or person in allowed
