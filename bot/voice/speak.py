"""An answer becomes voice while it is still being written.

Text → sentences → words that can be said → segments → several speech requests at once → one running
encoder, in order. The turn ends one speech call after the model's last sentence; the first bubble
of a long answer can go out long before.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from bot.errors import BadAnswer, StageError
from bot.values.audio import Bubble, Pcm, Voice
from bot.values.clock import Clock, SystemClock
from bot.voice.assembly import Assembly, OnBubble
from bot.voice.bubbles import MOST_BYTES, Bubbles
from bot.voice.cuts import Cuts, CutSettings
from bot.voice.lines import Lines, Segment
from bot.voice.resume import Stretch, plan
from bot.voice.seams import Synthesizer
from bot.voice.synthesis import Learned, SpeechStore, Stopped, Synthesis
from bot.voice.takes import OnEvent, Takes
from bot.voice.workshop import Workshop


@dataclass(frozen=True, slots=True)
class SpeakSettings:
    """How an answer is spoken.

    `parallel` requests run at once while the model writes; `closing_parallel` once it has ended,
    so that the last sentence never waits for a place. With `progressive` a long answer becomes
    several bubbles, the first ones given out early as `cuts` says. `hold_first` keeps the first
    sentence of a stretch until a second begins. `resumed` marks an answer that an earlier process
    began to speak: it is then cut where `store` knows finished calls and bubbles. `learned` is
    shared between answers. `spare_voice` speaks where the voice is rejected.
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
    progressive: bool = False
    cuts: CutSettings = field(default_factory=CutSettings)
    hold_first: bool = False
    store: SpeechStore | None = None
    resumed: bool = False
    learned: Learned | None = None
    spare_voice: Voice | None = None


class Speaker:
    """Speaks one answer. Whoever makes one calls `finish` or `cancel`; after `hush`, `drained`.

    `on_bubble` takes each early bubble with its number, counted from 0 within the answer. A resumed
    speaker repeats early bubbles where the text is the same, and makes no new ones: which of the
    others were sent is not known here.
    """

    def __init__(
        self,
        *,
        synthesizer: Synthesizer,
        voice: Voice,
        workshop: Workshop,
        settings: SpeakSettings,
        on_event: OnEvent | None = None,
        on_bubble: OnBubble | None = None,
        clock: Clock | None = None,
    ) -> None:
        learned = settings.learned or Learned()
        self._settings = settings
        self._on_event = on_event
        self._synthesis = Synthesis(
            synthesizer,
            voice,
            workshop=workshop,
            places=asyncio.Semaphore(settings.closing_parallel),
            preferred_format=settings.preferred_format,
            store=settings.store,
            learned=learned,
            spare=settings.spare_voice,
        )
        self._takes = Takes(self._synthesis, tell=self._tell)
        self._lines = Lines(
            language=settings.language,
            max_chars=settings.max_chars,
            hold_first=settings.hold_first,
            small=lambda: self._synthesis.voice.model in learned.small,
        )
        self._assembly = Assembly(
            _bubbles(settings),
            cuts=Cuts(settings.cuts, on=settings.progressive and not settings.resumed),
            workshop=workshop,
            clock=clock or SystemClock(),
            store=settings.store,
            written=lambda least: self._lines.written_chars(least=least),
            on_bubble=on_bubble,
            tell=self._tell,
        )
        self._in_flight = 0
        self._stretches: list[Stretch] = []  # of a resumed answer
        self._tasks: list[asyncio.Task[tuple[Pcm, ...]]] = []
        self._closed = False
        self._hushed = False
        self._failed: StageError | None = None

    @property
    def first_index(self) -> int:
        """The number of the first bubble that `finish` gave."""
        return self._assembly.next_index

    def feed(self, markdown_delta: str) -> None:
        """More of the answer. Returns at once; a failure shows in `finish`."""
        if self._closed:
            return
        free_slots = 0 if self._settings.resumed else self._free_slots()
        self._request(self._lines.feed(markdown_delta, free_slots=free_slots))
        self._assembly.wake()

    def end_of_stretch(self) -> None:
        """What was fed so far is certain: say all of it. A new stretch begins."""
        if not self._closed:
            self._end_stretch()

    def drop_pending(self) -> None:
        """Forget what was fed in this stretch and not requested yet. A new stretch begins."""
        if self._closed:
            return
        dropped = self._lines.drop()
        if self._settings.resumed:
            self._stretches.append(Stretch(tuple(dropped), dropped=True))

    async def finish(self) -> tuple[Bubble, ...]:
        """The rest of the spoken answer, when all of it is there, numbered from `first_index`.

        Empty when nothing is left to say, and at once after `hush`. Raises the UpstreamError of the
        segment that failed first; there is no more voice then. However it ends, nothing of the
        speaker runs any more, unless it was hushed.
        """
        try:
            bubbles = await self._finish()
            return () if self._hushed else bubbles
        finally:
            if not self._hushed:
                await self.cancel()

    def hush(self) -> None:
        """Request nothing more and give nothing more out; what was requested may arrive.

        It is paid: it is stored, and `drained` waits for it. Idempotent.
        """
        self._closed = self._hushed = self._synthesis.stopped = True
        self._assembly.hush()

    async def drained(self) -> None:
        """Wait until no request is under way any more."""
        if not self._tasks:
            return
        await asyncio.wait(self._tasks)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._assembly.cancel()

    async def cancel(self) -> None:
        """Close every open request at once and start no other. Idempotent."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(self._assembly.cancel(), *self._tasks, return_exceptions=True)

    async def _finish(self) -> tuple[Bubble, ...]:
        if not self._closed:
            self._end_stretch()
            if self._settings.resumed:
                await self._request_again()
        self._closed = True
        self._assembly.close()
        await self._assembly.done()
        if self._hushed:
            return ()
        failed = self._failed or self._assembly.failed
        if failed:
            raise failed
        bubbles = await self._assembly.rest()
        if self._tasks and not bubbles and not self._assembly.given:
            raise BadAnswer("only silence was spoken")
        return bubbles

    def _end_stretch(self) -> None:
        segments = self._lines.end_stretch()
        if self._settings.resumed:
            sentences = [sentence for segment in segments for sentence in segment.sentences]
            self._stretches.append(Stretch(tuple(sentences)))
        else:
            self._request(segments)

    async def _request_again(self) -> None:
        store = self._settings.store
        cuts = await store.cuts() if store else []
        planned = await plan(
            self._stretches,
            max_chars=self._settings.max_chars,
            stored=self._synthesis.stored,
            cuts=cuts,
        )
        self._assembly.repeat(planned.places, next_index=len(cuts))
        self._request(planned.segments)

    def _free_slots(self) -> int:
        return max(0, self._settings.parallel - self._in_flight)

    def _request(self, segments: list[Segment]) -> None:
        if self._closed or self._failed:
            return
        for segment in segments:
            task = asyncio.create_task(self._take(len(self._tasks), segment), name="segment")
            self._in_flight += 1
            self._tasks.append(task)
            self._assembly.add(segment, task)

    async def _take(self, index: int, segment: Segment) -> tuple[Pcm, ...]:
        self._tell("segment.requested", index=index, chars=len(segment.text))
        try:
            try:
                answer = await self._synthesis.answer(segment.text)
            finally:
                self._in_flight -= 1
            self._tell("segment.received", index=index, size_bytes=len(answer.speech.data))
            self._request(self._lines.release(free_slots=self._free_slots()))
            return await self._takes.of(segment, answer, index=index)
        except StageError as error:
            self._failed = self._failed or error  # from now on nothing more is asked for
            raise
        except Stopped:
            return ()

    def _tell(self, name: str, /, **facts: object) -> None:
        if self._on_event:
            self._on_event(name, **facts)


def _bubbles(settings: SpeakSettings) -> Bubbles:
    return Bubbles(
        pause_s=settings.pause_s,
        max_s=settings.max_bubble_s,
        max_bytes=settings.max_bubble_bytes,
        bitrate=settings.bitrate,
    )
