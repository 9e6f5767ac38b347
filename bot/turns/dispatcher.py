"""From the inbox into the lanes: stores arrivals, reads them, and sends each on its way.

An arrival that can't be read is set aside; it stops nobody. Control commands overtake their lane.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from bot.errors import BadUpdate
from bot.observe import killpoint
from bot.store.inbox import Entry, InboxTable
from bot.turns import commands
from bot.turns.channel import Arrival, Channel
from bot.turns.door import Door
from bot.turns.gather import Gatherer, together
from bot.turns.lanes import Lanes
from bot.turns.queueing import Mode, QueueRules
from bot.turns.seams import Crew
from bot.turns.steering import Waiting
from bot.turns.stopwords import is_stop
from bot.turns.tasks import Tasks
from bot.turns.turn import Turn
from bot.values.conversation import Command, Incoming

log = structlog.get_logger()
TOO_MANY = (
    "I can't take this message: {count} wait for me already. Please send it again when I have "
    "answered."
)
LEFT_OUT = (
    "I left this message out, because {count} newer ones wait for me. Please send it again if it "
    "still matters."
)
STOP = "stop"
NOTES_AHEAD = 4  # listened to before their lane comes to them; thirty forwarded at once must queue


@dataclass(frozen=True, slots=True)
class _Queue:
    """One lane as a running turn sees it."""

    lanes: Lanes
    key: str

    def waiting(self) -> tuple[Turn, ...]:
        return tuple(job for job in self.lanes.waiting(self.key) if isinstance(job, Turn))

    def take(self, turn: Waiting) -> bool:
        return isinstance(turn, Turn) and self.lanes.take(self.key, turn)


@dataclass(frozen=True, slots=True)
class _Arrived:
    """Entries that make one turn together; `resumed` says that an earlier process stored them."""

    entries: tuple[Entry, ...]
    resumed: bool = False


class Dispatcher:
    """Implements `Intake`. One for all channels."""

    def __init__(
        self, *, inbox: InboxTable, crew: Crew, door: Door, lanes: Lanes, tasks: Tasks
    ) -> None:
        self._inbox = inbox
        self._crew = crew
        self._door = door
        self._lanes = lanes
        self._tasks = tasks
        self._channels: Mapping[str, Channel] = {}
        self._gatherer = Gatherer(inbox, crew.clock, crew.settings.waiting)
        self._arrived: asyncio.Queue[_Arrived] = asyncio.Queue()
        self._dispatching: asyncio.Task[None] | None = None
        self._ears = asyncio.Semaphore(NOTES_AHEAD)

    def serve(self, channels: Mapping[str, Channel]) -> None:
        """Begin to dispatch for `channels`."""
        self._channels = channels
        self._dispatching = self._tasks.spawn(self._dispatch_all(), name="dispatcher")

    async def drain(self, *, within_s: float) -> None:
        """Begin no new turn; give the running ones `within_s` seconds, then checkpoint them.

        What was stored and not begun stays in the inbox for the next start.
        """
        if self._dispatching is not None:
            self._dispatching.cancel()
            await asyncio.wait({self._dispatching})
        self._lanes.close()
        await self._tasks.finish(within_s=within_s)

    async def resume(self) -> int:
        """Take up everything that an earlier process left open; how much that was."""
        waiting = await self._inbox.waiting()
        for entries in together(waiting):
            self._arrived.put_nowait(_Arrived(entries, resumed=True))
        return len(waiting)

    async def accept(self, items: list[Arrival]) -> None:
        """Store `items`; return after the commit (see `Intake`)."""
        entries = await self._inbox.add((item.channel, item.key, item.payload) for item in items)
        killpoint.reach("after-inbox")
        for entry in entries:
            self._arrived.put_nowait(_Arrived((entry,)))

    async def _dispatch_all(self) -> None:
        while True:
            arrived = await self._arrived.get()
            try:
                await self._dispatch_or_set_aside(arrived)
            except Exception:  # the update boundary: a full disk must not make the bot deaf
                log.exception("dispatch.failed", entry=arrived.entries[0].id)

    async def _dispatch_or_set_aside(self, arrived: _Arrived) -> None:
        entry = arrived.entries[0]
        try:
            await self._dispatch(arrived)
        except BadUpdate as error:
            log.warning("update.set_aside", entry=entry.id, reason=str(error))
            await self._inbox.close(entry.id, "set_aside", reason=str(error))
        except Exception as error:  # the update boundary: nobody else must wait
            log.exception("update.crashed", entry=entry.id)
            await self._inbox.close(entry.id, "set_aside", reason=repr(error))

    async def _dispatch(self, arrived: _Arrived) -> None:
        entry = arrived.entries[0]
        channel = self._channels.get(entry.channel)
        if channel is None:
            log.info("update.waits", entry=entry.id, channel=entry.channel)
            return  # its channel is not configured now; it keeps until it is
        read = [channel.read(entry.payload) for entry in arrived.entries]
        understood = self._crew.settings.sessions.understood
        messages = [self._with_typed_stop(understood(one)) for one in read if one is not None]
        if len(messages) < len(read):
            await self._inbox.close(entry.id, "ignored")
        elif messages[0].joined:
            await self._door.joined(messages[0])
            await self._inbox.close(entry.id, "ignored")
        elif not await self._join(entry, messages[0]):
            burst = self._gatherer.begin(arrived.entries, messages, resumed=arrived.resumed)
            key = messages[0].conversation.key
            queue = _Queue(self._lanes, key)
            turn = Turn(crew=self._crew, door=self._door, channel=channel, burst=burst, queue=queue)
            if not arrived.resumed and self._lanes.busy(key):
                await self._meet(turn, key)
            self._send_on(turn, key)

    async def _join(self, entry: Entry, incoming: Incoming) -> bool:
        """Whether the message belongs to a turn that is there already."""
        burst = self._gatherer.find(entry, incoming)
        if burst is None:
            return False
        if not burst.continues(incoming) and not await self._door.admits(incoming):
            return False  # what is not meant for the bot must not get in with what is
        if not burst.takes(incoming):
            return False  # the turn has begun meanwhile
        burst.add(entry, incoming)
        key = incoming.conversation.key
        for turn in self._waiting(key):
            if turn.burst is burst and burst.collecting and incoming.note is not None:
                self._tasks.spawn(self._listen_ahead(turn, key), name=f"{turn.id} listens ahead")
        return True

    def _waiting(self, key: str) -> tuple[Turn, ...]:
        return tuple(job for job in self._lanes.waiting(key) if isinstance(job, Turn))

    async def _meet(self, turn: Turn, key: str) -> None:
        """A message comes while an earlier one is answered (facts/behaviour.md F)."""
        incoming = turn.incoming
        if incoming.command is not None or not await self._door.admits(incoming):
            return
        rules = self._crew.settings.queue
        chosen = await self._door.desk.conversations.choices(key)
        running = self._lanes.current(key)
        match rules.mode_for(incoming, chosen=chosen.queue):
            case Mode.HUSH:
                self._hush(running, incoming, key)
            case Mode.INTERRUPT if isinstance(running, Turn):
                turn.burst.collect(0.0)  # what has not begun yet is answered with the newest
                if running.incoming.command is None and running.interrupt():
                    self._lanes.interrupt(key)
            case Mode.COLLECT:
                turn.burst.collect(rules.collect_s(incoming.conversation.channel))
        waiting = [one for one in self._waiting(key) if one.incoming.command is None]
        waiting = [one for one in waiting if not one.stopped]
        if len(waiting) >= rules.cap:
            self._overflow(turn, waiting, rules)

    def _hush(self, running: object, incoming: Incoming, key: str) -> None:
        """Who speaks is not talked to: not by what runs, nor by what is still to come for them."""
        if isinstance(running, Turn):
            running.hush()
        for turn in self._waiting(key):
            if turn.incoming.command is None and turn.incoming.sender.id == incoming.sender.id:
                turn.hush()

    def _overflow(self, turn: Turn, waiting: Sequence[Turn], rules: QueueRules) -> None:
        key = turn.incoming.conversation.key
        log.warning("queue.full", conversation=key, drop=rules.drop)
        if rules.drop == "old":
            oldest = waiting[0]
            self._lanes.take(key, oldest)
            oldest.refuse(LEFT_OUT.format(count=len(waiting)))
            self._tasks.spawn(oldest.run(), name=f"{oldest.id} is left out")
        elif rules.drop == "new":
            turn.refuse(TOO_MANY.format(count=len(waiting)))
        else:
            turn.burst.collect(0.0)  # the rest is answered in one go

    def _send_on(self, turn: Turn, key: str) -> None:
        incoming = turn.incoming
        self._tasks.spawn(self._crew.warm(), name="warming up")
        command = incoming.command
        overtakes = command is not None and command.name in commands.OVERTAKING
        if command is not None and (command.name == STOP or not overtakes):
            self._gatherer.part(incoming.conversation)
        if command is not None and command.name == STOP:
            self._lanes.fence(key)
        if overtakes or turn.refused:
            self._tasks.spawn(turn.run(), name=f"{turn.id} overtakes")
            return
        if incoming.note is not None and command is None:
            self._tasks.spawn(self._listen_ahead(turn, key), name=f"{turn.id} listens ahead")
        self._lanes.put(key, turn)

    async def _listen_ahead(self, turn: Turn, key: str) -> None:
        """A spoken "stop" acts when it is heard, not when its lane comes to it."""
        async with self._ears:
            stop = await turn.heard_stop()
        if stop:
            self._lanes.stop(key, before=turn)

    def _with_typed_stop(self, incoming: Incoming) -> Incoming:
        """A bare "stop" typed while the bot is busy means /stop."""
        busy = self._lanes.busy(incoming.conversation.key)
        if busy and incoming.command is None and not incoming.note and is_stop(incoming.text):
            return replace(incoming, command=Command(STOP))
        return incoming
