"""An answer's bytes: read whole within a limit, or chunk by chunk as they come."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any

import httpx

from bot.errors import BadAnswer, UpstreamDown
from bot.openrouter import errors

ERROR_BODY_BYTES = 16 * 1024
ANSWER_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete 2xx answer. Header names are in lower case."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")

    @property
    def generation_id(self) -> str:
        return self.headers.get("x-generation-id", "")

    def object(self) -> dict[str, Any]:
        """The body as an object, also where that tells of an error. Raises BadAnswer."""
        try:
            content = json.loads(self.body)
        except (ValueError, RecursionError):
            kind = self.content_type.partition(";")[0] or "no content type"
            raise BadAnswer(f"the answer is not JSON ({kind})") from None
        if not isinstance(content, dict):
            raise BadAnswer("the answer is not an object")
        return content

    def json(self) -> dict[str, Any]:
        """The body as an object. Raises BadAnswer, or the typed error that the body carries."""
        content = self.object()
        if content.get("error"):
            raise errors.from_payload(content["error"])
        return content


async def chunks(
    response: httpx.Response, idle_s: Callable[[], float]
) -> AsyncGenerator[bytes, None]:
    """The bytes of a streamed answer as they come. Raises UpstreamDown when they stop or break."""
    async with aclosing(response.aiter_bytes()) as received:  # type: ignore[type-var]
        while True:
            try:
                async with asyncio.timeout(idle_s()):
                    chunk = await anext(received)
            except StopAsyncIteration:
                return
            except (TimeoutError, httpx.RequestError) as failure:
                raise errors.from_transport(failure) from failure
            yield chunk


async def read_answer(response: httpx.Response, max_bytes: int) -> Answer:
    """The whole answer; closes it. BadAnswer above `max_bytes`, UpstreamDown if it breaks."""
    body = bytearray()
    try:
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > max_bytes:
                raise BadAnswer(f"the answer is larger than {max_bytes} bytes", retryable=False)
    except httpx.RequestError as failure:
        # Not a transport error any more: the answer had begun, so this is never repeated here.
        raise UpstreamDown(f"the answer broke off ({type(failure).__name__})") from failure
    finally:
        await response.aclose()
    return Answer(headers=response.headers, body=bytes(body))


async def read_error_body(response: httpx.Response) -> bytes:
    """As much of a refusal as is worth reading; closes it, never raises for a broken one."""
    body = bytearray()
    try:
        with suppress(httpx.RequestError):
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) >= ERROR_BODY_BYTES:
                    break
    finally:
        await response.aclose()
    return bytes(body[:ERROR_BODY_BYTES])
