"""The one HTTP client towards OpenRouter: connections, deadlines, retries, typed errors."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import TypeVar

import httpx
import structlog

from bot.errors import KeyRefused, RequestRejected, UpstreamError
from bot.openrouter import errors
from bot.openrouter.answer import ANSWER_BYTES, Answer, read_answer, read_error_body
from bot.openrouter.headers import request_headers
from bot.openrouter.keys import Secret
from bot.openrouter.retry import RetryRules
from bot.openrouter.route import Route
from bot.openrouter.settings import OpenRouterSettings
from bot.values.clock import Clock

LIMITS = httpx.Limits(max_connections=64, max_keepalive_connections=32, keepalive_expiry=120)
WARM_FOR_S = 90  # below the expiry, so that a connection taken for warm is not about to close
# A proxy from the environment never stands between two programs on this machine.
LOOPBACK = ("all://localhost", "all://127.0.0.1", "all://[::1]")
NO_KEY = "I have no key for the model service. Please tell my owner to set one."

T = TypeVar("T")
KeySource = Callable[[], Secret | None]
log = structlog.get_logger()


class OpenRouterClient:
    """Use as an async context manager: it owns the connections and closes them.

    `key` is asked before each attempt, so that a login takes effect without a restart.
    """

    def __init__(
        self,
        settings: OpenRouterSettings,
        *,
        clock: Clock,
        key: KeySource,
        retry: RetryRules | None = None,
    ) -> None:
        self.settings = settings
        self.route = Route.of(settings.base_url)
        self.clock = clock
        self._key = key
        self._retry = retry or RetryRules()
        self._used_at: float | None = None
        self._opened: httpx.AsyncClient | None = None

    async def __aenter__(self) -> OpenRouterClient:
        times = self.settings.timeouts
        self._opened = httpx.AsyncClient(
            limits=LIMITS,
            # Reads are bounded per kind of call, by asyncio.timeout around them.
            timeout=httpx.Timeout(
                connect=times.connect_s, write=times.write_s, pool=times.pool_s, read=None
            ),
            follow_redirects=False,  # a redirect must not carry the key elsewhere
            mounts=dict.fromkeys(LOOPBACK),
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._opened is not None:
            await self._opened.aclose()
            self._opened = None

    async def warm(self) -> None:
        """Have a connection ready at no cost, unless one was just used. Never raises."""
        now = self.clock.monotonic()
        if self._used_at is not None and now - self._used_at < WARM_FOR_S:
            return
        self._used_at = now
        try:
            async with asyncio.timeout(self.settings.timeouts.connect_s):
                await self._http.head(self.route.base_url, params=self.route.query or None)
        except (httpx.RequestError, httpx.InvalidURL, TimeoutError):
            self._used_at = None

    @asynccontextmanager
    async def open(
        self,
        path: str,
        body: object,
        *,
        within_s: float,
        headers: Mapping[str, str] | None = None,
        retry: RetryRules | None = None,
    ) -> AsyncIterator[httpx.Response]:
        """POST `body` and give the 2xx answer unread; `within_s` bounds the wait for its headers.

        Repeated on the rules of `retry`, else the client's own, until an answer begins. Leaving the
        block closes the connection when the answer was not read to its end.
        """

        async def attempt() -> httpx.Response:
            async with asyncio.timeout(within_s):
                return await self._send("POST", path, body=body, headers=headers)

        response = await self._repeat(attempt, path=path, repeatable=True, retry=retry)
        try:
            yield response
        finally:
            await response.aclose()

    async def post(
        self,
        path: str,
        body: object,
        *,
        within_s: float,
        repeatable: bool,
        key: KeySource | None = None,
        max_bytes: int = ANSWER_BYTES,
        settings: OpenRouterSettings | None = None,
        retry: RetryRules | None = None,
    ) -> Answer:
        """POST `body` and read the whole answer; `within_s` bounds each attempt.

        `repeatable` is false for what is paid by its result: see `RetryRules.wait_s`. The address,
        headers and auth of `settings` serve in place of the client's own, as do `retry` rules.
        """

        async def attempt() -> Answer:
            async with asyncio.timeout(within_s):
                return await read_answer(
                    await self._send("POST", path, body=body, key=key, settings=settings), max_bytes
                )

        return await self._repeat(attempt, path=path, repeatable=repeatable, retry=retry)

    async def get(
        self,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        within_s: float | None = None,
        key: KeySource | None = None,
    ) -> Answer:
        """GET the whole answer: free lookups, always repeatable."""

        async def attempt() -> Answer:
            async with asyncio.timeout(within_s or self.settings.timeouts.lookup_s):
                return await read_answer(
                    await self._send("GET", path, params=params, key=key), ANSWER_BYTES
                )

        return await self._repeat(attempt, path=path, repeatable=True)

    @property
    def _http(self) -> httpx.AsyncClient:
        if self._opened is None:
            raise RuntimeError("the client is used outside its context")
        return self._opened

    async def _send(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        key: KeySource | None = None,
        settings: OpenRouterSettings | None = None,
    ) -> httpx.Response:
        secret = (key or self._key)()
        route = Route.of(settings.base_url) if settings else self.route
        settings = settings or self.settings
        if not secret and settings.auth is None and route.verified:
            raise errors.unsent(KeyRefused("no key is configured", sentence=NO_KEY))
        request = self._http.build_request(
            method,
            route.url(path),
            params=[*route.query, *(params or {}).items()] or None,
            content=None if body is None else encode(body),
            headers=request_headers(settings, route, secret, headers),
        )
        response = await self._http.send(request, stream=True)
        self._used_at = self.clock.monotonic()
        if response.is_success:
            return response
        raise errors.from_response(
            response.status_code,
            response.headers,
            await read_error_body(response),
            now_ms=self.clock.now_ms(),
            hide=secret.reveal() if secret else "",
        )

    async def _repeat(
        self,
        attempt: Callable[[], Awaitable[T]],
        *,
        path: str,
        repeatable: bool,
        retry: RetryRules | None = None,
    ) -> T:
        rules = retry or self._retry
        number = 0
        broke_off = False
        while True:
            try:
                return await attempt()
            except TimeoutError as failure:
                raise errors.from_transport(failure) from failure
            except httpx.InvalidURL:
                problem = RequestRejected("the configured address can't be read")
                raise errors.unsent(problem) from None
            except (httpx.RequestError, UpstreamError) as failure:
                wait_s = rules.wait_s(failure, attempt=number, repeatable=repeatable)
                typed = (
                    failure
                    if isinstance(failure, UpstreamError)
                    else errors.from_transport(failure)
                )
                broke_off |= typed.sent and typed.status is None
                typed.sent |= broke_off
                if wait_s is None:
                    raise typed from failure.__cause__
            number += 1
            log.info(
                "openrouter.retry", path=path, attempt=number, status=typed.status, wait_s=wait_s
            )
            await self.clock.sleep(wait_s)


def encode(body: object) -> bytes:
    """JSON in UTF-8, keys in the order given. Raises RequestRejected for what JSON can't say."""
    try:
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError) as failure:
        raise errors.unsent(RequestRejected(f"the request is not JSON: {failure}")) from None
    return text.encode("utf-8", "replace")  # half of a surrogate pair becomes a question mark
