"""The listener that a sign-in returns to: one address on this machine, for a few minutes.

A web server would take over the signals of the process for the sake of a single request.
Source: facts/openrouter-wire.md §1.5.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.openrouter.errors import redact
from bot.openrouter.login import CALLBACK, Attempt, LoginFailed
from bot.values.clock import Clock

WAIT_S = 300.0
REQUEST_S = 10.0  # a browser may connect in advance and never ask
REQUEST_BYTES = 16 * 1024
REASON_CHARS = 200
PAGE = (
    '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Parley</title>'
    "<body style='font-family:system-ui;margin:4em auto;max-width:32em'><p>{text}</p></body></html>"
)
DONE = "Signed in. You can close this page and go back to the terminal."
REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed"}


class NoCallback(LoginFailed):
    """The browser did not come back in time, or nothing can listen for it."""


class Callback:
    """Answers the browser; `code` waits for the one request that is right."""

    def __init__(self, attempt: Attempt, *, clock: Clock, address: str = CALLBACK) -> None:
        self._attempt = attempt
        self._clock = clock
        self._path = urlsplit(address).path
        self._outcome: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._open: set[asyncio.StreamWriter] = set()

    async def code(self, *, within_s: float = WAIT_S) -> str:
        """The code. Raises LoginFailed when OpenRouter refuses, NoCallback after `within_s`."""
        patience = asyncio.ensure_future(self._clock.sleep(within_s))
        either: set[asyncio.Future[Any]] = {self._outcome, patience}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            patience.cancel()
        if not self._outcome.done():
            raise NoCallback(f"Nobody signed in within {within_s / 60:.0f} minutes.")
        return self._outcome.result()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        self._open.add(writer)
        try:
            async with asyncio.timeout(REQUEST_S):
                line = await reader.readline()
                while len(await reader.readline()) > len(b"\r\n"):
                    pass
                method, target, *_ = line.decode("latin-1").split(" ")
                await self._reply(writer, *self._judge(method, target))
        except (TimeoutError, OSError, ValueError):
            pass  # no request of a browser; the next connection may be one
        finally:
            self._open.discard(writer)
            writer.close()

    def close(self) -> None:
        """Leave nobody waiting. Idempotent."""
        if not self._outcome.cancel() and not self._outcome.cancelled():
            self._outcome.exception()  # a refusal that nobody waited for is no accident
        for writer in list(self._open):
            writer.close()

    def _judge(self, method: str, target: str) -> tuple[int, str]:
        """The status and text of the answer; settles the outcome."""
        parts = urlsplit(target)
        if parts.path != self._path:
            return 404, "There is nothing here."
        if method != "GET":
            return 405, "Only GET."
        fields = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if "error" in fields:
            reason = fields.get("error_description") or fields["error"]
            said = redact(reason)[:REASON_CHARS]
            self._settle(failure=LoginFailed(f"OpenRouter ended the sign-in: {said}."))
            return 400, "OpenRouter ended the sign-in. The terminal says why."
        if not fields.get("code"):
            return 400, "There is no code in this address."
        if not self._attempt.owns(fields.get("state", "")):
            return 400, "This address belongs to another sign-in."
        self._settle(code=fields["code"])
        return 200, DONE

    def _settle(self, *, code: str = "", failure: LoginFailed | None = None) -> None:
        if self._outcome.done():
            return
        if failure is None:
            self._outcome.set_result(code)
        else:
            self._outcome.set_exception(failure)

    async def _reply(self, writer: asyncio.StreamWriter, status: int, text: str) -> None:
        body = PAGE.format(text=text).encode()
        head = [
            f"HTTP/1.1 {status} {REASONS[status]}",
            "Content-Type: text/html; charset=utf-8",
            f"Content-Length: {len(body)}",
            "Cache-Control: no-store",
            "Referrer-Policy: no-referrer",
            "Connection: close",
            *(["Allow: GET"] if status == 405 else []),
        ]
        writer.write("\r\n".join([*head, "", ""]).encode() + body)
        await writer.drain()


@asynccontextmanager
async def listening(
    attempt: Attempt, *, clock: Clock, address: str = CALLBACK
) -> AsyncIterator[Callback]:
    """A callback that listens while the block runs. Raises NoCallback when the port is taken."""
    parts = urlsplit(address)
    callback = Callback(attempt, clock=clock, address=address)
    try:
        server = await asyncio.start_server(
            callback.serve, parts.hostname, parts.port, limit=REQUEST_BYTES
        )
    except OSError as error:
        callback.close()
        raise NoCallback(f"Nothing can listen on {parts.netloc} ({error.strerror}).") from None
    try:
        yield callback
    finally:
        server.close()
        callback.close()
