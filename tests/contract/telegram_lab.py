"""A stand-in server in a thread, a world of its own per test, and sound to send through it."""

from __future__ import annotations

import asyncio
import io
import itertools
import math
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import av
import httpx
import uvicorn

from bot.sandbox.telegram import SandboxSettings, create_app

_numbers = itertools.count(700_001)


class Lab:
    """The control API of one world; `token` is fresh, so nothing is shared between tests."""

    def __init__(self, address: str, http: httpx.Client) -> None:
        self.address = address
        self.token = f"{next(_numbers)}:sandbox_token_for_one_test_only"
        self.http = http

    def url(self, path: str) -> str:
        return f"{self.address}/sandbox/telegram/{self.token}/{path}".rstrip("/")

    def get(self, path: str, **query: Any) -> Any:
        return self.http.get(self.url(path), params=query).raise_for_status().json()

    def post(self, path: str, **body: Any) -> Any:
        renamed = {"from" if name == "from_" else name: value for name, value in body.items()}
        answer = self.http.post(self.url(path), json=renamed)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def upload(self, kind: str, data: bytes, **fields: Any) -> Any:
        renamed = {"from" if name == "from_" else name: str(v) for name, v in fields.items()}
        answer = self.http.post(self.url(kind), data=renamed, files={"file": ("blob", data)})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def raw(self, method: str, **params: Any) -> httpx.Response:
        return self.http.post(f"{self.address}/bot{self.token}/{method}", json=params)

    def start_private(self, user_id: int = 1001, **user: Any) -> int:
        """A private chat that exists because its user wrote; nothing waits for the bot."""
        self.post("users", id=user_id, started=True, **user)
        return user_id

    def chat(self, chat_id: int) -> Any:
        return self.get("state", chat_id=chat_id)["chats"][0]

    async def until(self, reached: Callable[[Any], bool]) -> None:
        """Wait for a state of the world, for a good while at most."""
        for _ in range(2_000):
            if reached(self.get("state")):
                return
            await asyncio.sleep(0.01)
        raise AssertionError("the awaited state was never reached")

    def calls(self, method: str) -> list[Any]:
        return list(self.get("calls", method=method)["calls"])


@contextmanager
def running(settings: SandboxSettings | None = None) -> Iterator[str]:
    """The address of a server that runs in a thread until the block ends."""
    config = uvicorn.Config(
        create_app(settings),
        host="127.0.0.1",
        port=0,
        log_level="error",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    up = threading.Event()
    original = server.startup

    async def startup(sockets: Any = None) -> None:
        await original(sockets=sockets)
        up.set()

    server.startup = startup  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run, name="telegram-stand-in")
    thread.start()
    try:
        assert up.wait(20)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)


def sound(codec: str, container: str, *, seconds: float = 1.0, hz: float = 440.0) -> bytes:
    """A tone in a real container, for example `libopus` in `ogg` or `libmp3lame` in `mp3`."""
    rate = 48_000
    count = int(seconds * rate)
    samples = (int(9000 * math.sin(2 * math.pi * hz * n / rate)) for n in range(count))
    frame = av.AudioFrame(format="s16", layout="mono", samples=count)
    frame.sample_rate = rate
    frame.planes[0].update(struct.pack(f"<{count}h", *samples).ljust(frame.planes[0].buffer_size))
    target = io.BytesIO()
    with av.open(target, "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate, layout="mono")
        resampler = av.AudioResampler(
            format=stream.codec_context.format, layout="mono", rate=rate, frame_size=960
        )
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            output.mux(stream.encode(piece))
        output.mux(stream.encode(None))
    return target.getvalue()


PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
    + struct.pack(">II", 320, 200)
    + b"\x08\x02\x00\x00\x00\x00\x00\x00\x00"
)
