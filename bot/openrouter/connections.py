"""HTTP connections for downloads, by how far they are trusted. Opened at first use.

Sources: design.md §5 "Network rule", facts/traps.md (Network).
"""

from __future__ import annotations

from collections.abc import Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any
from urllib.request import getproxies, proxy_bypass

import httpx

from bot.openrouter.addresses import host_of
from bot.openrouter.client import LIMITS, LOOPBACK
from bot.openrouter.settings import Timeouts

if TYPE_CHECKING:
    from ssl import SSLContext

OWN_HOSTS = ("localhost", "127.0.0.1", "::1")
# A connection to a checked IP belongs to one host name alone, so none is kept for the next.
NOT_KEPT = httpx.Limits(max_connections=8, max_keepalive_connections=0)

Transport = Callable[[], httpx.AsyncBaseTransport]


def proxy_of(url: httpx.URL) -> str | None:
    """The proxy that the environment wants for `url`, as httpx would choose it."""
    host = host_of(url)
    proxies = getproxies()
    address = proxies.get(url.scheme) or proxies.get("all")
    if not address or host in OWN_HOSTS or proxy_bypass(host):
        return None
    return address if "://" in address else f"http://{address}"


class Connections:
    """Three kinds of client, none of which follows redirects or keeps cookies.

    `transport` replaces the network beneath pinned connections.
    """

    def __init__(
        self, times: Timeouts, *, idle_s: float, transport: Transport | None = None
    ) -> None:
        self._timeout = httpx.Timeout(
            connect=times.connect_s, read=idle_s, write=times.write_s, pool=times.pool_s
        )
        self._transport = transport
        self._tls: SSLContext | None = None
        self._opened: dict[str, httpx.AsyncClient] = {}

    async def aclose(self) -> None:
        """Close what is open; a later use opens anew."""
        while self._opened:
            _, client = self._opened.popitem()
            await client.aclose()

    def trusted(self) -> httpx.AsyncClient:
        """Towards the configured provider, by name, through a proxy when there is one."""
        return self._client("trusted", limits=LIMITS, mounts=dict.fromkeys(LOOPBACK))

    def pinned(self) -> httpx.AsyncClient:
        """Towards a checked IP and never through a proxy."""
        if "pinned" in self._opened:
            return self._opened["pinned"]
        transport = (
            self._transport()
            if self._transport
            else httpx.AsyncHTTPTransport(verify=self._context(), limits=NOT_KEPT)
        )
        return self._client("pinned", transport=transport)

    def proxied(self, proxy: str) -> httpx.AsyncClient:
        """Towards any host through `proxy`, which looks the name up itself."""
        return self._client(proxy, proxy=proxy, limits=NOT_KEPT)

    def _client(self, kind: str, **how: Any) -> httpx.AsyncClient:
        if kind not in self._opened:
            self._opened[kind] = httpx.AsyncClient(
                verify=self._context(),
                timeout=self._timeout,
                follow_redirects=False,
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                **how,
            )
        return self._opened[kind]

    def _context(self) -> SSLContext:
        if self._tls is None:
            self._tls = httpx.create_ssl_context()
        return self._tls
