"""A note becomes text: prepared beside the loop, gated for silence, transcribed part by part."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from bot.errors import AudioTooLarge, NothingHeard
from bot.values.audio import Transcript
from bot.voice.language import iso_639_1, language_of
from bot.voice.limits import NoteLimits
from bot.voice.phantoms import is_phantom, without_phantom_tail
from bot.voice.prepare import Prepared, prepare
from bot.voice.seams import Transcriber
from bot.voice.split import Part
from bot.voice.workshop import Workshop

log = structlog.get_logger()
LONG_S = 120  # from here on a person wonders whether anything happens
FEW_PARTS = 2
TOO_LARGE = (
    "That recording is larger than what my transcription service takes. "
    "Please send it in shorter parts."
)

OnProgress = Callable[[int, int], None]  # parts done, parts in all; returns at once


@dataclass(frozen=True, slots=True)
class ListenSettings:
    """`concurrency` is how many parts are transcribed at once.

    `language` (ISO-639-1) goes with each request and wins over what listeners have of their own;
    `expected` is only what is likely. `max_bytes` is the most that any listener takes of one part,
    `max_chars` the longest transcript by the model that wrote it.
    """

    language: str = ""
    expected: str = ""
    concurrency: int = 2
    max_bytes: int | None = None
    max_chars: Mapping[str, int] = field(default_factory=dict)
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
    on_progress: OnProgress | None = None,
) -> Heard:
    """The text of a note.

    `on_progress` is told of long notes only, once for each part. Raises AudioUnreadable,
    AudioTooLarge or NothingHeard before anything was paid, NothingHeard also when the transcript is
    empty or nothing but what models write for noise, and UpstreamError when a part can't be
    transcribed.
    """
    prepared = await workshop.run(
        prepare, data, mime=mime, file_name=file_name, limits=settings.limits
    )
    _check(prepared, settings)
    count = _Count(len(prepared.parts), on_progress if _takes_long(prepared) else None)
    count.tell()

    async def transcribe(part: Part) -> Transcript:
        transcript = await transcriber.transcribe(part.recording, language=settings.language)
        count.one_more()
        return transcript

    answers = await _in_order(prepared.parts, transcribe, at_once=settings.concurrency)
    text, language = _put_together(prepared.parts, answers, settings)
    return Heard(text, prepared.duration_s, language, tuple(answers))


def _check(prepared: Prepared, settings: ListenSettings) -> None:
    """Raises NothingHeard or AudioTooLarge, before anything is paid."""
    if prepared.silent:
        raise NothingHeard("silence gate")
    largest = max(len(part.recording.data) for part in prepared.parts)
    if settings.max_bytes is not None and largest > settings.max_bytes:
        raise AudioTooLarge(f"a part of {largest} bytes", sentence=TOO_LARGE)


def _takes_long(prepared: Prepared) -> bool:
    return prepared.duration_s > LONG_S or len(prepared.parts) > FEW_PARTS


class _Count:
    """Counts finished parts, and says so where somebody wants to know."""

    def __init__(self, total: int, on_progress: OnProgress | None) -> None:
        self._done = 0
        self._total = total
        self._on_progress = on_progress

    def one_more(self) -> None:
        self._done += 1
        self.tell()

    def tell(self) -> None:
        if self._on_progress is not None:
            self._on_progress(self._done, self._total)


def _put_together(
    parts: Sequence[Part], answers: Sequence[Transcript], settings: ListenSettings
) -> tuple[str, str]:
    """The whole text and its language. Raises NothingHeard."""
    likely = settings.language or settings.expected
    said = [_real(part, answer, likely) for part, answer in zip(parts, answers, strict=True)]
    text = " ".join(filter(None, said))
    if not text:
        raise NothingHeard("empty transcript")
    named = next(filter(None, (iso_639_1(answer.language) for answer in answers)), "")
    language = named or language_of(text, hint=likely)
    most = settings.max_chars.get(answers[0].model)
    if most is not None and len(text) > most:
        log.info("stt.trimmed", chars=len(text), most=most, model=answers[0].model)
        text = text[:most].rstrip()
    return text, language


def _real(part: Part, answer: Transcript, language: str) -> str:
    """What a person said in this part; empty for what models write when nobody speaks."""
    text = answer.text.strip()
    if text and is_phantom(text, speech_s=part.speech_s, language=language):
        log.info("stt.phantom", model=answer.model, speech_s=round(part.speech_s, 2))
        return ""
    return without_phantom_tail(text)


async def _in_order(
    parts: Sequence[Part],
    work: Callable[[Part], Awaitable[Transcript]],
    *,
    at_once: int,
) -> list[Transcript]:
    """`work` on each, `at_once` at a time. The first failure stops the others and is raised."""
    waiting = iter(enumerate(parts))
    done: dict[int, Transcript] = {}

    async def worker() -> None:
        # A worker that fails takes nothing more, so no call is paid for after a failure.
        for index, part in waiting:
            done[index] = await work(part)

    workers = [asyncio.ensure_future(worker()) for _ in range(max(1, at_once))]
    try:
        await asyncio.gather(*workers)
    finally:
        for task in workers:
            task.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return [done[index] for index in sorted(done)]
