"""A note becomes text: prepared beside the loop, gated for silence, transcribed part by part."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from bot.errors import NothingHeard
from bot.values.audio import Recording, Transcript
from bot.voice.limits import NoteLimits
from bot.voice.prepare import prepare
from bot.voice.seams import Transcriber
from bot.voice.workshop import Workshop


@dataclass(frozen=True, slots=True)
class ListenSettings:
    """`language` is an ISO-639-1 hint, `concurrency` the parts transcribed at once."""

    language: str = ""
    concurrency: int = 2
    limits: NoteLimits = field(default_factory=NoteLimits)


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said. `parts` are the paid calls behind it, in order, for the ledger."""

    text: str
    duration_s: float
    language: str
    parts: tuple[Transcript, ...]


async def listen(
    data: bytes,
    *,
    mime: str,
    file_name: str,
    transcriber: Transcriber,
    workshop: Workshop,
    settings: ListenSettings,
) -> Heard:
    """The text of a note.

    Raises AudioUnreadable, AudioTooLarge or NothingHeard before anything was paid, NothingHeard
    also for an empty transcript, and UpstreamError when a part can't be transcribed.
    """
    prepared = await workshop.run(
        prepare, data, mime=mime, file_name=file_name, limits=settings.limits
    )
    if prepared.silent:
        raise NothingHeard("silence gate")

    async def transcribe(recording: Recording) -> Transcript:
        return await transcriber.transcribe(recording, language=settings.language)

    parts = await _in_order(prepared.recordings, transcribe, at_once=settings.concurrency)
    text = " ".join(part.text.strip() for part in parts if part.text.strip())
    if not text:
        raise NothingHeard("empty transcript")
    language = next((part.language for part in parts if part.language), settings.language)
    return Heard(text, prepared.duration_s, language, tuple(parts))


async def _in_order(
    recordings: Sequence[Recording],
    work: Callable[[Recording], Awaitable[Transcript]],
    *,
    at_once: int,
) -> list[Transcript]:
    """`work` on each, `at_once` at a time. The first failure stops the others and is raised."""
    waiting = iter(enumerate(recordings))
    done: dict[int, Transcript] = {}

    async def worker() -> None:
        # A worker that fails takes nothing more, so no call is paid for after a failure.
        for index, recording in waiting:
            done[index] = await work(recording)

    workers = [asyncio.ensure_future(worker()) for _ in range(max(1, at_once))]
    try:
        await asyncio.gather(*workers)
    finally:
        for task in workers:
            task.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return [done[index] for index in sorted(done)]
