"""Who is answered: the configured lists as one small value, and the rule that reads them.

Order in groups: group known → sender → mention (facts/behaviour.md A4).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.values.conversation import ChatKind, Incoming

ANYBODY = "*"


class Verdict(StrEnum):
    """What to do with a message."""

    ANSWER = "answer"
    IGNORE = "ignore"  # group life that is not meant for the bot
    STRANGER = "stranger"  # somebody who must be told, politely, that they have no access


@dataclass(frozen=True, slots=True)
class GroupRule:
    """What holds in one group, or in every group under the id `*`."""

    enabled: bool = True
    require_mention: bool = True
    allow_from: frozenset[str] = frozenset()
    policy: str = ""


@dataclass(frozen=True, slots=True)
class AccessRules:
    """The access part of the configuration. Ids are text; `*` means anybody."""

    dm_policy: str | None = None
    allow_from: frozenset[str] = frozenset()
    group_policy: str = "allowlist"
    group_allow_from: frozenset[str] = frozenset()
    groups: Mapping[str, GroupRule] = field(default_factory=dict)

    @property
    def configured(self) -> bool:
        """Whether anybody at all was given access in the configuration."""
        return bool(self.allow_from or self.group_allow_from) or self.dm_policy == "open"

    def judge(self, incoming: Incoming, *, owner: bool) -> Verdict:
        """The verdict on `incoming`; `owner` tells whether its sender owns the bot."""
        if incoming.chat_kind is ChatKind.PRIVATE:
            return self._judge_private(incoming, owner=owner)
        return self._judge_group(incoming, owner=owner)

    def _judge_private(self, incoming: Incoming, *, owner: bool) -> Verdict:
        if self.dm_policy == "disabled":
            return Verdict.IGNORE
        if owner or _listed(incoming.sender.id, self.allow_from):
            return Verdict.ANSWER
        return Verdict.STRANGER

    def _judge_group(self, incoming: Incoming, *, owner: bool) -> Verdict:
        rule = self.groups.get(incoming.conversation.chat_id) or self.groups.get(ANYBODY)
        policy = (rule.policy if rule else "") or self.group_policy
        if policy == "disabled" or (rule is not None and not rule.enabled):
            return Verdict.IGNORE
        if rule is None and policy != "open":
            return Verdict.IGNORE
        if policy != "open" and not self._sender_allowed(incoming.sender.id, rule, owner=owner):
            return Verdict.IGNORE
        needs_mention = rule.require_mention if rule else True
        return Verdict.IGNORE if needs_mention and not incoming.addressed else Verdict.ANSWER

    def _sender_allowed(self, person: str, rule: GroupRule | None, *, owner: bool) -> bool:
        allowed = (rule.allow_from if rule else frozenset()) or (
            self.group_allow_from or self.allow_from
        )
        # A group that the operator listed without naming anybody is open to its members.
        return owner or not allowed or _listed(person, allowed)


def _listed(person: str, allowed: frozenset[str]) -> bool:
    return ANYBODY in allowed or person in allowed
