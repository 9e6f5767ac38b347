"""Both stand-ins and the page behind one loopback port, as a process of its own.

Prints one JSON line, with the port when it serves or with the reason why it can't; ends when its
standard input closes, so that it never outlives the program that started it.
"""

from __future__ import annotations

import argparse
import asyncio
import errno
import json
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox.openrouter.app import create_app as create_openrouter
from bot.sandbox.openrouter.settings import Settings as OpenRouterSettings
from bot.sandbox.page import page_routes
from bot.sandbox.telegram.app import create_app as create_telegram

HOST = "127.0.0.1"
KEEP_ALIVE_S = 150  # longer than any client of ours keeps a connection
OPENROUTER_PATHS = ("/api/", "/auth", "/cdn/", "/sandbox/openrouter/")
TELEGRAM_PATHS = ("/bot", "/file/", "/sandbox/telegram/")


def create_app() -> ASGIApp:
    """One app: paths of OpenRouter, paths of Telegram, everything else is the page."""
    openrouter, telegram = create_openrouter(OpenRouterSettings()), create_telegram()

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with (
            openrouter.router.lifespan_context(openrouter),
            telegram.router.lifespan_context(telegram),
        ):
            yield

    def announce(token: str, turn_id: str) -> None:
        telegram.state.worlds.open(token).events.add("turn", turn_id=turn_id)

    page = Starlette(routes=page_routes(announce), lifespan=lifespan)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if path.startswith(OPENROUTER_PATHS):
            await openrouter(scope, receive, send)
        elif path.startswith(TELEGRAM_PATHS):
            await telegram(scope, receive, send)
        else:
            await page(scope, receive, send)

    return app


async def serve(port: int) -> None:
    """Serve on `port`, any free one for 0, until standard input closes."""
    # IPPROTO_TCP spelled out: without it asyncio leaves Nagle on, 40 ms an answer.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            sys.exit(_tell(error=_why(error, port)))
        config = uvicorn.Config(
            create_app(),
            log_level="critical",  # scripted faults break connections off on purpose
            access_log=False,
            timeout_keep_alive=KEEP_ALIVE_S,
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started and not serving.done():  # noqa: ASYNC110 - no event is offered
            await asyncio.sleep(0.01)
        _tell(port=listener.getsockname()[1])
        watching = asyncio.create_task(_until_parent_leaves())
        await asyncio.wait({serving, watching}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = server.force_exit = True
        await serving
        watching.cancel()


async def _until_parent_leaves() -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.read(1024):
        pass


def _tell(**facts: Any) -> int:
    """One line for the program that started this one; 1, the exit code of a failed start."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()
    return 1


def _why(error: OSError, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use."
    return f"Port {port} can't be used: {error.strerror}."


def main() -> None:
    """`python -m bot.sandbox.serve --port N`."""
    parser = argparse.ArgumentParser(description="Serve the stand-ins on loopback.")
    parser.add_argument("--port", type=int, default=0)
    asyncio.run(serve(parser.parse_args().port))


if __name__ == "__main__":
    main()
