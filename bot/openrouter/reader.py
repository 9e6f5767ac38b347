"""A streamed answer as JSON objects, whatever form it came in: events, one JSON object, or HTML."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

import httpx

from bot.errors import BadAnswer, UpstreamDown
from bot.openrouter.answer import ANSWER_BYTES, chunks
from bot.openrouter.settings import Timeouts
from bot.openrouter.sse import MAX_LINE_BYTES, SseParser

DONE = "[DONE]"
DRAIN_S = 0.2


class StreamReader:
    """Reads one answer. `complete` turns true with `[DONE]`, or with the end of a JSON object.

    Set `answered` once the answer itself is whole: what may still come is waited for less long.
    `piece_bytes` is the most that one object may take, where media make them large.
    """

    def __init__(
        self,
        response: httpx.Response,
        *,
        timeouts: Timeouts,
        monotonic: Callable[[], float],
        piece_bytes: int | None = None,
    ) -> None:
        self.complete = False
        self.answered = False
        self._response = response
        self._timeouts = timeouts
        self._monotonic = monotonic
        self._object_bytes = piece_bytes or ANSWER_BYTES
        self._line_bytes = piece_bytes or MAX_LINE_BYTES

    async def payloads(self) -> AsyncGenerator[dict[str, Any], None]:
        """Each object in order. Raises BadAnswer for no answer, UpstreamDown for a broken one."""
        async with aclosing(chunks(self._response, self._idle_s)) as received:
            head = b""
            async for chunk in received:
                head = (head + chunk).lstrip()
                if head:
                    break
            if head[:1] == b"<":
                raise BadAnswer("HTML instead of an answer")
            form = self._object if head[:1] == b"{" else self._events
            async with aclosing(form(head, received)) as payloads:
                async for payload in payloads:
                    yield payload

    def _idle_s(self) -> float:
        if self.complete:
            return DRAIN_S
        return self._timeouts.chat_tail_s if self.answered else self._timeouts.chat_idle_s

    async def _object(
        self, head: bytes, received: AsyncGenerator[bytes, None]
    ) -> AsyncGenerator[dict[str, Any], None]:
        body = bytearray(head)
        async for chunk in received:
            body += chunk
            if len(body) > self._object_bytes:
                raise BadAnswer("the answer is too large", retryable=False)
        payload = _parse(body.decode("utf-8", "replace"))
        self.complete = True
        yield payload

    async def _events(
        self, head: bytes, received: AsyncGenerator[bytes, None]
    ) -> AsyncGenerator[dict[str, Any], None]:
        parser = SseParser(max_line_bytes=self._line_bytes)
        heard_at = self._monotonic()
        events = parser.feed(head)
        while True:
            for event in events:
                heard_at = self._monotonic()
                if event.strip() == DONE:
                    await self._drain(received)
                    return
                yield _parse(event)
            try:
                events = parser.feed(await anext(received))
            except StopAsyncIteration:
                break
            if self._monotonic() - heard_at > self._timeouts.chat_silence_s:
                raise UpstreamDown("only comments for too long")
        for event in parser.close():
            if event.strip() == DONE:
                self.complete = True
                return
            yield _parse(event)

    async def _drain(self, received: AsyncGenerator[bytes, None]) -> None:
        """Read to the end, so that the connection can serve the next call."""
        self.complete = True
        try:
            async for _ in received:
                pass
        except UpstreamDown:
            return  # the answer is complete; only the connection is lost


def _parse(text: str) -> dict[str, Any]:
    try:
        payload = json.loads(text)
    except (ValueError, RecursionError):
        raise BadAnswer("a piece of the answer is not JSON") from None
    if not isinstance(payload, dict):
        raise BadAnswer("a piece of the answer is not an object")
    return payload
