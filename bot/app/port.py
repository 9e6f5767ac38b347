"""The port at which the bot answers over HTTP, if any: found, taken, and served beside the bot.

What answers there, `web`, is loaded only when there is a port, and only after polling had its turn.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import ModuleType

import structlog

from bot.app.assemble import Parts
from bot.app.ending import Ending
from bot.app.gauges import Gauges
from bot.app.health import Readiness
from bot.channels.base import Channel
from bot.config.load import Loaded
from bot.errors import StartError

log = structlog.get_logger()
AFTER_S = 0.5  # a start that takes longer has more to wait for than these imports
BACKLOG = 128
HIGHEST_PORT = 65_535
HERE, EVERYWHERE = "127.0.0.1", "0.0.0.0"  # a platform routes from outside
TAKEN = (
    "Port {port} is in use, so health and metrics can't be served. Stop what uses it, or choose "
    "another port with PORT or parley.http.port."
)
UNUSABLE = (
    "Health and metrics can't be served at {host}, port {port}: {reason}. Choose another address "
    "with parley.http.host, or another port with PORT or parley.http.port."
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen. Port 0 is any free one."""

    host: str
    port: int


def address(loaded: Loaded) -> Address | None:
    """Where the environment, or else the configuration, wants the bot to answer."""
    configured = loaded.config.parley.http
    wanted = loaded.environ.get("PORT", "").strip()
    if wanted.isascii() and wanted.isdigit() and int(wanted) <= HIGHEST_PORT:
        return Address(configured.host or EVERYWHERE, int(wanted))
    if wanted:
        log.warning("http.port_ignored", reason="PORT is no number from 0 to 65535")
    if configured.port is None:
        return None
    return Address(configured.host or HERE, configured.port)


@asynccontextmanager
async def serving_http(
    loaded: Loaded, parts: Parts, channels: Mapping[str, Channel], ending: Ending
) -> AsyncIterator[None]:
    """Answer at the configured port while the block runs, if there is one. Raises StartError."""
    where = address(loaded)
    if where is None:
        yield
        return
    with listen(where) as listener:
        leaving = asyncio.Event()
        gauges = Gauges(
            stores=parts.stores, lanes=parts.lanes, channels=channels, clock=parts.clock
        )
        readiness = Readiness.of(
            parts.stores.database,
            clock=parts.clock,
            polling=gauges.polling,
            ending=lambda: ending.told,
            silence_s=loaded.config.parley.timeouts.telegram_silence_s,
        )
        answering = _answer(parts, listener, readiness, gauges, leaving)
        task = parts.chores.spawn(answering, name="health and metrics")
        try:
            yield
        finally:
            leaving.set()
            await asyncio.wait({task})


def listen(where: Address) -> socket.socket:
    """A socket that takes connections from now on; they wait until it is served.

    Raises StartError. IPPROTO_TCP spelled out: without it asyncio leaves Nagle on, 40 ms an answer.
    """
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((where.host, where.port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise StartError(TAKEN.format(port=where.port)) from None
        reason = error.strerror or error
        raise StartError(
            UNUSABLE.format(host=where.host, port=where.port, reason=reason)
        ) from error
    listener.setblocking(False)
    return listener


async def _answer(
    parts: Parts,
    listener: socket.socket,
    readiness: Readiness,
    gauges: Gauges,
    leaving: asyncio.Event,
) -> None:
    try:
        async with asyncio.timeout(AFTER_S):
            await leaving.wait()
        return
    except TimeoutError:
        pass
    web = await asyncio.to_thread(_web)
    host, port = listener.getsockname()[:2]
    log.info("http.serving", host=host, port=port)
    app = web.create_app(readiness, parts.metrics, gauges)
    await web.serve(app, listener, leaving=leaving)


def _web() -> ModuleType:
    from bot.app import web

    return web
