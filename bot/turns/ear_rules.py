"""What is listened to: in which conversations, and which recordings of one message. Pure.

Source: facts/behaviour.md C1 (`scope`, `attachments`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.values.conversation import Attachment, ChatKind, Incoming

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
class EarRules:
    """Both, for one bot."""

    scope: Scope = field(default_factory=Scope)
    selection: Selection = field(default_factory=Selection)
