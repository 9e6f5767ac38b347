"""One request and its answer: reading, sending, marking times, noticing that the client left."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from starlette.datastructures import Headers, QueryParams
from starlette.types import Receive, Scope, Send

from bot.sandbox.openrouter.account import Account
from bot.sandbox.openrouter.auth import key_of
from bot.sandbox.openrouter.calls import Call, slim
from bot.sandbox.openrouter.faults import Fault, plays_whole
from bot.sandbox.openrouter.refusal import ApiRefusal
from bot.sandbox.openrouter.service import Service

Handler = Callable[["Exchange"], Awaitable[None]]
PIECE_BYTES = 32_768
LARGE_BODY_BYTES = 262_144
ANONYMOUS = "sk-or-anonymous"


class Exchange:
    """What a handler works with. It answers through exactly one of the `reply_*`, or `begin` and
    `write` and `finish`."""

    def __init__(self, service: Service, account: Account, call: Call, send: Send) -> None:
        self.service = service
        self.account = account
        self.call = call
        self.content_type = ""
        self.payload: Any = None
        self.fault: Fault | None = None
        self._send = send

    async def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Send status and headers."""
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
            content_type = fault.content_type
        if fault is not None and fault.kind in ("truncated", "cut"):
            data, cut = data[: int(len(data) * fault.keep)], not fault.clean
        await self.begin(status, {"content-type": content_type, **(headers or {})})
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


class Endpoint:
    """The ASGI app around a handler: reads, checks the key, logs, plays faults, sees clients go."""

    def __init__(
        self, name: str, handler: Handler, service: Service, *, public: bool = False
    ) -> None:
        self._name = name
        self._handler = handler
        self._service = service
        self._public = public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        body, refusal = b"", None
        try:
            body = await _read(receive, self._service.settings.max_body_bytes)
            key = key_of(headers, required=not self._public)
        except ApiRefusal as problem:
            key, refusal = ANONYMOUS, problem
        account = self._service.accounts.of(key or ANONYMOUS)
        call = account.calls.open(
            self._name,
            method=scope["method"],
            path=scope["path"],
            headers=headers,
            query=dict(QueryParams(scope["query_string"])),
        )
        exchange = Exchange(self._service, account, call, send)
        exchange.content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        work = exchange.refuse(refusal) if refusal else self._answer(exchange, body)
        try:
            call.cancelled = not await _unless_gone(receive, work)
        finally:
            call.mark("finished")
            account.calls.touch()

    async def _answer(self, exchange: Exchange, body: bytes) -> None:
        try:
            await self._parse(exchange, body)
            fault = exchange.account.faults.take(self._name)
            if fault is not None and await play(fault, exchange):
                return
            await self._handler(exchange)
        except ApiRefusal as refusal:
            if exchange.call.status is None:  # once begun, all that is left is to break off
                await exchange.refuse(refusal)

    async def _parse(self, exchange: Exchange, body: bytes) -> None:
        if not body:
            return
        if exchange.content_type.startswith("multipart/"):
            raise ApiRefusal(400, "This endpoint takes application/json, not multipart/form-data.")
        run = self._service.run if len(body) > LARGE_BODY_BYTES else _at_once
        try:
            exchange.payload = await run(json.loads, body)
        except ValueError as error:
            raise ApiRefusal(
                400, f"Request body is not valid JSON: {type(error).__name__}"
            ) from None
        exchange.account.calls.fill(exchange.call, await run(slim, exchange.payload))


async def play(fault: Fault, exchange: Exchange) -> bool:
    """Let `fault` happen; True when it was the whole answer, False when it spoils what follows."""
    exchange.call.fault = fault.kind
    limit_s = exchange.service.settings.max_hang_s
    if fault.kind == "hold":
        await wait_at_gate(exchange, fault.gate)
        return False
    if not plays_whole(fault):
        exchange.fault = fault
        return False
    if fault.kind == "hang":
        await exchange.service.clock.sleep(min(fault.max_s or limit_s, limit_s))
        raise ApiRefusal(524)
    if fault.kind == "status":
        refusal = fault.refusal()
        if refusal is not None:
            raise refusal
    await exchange.reply_bytes(
        fault.body_bytes(),
        content_type=fault.body_type(),
        status=fault.answer_status,
        headers=fault.all_headers(),
    )
    return True


async def wait_at_gate(exchange: Exchange, name: str) -> None:
    """Wait until `control` releases gate `name`, at most as long as a hang may last."""
    try:
        async with asyncio.timeout(exchange.service.settings.max_hang_s):
            await exchange.account.gate(name).wait()
    except TimeoutError:
        raise ApiRefusal(524) from None


async def _at_once(work: Callable[[Any], Any], argument: Any) -> Any:
    return work(argument)


async def _read(receive: Receive, limit_bytes: int) -> bytes:
    """The whole body; a larger one is read to its end, without keeping it, and refused."""
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(pieces)
        piece = message.get("body", b"")
        size += len(piece)
        if size <= limit_bytes:
            pieces.append(piece)
        if not message.get("more_body", False):
            break
    if size > limit_bytes:
        raise ApiRefusal(413)
    return b"".join(pieces)


async def _unless_gone(receive: Receive, work: Coroutine[Any, Any, None]) -> bool:
    """Do `work`; False when the client went away first and the work was called off."""
    task = asyncio.ensure_future(work)
    watch = asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
            return True
        return False
    finally:
        for job in (task, watch):
            job.cancel()
        await asyncio.gather(task, watch, return_exceptions=True)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
