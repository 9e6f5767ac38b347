"""Which addresses an answer may send us to: public ones, judged by what their names resolve to.

Sources: design.md §5 "Network rule", facts/openrouter-wire.md §19.1.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx

from bot.errors import BadAnswer, UpstreamDown
from bot.openrouter import errors

IP = IPv4Address | IPv6Address
# Host and port to the addresses that a connection would be tried with, best first.
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

HOST = re.compile(r"[a-z0-9._:-]+")
PORTS = {"http": 80, "https": 443}
LOCAL_NAMES = ("localhost", "local", "internal", "localdomain", "home.arpa")
METADATA_NAMES = ("metadata", "metadata.goog", "instance-data")
# Public by their number, yet answered by the machine's own cloud.
METADATA_IPS = frozenset(
    map(ip_address, ("168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254"))
)
# What older Pythons still count as global.
SPECIAL_V4 = tuple(map(IPv4Network, ("192.0.0.0/24", "192.88.99.0/24")))
GLOBAL_V6 = IPv6Network("2000::/3")
SPECIAL_V6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "3fff::/20")))
NAT64 = IPv6Network("64:ff9b::/96")


class AddressRefused(BadAnswer):
    """An answer names an address that is not to be trusted."""

    code = "media.address"
    default_sentence = (
        "The model service sent me to an address that I don't trust, so I did not go there. "
        "Please tell my owner."
    )
    retryable = False


async def resolve(host: str, port: int) -> Sequence[str]:
    """The machine's own resolver, which also reads decimal, octal and hex spellings."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in found))


def readable(address: str | httpx.URL) -> httpx.URL:
    """`address` as a URL that may be asked at all: http or https, a host, no credentials in it.

    Raises AddressRefused, like everything here unsent.
    """
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        raise _refused("the address can't be read") from None
    if url.scheme not in PORTS:
        raise _refused("the address is neither http nor https")
    if url.userinfo:
        raise _refused("the address holds credentials")
    if not HOST.fullmatch(host_of(url)) or not 0 < port_of(url) < 2**16:
        raise _refused("the address names no host or no port")
    return url


def host_of(url: httpx.URL) -> str:
    """The host as it goes on the wire, without brackets and without a final dot."""
    return url.raw_host.decode("ascii").strip("[]").lower().rstrip(".")


def port_of(url: httpx.URL) -> int:
    """The port, named or by scheme."""
    return PORTS[url.scheme] if url.port is None else url.port


def origin_of(url: httpx.URL) -> tuple[str, bytes, int]:
    """Scheme, host and port; two addresses of one origin may share a key."""
    return url.scheme, url.raw_host.lower(), port_of(url)


async def allowed_ips(
    url: httpx.URL, *, resolver: Resolver, within_s: float, allow_private: bool
) -> tuple[str, ...]:
    """The addresses to connect to, all of them checked: one bad one spoils the name.

    Raises AddressRefused; UpstreamDown when the name can't be resolved.
    """
    host = host_of(url)
    if _is_metadata_name(host) or not (allow_private or _is_public_name(host)):
        raise _refused("the address names a private host")
    try:
        async with asyncio.timeout(within_s):
            found = await resolver(host, port_of(url))
    except (OSError, UnicodeError) as failure:  # TimeoutError is an OSError
        problem = UpstreamDown(f"the host can't be resolved ({type(failure).__name__})")
        raise errors.unsent(problem) from None
    if not found:
        raise errors.unsent(UpstreamDown("the host has no address"))
    if not all(is_allowed(one, allow_private=allow_private) for one in found):
        raise _refused("the host resolves to an address that is not public")
    return tuple(found)


def is_allowed(text: str, *, allow_private: bool = False) -> bool:
    """Whether an IP may be connected to.

    `allow_private` opens private networks and this machine, never a cloud's own metadata.
    """
    try:
        ip = _inner(ip_address(text))
    except ValueError:
        return False
    if ip in METADATA_IPS:
        return False
    if allow_private:
        return not (ip.is_link_local or ip.is_multicast or ip.is_unspecified)
    return _is_public(ip)


def _refused(why: str) -> AddressRefused:
    return errors.unsent(AddressRefused(why))


def _is_public(ip: IP) -> bool:
    if not ip.is_global or ip.is_multicast or ip.is_reserved:
        return False
    if isinstance(ip, IPv6Address):
        return ip in GLOBAL_V6 and not any(ip in network for network in SPECIAL_V6)
    return not any(ip in network for network in SPECIAL_V4)


def _inner(ip: IP) -> IP:
    """The IPv4 address that an IPv6 one leads to, else `ip` itself."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


def _is_metadata_name(host: str) -> bool:
    return host in METADATA_NAMES or host.startswith("metadata.google.")


def _is_public_name(host: str) -> bool:
    return not any(host == name or host.endswith(f".{name}") for name in LOCAL_NAMES)
