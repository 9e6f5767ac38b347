"""The ASGI app around a handler: reads, checks the key, logs, plays faults, sees clients go."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any

from starlette.datastructures import Headers, QueryParams
from starlette.types import Receive, Scope, Send

from bot.sandbox.openrouter.auth import key_of
from bot.sandbox.openrouter.calls import slim
from bot.sandbox.openrouter.exchange import Exchange, Handler
from bot.sandbox.openrouter.mishaps import play
from bot.sandbox.openrouter.refusal import ApiRefusal
from bot.sandbox.openrouter.service import Service

LARGE_BODY_BYTES = 262_144
ANONYMOUS = "sk-or-anonymous"
MADE_BY_CHAT = {"image": "image", "audio": "music"}


class Endpoint:
    """One path of the service."""

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
        exchange.place = dict(scope.get("path_params", {}))
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
            names, model = _names(self._name, exchange.payload)
            fault = exchange.account.faults.take(*names, model=model)
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


def _names(name: str, payload: Any) -> tuple[list[str], str]:
    """The names a fault may call this request by, and its model: a chat may be `image`, `music`."""
    body = payload if isinstance(payload, dict) else {}
    asked, model = body.get("modalities"), body.get("model")
    made = asked if name == "chat" and isinstance(asked, list) else []
    names = [name, *(MADE_BY_CHAT[kind] for kind in MADE_BY_CHAT if kind in made)]
    return names, model if isinstance(model, str) else ""


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
