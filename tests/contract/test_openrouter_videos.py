"""Films through `/videos`: what is sent, what is read, and what is refused."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from loopback_upstream import KEY, FakeClock, Reply, Upstream, as_json, client_for, upstream
from short_films import film

from bot.errors import (
    BadAnswer,
    KeyRefused,
    NoCredit,
    RateLimited,
    RequestRejected,
    UpstreamDown,
    UpstreamError,
)
from bot.openrouter.addresses import AddressRefused, Resolver
from bot.openrouter.client import OpenRouterClient
from bot.openrouter.download import Downloader, FileMissing, FileTooLarge
from bot.openrouter.keys import Secret
from bot.openrouter.settings import OpenRouterSettings
from bot.openrouter.videos import OpenRouterVideos, order_body
from bot.values.media import FilmTicket, Picture, VideoOrder

RECORDED = json.loads((Path(__file__).parent / "recorded_films.json").read_text("utf-8"))
TICKET = FilmTicket(job_id="job-1", polling_url="/api/v1/videos/job-1", model="google/veo-3.1-fast")
ORDER = VideoOrder("a cat", "openrouter/google/veo-3.1-fast")
MP4 = Reply((film(),), headers={"content-type": "video/mp4"})
ACCEPTED = as_json({"id": "job-1", "polling_url": "/api/v1/videos/job-1", "status": "pending"}, 202)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@asynccontextmanager
async def maker(
    state: Upstream, *, clock: FakeClock | None = None, query: str = "", **more: Any
) -> AsyncIterator[OpenRouterVideos]:
    async with client_for(state, clock=clock, query=query) as client:
        settings = client.settings
        async with Downloader(settings, clock=client.clock, key=lambda: KEY) as downloader:
            yield OpenRouterVideos(client, downloader, **more)


def models(**row: Any) -> Reply:
    return as_json({"data": [{"id": "google/veo-3.1-fast", **row}]})


def picture(role: str = "", mark: bytes = b"p") -> Picture:
    return Picture(mark, role=role)


# --- the recording --------------------------------------------------------------------------------


def recorded(row: dict[str, Any]) -> tuple[Any, ...]:
    headers = {**row["headers"]}
    return row["method"], row["url"].replace("https:", "http:"), headers, row["json"]


async def test_a_film_is_ordered_polled_and_fetched_with_the_recorded_requests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    submit, *polls, download = [recorded(row) for row in RECORDED["requests"]]
    job = polls[0][1].rpartition("/")[2]
    pending = {"id": job, "polling_url": polls[0][1], "status": "pending"}
    done = {**pending, "status": "completed", "unsigned_urls": [download[1]]}
    async with upstream(as_json(pending, 202), as_json(pending), as_json(done), MP4) as proxy:
        # OpenRouter's own name, reached through a stand-in of a proxy.
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        settings = OpenRouterSettings(base_url="http://openrouter.ai/api/v1")
        clock, key = FakeClock(), Secret("sk-or-<KEY>")
        async with (
            OpenRouterClient(settings, clock=clock, key=lambda: key) as client,
            Downloader(settings, clock=clock, key=lambda: key) as downloader,
        ):
            videos = OpenRouterVideos(client, downloader)
            order = VideoOrder(
                prompt="a cat walking",
                model=RECORDED["config"]["agents"]["defaults"]["videoGenerationModel"]["primary"],
                duration_s=6,
                resolution="720P",
                aspect_ratio="16:9",
            )
            ticket = await videos.submit(order)
            for _ in polls:
                ticket = await videos.poll(ticket)
            await videos.fetch(ticket, within_s=5)
    assert len(proxy.seen) == len(RECORDED["requests"])
    for seen, (method, url, headers, body) in zip(
        proxy.seen, (submit, *polls, download), strict=True
    ):
        compared = {
            name: value
            for name, value in seen.headers.items()
            if name in headers or name == "content-type"
        }
        assert (seen.method, seen.path) == (method, url)
        assert compared == headers
        assert (json.loads(seen.body) if seen.body else None) == body


# --- ordering -------------------------------------------------------------------------------------


def test_only_what_the_order_names_is_sent() -> None:
    assert order_body(VideoOrder("a cat", "")) == {
        "model": "google/veo-3.1-fast",
        "prompt": "a cat",
    }


def test_every_wish_has_its_field() -> None:
    order = VideoOrder(
        "a cat",
        "openrouter/bytedance/seedance-2.0",
        duration_s=8,
        aspect_ratio="9:16",
        resolution="1080P",
        size="1280x720",
        audio=False,
        seed=0,
    )
    assert order_body(order) == {
        "model": "bytedance/seedance-2.0",
        "prompt": "a cat",
        "duration": 8,
        "resolution": "1080p",
        "aspect_ratio": "9:16",
        "size": "1280x720",
        "generate_audio": False,
        "seed": 0,
    }


def places(*roles: str) -> tuple[list[tuple[str, str]], list[str]]:
    """Which of the pictures a, b, c, ... went where."""
    pictures = [picture(role, bytes([97 + number])) for number, role in enumerate(roles)]
    marks = {one.data_url: one.data.decode() for one in pictures}
    body = order_body(VideoOrder("a cat", "m/x", pictures=tuple(pictures)))
    for image in (*body.get("frame_images", ()), *body.get("input_references", ())):
        assert image["type"] == "image_url"
    return (
        [
            (image["frame_type"], marks[image["image_url"]["url"]])
            for image in body.get("frame_images", ())
        ],
        [marks[image["image_url"]["url"]] for image in body.get("input_references", ())],
    )


def test_pictures_are_first_frame_last_frame_and_references_by_position() -> None:
    first, last = ("first_frame", "a"), ("last_frame", "b")
    assert places("") == ([first], [])
    assert places("", "", "", "") == ([first, last], ["c", "d"])


def test_a_role_decides_where_a_picture_goes() -> None:
    assert places("reference_image") == ([], ["a"])
    assert places("last_frame", "first_frame") == ([("last_frame", "a"), ("first_frame", "b")], [])


def test_a_frame_that_is_taken_already_makes_the_picture_a_reference() -> None:
    assert places("first_frame", "first_frame") == ([("first_frame", "a")], ["b"])
    assert places("last_frame", "") == ([("last_frame", "a")], ["b"])


def test_a_request_without_pictures_has_no_field_for_them() -> None:
    assert not {"frame_images", "input_references"} & order_body(ORDER).keys()


def test_a_duration_that_is_no_number_is_refused_unsent() -> None:
    with pytest.raises(RequestRejected) as caught:
        order_body(VideoOrder("a cat", "m/x", duration_s=float("nan")))
    assert not caught.value.sent


# --- what the model can do ------------------------------------------------------------------------


async def fitted(order: VideoOrder, *replies: Reply) -> tuple[VideoOrder, tuple[str, ...]]:
    async with upstream(*(replies or (Reply(status=404),))) as state, maker(state) as videos:
        return await videos.fit(order)


async def test_wishes_that_the_model_can_fill_stay_as_they_are() -> None:
    order = VideoOrder("a cat", "", duration_s=6, aspect_ratio="9:16", resolution="720P")
    assert await fitted(order) == (order, ())


@pytest.mark.parametrize(("wanted", "made"), [(1, 4), (5.4, 6), (6.9, 8), (7, 8), (60, 8)])
async def test_a_duration_is_snapped_and_told(wanted: float, made: int) -> None:
    order, notices = await fitted(VideoOrder("a cat", "", duration_s=wanted))
    assert order.duration_s == made
    assert notices == (f"{wanted:g} seconds are not available; {made} seconds were used",)


async def test_shape_and_resolution_are_snapped_and_told() -> None:
    order, notices = await fitted(VideoOrder("a cat", "", aspect_ratio="21:9", resolution="4K"))
    assert (order.aspect_ratio, order.resolution) == ("16:9", "1080P")
    assert len(notices) == 2


async def test_a_size_passes_when_none_is_listed_and_is_snapped_when_some_are() -> None:
    order = VideoOrder("a cat", "", size="1000x600")
    assert (await fitted(order))[0].size == "1000x600"
    snapped, notices = await fitted(order, models(supported_sizes=["1280x720", "720x1280"]))
    assert snapped.size == "1280x720"
    assert notices


async def test_the_live_list_is_laid_over_what_is_known() -> None:
    live = models(
        supported_durations=[5, 10],
        supported_aspect_ratios=["1:1"],
        supported_resolutions=["480p"],
        generate_audio=False,
    )
    wish = VideoOrder("a cat", "", 9, aspect_ratio="16:9", resolution="1080P", audio=True)
    order, notices = await fitted(wish, live)
    assert (order.duration_s, order.aspect_ratio, order.resolution) == (10, "1:1", "480P")
    assert order.audio is None
    assert len(notices) == 4


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=500),
        Reply(status=404),
        Reply((b"<html>",)),
        as_json({"data": "nothing"}),
        as_json({"data": [{"id": "other/model", "supported_durations": [5]}, "odd"]}),
        models(supported_durations=[], supported_aspect_ratios=None, supported_resolutions="1K"),
    ],
)
async def test_a_live_list_that_says_nothing_leaves_what_is_known(reply: Reply) -> None:
    order, _ = await fitted(VideoOrder("a cat", "", duration_s=5), reply)
    assert order.duration_s == 6


async def test_the_live_list_is_asked_for_once_in_thirty_seconds() -> None:
    clock = FakeClock()
    async with upstream(models()) as state, maker(state, clock=clock) as videos:
        for passed_s in (0, 29, 2):
            clock.time_s += passed_s
            await videos.fit(ORDER)
    assert [seen.path for seen in state.seen] == ["/api/v1/videos/models"] * 2


async def test_more_pictures_than_the_model_takes_are_refused_unsent() -> None:
    order = VideoOrder("a cat", "", pictures=(picture(),) * 5)
    with pytest.raises(RequestRejected, match="5 pictures") as caught:
        await fitted(order)
    assert not caught.value.sent
    assert "at most 4 pictures" in caught.value.sentence


@pytest.mark.parametrize("frames", [[], None, ["middle_frame"]])
async def test_a_model_without_frames_takes_no_picture(frames: object) -> None:
    order = VideoOrder("a cat", "", pictures=(picture("reference_image"),))
    with pytest.raises(RequestRejected) as caught:
        await fitted(order, models(supported_frame_images=frames))
    assert not caught.value.sent
    assert "takes no pictures" in caught.value.sentence


async def test_as_many_pictures_as_there_are_frames_are_taken() -> None:
    live = models(supported_frame_images=["first_frame", "last_frame"])
    assert (await fitted(VideoOrder("a cat", "", pictures=(picture(),) * 2), live))[1] == ()
    with pytest.raises(RequestRejected):
        await fitted(VideoOrder("a cat", "", pictures=(picture(),) * 3), live)


# --- submitting -----------------------------------------------------------------------------------


async def submitted(*replies: Reply) -> FilmTicket:
    async with upstream(*replies) as state, maker(state) as videos:
        try:
            return await videos.submit(ORDER)
        finally:
            assert [seen.path for seen in state.seen] == ["/api/v1/videos"]


async def test_an_order_gives_a_ticket() -> None:
    assert await submitted(ACCEPTED) == TICKET


async def test_a_ticket_may_be_completed_at_once() -> None:
    ticket = await submitted(
        as_json(
            {
                "id": "job-1",
                "polling_url": "/p",
                "status": "completed",
                "unsigned_urls": ["https://cdn.example/1.mp4"],
                "generation_id": "gen-1",
                "model": "google/veo-3.1-fast-001",
                "usage": {"cost": 0.6, "is_byok": False},
            }
        )
    )
    assert (ticket.status, ticket.urls) == ("completed", ("https://cdn.example/1.mp4",))
    assert (ticket.generation_id, ticket.cost_micro_usd) == ("gen-1", 600_000)
    assert ticket.model == "google/veo-3.1-fast-001"


async def test_a_ticket_may_have_failed_at_once_with_the_reason() -> None:
    failed = {"id": "j", "polling_url": "/p", "status": "failed", "error": "no cats sk-or-abcdefgh"}
    ticket = await submitted(as_json(failed))
    assert (ticket.status, ticket.error) == ("failed", "no cats ***")


async def test_a_ticket_without_a_status_is_pending() -> None:
    assert (await submitted(as_json({"id": "j", "polling_url": "/p"}, 202))).status == "pending"


NO_TICKETS = {
    "no id": as_json({"polling_url": "/p", "status": "pending"}),
    "no polling address": as_json({"id": "job-1", "status": "pending"}),
    "blank polling address": as_json({"id": "job-1", "polling_url": " "}),
    "not JSON": Reply((b"<html>",), headers={"content-type": "text/html"}),
    "a list": as_json([]),
    "broken addresses": as_json({"id": "j", "polling_url": "/p", "unsigned_urls": "x"}),
    "a blank address": as_json({"id": "j", "polling_url": "/p", "unsigned_urls": [""]}),
    "broken usage": as_json({"id": "j", "polling_url": "/p", "usage": 3}),
}


@pytest.mark.parametrize("case", NO_TICKETS)
async def test_an_answer_that_can_not_be_followed_is_a_bad_answer(case: str) -> None:
    with pytest.raises(BadAnswer) as caught:
        await submitted(NO_TICKETS[case])
    assert caught.value.sent


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (as_json({"error": {"code": 400, "message": "bad"}}, 400), RequestRejected),
        (as_json({"error": {"code": 401, "message": "no"}}, 401), KeyRefused),
        (as_json({"error": {"code": 402, "message": "poor"}}, 402), NoCredit),
        (as_json({"error": {"code": 402, "message": "poor"}}), NoCredit),
        (as_json({"error": {"code": 429, "message": "slow"}}, 429, retry_after="1"), RateLimited),
        (Reply(status=503), UpstreamDown),
        (Reply(ending="drop"), UpstreamDown),
        (Reply((b"{",), ending="break"), UpstreamDown),
    ],
)
async def test_an_order_that_was_sent_is_never_sent_again(
    reply: Reply, kind: type[UpstreamError]
) -> None:
    with pytest.raises(kind) as caught:
        await submitted(reply)
    assert caught.value.sent


@pytest.mark.parametrize("more", [{"error": {"code": 429, "message": "busy"}}, {"status": "?"}])
async def test_an_order_that_was_taken_may_be_paid_whatever_its_answer_says(
    more: dict[str, Any],
) -> None:
    with pytest.raises(UpstreamError) as caught:
        await submitted(as_json({"generation_id": "gen-1", "usage": {"cost": 0.4}, **more}))
    assert caught.value.begun
    assert (caught.value.cost_micro_usd, caught.value.generation_id) == (400_000, "gen-1")


async def test_an_order_that_could_not_be_sent_says_so() -> None:
    async with upstream(ACCEPTED) as state:
        pass
    async with maker(state) as videos:
        with pytest.raises(UpstreamDown) as caught:
            await videos.submit(ORDER)
    assert not caught.value.sent


# --- polling --------------------------------------------------------------------------------------


async def polled(reply: Reply, ticket: FilmTicket = TICKET) -> FilmTicket:
    async with upstream(reply) as state, maker(state) as videos:
        return await videos.poll(ticket)


@pytest.mark.parametrize("status", ["queued", "pending", "processing", "running", "in_progress"])
async def test_every_word_for_waiting_is_pending(status: str) -> None:
    assert await polled(as_json({"id": "job-1", "status": status})) == TICKET


@pytest.mark.parametrize("status", ["failed", "cancelled", "expired"])
async def test_every_word_for_failing_is_failed(status: str) -> None:
    ticket = await polled(as_json({"status": status, "error": None}))
    assert (ticket.status, ticket.error) == ("failed", f"{status}, no reason given")


@pytest.mark.parametrize("error", ["too many cats", {"code": 400, "message": "too many cats"}])
async def test_the_reason_of_a_failure_is_kept(error: object) -> None:
    ticket = await polled(as_json({"status": "failed", "error": error, "usage": {"cost": 0}}))
    assert (ticket.error, ticket.cost_micro_usd) == ("too many cats", 0)


@pytest.mark.parametrize("address", ["/api/v1/videos/job-1", "videos/job-1", "{base}/videos/job-1"])
async def test_a_polling_address_may_be_relative(address: str) -> None:
    async with upstream(as_json({"status": "running"})) as state, maker(state) as videos:
        await videos.poll(FilmTicket("job-1", address.format(base=state.url), "m/x"))
    assert [seen.path for seen in state.seen] == ["/api/v1/videos/job-1"]
    assert state.seen[0].headers["authorization"] == f"Bearer {KEY.reveal()}"


@pytest.mark.parametrize("status", [404, 410])
async def test_a_job_that_is_gone_has_not_failed_but_is_odd(status: int) -> None:
    with pytest.raises(FileMissing) as caught:
        await polled(as_json({"error": {"code": status, "message": "no"}}, status))
    assert caught.value.sentence == "The model service no longer knows this job."


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=500),
        Reply(status=503),
        as_json({"error": {"code": 429, "message": "slow"}}, 429),
        as_json({"error": {"code": 503, "message": "busy"}}),
        Reply(ending="drop"),
        Reply((b"{",), ending="break"),
        Reply((b"<html>",), headers={"content-type": "text/html"}),
    ],
)
async def test_a_poll_that_failed_for_now_may_be_repeated(reply: Reply) -> None:
    with pytest.raises(UpstreamError) as caught:
        await polled(reply)
    assert caught.value.retryable


@pytest.mark.parametrize("content", [{"id": "job-1"}, {"status": "dreaming"}, {"status": 3}, []])
async def test_a_job_of_unknown_status_is_a_bad_answer_at_once(content: object) -> None:
    with pytest.raises(BadAnswer) as caught:
        await polled(as_json(content))
    assert not caught.value.retryable


@pytest.mark.parametrize(
    "address", ["http://169.254.169.254/x", "//127.0.0.1:1/x", "http://localhost/", "https://[x/"]
)
async def test_a_polling_address_elsewhere_must_be_public(address: str) -> None:
    async with upstream(as_json({"status": "pending"})) as state, maker(state) as videos:
        with pytest.raises(AddressRefused) as caught:
            await videos.poll(FilmTicket("job-1", address, "m/x"))
    assert state.seen == []
    assert not caught.value.retryable


# --- fetching -------------------------------------------------------------------------------------


def done(*urls: str, job_id: str = "job-1") -> FilmTicket:
    return FilmTicket(job_id, "/p", "m/x", status="completed", urls=urls)


async def test_the_finished_film_comes_with_its_pixels_and_seconds() -> None:
    body = film("mp4", width=80, height=48, seconds=2)
    reply = Reply((body,), headers={"content-type": "application/octet-stream"})
    async with upstream(reply) as state, maker(state) as videos:
        made = await videos.fetch(done(f"{state.url}/cdn/1.mp4"), within_s=5)
    assert made.data == body
    assert (made.mime, made.name) == ("video/mp4", "video-1.mp4")
    assert (made.width, made.height) == (80, 48)
    assert made.duration_s == pytest.approx(2, abs=0.3)


@pytest.mark.parametrize(
    ("container", "mime"),
    [("mp4", "video/mp4"), ("mov", "video/quicktime"), ("webm", "video/webm")],
)
async def test_the_bytes_tell_what_a_film_is_and_not_its_label(container: str, mime: str) -> None:
    reply = Reply((film(container),), headers={"content-type": "video/x-odd"})
    async with upstream(reply) as state, maker(state) as videos:
        made = await videos.fetch(done(), within_s=5)
    assert (made.mime, made.name, made.width) == (mime, f"video-1.{container}", 64)


async def test_without_an_address_the_content_endpoint_is_asked() -> None:
    async with upstream(MP4) as state, maker(state) as videos:
        await videos.fetch(done(job_id="job/1 ?"), within_s=5)
    assert [seen.path for seen in state.seen] == ["/api/v1/videos/job%2F1%20%3F/content?index=0"]


async def test_a_query_of_the_base_address_stays_with_the_content_endpoint() -> None:
    async with upstream(MP4) as state, maker(state, query="?tenant=a") as videos:
        await videos.fetch(done(), within_s=5)
    assert state.seen[0].path == "/api/v1/videos/job-1/content?tenant=a&index=0"


HTML = b"<!doctype html><title>Expired</title>"
OTHER_WAY = {
    "gone": Reply(status=404),
    "forbidden": as_json({"error": {"code": 403, "message": "expired"}}, 403),
    "an error as text": as_json({"error": "expired"}),
    "HTML as mp4": Reply((HTML,), headers={"content-type": "video/mp4"}),
    "nothing": Reply((), headers={"content-type": "video/mp4"}),
}


@pytest.mark.parametrize("case", OTHER_WAY)
async def test_the_content_endpoint_is_tried_once_when_the_named_address_has_no_film(
    case: str,
) -> None:
    async with upstream(OTHER_WAY[case], MP4) as state, maker(state) as videos:
        made = await videos.fetch(done(f"{state.url}/cdn/1.mp4"), within_s=5)
    assert made.data == film()
    assert [seen.path for seen in state.seen] == [
        "/api/v1/cdn/1.mp4",
        "/api/v1/videos/job-1/content?index=0",
    ]


async def test_a_named_address_that_is_not_trusted_leaves_the_content_endpoint() -> None:
    async with upstream(MP4) as state, maker(state) as videos:
        await videos.fetch(done("http://169.254.169.254/film.mp4"), within_s=5)
    assert [seen.path for seen in state.seen] == ["/api/v1/videos/job-1/content?index=0"]


async def test_when_neither_has_the_film_the_named_address_is_the_reason() -> None:
    async with upstream(Reply(status=404)) as state, maker(state) as videos:
        with pytest.raises(AddressRefused):
            await videos.fetch(done("http://169.254.169.254/film.mp4"), within_s=5)


async def test_a_content_endpoint_that_is_down_may_be_asked_again() -> None:
    async with upstream(Reply(status=404), Reply(status=503)) as state, maker(state) as videos:
        with pytest.raises(UpstreamDown) as caught:
            await videos.fetch(done(f"{state.url}/cdn/1.mp4"), within_s=5)
    assert caught.value.retryable


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply((HTML,), headers={"content-type": "video/mp4"}), BadAnswer),
        (Reply((b"GIF89a" + bytes(99),), headers={"content-type": "video/mp4"}), BadAnswer),
        (Reply(status=404), FileMissing),
        (Reply(status=503), UpstreamDown),
    ],
)
async def test_the_content_endpoint_is_not_tried_twice(
    reply: Reply, kind: type[UpstreamError]
) -> None:
    async with upstream(reply) as state, maker(state) as videos:
        with pytest.raises(kind):
            await videos.fetch(done(), within_s=5)
    assert len(state.seen) == 1


async def test_a_film_over_the_limit_is_too_large_and_not_fetched_elsewhere() -> None:
    huge = Reply((b"x" * 2**20,) * 200)
    async with upstream(huge) as state, maker(state, max_bytes=2**20) as videos:
        with pytest.raises(FileTooLarge):
            await videos.fetch(done(f"{state.url}/cdn/1.mp4"), within_s=5)
    assert len(state.seen) == 1


async def public(host: str, port: int) -> list[str]:
    return ["93.184.216.34"]


async def private(host: str, port: int) -> list[str]:
    return ["10.0.0.7"]


@pytest.mark.parametrize(
    ("address", "resolver", "told"),
    [
        ("https://cdn.example/film.mp4?sig=a_b", public, True),
        ("http://cdn.example/film.mp4", private, False),
        ("/cdn/film.mp4", public, False),
    ],
    ids=["anybody's", "private", "behind our key"],
)
async def test_a_film_over_the_limit_is_linked_where_anybody_may_fetch_it(
    address: str, resolver: Resolver, *, told: bool
) -> None:
    def huge(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=bytes(2**20 + 1))

    async with upstream(Reply((b"x" * 2**20,) * 2)) as state, client_for(state) as client:
        settings = replace(client.settings, allow_private_network=True)
        downloader = Downloader(
            settings,
            clock=client.clock,
            key=lambda: KEY,
            resolver=resolver,
            transport=lambda: httpx.MockTransport(huge),
        )
        async with downloader:
            videos = OpenRouterVideos(client, downloader, max_bytes=2**20)
            with pytest.raises(FileTooLarge) as caught:
                await videos.fetch(done(address), within_s=5)
    assert (address in caught.value.sentence) is told


async def test_a_film_that_does_not_come_in_time_may_be_fetched_again() -> None:
    slow = Reply((b"x",) * 200, pause_s=0.02)
    async with upstream(slow) as state, maker(state) as videos:
        with pytest.raises(UpstreamDown) as caught:
            await videos.fetch(done(), within_s=0.2)
    assert caught.value.retryable


async def test_a_film_that_can_not_be_measured_is_delivered_all_the_same() -> None:
    odd = b"\0\0\0\x18ftypmp42" + bytes(200)
    async with upstream(Reply((odd,))) as state, maker(state) as videos:
        made = await videos.fetch(done(), within_s=5)
    assert (made.data, made.mime) == (odd, "video/mp4")
    assert (made.width, made.height, made.duration_s) == (None, None, None)
