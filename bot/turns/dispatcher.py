"""From the inbox into the lanes: stores arrivals, reads them, and sends each on its way.

An arrival that can't be read is set aside; it stops nobody. Control commands overtake their lane.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import structlog

from bot.errors import BadUpdate
from bot.observe import killpoint
from bot.store.inbox import Entry, InboxTable
from bot.turns import commands
from bot.turns.channel import Arrival, Channel
from bot.turns.door import Door
from bot.turns.lanes import Lanes
from bot.turns.seams import Crew
from bot.turns.stopwords import is_stop
from bot.turns.tasks import Tasks
from bot.turns.turn import Turn
from bot.values.conversation import Command, Incoming

log = structlog.get_logger()
NOTES_AHEAD = 4  # listened to before their lane comes to them; thirty forwarded at once must queue


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
        self._arrived: asyncio.Queue[Entry] = asyncio.Queue()
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
        for entry in waiting:
            self._arrived.put_nowait(entry)
        return len(waiting)

    async def accept(self, items: list[Arrival]) -> None:
        """Store `items`; return after the commit (see `Intake`)."""
        entries = await self._inbox.add((item.channel, item.key, item.payload) for item in items)
        killpoint.reach("after-inbox")
        for entry in entries:
            self._arrived.put_nowait(entry)

    async def _dispatch_all(self) -> None:
        while True:
            entry = await self._arrived.get()
            try:
                await self._dispatch_or_set_aside(entry)
            except Exception:  # the update boundary: a full disk must not make the bot deaf
                log.exception("dispatch.failed", entry=entry.id)

    async def _dispatch_or_set_aside(self, entry: Entry) -> None:
        try:
            await self._dispatch(entry)
        except BadUpdate as error:
            log.warning("update.set_aside", entry=entry.id, reason=str(error))
            await self._inbox.close(entry.id, "set_aside", reason=str(error))
        except Exception as error:  # the update boundary: nobody else must wait
            log.exception("update.crashed", entry=entry.id)
            await self._inbox.close(entry.id, "set_aside", reason=repr(error))

    async def _dispatch(self, entry: Entry) -> None:
        channel = self._channels.get(entry.channel)
        if channel is None:
            log.info("update.waits", entry=entry.id, channel=entry.channel)
            return  # its channel is not configured now; it keeps until it is
        incoming = channel.read(entry.payload)
        if incoming is None:
            await self._inbox.close(entry.id, "ignored")
            return
        self._send_on(entry, channel, self._with_typed_stop(incoming))

    def _send_on(self, entry: Entry, channel: Channel, incoming: Incoming) -> None:
        turn = Turn(
            crew=self._crew, door=self._door, channel=channel, entry=entry, incoming=incoming
        )
        self._tasks.spawn(self._crew.warm(), name="warming up")
        key = incoming.conversation.key
        command = incoming.command
        if command is not None and command.name in commands.OVERTAKING:
            self._tasks.spawn(turn.run(), name=f"{turn.id} overtakes")
            return
        if incoming.note is not None:
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
            return replace(incoming, command=Command("stop"))
        return incoming
