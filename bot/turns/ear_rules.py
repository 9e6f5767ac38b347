"""What is listened to: in which conversations, and which recordings of one message. Pure.

Source: facts/behaviour.md C1 (`scope`, `attachments`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from bot.values.conversation import Attachment, ChatKind, Incoming

TELEGRAM = "telegram"
NOT_HERE = "I don't listen to voice notes in this chat. Please write to me."
NO_REPLY = "In this group I only listen to voice notes that reply to me. Please write to me."
TOO_LONG = "In this group I listen to notes of up to {seconds:g} seconds. Please make it shorter."
# Older names of the kinds of chat.
KINDS = {"dm": "direct", "private": "direct", "room": "channel"}


@dataclass(frozen=True, slots=True)
class ScopeRule:
    """Holds where everything that is set matches; with nothing set it always holds."""

    allow: bool
    channel: str = ""
    chat_kind: str = ""  # direct, group or channel
    key_prefix: str = ""

    def holds(self, incoming: Incoming) -> bool:
        conversation = incoming.conversation
        private = incoming.chat_kind is ChatKind.PRIVATE
        wanted, kind = self.chat_kind.lower(), "direct" if private else "group"
        return (
            self.channel.lower() in ("", conversation.channel.lower())
            and KINDS.get(wanted, wanted) in ("", kind)
            and conversation.key.lower().startswith(self.key_prefix.lower())
        )


@dataclass(frozen=True, slots=True)
class Scope:
    """The first rule that holds decides, else `allow`."""

    allow: bool = True
    rules: tuple[ScopeRule, ...] = ()

    def allows(self, incoming: Incoming) -> bool:
        found = next((rule for rule in self.rules if rule.holds(incoming)), None)
        return self.allow if found is None else found.allow


@dataclass(frozen=True, slots=True)
class Selection:
    """How many recordings of one message are heard, and from which end."""

    at_most: int = 1
    prefer: Literal["first", "last"] = "first"

    def of(self, attachments: Sequence[Attachment]) -> list[Attachment]:
        """The chosen ones in the order in which they came."""
        notes = [item for item in attachments if item.may_carry_sound]
        return notes[-self.at_most :] if self.prefer == "last" else notes[: self.at_most]


@dataclass(frozen=True, slots=True)
class GroupVoice:
    """Which notes of one group are listened to: `voice` is off, mention, reply or all."""

    voice: str = "mention"
    max_s: float | None = None

    def refusal(self, incoming: Incoming, note: Attachment) -> str:
        """Why this note is not listened to, for the person; empty when it is."""
        quote = incoming.quote
        if self.voice == "off":
            return NOT_HERE
        if self.voice == "reply" and not (quote is not None and quote.from_bot):
            return NO_REPLY
        if self.max_s is not None and (note.duration_s or 0) > self.max_s:
            return self.too_long
        return ""

    @property
    def too_long(self) -> str:
        return TOO_LONG.format(seconds=self.max_s or 0)


@dataclass(frozen=True, slots=True)
class EarRules:
    """All of it, for one bot. `groups` are known by chat id, `*` is any other."""

    scope: Scope = field(default_factory=Scope)
    selection: Selection = field(default_factory=Selection)
    groups: Mapping[str, GroupVoice] = field(default_factory=dict)

    def group(self, incoming: Incoming) -> GroupVoice:
        """What holds where this message was sent."""
        if incoming.chat_kind is not ChatKind.GROUP or incoming.conversation.channel != TELEGRAM:
            return ANY_NOTE
        found = self.groups.get(incoming.conversation.chat_id) or self.groups.get("*")
        return found or ANY_NOTE

    def refusal(self, incoming: Incoming, note: Attachment) -> str:
        """Why a note is not listened to, for the person; empty when it is."""
        if not self.scope.allows(incoming):
            return NOT_HERE
        return self.group(incoming).refusal(incoming, note)

    def as_meant(self, incoming: Incoming) -> Incoming:
        """`incoming`, addressed to the bot where every note is."""
        every = self.group(incoming).voice == "all" and incoming.note is not None
        return replace(incoming, addressed=True) if every and not incoming.addressed else incoming


ANY_NOTE = GroupVoice()
