"""`parley run`: the bot from start to a clean end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import structlog

from bot.app.assemble import Parts, assemble
from bot.app.caretaker import Caretaker
from bot.app.channels import TELEGRAM, configured_channels
from bot.app.ending import Ending, ending_on_signal
from bot.app.memory import keep_memory_together
from bot.app.port import serving_http
from bot.app.settings import retention_rules
from bot.app.state import hold
from bot.channels.base import Channel
from bot.channels.telegram import render
from bot.channels.telegram.channel import TOKEN_REFUSED
from bot.config.load import Loaded
from bot.errors import StartError
from bot.store.retention import RetentionTable
from bot.voice.warmup import load_libraries

log = structlog.get_logger()
DRAIN_S = 20.0
WARM_UP_AFTER_S = 0.5
LOOK_EVERY_S = 1.0
OWNER_LINK = (
    "Nobody may use this bot yet. Open this link within one hour to become its owner:\n"
    "  https://t.me/{username}?start={code}"
)


async def run(loaded: Loaded, state_dir: Path) -> None:
    """Run until SIGTERM or SIGINT. Raises ConfigError or StartError."""
    keep_memory_together()
    with hold(state_dir):
        async with (
            ending_on_signal() as ending,
            assemble(loaded, state_dir) as parts,
            configured_channels(loaded, parts, state_dir) as channels,
            serving_http(loaded, parts, channels, ending),
            serving(parts, channels),
        ):
            parts.chores.spawn(_caretaker(loaded, parts).keep(), name="retention")
            await _invite_owner(parts, channels)
            await _until_over(ending, channels)
            log.info("bot.draining", lanes=parts.lanes.count)


def _caretaker(loaded: Loaded, parts: Parts) -> Caretaker:
    return Caretaker(
        retention_rules(loaded.config),
        table=RetentionTable(parts.stores.database),
        shelf=parts.stores.shelf,
        clock=parts.clock,
    )


async def _until_over(ending: Ending, channels: Mapping[str, Channel]) -> None:
    """Until a signal comes. Raises StartError when a channel went deaf for good.

    A process that lives on without hearing anybody would fool its supervisor.
    """
    told = asyncio.create_task(ending.wait(), name="waiting for a signal")
    try:
        while not told.done():
            if any(getattr(channel, "dead", False) for channel in channels.values()):
                raise StartError(TOKEN_REFUSED)
            await asyncio.wait({told}, timeout=LOOK_EVERY_S)
    finally:
        told.cancel()


async def _warm_up(parts: Parts) -> None:
    """Polling comes first, but the first note must not wait for imports."""
    await parts.clock.sleep(WARM_UP_AFTER_S)
    await parts.workshop.run(load_libraries)
    await parts.workshop.run(render.warm)


@asynccontextmanager
async def serving(parts: Parts, channels: Mapping[str, Channel]) -> AsyncIterator[None]:
    """Serve `channels`: first what an earlier process left open, then what arrives."""
    doubtful = await parts.stores.ledger.doubt_unfinished()
    resumed = await parts.dispatcher.resume()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(parts.dispatcher.drain, within_s=DRAIN_S)
        stack.push_async_callback(parts.atelier.office.drain, within_s=DRAIN_S)
        for channel in channels.values():
            stack.push_async_callback(channel.stop)
            await channel.start(parts.dispatcher)
        parts.atelier.postman.serve(channels)
        # Only a started channel can send, and what waited longest comes first.
        parts.dispatcher.serve(channels)
        parts.chores.spawn(parts.herald.serve(channels), name="herald")
        jobs = await parts.atelier.office.resume()
        parts.chores.spawn(_warm_up(parts), name="loading sound libraries")
        log.info(
            "bot.ready", channels=list(channels), resumed=resumed, jobs=jobs, maybe_paid=doubtful
        )
        yield


async def _invite_owner(parts: Parts, channels: Mapping[str, Channel]) -> None:
    telegram = channels.get(TELEGRAM)
    if telegram is None:
        return
    code = await parts.doorman.owner_code(TELEGRAM)
    if code is not None:
        username = getattr(telegram, "username", "")
        print(OWNER_LINK.format(username=username, code=code), flush=True)  # noqa: T201
