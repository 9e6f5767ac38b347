"""Who may talk to the bot, from the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.access.rules import ANYBODY, AccessRules, GroupRule, TopicRule
from bot.config.schema import Config
from bot.config.schema.telegram import GroupConfig, TopicConfig


def access_rules(config: Config) -> AccessRules:
    """Who may talk to the bot."""
    telegram = config.channels.telegram
    group_people = telegram.group_allow_from
    return AccessRules(
        dm_policy=telegram.dm_policy or "pairing",
        allow_from=frozenset(telegram.allow_from),
        group_policy=telegram.group_policy,
        group_allow_from=None if group_people is None else frozenset(group_people),
        groups={chat_id: _group(rule) for chat_id, rule in (telegram.groups or {}).items()},
        owner=next((entry for entry in telegram.allow_from if entry != ANYBODY), ""),
    )


def foreign_access_rules(settings: Mapping[str, Any]) -> AccessRules:
    """The same of a channel that a package brings, from its raw block: nobody unless listed."""
    return AccessRules(
        dm_policy=str(settings.get("dmPolicy") or "") or None,
        allow_from=_ids(settings.get("allowFrom")),
        group_policy=str(settings.get("groupPolicy") or "allowlist"),
        group_allow_from=_ids(settings.get("groupAllowFrom")) or None,
    )


def _ids(listed: object) -> frozenset[str]:
    return frozenset(map(str, listed)) if isinstance(listed, list) else frozenset()


def _group(rule: GroupConfig) -> GroupRule:
    return GroupRule(
        **_place(rule), topics={thread: _topic(own) for thread, own in rule.topics.items()}
    )


def _topic(rule: TopicConfig) -> TopicRule:
    return TopicRule(**_place(rule))


def _place(rule: TopicConfig) -> dict[str, Any]:
    return {
        "enabled": rule.enabled,
        "require_mention": rule.require_mention,
        "allow_from": None if rule.allow_from is None else frozenset(rule.allow_from),
        "policy": rule.group_policy or "",
    }
