"""What a film model can do, and an order brought to that. Looked up live, known without asking.

Source: facts/openrouter-wire.md §13.5.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import structlog

from bot.errors import RequestRejected, UpstreamError
from bot.openrouter import errors
from bot.openrouter.client import OpenRouterClient
from bot.openrouter.geometry import (
    dropped_notice,
    duration_notice,
    fit_ratio,
    fit_resolution,
    fit_size,
    nearest_duration,
)
from bot.values.media import FIRST_FRAME, LAST_FRAME, VideoOrder

PATH = "/videos/models"
LOOKUP_S = 5.0
FRESH_S = 30.0
NO_PICTURES = (
    "The film model that I use takes no pictures. Please describe the film in words, "
    "or tell my owner to choose another model."
)
BAD_DURATION = "I can't make a film of that length. Please name a number of seconds."
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class VideoTraits:
    """The defaults are those of google/veo-3.1-fast. No sizes listed means any is passed on."""

    durations: tuple[int, ...] = (4, 6, 8)
    ratios: tuple[str, ...] = ("16:9", "9:16")
    resolutions: tuple[str, ...] = ("720P", "1080P")
    sizes: tuple[str, ...] = ()
    audio: bool = True
    max_pictures: int = 4


STATIC = VideoTraits()


class VideoModels:
    """The list of film models, asked for at most every 30 seconds, failures included."""

    def __init__(self, client: OpenRouterClient) -> None:
        self._client = client
        self._known: dict[str, VideoTraits] = {}
        self._asked_at: float | None = None

    async def traits(self, model: str) -> VideoTraits:
        """What `model`, a wire id, can do. Never raises: what can't be learned is as `STATIC`."""
        now = self._client.clock.monotonic()
        if self._asked_at is None or now - self._asked_at >= FRESH_S:
            self._asked_at = now
            self._known = await self._ask()
        return self._known.get(model, STATIC)

    async def _ask(self) -> dict[str, VideoTraits]:
        try:
            async with asyncio.timeout(LOOKUP_S):
                rows = (await self._client.get(PATH, within_s=LOOKUP_S)).json().get("data")
        except (UpstreamError, TimeoutError) as failure:
            log.info("video.models_unknown", reason=type(failure).__name__)
            return {}
        found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        return {
            name: read_traits(row)
            for key in ("canonical_slug", "id")  # the id wins
            for row in found
            if isinstance(name := row.get(key), str) and name
        }


def read_traits(row: dict[str, Any]) -> VideoTraits:
    """A row of the live list laid over what is known anyway; empty and malformed lists say nothing.

    Without any frame listed the model takes no pictures.
    """
    durations = tuple(
        value
        for value in _list(row.get("supported_durations"))
        if isinstance(value, int) and not isinstance(value, bool) and value > 0
    )
    frames = {FIRST_FRAME, LAST_FRAME} & set(_words(row.get("supported_frame_images")))
    resolutions = tuple(word.upper() for word in _words(row.get("supported_resolutions")))
    return VideoTraits(
        durations=durations or STATIC.durations,
        ratios=_words(row.get("supported_aspect_ratios")) or STATIC.ratios,
        resolutions=resolutions or STATIC.resolutions,
        sizes=_words(row.get("supported_sizes")),
        audio=row.get("generate_audio") is not False,
        max_pictures=len(frames) if "supported_frame_images" in row else STATIC.max_pictures,
    )


def fit_order(order: VideoOrder, traits: VideoTraits) -> tuple[VideoOrder, tuple[str, ...]]:
    """`order` as the model can fill it, and a sentence for each wish that was changed.

    Raises RequestRejected, unsent, for pictures that the model can't take: a film without them
    would be another film.
    """
    _check_pictures(len(order.pictures), traits.max_pictures)
    ratio = fit_ratio(order.aspect_ratio, traits.ratios)
    resolution = fit_resolution(order.resolution, traits.resolutions)
    fitted = replace(order, aspect_ratio=ratio.value, resolution=resolution.value)
    notices = [ratio.notice, resolution.notice]
    if order.duration_s is not None:
        seconds = _nearest_duration(order.duration_s, traits.durations)
        fitted = replace(fitted, duration_s=seconds)
        notices.append(duration_notice(order.duration_s, seconds))
    if order.size and traits.sizes:
        size = fit_size(order.size, traits.sizes)
        fitted = replace(fitted, size=size.value)
        notices.append(size.notice)
    if order.audio is not None and not traits.audio:
        fitted = replace(fitted, audio=None)
        # Silence is what such a model gives anyway.
        notices.append(dropped_notice("sound") if order.audio else "")
    return fitted, tuple(notice for notice in notices if notice)


def _nearest_duration(wanted_s: float, supported: tuple[int, ...]) -> int:
    try:
        return nearest_duration(wanted_s, supported)
    except ValueError:
        raise _rejected("the duration is no number", BAD_DURATION) from None


def _check_pictures(count: int, most: int) -> None:
    if not count or count <= most:
        return
    if not most:
        raise _rejected("the model takes no pictures", NO_PICTURES)
    few = "one picture" if most == 1 else f"{most} pictures"
    raise _rejected(
        f"{count} pictures for a model that takes {most}",
        f"The film model that I use takes at most {few}, not {count}. Please send fewer.",
    )


def _rejected(why: str, sentence: str) -> RequestRejected:
    return errors.unsent(RequestRejected(why, sentence=sentence))


def _list(value: object) -> Iterable[Any]:
    return value if isinstance(value, list) else ()


def _words(value: object) -> tuple[str, ...]:
    return tuple(word.strip() for word in _list(value) if isinstance(word, str) and word.strip())
