"""Messages that make one turn together: an album, a long paste, what is said after a note.

What belongs together is written down before anything is done with it, so that the same messages
make the same turn after a restart. Whoever comes later is a turn of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.store.inbox import Entry, InboxTable
from bot.turns.joining import WaitRules, belongs, same_speaker, wait_s
from bot.turns.merging import merged
from bot.values.clock import Clock
from bot.values.conversation import Conversation, Incoming

QUIET_AFTER_RESTART_S = 3.0  # the rest of an album may have to be fetched again first
AT_MOST = 20


@dataclass(slots=True, eq=False)
class Burst:
    """The messages of one turn, in the order of their arrival; mostly one.

    It takes more until it is closed. `seal` waits until nothing came for a while; with a note
    among them it stays open until the note was heard, and while it is collecting, until its turn
    begins.
    """

    inbox: InboxTable
    clock: Clock
    entries: list[Entry]
    messages: list[Incoming]
    rules: WaitRules = field(default_factory=WaitRules)
    closed: bool = False
    collecting: bool = False
    _kept: bool = False  # written down
    _collect_s: float = 0.0
    _quiet_at: float = 0.0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
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
        """Whether `incoming`, if it is meant for the bot, still joins this turn."""
        first = self.messages[0]
        if self.closed or len(self.entries) >= AT_MOST:
            return False
        if incoming.command is not None or first.command is not None:
            return False
        if belongs(self.messages, incoming, self.rules):
            return bool(incoming.album) or self.waits
        if self.collecting and first.conversation == incoming.conversation:
            # A picture or a note says by itself who sent it; merged with others' it would not.
            return same_speaker(first, incoming) or not incoming.attachments
        before_transcript = any(message.note is not None for message in self.messages)
        return before_transcript and same_speaker(first, incoming)

    def continues(self, incoming: Incoming) -> bool:
        """Whether `incoming` is a piece of what these messages are, such as a part of an album."""
        return belongs(self.messages, incoming, self.rules)

    def add(self, entry: Entry, incoming: Incoming) -> None:
        """Take `incoming` as well, and wait for more as long as its kind asks for."""
        ends_paste = self.continues(incoming) and not incoming.album
        self.entries.append(entry)
        self.messages.append(incoming)
        wanted_s = max(wait_s(incoming, self.rules), self._collect_s)
        if ends_paste:
            self._quiet_at = self.clock.monotonic()  # a short last part is awaited no longer
        self.wait_for_more(wanted_s)

    def wait_for_more(self, quiet_s: float) -> None:
        """Stay open until nothing was added for `quiet_s` from now on."""
        self._quiet_at = max(self._quiet_at, self.clock.monotonic() + quiet_s)
        self._changed.set()

    def collect(self, quiet_s: float) -> None:
        """Take whatever is said in this conversation until the turn begins, and `quiet_s` more."""
        self.collecting = True
        self._collect_s = quiet_s
        self.wait_for_more(quiet_s)

    def begin(self) -> None:
        """Its turn has come: what is said from now on is said while it runs."""
        self.collecting = False
        self._collect_s = 0.0

    def close(self) -> None:
        """Take nothing more from now on. `seal` writes it down."""
        self.closed = True
        self._changed.set()

    @property
    def waits(self) -> bool:
        """Whether more is expected."""
        return not self.closed and self._left_s > 0

    async def quiet(self) -> Incoming:
        """All messages so far, once nothing more is expected. More may join all the same."""
        while self.waits and len(self.entries) < AT_MOST:
            self._changed.clear()
            await self._nap(self._left_s)
        return self.incoming

    async def seal(self, *, at_once: bool = False) -> Incoming:
        """All messages as one, now that they are complete; written down. Idempotent."""
        if not at_once:
            await self.quiet()
        self.close()  # before the commit: what comes meanwhile is not in it
        async with self._sealing:
            if not self._kept:
                if self._might_grow:
                    await self.inbox.join(self.entries)
                self._kept = True
        return self.incoming

    def absorb(self, other: Burst) -> None:
        """The messages of `other`, answered with this turn's, were written down as its own."""
        other.close()
        self.entries += other.entries

    @property
    def _might_grow(self) -> bool:
        """Whether a restart could add to these messages what came after them."""
        if len(self.entries) > 1:
            return True
        (only,) = self.messages
        return only.note is not None or wait_s(only, self.rules) > 0

    @property
    def _left_s(self) -> float:
        return self._quiet_at - self.clock.monotonic()

    async def _nap(self, seconds: float) -> None:
        """Sleep until `seconds` have passed or something has changed."""
        nap = {
            asyncio.ensure_future(self.clock.sleep(seconds)),
            asyncio.ensure_future(self._changed.wait()),
        }
        try:
            await asyncio.wait(nap, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for part in nap:
                part.cancel()
            await asyncio.gather(*nap, return_exceptions=True)


class Gatherer:
    """Knows the bursts that still take messages."""

    def __init__(self, inbox: InboxTable, clock: Clock, rules: WaitRules | None = None) -> None:
        self._inbox = inbox
        self._clock = clock
        self._rules = rules or WaitRules()
        self._open: list[Burst] = []

    def find(self, entry: Entry, incoming: Incoming) -> Burst | None:
        """The burst that takes this message; None when it begins a turn of its own."""
        self._open = [burst for burst in self._open if not burst.closed]
        if entry.joined is not None:
            return None
        return next((burst for burst in self._open if burst.takes(incoming)), None)

    def begin(
        self, entries: Sequence[Entry], messages: Sequence[Incoming], *, resumed: bool = False
    ) -> Burst:
        """A burst of `entries`, which takes no more when they were written down as one before."""
        known = entries[0].joined is not None
        burst = Burst(
            self._inbox,
            self._clock,
            list(entries),
            list(messages),
            self._rules,
            closed=known,
            _kept=known,
        )
        if not known and messages[0].command is None:
            waiting_s = wait_s(messages[-1], self._rules)
            again_s = QUIET_AFTER_RESTART_S if messages[0].album else waiting_s
            burst.wait_for_more(again_s if resumed else waiting_s)
            self._open.append(burst)
        return burst

    def part(self, conversation: Conversation) -> None:
        """What is said from now on belongs to nothing that was said before."""
        for burst in self._open:
            if burst.messages[0].conversation == conversation:
                burst.close()


def together(entries: Sequence[Entry]) -> list[tuple[Entry, ...]]:
    """`entries` in turns, as they were written down, in the order of each turn's first."""
    groups: dict[int, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.joined or entry.id, []).append(entry)
    return [tuple(group) for group in groups.values()]
