"""A scripted HTTP server on loopback that controls every byte and every break of an answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.openrouter.client import OpenRouterClient
from bot.openrouter.keys import Secret
from bot.openrouter.retry import RetryRules
from bot.openrouter.settings import OpenRouterSettings, Timeouts

KEY = Secret("sk-or-v1-0123456789abcdef")


@dataclass
class Reply:
    """One answer. `ending`: `end` finishes it, `hang` leaves it open, `break` cuts it off,
    `drop` closes the connection before a single byte."""

    chunks: tuple[bytes, ...] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    ending: str = "end"
    pause_s: float = 0


@dataclass
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)


def events(*payloads: object, done: bool = True) -> bytes:
    """Payloads as server-sent events."""
    text = "".join(f"data: {json.dumps(payload)}\n\n" for payload in payloads)
    return (text + ("data: [DONE]\n\n" if done else "")).encode()


def sse(*payloads: object, done: bool = True, ending: str = "end") -> Reply:
    return Reply(
        (events(*payloads, done=done),), 200, {"content-type": "text/event-stream"}, ending
    )


def delta(finish: str | None = None, **fields: object) -> dict[str, Any]:
    choice: dict[str, Any] = {"index": 0, "delta": fields, "finish_reason": finish}
    return {"id": "gen-1", "model": "vendor/real", "choices": [choice]}


def as_json(content: object, status: int = 200, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(
        (json.dumps(content).encode(),), status, {"content-type": "application/json", **named}
    )


class Upstream:
    """Answers with the script in order; the last reply repeats."""

    def __init__(self) -> None:
        self.script: list[Reply] = []
        self.seen: list[Seen] = []
        self.connections = 0
        self.asked = asyncio.Event()
        self.closed = asyncio.Event()
        self.port = 0
        self.server: asyncio.Server | None = None

    def close(self) -> None:
        """Take no more connections."""
        if self.server:
            self.server.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v1"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        except asyncio.CancelledError:  # the test is over
            pass
        finally:
            self.closed.set()
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ")
        headers = dict(line.split(": ", 1) for line in head[1:] if line)
        headers = {name.lower(): value for name, value in headers.items()}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.seen.append(Seen(method, path, headers, body))
        reply = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if reply.ending == "drop":
            return False
        lines = [f"HTTP/1.1 {reply.status} X", "transfer-encoding: chunked"]
        if method == "HEAD":
            writer.write(b"HTTP/1.1 404 X\r\ncontent-length: 9\r\n\r\n")
            return True
        lines += [f"{name}: {value}" for name, value in reply.headers.items()]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        await self._send(writer, reply)
        self.asked.set()
        if reply.ending == "hang":
            await reader.read()  # until the other side gives up
        if reply.ending != "end":
            return False
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True

    async def _send(self, writer: asyncio.StreamWriter, reply: Reply) -> None:
        for chunk in reply.chunks:
            writer.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            await writer.drain()
            await asyncio.sleep(reply.pause_s)


@asynccontextmanager
async def upstream(*script: Reply) -> AsyncIterator[Upstream]:
    state = Upstream()
    state.script = list(script)
    server = await asyncio.start_server(state.serve, "127.0.0.1", 0)
    state.server = server
    state.port = server.sockets[0].getsockname()[1]
    try:
        yield state
    finally:
        server.close()


class FakeClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.time_s = 1_000.0

    def now_ms(self) -> int:
        return int(self.time_s * 1000)

    def monotonic(self) -> float:
        return self.time_s

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time_s += seconds
        await asyncio.sleep(0)


# Real deadlines, for the tests in which something hangs on purpose.
QUICK = Timeouts(
    connect_s=2,
    chat_first_byte_s=0.2,
    chat_idle_s=0.2,
    chat_tail_s=0.1,
    transcription_s=0.2,
    speech_s=0.2,
    lookup_s=0.2,
)


def client_for(
    state: Upstream,
    *,
    clock: FakeClock | None = None,
    timeouts: Timeouts | None = None,
    **more: Any,
) -> OpenRouterClient:
    settings = OpenRouterSettings(
        base_url=state.url + more.pop("query", ""), timeouts=timeouts or Timeouts(), **more
    )
    return OpenRouterClient(
        settings,
        clock=clock or FakeClock(),
        key=lambda: KEY,
        retry=RetryRules(jitter=lambda: 0.0),
    )
