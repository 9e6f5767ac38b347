"""Messages that make one turn together: an album, a long paste, what is said after a note.

What belongs together is written down before anything is done with it, so that the same messages
make the same turn after a restart. Whoever comes later is a turn of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.store.inbox import Entry, InboxTable
from bot.turns.joining import WaitRules, belongs, meant, same_speaker, wait_s
from bot.values.clock import Clock
from bot.values.conversation import ChatKind, Incoming

QUIET_AFTER_RESTART_S = 3.0  # the rest of an album may have to be fetched again first
AT_MOST = 20


@dataclass(slots=True)
class Burst:
    """The messages of one turn, in the order of their arrival; mostly one.

    It takes more until it is sealed. `seal` waits until nothing came for a while; with a note
    among them, that is until the note was heard. `collecting` takes whatever is said meanwhile.
    """

    inbox: InboxTable
    clock: Clock
    entries: list[Entry]
    messages: list[Incoming]
    rules: WaitRules = field(default_factory=WaitRules)
    sealed: bool = False
    collecting: bool = False
    _quiet_at: float = 0.0
    _sealing: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def id(self) -> int:
        """The entry that the turn is named after."""
        return self.entries[0].id

    @property
    def incoming(self) -> Incoming:
        """All messages as one."""
        return merged(self.messages)

    def takes(self, incoming: Incoming) -> bool:
        """Whether `incoming` still joins this turn."""
        if self.sealed or len(self.entries) >= AT_MOST:
            return False
        if belongs(self.messages, incoming, self.rules):
            return True
        first = self.messages[0]
        if incoming.command is not None or first.command is not None or incoming.album:
            return False
        if self.collecting:
            return first.conversation == incoming.conversation
        before_transcript = any(message.note is not None for message in self.messages)
        return before_transcript and same_speaker(first, incoming) and meant(incoming)

    def add(self, entry: Entry, incoming: Incoming) -> None:
        self.entries.append(entry)
        self.messages.append(incoming)
        self.wait_for_more(wait_s(incoming, self.rules))

    def wait_for_more(self, quiet_s: float) -> None:
        """Stay open until nothing was added for `quiet_s` from now on."""
        self._quiet_at = max(self._quiet_at, self.clock.monotonic() + quiet_s)

    @property
    def waits(self) -> bool:
        """Whether more is expected."""
        return not self.sealed and self._left_s > 0

    async def quiet(self) -> Incoming:
        """All messages so far, once nothing more is expected. More may join all the same."""
        while self.waits and len(self.entries) < AT_MOST:
            await self.clock.sleep(self._left_s)
        return self.incoming

    async def seal(self, *, at_once: bool = False) -> Incoming:
        """All messages as one, now that they are complete; written down. Idempotent."""
        async with self._sealing:
            if not self.sealed:
                if not at_once:
                    await self.quiet()
                self.sealed = True  # before the commit: what comes meanwhile is not in it
                if len(self.entries) > 1 or self.messages[0].album:
                    await self.inbox.join(self.entries)
        return self.incoming

    async def absorb(self, others: Sequence[Burst]) -> None:
        """Those whose messages were answered with this turn's are settled with it."""
        for other in others:
            other.sealed = True
            self.entries += other.entries
        await self.inbox.join(self.entries)

    @property
    def _left_s(self) -> float:
        return self._quiet_at - self.clock.monotonic()


class Gatherer:
    """Knows the bursts that still take messages."""

    def __init__(self, inbox: InboxTable, clock: Clock, rules: WaitRules | None = None) -> None:
        self._inbox = inbox
        self._clock = clock
        self._rules = rules or WaitRules()
        self._open: list[Burst] = []

    def join(self, entry: Entry, incoming: Incoming) -> Burst | None:
        """The burst that this message has joined; None when it begins a turn of its own."""
        self._open = [burst for burst in self._open if not burst.sealed]
        if entry.joined is not None:
            return None
        for burst in self._open:
            if burst.takes(incoming):
                burst.add(entry, incoming)
                return burst
        return None

    def begin(
        self, entries: Sequence[Entry], messages: Sequence[Incoming], *, resumed: bool = False
    ) -> Burst:
        """A burst of `entries`, which takes no more when they were written down as one before."""
        known = entries[0].joined is not None
        burst = Burst(
            self._inbox, self._clock, list(entries), list(messages), self._rules, sealed=known
        )
        if not known and messages[0].command is None:
            waiting_s = wait_s(messages[-1], self._rules)
            again_s = QUIET_AFTER_RESTART_S if messages[0].album else waiting_s
            burst.wait_for_more(again_s if resumed else waiting_s)
            self._open.append(burst)
        return burst


def merged(messages: Sequence[Incoming]) -> Incoming:
    """`messages` as one: the first with all texts, all attachments and the first quote.

    In a group, what others said keeps their names.
    """
    first = messages[0]
    if len(messages) == 1:
        return first
    texts = dict.fromkeys(_signed(message, first) for message in messages if message.text)
    return replace(
        first,
        text="\n".join(texts),
        attachments=tuple(item for message in messages for item in message.attachments),
        quote=next((message.quote for message in messages if message.quote), None),
        addressed=any(message.addressed for message in messages),
    )


def _signed(message: Incoming, first: Incoming) -> str:
    if message.chat_kind is ChatKind.PRIVATE or message.sender.id == first.sender.id:
        return message.text
    name = (message.sender.name or message.sender.id).replace("[", "(").replace("]", ")")
    return f"[{' '.join(name.split())}] {message.text}"


def together(entries: Sequence[Entry]) -> list[tuple[Entry, ...]]:
    """`entries` in turns, as they were written down, in the order of each turn's first."""
    groups: dict[int, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.joined or entry.id, []).append(entry)
    return [tuple(group) for group in groups.values()]
