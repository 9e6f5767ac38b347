"""The Telegram stand-in over real HTTP, and the small parts a channel needs beside it."""

from __future__ import annotations

import asyncio
import io
import itertools
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import av
import httpx
import uvicorn

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.settings import TelegramSettings
from bot.sandbox.telegram import create_app
from bot.turns.channel import Arrival
from bot.values.conversation import Conversation

HURRY = 50.0
ADA = 111
CHAT = Conversation("telegram", str(ADA))

_worlds = itertools.count(1)


class HurriedClock:
    """Real time, fifty times as fast."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic() * HURRY

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / HURRY)


class MemoryReceipts:
    """Receipts that live as long as the test, so that a second channel can find them."""

    def __init__(self) -> None:
        self.rows: dict[str, str] = {}

    async def find(self, key: str) -> str | None:
        return self.rows.get(key)

    async def once(self, key: str, send: Callable[[], Awaitable[str]]) -> str:
        if key not in self.rows:
            self.rows[key] = await send()
        return self.rows[key]


class MemoryChats:
    def __init__(self) -> None:
        self.forbidden: set[str] = set()

    async def forbids_voice(self, chat_id: str) -> bool:
        return chat_id in self.forbidden

    async def remember_voice_forbidden(self, chat_id: str) -> None:
        self.forbidden.add(chat_id)


class Inbox:
    """Keeps what arrives; can be told to fail or to take its time."""

    def __init__(self) -> None:
        self.batches: list[list[Arrival]] = []
        self.failures = 0
        self.may_commit = asyncio.Event()
        self.may_commit.set()
        self.entered = asyncio.Event()

    async def accept(self, items: list[Arrival]) -> None:
        self.entered.set()
        await self.may_commit.wait()
        if self.failures:
            self.failures -= 1
            raise OSError("disk full")
        self.batches.append(items)

    @property
    def keys(self) -> list[str]:
        return list(dict.fromkeys(item.key for batch in self.batches for item in batch))


class World:
    """One bot's Telegram: what people do in it, and what the bot did."""

    def __init__(self, address: str, http: httpx.AsyncClient) -> None:
        self.address = address
        self.token = f"{1000 + next(_worlds)}:{'x' * 30}"
        self._http = http
        self._root = f"{address}/sandbox/telegram/{self.token}"

    def settings(self, **changes: Any) -> TelegramSettings:
        values = {"poll_timeout_s": 5, "close_timeout_s": 2.0, "preview_timeout_s": 1.0, **changes}
        return TelegramSettings(token=self.token, api_root=self.address, **values)

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = await self._http.post(self._root + path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def upload(self, path: str, data: bytes, **fields: Any) -> dict[str, Any]:
        fields = {key: str(value) for key, value in fields.items()}
        files = {"file": ("note.ogg", data)}
        answer = await self._http.post(self._root + path, data=fields, files=files)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def say(self, text: str, **more: Any) -> dict[str, Any]:
        return await self.post("/messages", **{"from": ADA, "text": text, **more})

    async def fault(self, method: str, kind: str, **more: Any) -> None:
        await self.post("/faults", method=method, kind=kind, **more)

    async def calls(self, method: str = "") -> list[dict[str, Any]]:
        answer = await self._http.get(self._root + "/calls", params={"method": method})
        return [c for c in answer.json()["calls"] if not method or c["method"] == method]

    async def messages(self, chat_id: int = ADA) -> list[dict[str, Any]]:
        """What the bot has in the chat now."""
        chat = await self.chat(chat_id)
        return [m for m in chat["messages"] if m["outgoing"] and not m["deleted"]]

    async def chat(self, chat_id: int = ADA) -> dict[str, Any]:
        state = (await self._http.get(self._root + "/state", params={"chat_id": chat_id})).json()
        (chat,) = [c for c in state["chats"] if c["id"] == chat_id]
        return chat

    async def state(self) -> dict[str, Any]:
        return (await self._http.get(self._root + "/state")).json()

    async def until_called(
        self, method: str, times: int = 1, *, where: Callable[[Any], bool] = lambda _: True
    ) -> list[dict[str, Any]]:
        """The calls of `method`, once there are that many that ended."""

        async def enough() -> list[dict[str, Any]]:
            done = [c for c in await self.calls(method) if c["status"] is not None and where(c)]
            return done if len(done) >= times else []

        return await until(enough)


async def until(check: Callable[[], Awaitable[Any]]) -> Any:
    """What `check` gives as soon as it is anything; fails after ten seconds."""
    async with asyncio.timeout(10):
        while not (found := await check()):  # noqa: ASYNC110 - what is awaited is another server's
            await asyncio.sleep(0.01)
        return found


def opus(duration_s: float) -> bytes:
    """Silence as a real OGG/Opus file: 48 kHz, mono."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=48_000, layout="mono")
        for _ in range(round(duration_s * 50)):
            frame = av.AudioFrame(format="s16", layout="mono", samples=960)
            frame.planes[0].update(bytes(frame.planes[0].buffer_size))
            frame.sample_rate = 48_000
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return buffer.getvalue()


@contextmanager
def running_server() -> Iterator[str]:
    """The stand-in on a free port of loopback, in a thread of its own; its address."""
    config = uvicorn.Config(create_app(), port=0, log_level="error", lifespan="on", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@asynccontextmanager
async def world(address: str) -> AsyncIterator[World]:
    async with httpx.AsyncClient(timeout=10) as http:
        yield World(address, http)


class Bot:
    """One process's worth of channel; start another with the same receipts for a restart."""

    def __init__(self, telegram: World, **changes: Any) -> None:
        self.receipts: MemoryReceipts = changes.pop("receipts", None) or MemoryReceipts()
        self.chats: MemoryChats = changes.pop("chats", None) or MemoryChats()
        self.inbox = Inbox()
        self.channel = TelegramChannel(
            telegram.settings(**changes),
            clock=HurriedClock(),
            receipts=self.receipts,
            voice_forbidden=self.chats,
            commands=[("help", "what I can do")],
        )

    async def __aenter__(self) -> Bot:
        await self.channel.start(self.inbox)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.inbox.may_commit.set()
        await self.channel.close()
