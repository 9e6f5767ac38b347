"""Long polling: stores every update before Telegram may forget it, and stays alive."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog

from bot.channels.telegram.api import Api
from bot.channels.telegram.faults import Conflicted, Fault, Throttled, Unauthorised
from bot.channels.telegram.pause import finish, first_of, pause
from bot.channels.telegram.read import CHANNEL
from bot.channels.telegram.settings import TelegramSettings
from bot.turns.channel import Arrival, Intake
from bot.values.clock import Clock

log = structlog.get_logger()

FIRST_BACKOFF_S = 1.0
BACKOFF_FACTOR = 1.5
LONGEST_BACKOFF_S = 30.0
REFUSALS_TO_DIE = 3


class Poller:
    """Works on raw JSON, so that no update can stop another (facts/traps.md, Telegram intake).

    The offset moves only after the store has committed; a new process starts without one and gets
    again what was not confirmed.
    """

    def __init__(
        self, *, api: Api, settings: TelegramSettings, clock: Clock, intake: Intake
    ) -> None:
        self._api = api
        self._settings = settings
        self._clock = clock
        self._intake = intake
        self._offset: int | None = None
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._failures = 0
        self._refusals = 0
        self.dead = False
        self.last_poll_monotonic: float | None = None
        self.polls_completed = 0

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End a waiting poll at once, let a running store finish within `close_timeout_s`."""
        self._stopping.set()
        if self._task is None:
            return
        await asyncio.wait({self._task}, timeout=self._settings.close_timeout_s)
        await finish(self._task)

    async def _run(self) -> None:
        while not self._stopping.is_set() and not self.dead:
            try:
                updates = await self._poll()
            except Fault as fault:
                await self._after(fault)
                continue
            if updates is None:
                continue
            self._failures = self._refusals = 0
            self.last_poll_monotonic = self._clock.monotonic()
            self.polls_completed += 1
            if updates and not await self._store(updates):
                await self._back_off()

    async def _poll(self) -> list[Any] | None:
        """One poll; None when told to stop, or when no answer came in time."""
        asked = asyncio.ensure_future(self._api.get_updates(self._offset))
        limit_s = self._settings.poll_timeout_s + self._settings.poll_margin_s
        try:
            async with asyncio.timeout(limit_s):
                return asked.result() if await first_of(asked, self._stopping) else None
        except TimeoutError:
            log.warning("telegram.poll.stalled", after_s=limit_s)
            return None
        finally:
            await finish(asked)

    async def _store(self, updates: list[Any]) -> bool:
        """Whether all of `updates` are stored; only then may the next poll confirm them."""
        arrivals, last_id = _arrivals(updates)
        if last_id is None:
            log.error("telegram.poll.nameless", updates=len(updates))
            return False
        try:
            await self._intake.accept(arrivals)
        except Exception:  # the update boundary: whatever failed, the batch comes again
            log.exception("telegram.store.failed", updates=len(arrivals))
            return False
        self._offset = last_id + 1
        return True

    async def _after(self, fault: Fault) -> None:
        if isinstance(fault, Throttled):
            log.warning("telegram.poll.throttled", retry_after_s=fault.retry_after_s)
            await pause(self._clock, fault.retry_after_s, self._stopping)
            return
        if isinstance(fault, Unauthorised):
            self._refusals += 1
            self.dead = self._refusals >= REFUSALS_TO_DIE
            if self.dead:
                log.critical("telegram.poll.dead", reason="Telegram refuses the bot token")
                return
        elif isinstance(fault, Conflicted):
            log.error(
                "telegram.poll.conflict",
                reason=str(fault),
                meaning="another process polls with this bot token, or a webhook is set",
            )
            await self._without_webhook(str(fault))
        else:
            log.warning("telegram.poll.failed", kind=type(fault).__name__, reason=str(fault))
        await self._back_off()

    async def _without_webhook(self, reason: str) -> None:
        if "webhook" not in reason.lower():
            return
        try:
            await self._api.delete_webhook()
        except Fault as fault:
            log.warning("telegram.webhook.kept", reason=str(fault))

    async def _back_off(self) -> None:
        wait_s = min(FIRST_BACKOFF_S * BACKOFF_FACTOR**self._failures, LONGEST_BACKOFF_S)
        self._failures = min(self._failures + 1, 20)
        await pause(self._clock, wait_s, self._stopping)


def _arrivals(updates: list[Any]) -> tuple[list[Arrival], int | None]:
    """The updates that have an id, and the highest id. One without can't be stored or confirmed."""
    arrivals: list[Arrival] = []
    last_id: int | None = None
    for update in updates:
        update_id = update.get("update_id") if isinstance(update, Mapping) else None
        if not isinstance(update_id, int):
            log.error("telegram.update.nameless")
            continue
        arrivals.append(Arrival(channel=CHANNEL, key=str(update_id), payload=update))
        last_id = update_id if last_id is None else max(last_id, update_id)
    return arrivals, last_id
