"""One request and its answer on the way out: sending, marking times, spoilt by faults."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.types import Send

from bot.sandbox.openrouter.account import Account
from bot.sandbox.openrouter.calls import Call
from bot.sandbox.openrouter.faults import Fault
from bot.sandbox.openrouter.refusal import ApiRefusal
from bot.sandbox.openrouter.service import Service

Handler = Callable[["Exchange"], Awaitable[None]]
PIECE_BYTES = 32_768
WRONG_TYPE = "text/plain"


class Exchange:
    """What a handler works with. It answers through exactly one of the `reply_*`, or `begin` and
    `write` and `finish`."""

    def __init__(self, service: Service, account: Account, call: Call, send: Send) -> None:
        self.service = service
        self.account = account
        self.call = call
        self.content_type = ""
        self.payload: Any = None
        self.place: dict[str, str] = {}  # the variable parts of the path
        self.fault: Fault | None = None
        self._send = send

    @property
    def origin(self) -> str:
        """Where this stand-in is, as its client wrote it: `http://127.0.0.1:8080`."""
        return f"http://{self.call.headers.get('host', '127.0.0.1')}"

    async def wait_at_gate(self, name: str) -> None:
        """Wait until `control` releases gate `name`, at most as long as a hang may last."""
        try:
            async with asyncio.timeout(self.service.settings.max_hang_s):
                await self.account.gate(name).wait()
        except TimeoutError:
            raise ApiRefusal(524) from None

    async def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Send status and headers."""
        if self.fault is not None and self.fault.kind == "hold_answer":
            gate, self.fault = self.fault.gate, None
            await self.wait_at_gate(gate)
        self.call.status = status
        raw = [
            (name.lower().encode("latin-1"), text.encode("latin-1"))
            for name, text in headers.items()
        ]
        await self._send({"type": "http.response.start", "status": status, "headers": raw})

    async def write(self, data: bytes) -> None:
        """Send a piece of the body."""
        if data:
            await self._send({"type": "http.response.body", "body": data, "more_body": True})
            self.call.mark("first_byte")
            self.call.bytes_sent += len(data)

    async def finish(self) -> None:
        """End the body properly. Without this the connection breaks off."""
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def reply_bytes(
        self,
        data: bytes,
        *,
        content_type: str,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """A whole answer, in pieces as a raw stream comes; honours a fault that spoils bodies."""
        fault, cut = self.fault, False
        if fault is not None and fault.kind == "wrong_content_type":
            content_type = fault.content_type or WRONG_TYPE
        if fault is not None and fault.kind in ("truncated", "cut"):
            data, cut = data[: int(len(data) * fault.keep)], not fault.clean
        extra = dict(headers or {})
        if "content-length" in extra and not cut:
            extra["content-length"] = str(len(data))  # a clean cut hides that anything is missing
        await self.begin(status, {"content-type": content_type, **extra})
        for start in range(0, len(data), PIECE_BYTES):
            await self.write(data[start : start + PIECE_BYTES])
        if not cut:
            await self.finish()

    async def reply_json(
        self, payload: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        """A JSON answer."""
        data = json.dumps(payload).encode()
        await self.reply_bytes(
            data, content_type="application/json", status=status, headers=headers
        )

    async def refuse(self, refusal: ApiRefusal) -> None:
        """An error answer; noted in the call."""
        self.call.error = refusal.message
        await self.reply_json(refusal.body(), status=refusal.status, headers=refusal.headers)
