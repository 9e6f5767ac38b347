"""What an answer names is fetched without a credential, from checked addresses, within limits."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import httpx
import pytest
import structlog
from loopback_upstream import KEY, FakeClock, Reply, Upstream, as_json, upstream

from bot.errors import BadAnswer, KeyRefused, RateLimited, UpstreamDown, UpstreamError
from bot.openrouter.addresses import AddressRefused
from bot.openrouter.download import Downloader, FileMissing, FileTooLarge
from bot.openrouter.settings import OpenRouterSettings, Timeouts

PUBLIC, OTHER_PUBLIC = "93.184.216.34", "2606:4700::1111"
BYTES = b"\0\0\0\x18ftypmp42"
FILE = Reply((BYTES,), headers={"content-type": "video/mp4"})
MEGABYTE = 2**20
CREDENTIALS = {"authorization", "http-referer", "x-openrouter-title", "x-team"}


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


class Internet(httpx.AsyncBaseTransport):
    """Public addresses that are really servers on loopback; every other one can't be reached."""

    def __init__(self, ports: Mapping[str, int]) -> None:
        self.ports = ports
        self.connected: list[str] = []
        self.names: list[str | None] = []
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        ip = request.url.host
        self.connected.append(ip)
        self.names.append(request.extensions.get("sni_hostname"))
        if ip not in self.ports:
            raise httpx.ConnectError("nobody there")
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self.ports[ip])
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


class Names:
    """A resolver that answers each name with its next list, the last one again and again."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self.answers = {name.replace("_", "."): list(lists) for name, lists in answers.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        lists = self.answers.get(host, [[host]])
        return lists.pop(0) if len(lists) > 1 else lists[0]


def downloader(
    base: Upstream | None = None,
    *,
    internet: Internet | None = None,
    names: Names | None = None,
    idle_s: float = 5,
    **settings: Any,
) -> Downloader:
    address = base.url if base else "https://provider.example/api/v1"
    return Downloader(
        OpenRouterSettings(
            base_url=address, headers={"X-Team": "a"}, timeouts=Timeouts(connect_s=2), **settings
        ),
        clock=FakeClock(),
        key=lambda: KEY,
        resolver=names or Names(),
        transport=(lambda: internet) if internet else None,
        idle_s=idle_s,
    )


async def fetch(
    part: Downloader, url: str, *, max_bytes: int = MEGABYTE, within_s: float = 5
) -> bytes:
    async with part:
        return (await part.file(url, max_bytes=max_bytes, within_s=within_s)).body


def onward(location: str, status: int = 302) -> Reply:
    return Reply(status=status, headers={"location": location})


def endless(chunk: bytes = b"x" * 65_536) -> Iterable[bytes]:
    return itertools.repeat(chunk)


# --- credentials ----------------------------------------------------------------------------------


async def test_the_providers_own_address_gets_its_headers_and_no_content_type() -> None:
    async with upstream(FILE) as base:
        assert await fetch(downloader(base), f"{base.url}/videos/1/content?index=0") == BYTES
    sent = base.seen[0].headers
    assert sent["authorization"] == f"Bearer {KEY.reveal()}"
    assert sent["x-team"] == "a"
    assert "content-type" not in sent


async def test_another_origin_gets_no_credential_at_all() -> None:
    async with upstream(FILE) as cdn:
        internet = Internet({PUBLIC: cdn.port})
        names = Names(cdn_example=[[PUBLIC]])
        part = downloader(internet=internet, names=names)
        assert await fetch(part, "https://cdn.example:8443/film.mp4?signature=s") == BYTES
    sent = cdn.seen[0].headers
    assert not CREDENTIALS & sent.keys()
    assert KEY.reveal() not in str(sent)
    assert sent["host"] == "cdn.example:8443"
    assert internet.connected == [PUBLIC]
    assert internet.names == ["cdn.example"]


@pytest.mark.parametrize("port_of", ["same host", "other scheme"])
async def test_another_port_or_scheme_of_the_provider_is_another_origin(port_of: str) -> None:
    async with upstream(FILE) as base, upstream(FILE) as other:
        url = base.url.replace("http:", "https:")
        if port_of == "same host":
            url = base.url.replace(str(base.port), str(other.port))
        with pytest.raises(AddressRefused):  # loopback is trusted as configured, nowhere else
            await fetch(downloader(base), url)
    assert base.seen == other.seen == []


async def test_a_redirect_to_another_origin_leaves_the_credentials_behind_for_good() -> None:
    async with upstream(FILE) as base, upstream(FILE) as cdn:
        internet = Internet({PUBLIC: cdn.port})
        names = Names(cdn_example=[[PUBLIC]], back_example=[[PUBLIC]])
        base.script = [onward("https://cdn.example/a")]
        cdn.script = [onward("https://back.example/b"), FILE]
        part = downloader(base, internet=internet, names=names)
        assert await fetch(part, f"{base.url}/film") == BYTES
    assert "authorization" in base.seen[0].headers
    assert [seen.path for seen in cdn.seen] == ["/a", "/b"]
    assert not any(CREDENTIALS & seen.headers.keys() for seen in cdn.seen)


async def test_a_way_back_to_the_provider_regains_neither_trust_nor_headers() -> None:
    async with upstream(FILE) as base, upstream() as cdn:
        cdn.script = [onward(f"{base.url}/film")]
        part = downloader(
            base, internet=Internet({PUBLIC: cdn.port}), names=Names(cdn_example=[[PUBLIC]])
        )
        with pytest.raises(AddressRefused):
            await fetch(part, "https://cdn.example/a")
    assert base.seen == []


async def test_cookies_are_not_kept() -> None:
    async with upstream(FILE) as base:
        base.script = [Reply((BYTES,), headers={"set-cookie": "a=b; Path=/"})]
        async with downloader(base) as part:
            for _ in range(2):
                await part.get(f"{base.url}/film", max_bytes=MEGABYTE, within_s=5)
    assert [seen.headers.get("cookie") for seen in base.seen] == [None, None]


async def test_without_a_key_openrouter_itself_is_not_asked() -> None:
    part = Downloader(OpenRouterSettings(), clock=FakeClock(), key=lambda: None)
    with pytest.raises(KeyRefused) as caught:
        await fetch(part, "https://openrouter.ai/api/v1/videos/1")
    assert not caught.value.sent


# --- addresses ------------------------------------------------------------------------------------

HOSTILE = [
    "http://127.0.0.1:1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::1]/",
    "http://[::ffff:10.0.0.1]/",
    "http://metadata.google.internal/",
    "http://printer.local/",
    "http://0.0.0.0/",
    "file:///etc/passwd",
    "ftp://cdn.example/film.mp4",
    "https://user:word@cdn.example/film.mp4",
    "https://[broken/film.mp4",
]


@pytest.mark.parametrize("url", HOSTILE)
async def test_a_hostile_address_is_refused_before_anything_is_sent(url: str) -> None:
    internet = Internet({})
    with pytest.raises(AddressRefused) as caught:
        await fetch(downloader(internet=internet), url)
    assert internet.connected == []
    assert not caught.value.sent
    assert not caught.value.retryable
    assert "address that I don't trust" in caught.value.sentence


@pytest.mark.parametrize("url", HOSTILE)
async def test_a_redirect_to_a_hostile_address_is_refused(url: str) -> None:
    async with upstream(onward(url)) as base:
        internet = Internet({})
        with pytest.raises(AddressRefused) as caught:
            await fetch(downloader(base, internet=internet), f"{base.url}/film")
    assert len(base.seen) == 1
    assert internet.connected == []
    assert caught.value.sent


@pytest.mark.parametrize("found", [[PUBLIC, "10.0.0.1"], ["127.0.0.1", PUBLIC], [PUBLIC, "::1"]])
async def test_a_name_that_is_both_public_and_private_is_refused(found: list[str]) -> None:
    internet = Internet({PUBLIC: 1})
    part = downloader(internet=internet, names=Names(cdn_example=[found]))
    with pytest.raises(AddressRefused):
        await fetch(part, "https://cdn.example/film.mp4")
    assert internet.connected == []


async def test_the_checked_address_is_the_one_connected_to_even_if_the_name_moves() -> None:
    async with upstream(FILE) as cdn:
        internet = Internet({PUBLIC: cdn.port})
        names = Names(cdn_example=[[PUBLIC], ["127.0.0.1"]])
        assert await fetch(downloader(internet=internet, names=names), "https://cdn.example/") == (
            BYTES
        )
    assert names.asked == ["cdn.example"]
    assert internet.connected == [PUBLIC]


async def test_a_name_that_moved_home_is_refused_at_the_next_hop() -> None:
    async with upstream(onward("/again")) as cdn:
        internet = Internet({PUBLIC: cdn.port})
        names = Names(cdn_example=[[PUBLIC], ["127.0.0.1"]])
        with pytest.raises(AddressRefused):
            await fetch(downloader(internet=internet, names=names), "https://cdn.example/")
    assert internet.connected == [PUBLIC]


async def test_the_next_checked_address_serves_when_the_first_one_is_not_there() -> None:
    async with upstream(FILE) as cdn:
        internet = Internet({PUBLIC: cdn.port})
        names = Names(cdn_example=[[OTHER_PUBLIC, PUBLIC]])
        await fetch(downloader(internet=internet, names=names), "http://cdn.example/")
    assert internet.connected == [OTHER_PUBLIC, PUBLIC]


async def test_private_networks_are_reached_when_the_configuration_allows_it() -> None:
    async with upstream(FILE) as base, upstream(FILE) as other:
        part = downloader(base, allow_private_network=True)
        await fetch(part, f"http://127.0.0.1:{other.port}/film.mp4")
    assert not CREDENTIALS & other.seen[0].headers.keys()


async def test_a_proxy_is_told_of_once_and_private_addresses_stay_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with upstream(FILE) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        names = Names(cdn_example=[[PUBLIC]], home_example=[["10.0.0.1"]], lost_example=[[]])
        with structlog.testing.capture_logs() as lines:
            async with downloader(names=names) as part:
                for url in ("http://cdn.example/film", "http://lost.example/film"):
                    await part.file(url, max_bytes=MEGABYTE, within_s=5)
                with pytest.raises(AddressRefused):
                    await part.file("http://home.example/", max_bytes=MEGABYTE, within_s=5)
    assert [seen.path for seen in proxy.seen] == [
        "http://cdn.example/film",
        "http://lost.example/film",
    ]
    assert not any(CREDENTIALS & seen.headers.keys() for seen in proxy.seen)
    assert [line["event"] for line in lines] == ["download.unpinned", "download.failed"]


# --- redirects ------------------------------------------------------------------------------------


async def test_three_redirects_are_followed_and_no_more() -> None:
    hops = [onward(f"/{number}", 307) for number in range(3)]
    async with upstream(*hops, FILE) as base:
        assert await fetch(downloader(base), f"{base.url}/film") == BYTES
    assert all("authorization" in seen.headers for seen in base.seen)
    async with upstream(*hops, onward("/3"), FILE) as base:
        with pytest.raises(AddressRefused):
            await fetch(downloader(base), f"{base.url}/film")
    assert len(base.seen) == 4


async def test_a_redirect_in_a_circle_is_refused() -> None:
    async with upstream(onward("/api/v1/film")) as base:
        with pytest.raises(AddressRefused):
            await fetch(downloader(base), f"{base.url}/film")
    assert len(base.seen) == 1


async def test_a_redirect_to_nowhere_is_a_bad_answer() -> None:
    async with upstream(Reply(status=302)) as base:
        with pytest.raises(BadAnswer):
            await fetch(downloader(base), f"{base.url}/film")


# --- bytes ----------------------------------------------------------------------------------------

TOO_LARGE = {
    "endless": Reply(endless()),  # type: ignore[arg-type]
    "200 MB": Reply((b"x" * MEGABYTE,) * 200),
    "one byte too many": Reply((b"x" * MEGABYTE, b"x")),
}


@pytest.mark.parametrize("case", TOO_LARGE)
async def test_more_than_the_limit_is_not_read(case: str) -> None:
    async with upstream(TOO_LARGE[case]) as base:
        with pytest.raises(FileTooLarge) as caught:
            await fetch(downloader(base), f"{base.url}/film")
        await asyncio.wait_for(base.closed.wait(), 5)
    assert not caught.value.retryable
    assert "larger than I may fetch" in caught.value.sentence


async def test_a_size_that_is_announced_is_refused_before_it_comes() -> None:
    left = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 209715200\r\n\r\n")
        await reader.read()  # not a byte of it is ever sent
        writer.close()
        await writer.wait_closed()
        left.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        state = Upstream()
        state.port = server.sockets[0].getsockname()[1]
        with pytest.raises(FileTooLarge):
            await fetch(downloader(state), f"{state.url}/film")
        await asyncio.wait_for(left.wait(), 5)


async def test_exactly_the_limit_is_fine() -> None:
    async with upstream(Reply((b"x" * MEGABYTE,))) as base:
        assert len(await fetch(downloader(base), f"{base.url}/film")) == MEGABYTE


NO_FILES = {
    "json": as_json({"error": "expired"}),
    "other json": Reply((b"{}",), headers={"content-type": "application/problem+json"}),
    "html": Reply((b"<html>",), headers={"content-type": "Text/HTML; charset=utf-8"}),
    "text": Reply((b"gone",), headers={"content-type": "text/plain"}),
    "nothing": Reply((), headers={"content-type": "video/mp4"}),
    "compressed": Reply((b"x",), headers={"content-encoding": "gzip"}),
}


@pytest.mark.parametrize("case", NO_FILES)
async def test_what_is_no_file_is_refused(case: str) -> None:
    async with upstream(NO_FILES[case]) as base:
        with pytest.raises(BadAnswer) as caught:
            await fetch(downloader(base), f"{base.url}/film")
    assert not caught.value.retryable


async def test_json_can_be_asked_for() -> None:
    async with upstream(as_json({"status": "pending"})) as base, downloader(base) as part:
        answer = await part.get(f"{base.url}/videos/1", max_bytes=MEGABYTE, within_s=5)
    assert answer.json() == {"status": "pending"}


BROKEN = {
    "slow drip": (Reply((b"x",) * 200, pause_s=0.02), 0.3, 5),
    "stops": (Reply((b"x",), ending="hang"), 5, 0.2),
    "never begins": (Reply(ending="hang"), 0.3, 5),
    "breaks off": (Reply((b"x",), ending="break"), 5, 5),
    "drops": (Reply(ending="drop"), 5, 5),
}


@pytest.mark.parametrize("case", BROKEN)
async def test_a_download_that_does_not_come_to_its_end_may_be_tried_again(case: str) -> None:
    reply, within_s, idle_s = BROKEN[case]
    async with upstream(reply) as base:
        with pytest.raises(UpstreamDown) as caught:
            await fetch(downloader(base, idle_s=idle_s), f"{base.url}/film", within_s=within_s)
    assert caught.value.retryable
    assert caught.value.sent


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [
        (401, KeyRefused, False),
        (404, FileMissing, False),
        (410, FileMissing, False),
        (429, RateLimited, True),
        (503, UpstreamDown, True),
    ],
)
async def test_a_status_of_the_provider_is_its_usual_error(
    status: int, kind: type[UpstreamError], *, retryable: bool
) -> None:
    async with upstream(as_json({"error": {"code": status, "message": "no"}}, status)) as base:
        with pytest.raises(kind) as caught:
            await fetch(downloader(base), f"{base.url}/film")
    assert (caught.value.status, caught.value.retryable) == (status, retryable)


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [
        (401, FileMissing, False),
        (403, FileMissing, False),
        (404, FileMissing, False),
        (429, UpstreamDown, True),
        (400, BadAnswer, False),
        (500, UpstreamDown, True),
    ],
)
async def test_a_status_of_another_host_says_nothing_about_the_key(
    status: int, kind: type[UpstreamError], *, retryable: bool
) -> None:
    async with upstream(Reply(status=status)) as cdn:
        part = downloader(
            internet=Internet({PUBLIC: cdn.port}), names=Names(cdn_example=[[PUBLIC]])
        )
        with pytest.raises(kind) as caught:
            await fetch(part, "https://cdn.example/film")
    assert (caught.value.status, caught.value.retryable) == (status, retryable)


async def test_a_failure_is_logged_by_host_without_the_rest_of_the_address() -> None:
    part = downloader(names=Names(cdn_example=[["10.0.0.1"]]))
    with structlog.testing.capture_logs() as lines, pytest.raises(AddressRefused):
        await fetch(part, "https://cdn.example/secret-path?signature=secret")
    (line,) = lines
    assert (line["event"], line["host"], line["code"]) == (
        "download.failed",
        "cdn.example",
        "media.address",
    )
    assert "secret" not in str(line)
