"""The access part of the configuration as values, and which of them hold in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.values.conversation import Incoming

ANYBODY = "*"
ANY_PLACE = "*"
GENERAL_TOPIC = "1"  # carries no thread id (facts/telegram-api.md §6)


@dataclass(frozen=True, slots=True)
class TopicRule:
    """What holds in one topic; None and "" leave it to the group."""

    enabled: bool | None = None
    require_mention: bool | None = None
    allow_from: frozenset[str] | None = None
    policy: str = ""


@dataclass(frozen=True, slots=True)
class GroupRule(TopicRule):
    """What holds in one group, or in every group under the id `*`."""

    topics: Mapping[str, TopicRule] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AccessRules:
    """The access part of the configuration. Ids are text; `*` means anybody.

    `owner` is who owns the bot as long as nobody became its owner in the chat: the first person
    that the configuration lists.
    """

    dm_policy: str | None = None
    allow_from: frozenset[str] = frozenset()
    group_policy: str = "allowlist"
    group_allow_from: frozenset[str] | None = None
    groups: Mapping[str, GroupRule] = field(default_factory=dict)
    owner: str = ""

    @property
    def configured(self) -> bool:
        """Whether anybody at all was given access in the configuration."""
        return bool(self.allow_from or self.group_allow_from) or self.dm_policy == "open"

    @property
    def general_list(self) -> frozenset[str]:
        """Who is answered in groups that name nobody themselves. Pairing is no part of it."""
        return self.allow_from if self.group_allow_from is None else self.group_allow_from

    def group_of(self, incoming: Incoming) -> GroupRule | None:
        return self.groups.get(incoming.conversation.chat_id) or self.groups.get(ANY_PLACE)

    def topic_of(self, incoming: Incoming) -> TopicRule | None:
        """The rule of the topic: its own, else that of every topic; None outside of topics."""
        group = self.group_of(incoming)
        if group is None or not incoming.in_forum:
            return None
        thread = incoming.conversation.thread_id or GENERAL_TOPIC
        return group.topics.get(thread) or group.topics.get(ANY_PLACE)

    def levels(self, incoming: Incoming) -> tuple[TopicRule, ...]:
        """The rules of the place, the narrowest first."""
        rules = (self.topic_of(incoming), self.group_of(incoming))
        return tuple(rule for rule in rules if rule is not None)

    def group_policy_of(self, incoming: Incoming) -> str:
        chosen = (rule.policy for rule in self.levels(incoming) if rule.policy)
        return next(chosen, self.group_policy)

    def own_list(self, incoming: Incoming) -> frozenset[str] | None:
        """The list of the place itself. A narrower `open` lets go of the list of a wider one."""
        for rule in self.levels(incoming):
            if rule.allow_from is not None:
                return rule.allow_from
            if rule.policy == "open":
                return None
        return None

    def open_to_all(self, incoming: Incoming) -> bool:
        """Whether the place asks for no list at all."""
        return self.group_policy_of(incoming) == "open"
