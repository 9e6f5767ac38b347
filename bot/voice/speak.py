"""An answer becomes voice while it is still being written.

Text → sentences → words that can be said → segments → several speech requests at once → one running
encoder, in order. The turn ends one speech call after the model's last sentence.
"""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Protocol

from bot.errors import BadAnswer, StageError
from bot.values.audio import Bubble, Pcm, Voice
from bot.voice.bubbles import MOST_BYTES, Bubbles
from bot.voice.resume import planned
from bot.voice.seams import Synthesizer
from bot.voice.segments import Segmenter, SegmentSettings
from bot.voice.sentences import Sentences
from bot.voice.speakable import speakable
from bot.voice.synthesis import SpeechStore, Synthesis, samples
from bot.voice.workshop import Workshop


class OnEvent(Protocol):
    def __call__(self, name: str, /, **facts: object) -> None: ...


@dataclass(frozen=True, slots=True)
class SpeakSettings:
    """How an answer is spoken.

    `parallel` requests run at once while the model writes; `closing_parallel` once it has ended,
    so that the last sentence never waits for a place. `resumed` marks an answer that an earlier
    process began to speak: it is then cut where `store` knows finished calls. `learned_formats`
    (model → format) is shared between answers.
    """

    max_chars: int = 600
    parallel: int = 3
    closing_parallel: int = 5
    preferred_format: str = "pcm"
    language: str = ""
    pause_s: float = 0.2
    max_bubble_s: float = 600.0
    max_bubble_bytes: int = MOST_BYTES
    bitrate: int = 32_000
    store: SpeechStore | None = None
    resumed: bool = False
    learned_formats: MutableMapping[str, str] | None = None


class Speaker:
    """Speaks one answer. Whoever makes one calls `finish` or `cancel`."""

    def __init__(
        self,
        *,
        synthesizer: Synthesizer,
        voice: Voice,
        workshop: Workshop,
        settings: SpeakSettings,
        on_event: OnEvent | None = None,
    ) -> None:
        learned = settings.learned_formats
        self._synthesis = Synthesis(
            synthesizer,
            voice,
            preferred_format=settings.preferred_format,
            store=settings.store,
            learned={} if learned is None else learned,
        )
        self._workshop = workshop
        self._settings = settings
        self._on_event = on_event
        self._sentences = Sentences()
        self._segmenter = Segmenter(SegmentSettings(max_chars=settings.max_chars))
        self._bubbles = Bubbles(
            pause_s=settings.pause_s,
            max_s=settings.max_bubble_s,
            max_bytes=settings.max_bubble_bytes,
            bitrate=settings.bitrate,
        )
        self._places = asyncio.Semaphore(settings.closing_parallel)
        self._in_flight = 0
        self._last_text = ""
        self._resumed: list[str] = []
        self._segments: list[asyncio.Task[Pcm]] = []
        self._grown = asyncio.Event()
        self._closed = False
        self._failed: StageError | None = None
        self._joiner: asyncio.Task[None] | None = None

    def feed(self, markdown_delta: str) -> None:
        """More of the answer. Returns at once; a failure shows in `finish`."""
        for unit in self._sentences.feed(markdown_delta):
            self._say(unit)

    async def finish(self) -> tuple[Bubble, ...]:
        """The spoken answer, when all of it is there; empty when it holds nothing to say.

        Raises the UpstreamError of the segment that failed first; there is no voice then. However
        it ends, nothing of the speaker runs any more.
        """
        try:
            return await self._finish()
        finally:
            await self.cancel()

    async def cancel(self) -> None:
        """Close every open request at once and start no other. Idempotent."""
        self._closed = True
        tasks = [*self._segments, *([self._joiner] if self._joiner else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _finish(self) -> tuple[Bubble, ...]:
        for unit in self._sentences.flush():
            self._say(unit, free_slots=0)
        self._close_input(await self._remaining())
        if self._joiner:
            await self._joiner
        if self._failed:
            raise self._failed
        bubbles = await self._workshop.run(self._bubbles.finish)
        if self._segments and not bubbles:
            raise BadAnswer("only silence was spoken")
        return bubbles

    def _say(self, unit: str, *, free_slots: int | None = None) -> None:
        text = speakable(unit, language=self._settings.language)
        # Two fences in a row need to be announced once.
        if not text or (text == self._last_text and self._is_note(unit)) or self._closed:
            return
        self._last_text = text
        if self._settings.resumed:
            self._resumed.append(text)
            return
        free = self._free_slots() if free_slots is None else free_slots
        self._request(self._segmenter.add(text, free_slots=free))

    def _is_note(self, unit: str) -> bool:
        return unit.lstrip().startswith(("```", "~~~", "|"))

    def _free_slots(self) -> int:
        return max(0, self._settings.parallel - self._in_flight)

    async def _remaining(self) -> list[str]:
        if not self._settings.resumed:
            return self._segmenter.finish()
        return await planned(
            self._resumed, max_chars=self._settings.max_chars, stored=self._synthesis.stored
        )

    def _close_input(self, texts: list[str]) -> None:
        self._request(texts)
        self._closed = True
        self._grown.set()

    def _request(self, texts: list[str]) -> None:
        if self._closed or self._failed:
            return
        for text in texts:
            index = len(self._segments)
            self._in_flight += 1
            self._segments.append(asyncio.create_task(self._segment(index, text)))
            self._grown.set()
        if texts and self._joiner is None:
            self._joiner = asyncio.create_task(self._join())

    async def _segment(self, index: int, text: str) -> Pcm:
        try:
            async with self._places:
                self._tell("segment.requested", index=index, chars=len(text))
                speech = await self._synthesis.speech(text)
        except StageError as error:
            self._failed = self._failed or error  # from now on nothing more is asked for
            raise
        finally:
            self._in_flight -= 1
        self._tell("segment.received", index=index, size_bytes=len(speech.data))
        self._request(self._segmenter.release(free_slots=self._free_slots()))
        return await self._workshop.run(samples, speech)

    async def _join(self) -> None:
        """Encode the segments in order, each as soon as those before it are there."""
        index = 0
        try:
            while await self._reached(index):
                pcm = await self._segments[index]
                await self._workshop.run(self._bubbles.add, pcm)
                self._tell("segment.encoded", index=index, duration_s=pcm.duration_s)
                index += 1
        except StageError as error:
            self._failed = self._failed or error
            for task in self._segments:
                task.cancel()
            await asyncio.gather(*self._segments, return_exceptions=True)

    async def _reached(self, index: int) -> bool:
        """Wait for segment `index`; False when there will be none."""
        while index >= len(self._segments):
            if self._closed:
                return False
            self._grown.clear()
            await self._grown.wait()
        return True

    def _tell(self, name: str, **facts: object) -> None:
        if self._on_event:
            self._on_event(name, **facts)
