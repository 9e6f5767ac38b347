"""Songs through chat completions with sound: one stream under one deadline, sent once.

Source: seeds 002 "Music generation", facts/openrouter-wire.md §14, facts/openrouter-api.md §6.1.
"""

from __future__ import annotations

import asyncio
import math
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import structlog

from bot.errors import UpstreamError
from bot.openrouter import errors
from bot.openrouter.chat import PATH
from bot.openrouter.client import OpenRouterClient
from bot.openrouter.geometry import duration_notice
from bot.openrouter.making import content, rejected
from bot.openrouter.reader import StreamReader
from bot.openrouter.retry import ONCE
from bot.openrouter.route import media_model
from bot.openrouter.song import Song
from bot.values.media import Made, MusicOrder

DEFAULT_MODEL = "google/lyria-3-pro-preview"
FORMATS = ("wav", "mp3")  # the first is the default
LONGEST_S = 180
MOST_INPUTS = 1
MAX_BYTES = 64 * 2**20
TOO_MANY_INPUTS = "I can use one picture at most for a song. Please send just one."
INSTRUMENTAL = "This piece is purely instrumental: nobody sings and nobody speaks."
log = structlog.get_logger()


class OpenRouterMusic:
    """Makes songs. `max_bytes` is the most that one may have."""

    def __init__(self, client: OpenRouterClient, *, max_bytes: int = MAX_BYTES) -> None:
        self._client = client
        self._max_bytes = max_bytes

    def fit(self, order: MusicOrder) -> tuple[MusicOrder, tuple[str, ...]]:
        """`order` as a model can fill it, and a notice for each wish that was changed.

        Raises RequestRejected, unsent, for more than one picture.
        """
        if len(order.pictures) > MOST_INPUTS:
            raise rejected(f"{len(order.pictures)} input pictures", TOO_MANY_INPUTS)
        notices = []
        wanted = order.format.strip().lower()
        format_ = wanted if wanted in FORMATS else FORMATS[0]
        if wanted and wanted != format_:
            notices.append(f"{wanted[:20]} is not available; {format_} was used")
        length_s = order.duration_s
        if length_s is not None and not math.isfinite(length_s):
            length_s = None
        if length_s is not None:
            used_s = min(LONGEST_S, max(1.0, length_s))
            notices += [text for text in (duration_notice(length_s, used_s),) if text]
            length_s = used_s
        return replace(order, format=format_, duration_s=length_s), tuple(notices)

    async def make(self, order: MusicOrder) -> Made:
        """The song, its words as text. Raises UpstreamError.

        Sent once: whatever goes wrong after that is the caller's to decide, for it may be paid.
        `order.timeout_s` bounds the whole of it.
        """
        order, _ = self.fit(order)
        model = media_model(order.model) or DEFAULT_MODEL
        song = Song(max_bytes=self._max_bytes)
        try:
            complete = await self._listen_in_time(song, order, model)
            return song.made(model, complete=complete)
        except UpstreamError as failure:
            failure.begun = song.begun
            failure.cost_micro_usd, failure.generation_id = song.cost_micro_usd, song.generation_id
            if failure.sent:
                log.warning(
                    "music.failed",
                    model=model,
                    code=failure.code,
                    generation_id=song.generation_id,
                )
            raise

    async def _listen_in_time(self, song: Song, order: MusicOrder, model: str) -> bool:
        try:
            async with asyncio.timeout(order.timeout_s):
                return await self._listen(song, order, model)
        except TimeoutError as failure:
            raise errors.from_transport(failure) from failure

    async def _listen(self, song: Song, order: MusicOrder, model: str) -> bool:
        """Fill `song` from the stream; whether that was closed as it should be."""
        # A song is silent for long stretches while it is made: the one deadline is enough.
        times = replace(
            self._client.settings.timeouts,
            chat_idle_s=order.timeout_s,
            chat_silence_s=order.timeout_s,
        )
        async with self._client.open(
            PATH, _body(order, model), within_s=order.timeout_s, retry=ONCE
        ) as response:
            song.begun = True
            song.generation_id = response.headers.get("x-generation-id", "")
            reader = StreamReader(
                response,
                timeouts=times,
                monotonic=self._client.clock.monotonic,
                piece_bytes=self._max_bytes * 4 // 3 + 2**20,
            )
            async with aclosing(reader.payloads()) as payloads:
                async for payload in payloads:
                    song.add(payload)
        return reader.complete


def _body(order: MusicOrder, model: str) -> dict[str, Any]:
    return {
        "model": model,
        "messages": [{"role": "user", "content": content(_prompt(order), order.pictures)}],
        "modalities": ["text", "audio"],
        "audio": {"format": order.format},
        "stream": True,
    }


def _prompt(order: MusicOrder) -> str:
    """The wish and what belongs to it, a blank line between; the length is a hint in words."""
    parts = [order.prompt.strip()]
    if order.instrumental:
        parts.append(INSTRUMENTAL)
    if lyrics := order.lyrics.strip():
        parts.append(f"Lyrics:\n{lyrics}")
    if order.duration_s is not None:
        parts.append(f"It should last about {math.floor(order.duration_s + 0.5)} seconds.")
    return "\n\n".join(part for part in parts if part)
