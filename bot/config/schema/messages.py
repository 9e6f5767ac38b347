"""`messages` and `session`: how messages queue, are acknowledged and belong together."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bot.config.schema.base import Block, Count, Positive, Texts, Whole
from bot.config.schema.speech import Tts

DmScope = Literal["main", "per-peer", "per-channel-peer", "per-account-channel-peer"]


class Queue(Block):
    """What happens to messages that arrive while a turn runs (facts/behaviour.md F)."""

    mode: Literal["steer", "followup", "collect", "interrupt"] | None = Field(
        default=None,
        description="steer, followup, collect or interrupt; unset: text steers, and a voice note "
        "in a private chat interrupts what is not yet said aloud.",
    )
    debounce_ms: Count | None = Field(
        default=None, description="Quiet time before queued messages run."
    )
    cap: Annotated[Whole, Field(ge=1)] = Field(default=20, description="Most messages that wait.")
    drop: Literal["summarize", "old", "new"] = Field(
        default="summarize", description="What goes when the queue is full."
    )
    by_channel: dict[str, str] = Field(default_factory=dict, description="Mode by channel.")
    debounce_ms_by_channel: dict[str, Count] = Field(
        default_factory=dict, description="Quiet time by channel."
    )


class GroupChat(Block):
    """What holds in every group."""

    mention_patterns: Texts = Field(
        default=(), description="Patterns that count as naming the bot."
    )
    history_limit: Count | None = Field(
        default=None, description="Unanswered messages kept for context."
    )
    visible_replies: Literal["automatic", "message_tool"] = Field(
        default="automatic", description="How answers become visible."
    )
    unmentioned_inbound: Literal["user_request", "room_event"] = Field(
        default="user_request", description="What a message is that does not name the bot."
    )


class Inbound(Block):
    """How arriving text is gathered."""

    debounce_ms: Count | None = Field(
        default=None,
        description="Quiet time before text is taken; unset waits only for long pastes.",
    )
    by_channel: dict[str, Count] = Field(default_factory=dict, description="The same by channel.")


class Messages(Block):
    """Messages in and out."""

    tts: Tts = Field(default_factory=Tts, description="When and how answers are spoken.")
    queue: Queue = Field(default_factory=Queue, description="Messages during a running turn.")
    ack_reaction: str | None = Field(
        default=None, description='Emoji put on a message while it waits; "" is none.'
    )
    ack_reaction_scope: Literal["group-mentions", "group-all", "direct", "all", "off"] = Field(
        default="group-mentions", description="Where that emoji is put."
    )
    group_chat: GroupChat = Field(default_factory=GroupChat, description="What holds in groups.")
    inbound: Inbound = Field(default_factory=Inbound, description="How arriving text is gathered.")


class Reset(Block):
    """When a conversation starts afresh by itself."""

    mode: Literal["none", "daily", "idle"] = Field(
        default="none", description="none, daily or idle."
    )
    at_hour: Annotated[Whole, Field(ge=0, le=23)] = Field(
        default=4, description="Hour of the daily reset."
    )
    idle_minutes: Positive | None = Field(
        default=None, description="Quiet minutes before an idle reset."
    )


class Session(Block):
    """Which messages share one conversation."""

    dm_scope: DmScope = Field(
        default="per-peer",
        description="per-peer keeps people apart; main lets all private chats share one.",
    )
    group_scope: Literal["per-group", "main"] = Field(
        default="per-group", description="Whether each group is its own conversation."
    )
    reset: Reset = Field(default_factory=Reset, description="When it starts afresh by itself.")
    reset_triggers: Texts = Field(
        default=("/new", "/reset"), description="Words that start it afresh."
    )
    identity_links: dict[str, Texts] = Field(
        default_factory=dict, description="Ids that belong to one person."
    )
