"""A note becomes text: gated, in parts, in order, paid once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.errors import AudioUnreadable, NothingHeard, UpstreamDown
from bot.values.audio import Recording, Transcript
from bot.voice.limits import NoteLimits
from bot.voice.listen import Heard, ListenSettings, listen
from bot.voice.opus import encode
from bot.voice.workshop import Workshop
from tests import voices
from tests.unit.voice.sounds import Ear
from tests.unit.voice.test_voice_prepare import sentences_of

SPLIT = NoteLimits(pass_s=8, part_after_s=4, part_max_s=6)


@pytest.fixture
async def workshop() -> AsyncIterator[Workshop]:
    workshop = Workshop()
    yield workshop
    workshop.close()


async def hear(
    data: bytes, ear: Ear, workshop: Workshop, settings: ListenSettings | None = None
) -> Heard:
    return await listen(
        data,
        mime="audio/ogg",
        file_name="voice.ogg",
        transcriber=ear,
        workshop=workshop,
        settings=settings or ListenSettings(),
    )


async def test_a_short_note_is_one_call_with_its_language(workshop: Workshop) -> None:
    ear = Ear({0: "  what time is it "})
    data = voices.say("What time is it?")
    heard = await hear(data, ear, workshop, ListenSettings(language="de"))
    assert (heard.text, heard.language) == ("what time is it", "de")
    assert [recording.data for recording in ear.recordings] == [data]
    assert ear.languages == ["de"]
    assert len(heard.parts) == 1


async def test_silence_is_refused_before_anything_is_paid(workshop: Workshop) -> None:
    ear = Ear()
    with pytest.raises(NothingHeard):
        await hear(voices.silence(3.0), ear, workshop)
    with pytest.raises(AudioUnreadable):
        await hear(voices.noise(1_024), ear, workshop)
    assert ear.recordings == []


async def test_an_empty_transcript_is_nothing_heard(workshop: Workshop) -> None:
    with pytest.raises(NothingHeard):
        await hear(voices.say("Hello there."), Ear({0: "  "}), workshop)


async def test_parts_are_joined_in_order_though_they_end_in_another(workshop: Workshop) -> None:
    class Slow(Ear):
        async def transcribe(self, recording: Recording, *, language: str = "") -> Transcript:
            turn = len(self.recordings)
            answer = await super().transcribe(recording, language=language)
            for _ in range(20 if turn == 0 else 1):
                await asyncio.sleep(0)
            return answer

    ear = Slow()
    data = encode(sentences_of(6), bitrate=16_000).ogg
    heard = await hear(data, ear, workshop, ListenSettings(limits=SPLIT))
    assert heard.text == "part 1 part 2 part 3"
    assert heard.duration_s == pytest.approx(15.0, abs=0.01)


async def test_no_more_parts_at_once_than_allowed(workshop: Workshop) -> None:
    class Counting(Ear):
        running = most = 0

        async def transcribe(self, recording: Recording, *, language: str = "") -> Transcript:
            self.running += 1
            self.most = max(self.most, self.running)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            self.running -= 1
            return await super().transcribe(recording, language=language)

    ear = Counting()
    data = encode(sentences_of(10), bitrate=16_000).ogg
    await hear(data, ear, workshop, ListenSettings(limits=SPLIT, concurrency=2))
    assert len(ear.recordings) == 5
    assert ear.most == 2


async def test_a_part_that_fails_stops_the_others_and_is_raised_as_it_is(
    workshop: Workshop,
) -> None:
    class Failing(Ear):
        cancelled = 0

        async def transcribe(self, recording: Recording, *, language: str = "") -> Transcript:
            self.recordings.append(recording)
            if len(self.recordings) == 2:
                raise UpstreamDown("503")
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.cancelled += 1
                raise
            raise AssertionError

    ear = Failing()
    data = encode(sentences_of(8), bitrate=16_000).ogg
    with pytest.raises(UpstreamDown):
        await hear(data, ear, workshop, ListenSettings(limits=SPLIT))
    assert (len(ear.recordings), ear.cancelled) == (2, 1)
