"""Fetching what an answer names: no credential leaves the provider's origin, nothing private is
reached, nothing endless is read. Decides about addresses and bytes, not about films.

Sources: design.md §5 "Network rule", facts/openrouter-wire.md §13.3, §13.4 and §19.1.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import Message
from types import TracebackType

import httpx
import structlog

from bot.errors import BadAnswer, KeyRefused, UpstreamDown, UpstreamError
from bot.openrouter import errors
from bot.openrouter.addresses import (
    AddressRefused,
    Resolver,
    allowed_ips,
    host_of,
    origin_of,
    readable,
    resolve,
)
from bot.openrouter.answer import Answer, read_error_body
from bot.openrouter.client import NO_KEY, KeySource
from bot.openrouter.connections import Connections, Transport, proxy_of
from bot.openrouter.headers import request_headers
from bot.openrouter.route import Route
from bot.openrouter.settings import OpenRouterSettings
from bot.values.clock import Clock

MAX_REDIRECTS = 3
MAX_TRIES = 4  # addresses of one host that are tried when connecting fails
IDLE_S = 30.0
GONE = (401, 403, 404, 410)
# Compression would let a small answer swell past the limit between two looks at it.
PLAIN = {"accept": "*/*", "accept-encoding": "identity", "user-agent": "parley"}
log = structlog.get_logger()


class FileTooLarge(UpstreamError):
    """The file is larger than the limit."""

    code = "media.too_large"
    default_sentence = (
        "The finished file is larger than I may fetch. Please ask for something shorter or smaller."
    )


class FileMissing(UpstreamError):
    """The file can't be had at its address, or not any more."""

    code = "media.missing"
    default_sentence = (
        "The finished file is no longer where the model service put it. "
        "Please order it again if you still want it."
    )


class Downloader:
    """Use as an async context manager: it owns its connections and closes them.

    `idle_s` ends a download that stops; `transport` is the network beneath checked connections.
    """

    def __init__(
        self,
        settings: OpenRouterSettings,
        *,
        clock: Clock,
        key: KeySource,
        resolver: Resolver = resolve,
        transport: Transport | None = None,
        idle_s: float = IDLE_S,
    ) -> None:
        self._settings = settings
        self._route = Route.of(settings.base_url)
        self._clock = clock
        self._key = key
        self._resolver = resolver
        self._connections = Connections(settings.timeouts, idle_s=idle_s, transport=transport)
        self._told_unpinned = False

    async def __aenter__(self) -> Downloader:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._connections.aclose()

    async def get(self, url: str, *, max_bytes: int, within_s: float) -> Answer:
        """The answer at `url`, of any type, within `within_s` seconds from now.

        Raises AddressRefused, FileTooLarge, FileMissing and the rest of UpstreamError; those
        worth another try are `retryable`, those before which nothing was sent not `sent`.
        """
        hops: list[httpx.URL] = []
        with _told(url):
            try:
                async with asyncio.timeout(within_s):
                    return await self._follow(url, hops, max_bytes=max_bytes)
            except (TimeoutError, httpx.RequestError, UpstreamError) as failure:
                typed = (
                    failure
                    if isinstance(failure, UpstreamError)
                    else errors.from_transport(failure)
                )
                typed.sent |= bool(hops)
                raise typed from failure.__cause__

    async def file(self, url: str, *, max_bytes: int, within_s: float) -> Answer:
        """Like `get`, for media: JSON, text and nothing at all are refused with BadAnswer."""
        answer = await self.get(url, max_bytes=max_bytes, within_s=within_s)
        with _told(url):
            kind = media_type(answer.content_type)
            if kind == "application/json" or kind.endswith("+json") or kind.startswith("text/"):
                raise BadAnswer(f"{kind} in place of a file", retryable=False)
            if not answer.body:
                raise BadAnswer("the file is empty", retryable=False)
        return answer

    async def is_for_anybody(self, address: str) -> bool:
        """Whether a person may be given `address`: public, and not where our key is needed."""
        try:
            url = readable(address)
            if origin_of(url) == self._origin():
                return False
            await allowed_ips(
                url,
                resolver=self._resolver,
                within_s=self._settings.timeouts.connect_s,
                allow_private=False,
            )
        except UpstreamError:
            return False
        return True

    async def _follow(self, address: str, hops: list[httpx.URL], *, max_bytes: int) -> Answer:
        """Each hop is judged anew and added to `hops` once it has answered."""
        onward: str | httpx.URL = address
        trusted = True
        while True:
            url = readable(onward)
            trusted = trusted and origin_of(url) == self._origin()  # once lost, never regained
            if url in hops or len(hops) > MAX_REDIRECTS:
                raise AddressRefused("too many redirects")
            response = await (self._ask_trusted(url) if trusted else self._ask_other(url))
            if not response.has_redirect_location:
                return await self._read(response, max_bytes=max_bytes, trusted=trusted)
            await response.aclose()
            hops.append(url)
            onward = _joined(url, response.headers["location"])

    def _origin(self) -> tuple[str, bytes, int] | None:
        try:
            return origin_of(readable(self._route.base_url))
        except AddressRefused:
            return None  # nothing can be asked at such an address, so nothing can come from it

    async def _ask_trusted(self, url: httpx.URL) -> httpx.Response:
        key = self._key()
        if not key and self._settings.auth is None and self._route.verified:
            raise errors.unsent(KeyRefused("no key is configured", sentence=NO_KEY))
        headers = httpx.Headers(request_headers(self._settings, self._route, key))
        del headers["content-type"]
        headers["accept-encoding"] = "identity"
        client = self._connections.trusted()
        return await client.send(client.build_request("GET", url, headers=headers), stream=True)

    async def _ask_other(self, url: httpx.URL) -> httpx.Response:
        """Ask an address without any credential, connected to the very IP that was checked."""
        proxy = proxy_of(url)
        if proxy:
            await self._check_before_proxy(url)
            client = self._connections.proxied(proxy)
            return await client.send(client.build_request("GET", url, headers=PLAIN), stream=True)
        ips = (await self._allowed_ips(url))[:MAX_TRIES]
        for ip in ips[:-1]:
            try:
                return await self._ask_pinned(url, ip)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._ask_pinned(url, ips[-1])

    async def _ask_pinned(self, url: httpx.URL, ip: str) -> httpx.Response:
        client = self._connections.pinned()
        request = client.build_request(
            "GET",
            url.copy_with(host=ip),
            headers=PLAIN | {"host": url.netloc.decode("ascii"), "connection": "close"},
            extensions={"sni_hostname": host_of(url)} if url.scheme == "https" else None,
        )
        return await client.send(request, stream=True)

    async def _check_before_proxy(self, url: httpx.URL) -> None:
        """What can be checked when the proxy looks the name up: the name, and our own answer."""
        if not self._told_unpinned:
            self._told_unpinned = True
            log.warning("download.unpinned", reason="a proxy from the environment connects")
        try:
            await self._allowed_ips(url)
        except UpstreamDown:
            return  # names may be known to the proxy alone

    async def _allowed_ips(self, url: httpx.URL) -> tuple[str, ...]:
        return await allowed_ips(
            url,
            resolver=self._resolver,
            within_s=self._settings.timeouts.connect_s,
            allow_private=self._settings.allow_private_network,
        )

    async def _read(self, response: httpx.Response, *, max_bytes: int, trusted: bool) -> Answer:
        if not response.is_success:
            raise await self._failure(response, trusted=trusted)
        body = bytearray()
        try:
            if response.headers.get("content-encoding", "identity").lower() != "identity":
                raise BadAnswer("the answer is compressed", retryable=False)
            _check_size(_length(response.headers), max_bytes)
            async for chunk in response.aiter_bytes():
                _check_size(len(body) + len(chunk), max_bytes)
                body += chunk
        except httpx.RequestError as failure:
            raise UpstreamDown(f"the answer broke off ({type(failure).__name__})") from failure
        finally:
            await response.aclose()
        return Answer(headers=response.headers, body=bytes(body))

    async def _failure(self, response: httpx.Response, *, trusted: bool) -> UpstreamError:
        status = response.status_code
        if trusted and status not in (404, 410):
            key = self._key()
            return errors.from_response(
                status,
                response.headers,
                await read_error_body(response),
                now_ms=self._clock.now_ms(),
                hide=key.reveal() if key else "",
            )
        await response.aclose()
        if status in (408, 429) or status >= 500:
            wait_s = errors.retry_after_s(response.headers, self._clock.now_ms())
            return UpstreamDown("another host failed", status=status, retry_after_s=wait_s)
        if status in GONE:
            return FileMissing("not there", status=status)
        return BadAnswer("another host refused", status=status, retryable=False)


def media_type(content_type: str) -> str:
    """The bare type of a Content-Type header, in lower case; empty when there is none."""
    header = Message()
    header["content-type"] = content_type
    return header.get_content_type() if content_type else ""


def _joined(url: httpx.URL, location: str) -> str | httpx.URL:
    try:
        return url.join(location)
    except httpx.InvalidURL:
        return ""  # refused like any other address that can't be read


def _length(headers: httpx.Headers) -> int:
    """What the answer claims; 0 when it claims nothing that can be read."""
    claimed = headers.get("content-length", "")
    return int(claimed) if claimed.isdecimal() and len(claimed) < 20 else 0


def _check_size(size_bytes: int, max_bytes: int) -> None:
    if size_bytes > max_bytes:
        raise FileTooLarge(f"the answer is larger than {max_bytes} bytes")


@contextmanager
def _told(address: str) -> Iterator[None]:
    """A line in the log for each failure; of the address only the host, it may hold secrets."""
    try:
        yield
    except UpstreamError as failure:
        host = ""
        with suppress(httpx.InvalidURL):
            host = httpx.URL(address).host
        log.warning(
            "download.failed", host=host, code=failure.code, status=failure.status, why=str(failure)
        )
        raise
