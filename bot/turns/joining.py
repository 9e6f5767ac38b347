"""Which messages belong together, and how long one waits for the rest. Pure.

Sources: design "Waiting"; facts/behaviour.md A7 for the times and limits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.values.conversation import Incoming

ALBUM_S = 0.5
FORWARDS_S = 0.08
PASTE_S = 1.5
PASTE_CHARS = 4_000  # a client cuts what is pasted into messages of about this length
PASTE_PARTS = 12
PASTE_MOST_CHARS = 50_000
MS_PER_S = 1000


@dataclass(frozen=True, slots=True)
class WaitRules:
    """`messages.inbound`: how long typed text waits for more; None only for long pastes."""

    debounce_ms: int | None = None
    by_channel: Mapping[str, int] = field(default_factory=dict)

    def typed_s(self, channel: str) -> float | None:
        """The configured quiet time for typed text in a channel."""
        wait_ms = self.by_channel.get(channel, self.debounce_ms)
        return None if wait_ms is None else wait_ms / MS_PER_S


def wait_s(latest: Incoming, rules: WaitRules) -> float:
    """How long to wait for more after `latest`. A note, a picture or a command waits for nothing
    but the rest of its album."""
    if latest.album:
        return ALBUM_S
    if latest.command is not None:
        return 0.0
    if latest.forwarded_from:
        return FORWARDS_S
    if not _typed(latest):
        return 0.0
    configured = rules.typed_s(latest.conversation.channel)
    if configured is not None:
        return configured
    return PASTE_S if len(latest.text) >= PASTE_CHARS else 0.0


def belongs(messages: Sequence[Incoming], incoming: Incoming, rules: WaitRules) -> bool:
    """Whether `incoming` continues `messages`: of one album, paste, burst of forwards."""
    first, last = messages[0], messages[-1]
    if incoming.command is not None or not same_speaker(first, incoming):
        return False
    if first.album or incoming.album:
        return first.album == incoming.album
    if last.forwarded_from:
        return bool(incoming.forwarded_from)
    if not (_typed(last) and _typed(incoming)):
        return False
    if rules.typed_s(last.conversation.channel) is not None:
        return True
    return _continues_paste(messages, incoming)


def same_speaker(one: Incoming, other: Incoming) -> bool:
    """Whether both are the same person's, in the same place."""
    return one.conversation == other.conversation and one.sender.id == other.sender.id


def is_typed(incoming: Incoming) -> bool:
    """Whether it is words alone: nothing to listen to or look at, here or in what it answers."""
    quoted = incoming.quote is not None and incoming.quote.attachments
    return _typed(incoming) and not quoted


def _typed(incoming: Incoming) -> bool:
    return bool(incoming.text) and not incoming.attachments and incoming.command is None


def _continues_paste(messages: Sequence[Incoming], incoming: Incoming) -> bool:
    last = messages[-1]
    size = sum(len(message.text) for message in (*messages, incoming))
    return (
        len(last.text) >= PASTE_CHARS
        and not incoming.forwarded_from
        and len(messages) < PASTE_PARTS
        and size <= PASTE_MOST_CHARS
        and _follows(last.message_id, incoming.message_id)
    )


def _follows(earlier: str, later: str) -> bool:
    """Whether nothing stands between two messages, as far as their ids can tell."""
    if not (earlier.isdigit() and later.isdigit()):
        return True
    return 0 < int(later) - int(earlier) <= 1
