"""Addresses that an answer names are judged by what they lead to, in every spelling."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UpstreamDown
from bot.openrouter.addresses import (
    AddressRefused,
    Resolver,
    allowed_ips,
    is_allowed,
    origin_of,
    readable,
    resolve,
)

PRIVATE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::8.8.8.8",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "not an address",
    "",
]
PUBLIC = [
    "1.1.1.1",
    "93.184.216.34",
    "172.32.0.1",
    "2606:4700::1111",
    "2a00:1450:4001::1",
    "::ffff:93.184.216.34",
    "64:ff9b::93.184.216.34",
]
UNREADABLE = [
    "",
    "film.mp4",
    "//cdn.example/film.mp4",
    "ftp://cdn.example/film.mp4",
    "file:///etc/passwd",
    "data:video/mp4;base64,AAAA",
    "gopher://cdn.example/",
    "https://",
    "https:///film.mp4",
    "https://user@cdn.example/",
    "https://user:word@cdn.example/",
    "https://cdn.example:0/",
    "https://cdn.example:99999/",
    "https://cdn.example\n/",
    "https://[::1",
    "https://[broken/",
    "https://cdn example/",
    "https://cdn%2eexample/",
]
PRIVATE_NAMES = [
    "localhost",
    "LOCALHOST",
    "localhost.",
    "film.localhost",
    "printer.local",
    "db.internal",
    "metadata.google.internal",
    "nas.home.arpa",
]


def answering(*found: str) -> Resolver:
    async def resolver(host: str, port: int) -> Sequence[str]:
        return found

    return resolver


async def judged(url: str, *found: str, allow_private: bool = False) -> tuple[str, ...]:
    return await allowed_ips(
        readable(url), resolver=answering(*found), within_s=1, allow_private=allow_private
    )


@pytest.mark.parametrize("ip", PRIVATE)
def test_what_is_not_the_public_internet_is_refused(ip: str) -> None:
    assert not is_allowed(ip)


@pytest.mark.parametrize("ip", PUBLIC)
def test_the_public_internet_is_allowed(ip: str) -> None:
    assert is_allowed(ip)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_worth_the_same_however_ipv6_carries_it(ip: IPv4Address) -> None:
    carried = [
        IPv6Address(0xFFFF << 32 | int(ip)),
        IPv6Address(0x64FF9B << 96 | int(ip)),
        IPv6Address(0x2002 << 112 | int(ip) << 80),
    ]
    assert {is_allowed(str(one)) for one in carried} == {is_allowed(str(ip))}


@pytest.mark.parametrize("ip", ["127.0.0.1", "10.0.0.1", "192.168.1.1", "::1", "fd12::1"])
def test_private_networks_can_be_opened(ip: str) -> None:
    assert is_allowed(ip, allow_private=True)


@pytest.mark.parametrize(
    "ip",
    ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "100.100.100.200", "fd00:ec2::254"],
)
def test_the_clouds_own_address_stays_shut_even_then(ip: str) -> None:
    assert not is_allowed(ip, allow_private=True)


@pytest.mark.parametrize("address", UNREADABLE)
def test_an_address_that_is_no_plain_web_address_is_refused_unsent(address: str) -> None:
    with pytest.raises(AddressRefused) as caught:
        readable(address)
    assert not caught.value.sent
    assert not caught.value.retryable


def test_odd_ports_are_fine() -> None:
    assert readable("https://cdn.example:8443/film.mp4").port == 8443


@pytest.mark.parametrize("name", PRIVATE_NAMES)
async def test_a_private_name_is_refused_whatever_it_resolves_to(name: str) -> None:
    with pytest.raises(AddressRefused):
        await judged(f"https://{name}/film.mp4", "93.184.216.34")


async def test_a_name_that_only_ends_alike_is_not_private() -> None:
    assert await judged("https://notlocalhost.example/", "93.184.216.34") == ("93.184.216.34",)


async def test_a_private_name_can_be_opened_but_not_the_clouds_own() -> None:
    assert await judged("http://nas.local/", "10.0.0.9", allow_private=True) == ("10.0.0.9",)
    with pytest.raises(AddressRefused):
        await judged("http://metadata.google.internal/", "10.0.0.9", allow_private=True)


async def test_one_private_address_spoils_a_name() -> None:
    with pytest.raises(AddressRefused) as caught:
        await judged("https://cdn.example/", "93.184.216.34", "127.0.0.1")
    assert not caught.value.sent


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "[::1]"]
)
async def test_the_real_resolver_reads_every_spelling_of_this_machine(host: str) -> None:
    with pytest.raises(AddressRefused):
        await allowed_ips(
            readable(f"http://{host}/"), resolver=resolve, within_s=5, allow_private=False
        )


async def test_a_name_without_an_address_may_have_one_later() -> None:
    with pytest.raises(UpstreamDown) as caught:
        await judged("https://cdn.example/")
    assert caught.value.retryable
    assert not caught.value.sent


@pytest.mark.parametrize("failure", [OSError("no such name"), UnicodeError("label too long")])
async def test_a_resolver_that_fails_is_a_typed_error(failure: Exception) -> None:
    async def resolver(host: str, port: int) -> Sequence[str]:
        raise failure

    with pytest.raises(UpstreamDown):
        await allowed_ips(
            readable("https://cdn.example/"), resolver=resolver, within_s=1, allow_private=False
        )


async def test_a_resolver_that_hangs_is_given_up() -> None:
    async def resolver(host: str, port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return ()

    with pytest.raises(UpstreamDown):
        await allowed_ips(
            readable("https://cdn.example/"), resolver=resolver, within_s=0.05, allow_private=False
        )


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://openrouter.ai/api", "https://OPENROUTER.ai:443/cdn/x", True),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/x", True),
        ("https://openrouter.ai/", "http://openrouter.ai/", False),
        ("https://openrouter.ai/", "https://openrouter.ai:8443/", False),
        ("https://openrouter.ai/", "https://openrouter.ai.evil.example/", False),
        ("https://openrouter.ai/", "https://cdn.openrouter.ai/", False),
    ],
)
def test_an_origin_is_scheme_host_and_port(one: str, other: str, *, same: bool) -> None:
    assert (origin_of(httpx.URL(one)) == origin_of(httpx.URL(other))) is same
