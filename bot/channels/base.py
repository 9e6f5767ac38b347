"""The contract of a channel, in one place for those who write one, and how foreign ones are found.

A package that brings a channel declares, in its own pyproject.toml:

    [project.entry-points."parley.channels"]
    example = "its_module:create"

`create(context: ChannelContext) -> Channel` is called once at start. Whatever audio the channel
forwards as an `Attachment` gets the same preflight as a Telegram note: transcription, echo, a
spoken answer. The channel is started when the config has a block `channels.<name>`; whom it answers
says `allowFrom` there (in groups `groupPolicy` and `groupAllowFrom`), never Telegram's lists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from bot.errors import StartError
from bot.turns.channel import (
    Activity,
    Arrival,
    Button,
    Channel,
    Intake,
    MediaPart,
    Part,
    Reply,
    Rows,
    TextPart,
    VoicePart,
)
from bot.turns.receipts import Receipts
from bot.values.clock import Clock
from bot.values.conversation import (
    Attachment,
    AttachmentKind,
    ChatKind,
    Command,
    Conversation,
    Incoming,
    Person,
    Quote,
)

GROUP = "parley.channels"

__all__ = [
    "Activity",
    "Arrival",
    "Attachment",
    "AttachmentKind",
    "Button",
    "Channel",
    "ChannelContext",
    "ChatKind",
    "Command",
    "Conversation",
    "Incoming",
    "Intake",
    "MediaPart",
    "Part",
    "Person",
    "Quote",
    "Receipts",
    "Reply",
    "Rows",
    "TextPart",
    "VoicePart",
    "installed",
]


@dataclass(frozen=True, slots=True)
class ChannelContext:
    """What a channel gets to work with. `settings` is `channels.<name>` of the config, raw."""

    name: str
    settings: Mapping[str, Any]
    receipts: Receipts
    clock: Clock
    state_dir: Path


Factory = Callable[[ChannelContext], Channel]


def installed() -> dict[str, Factory]:
    """The factories that installed packages register, by channel name. Raises StartError."""
    found: dict[str, Factory] = {}
    for entry in entry_points(group=GROUP):
        try:
            found[entry.name] = entry.load()
        except (ImportError, AttributeError) as error:
            raise StartError(
                f"The channel {entry.name!r} ({entry.value}) can't be loaded: {error}. "
                "Repair or uninstall its package."
            ) from error
    return found
