"""The web server inside the bot's own loop: a guest that takes over nothing."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.app.port import Address, listen
from bot.app.web import serve
from bot.errors import StartError

PATIENCE_S = 10


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[str]:
    """`app` at a free port; on leaving, the server must end by itself."""
    leaving = asyncio.Event()
    with listen(Address("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        serving = asyncio.create_task(serve(app, listener, leaving=leaving))
        try:
            yield address
        finally:
            leaving.set()
            async with asyncio.timeout(PATIENCE_S):
                await serving


async def fetched(address: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as client:
        return await client.get(address)


async def hello(_request: Request) -> Response:
    return PlainTextResponse("hello")


async def test_signals_stay_with_the_bot_while_it_serves() -> None:
    before = [signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGINT)]
    async with served(Starlette(routes=[Route("/", hello)])) as address:
        assert (await fetched(address)).text == "hello"
        assert [signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGINT)] == before


async def test_an_answer_under_way_is_finished_at_the_end() -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_request: Request) -> Response:
        asked.set()
        await go_on.wait()
        return PlainTextResponse("at last")

    async with served(Starlette(routes=[Route("/", slow)])) as address:
        answer = asyncio.create_task(fetched(address))
        await asked.wait()
        asyncio.get_running_loop().call_later(0.3, go_on.set)
    assert (await answer).text == "at last"


async def test_connections_wait_from_the_moment_the_port_is_taken() -> None:
    with listen(Address("127.0.0.1", 0)) as listener:
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        writer.write(b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        leaving = asyncio.Event()
        app = Starlette(routes=[Route("/", hello)])
        serving = asyncio.create_task(serve(app, listener, leaving=leaving))
        assert (await reader.read()).endswith(b"hello")
        writer.close()
        await writer.wait_closed()
        leaving.set()
        await serving


def test_a_port_is_taken_once() -> None:
    with listen(Address("127.0.0.1", 0)) as first:
        port = first.getsockname()[1]
        with pytest.raises(StartError, match=f"Port {port} is in use"):
            listen(Address("127.0.0.1", port))
