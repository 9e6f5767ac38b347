"""Films through `/videos`: ordered once, asked about, fetched. Who waits in between is the caller.

Sources: seeds 002 "Video generation", facts/openrouter-wire.md §13, facts/openrouter-api.md §7.
"""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import httpx

from bot.errors import BadAnswer, RequestRejected, UpstreamError
from bot.openrouter import errors
from bot.openrouter.addresses import AddressRefused
from bot.openrouter.client import OpenRouterClient
from bot.openrouter.download import GONE, Downloader, FileMissing, FileTooLarge
from bot.openrouter.geometry import nearest_duration
from bot.openrouter.retry import ONCE
from bot.openrouter.route import media_model
from bot.openrouter.video_file import as_film, measured
from bot.openrouter.video_job import read_polled, read_submitted
from bot.openrouter.video_models import VideoModels, fit_order
from bot.values.media import (
    FIRST_FRAME,
    LAST_FRAME,
    REFERENCE,
    FilmTicket,
    MediaFile,
    Picture,
    VideoOrder,
)

PATH = "/videos"
DEFAULT_MODEL = "google/veo-3.1-fast"
MAX_BYTES = 16 * 2**20
CALL_S = 60.0
STATUS_BYTES = 2**20
MEASURE_S = 10.0
FORGOTTEN = "The model service no longer knows this job."
FETCH_YOURSELF = "The finished film is larger than I may fetch. Here it is, for a while: {url}"
LINK_CHARS = 1000


class OpenRouterVideos:
    """Text and pictures to film. `max_bytes` bounds a finished film (`mediaMaxMb`)."""

    def __init__(
        self, client: OpenRouterClient, downloader: Downloader, *, max_bytes: int = MAX_BYTES
    ) -> None:
        self._client = client
        self._downloader = downloader
        self._max_bytes = max_bytes
        self._models = VideoModels(client)

    async def fit(self, order: VideoOrder) -> tuple[VideoOrder, tuple[str, ...]]:
        """`order` as its model can fill it, and a sentence for each wish that was changed.

        Asks for the live list of models, for five seconds at most. Raises RequestRejected, unsent.
        """
        return fit_order(order, await self._models.traits(_wire_model(order)))

    async def submit(self, order: VideoOrder) -> FilmTicket:
        """Order the film: the one paid call, never repeated once it was sent.

        The ticket may be completed or failed already. Raises UpstreamError; `sent` tells whether a
        job may exist nevertheless.
        """
        body = order_body(order)
        answer = await self._client.post(
            PATH,
            body,
            within_s=min(CALL_S, order.timeout_s),
            repeatable=False,
            max_bytes=STATUS_BYTES,
            retry=ONCE,
        )
        return read_submitted(answer.body, model=body["model"])

    async def poll(self, ticket: FilmTicket) -> FilmTicket:
        """How far the film is.

        Raises UpstreamError: `retryable` when asking again may help, FileMissing when the service
        says that it knows no such job, AddressRefused for an address that is not to be trusted.
        """
        url = self._absolute(ticket.polling_url)
        try:
            answer = await self._downloader.get(url, max_bytes=STATUS_BYTES, within_s=CALL_S)
        except FileMissing as missing:
            if missing.status in (404, 410):
                missing.sentence = FORGOTTEN
            raise
        return read_polled(answer.body, ticket)

    async def fetch(self, ticket: FilmTicket, *, within_s: float) -> MediaFile:
        """The finished film, from the address that the job names or the content endpoint.

        Raises FileTooLarge, whose sentence holds the link where anybody may follow it, BadAnswer
        for what is no film, and the rest of UpstreamError.
        """
        clock = self._client.clock
        end = clock.monotonic() + within_s
        content = self._content_url(ticket)
        named = self._absolute(ticket.urls[0]) if ticket.urls else content
        try:
            return await self._film(named, within_s)
        except FileTooLarge as failure:
            if len(named) <= LINK_CHARS and await self._downloader.is_for_anybody(named):
                failure.sentence = FETCH_YOURSELF.format(url=named)
            raise
        except UpstreamError as failure:
            if named == content or not _may_differ(failure):
                raise
            first = failure
        try:
            return await self._film(content, max(0.0, end - clock.monotonic()))
        except UpstreamError as second:
            # The named address is the real story, unless this is one that another try may end.
            if second.retryable:
                raise
            raise first from second

    async def _film(self, url: str, within_s: float) -> MediaFile:
        answer = await self._downloader.file(url, max_bytes=self._max_bytes, within_s=within_s)
        film = as_film(answer.body)
        try:
            async with asyncio.timeout(MEASURE_S):
                return await asyncio.to_thread(measured, film)
        except TimeoutError:
            return film

    def _absolute(self, address: str) -> str:
        """`address` as it is; a relative one is meant from the base address."""
        try:
            return str(httpx.URL(self._client.route.base_url + "/").join(address))
        except httpx.InvalidURL:
            return address  # the downloader refuses it

    def _content_url(self, ticket: FilmTicket) -> str:
        route = self._client.route
        url = route.url(f"{PATH}/{quote(ticket.job_id, safe='')}/content")
        return f"{url}?{httpx.QueryParams([*route.query, ('index', '0')])}"


def order_body(order: VideoOrder) -> dict[str, Any]:
    """The body for `/videos`: only what the order names. Raises RequestRejected, unsent."""
    body: dict[str, Any] = {"model": _wire_model(order), "prompt": order.prompt}
    if order.duration_s is not None:
        try:
            body["duration"] = nearest_duration(order.duration_s, ())
        except ValueError as failure:
            raise errors.unsent(RequestRejected(str(failure))) from None
    optional = {
        "resolution": _wire_resolution(order.resolution),
        "aspect_ratio": order.aspect_ratio.strip(),
        "size": order.size.strip(),
    }
    body |= {name: value for name, value in optional.items() if value}
    if order.audio is not None:
        body["generate_audio"] = order.audio
    body |= _pictures(order.pictures)
    if order.seed is not None:
        body["seed"] = order.seed
    return body


def _wire_model(order: VideoOrder) -> str:
    return media_model(order.model) or DEFAULT_MODEL


def _wire_resolution(resolution: str) -> str:
    """`720P` goes out as `720p`, while `4K` is a `4K` (facts/openrouter-api.md §7)."""
    text = resolution.strip().lower()
    return text.upper() if text.endswith("k") else text


def _pictures(pictures: tuple[Picture, ...]) -> dict[str, Any]:
    """Frames and references: by role, else by position; a frame that is taken is a reference."""
    frames: list[dict[str, Any]] = []
    references: list[dict[str, Any]] = []
    free = [FIRST_FRAME, LAST_FRAME]
    for position, picture in enumerate(pictures):
        image = {"type": "image_url", "image_url": {"url": picture.data_url}}
        place = picture.role or (FIRST_FRAME, LAST_FRAME, REFERENCE)[min(position, 2)]
        if place in free:
            free.remove(place)
            frames.append(image | {"frame_type": place})
        else:
            references.append(image)
    found = {"frame_images": frames, "input_references": references}
    return {name: images for name, images in found.items() if images}


def _may_differ(failure: UpstreamError) -> bool:
    """Whether the content endpoint may have what this address did not give."""
    refused = isinstance(failure, AddressRefused | FileMissing | BadAnswer)
    return refused or failure.status in GONE
