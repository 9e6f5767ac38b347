"""A note becomes text: gated, in parts, in order, paid once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.errors import AudioTooLarge, AudioUnreadable, NothingHeard, UpstreamDown
from bot.values.audio import Recording, Transcript
from bot.voice.limits import NoteLimits
from bot.voice.listen import Heard, ListenSettings, listen
from bot.voice.opus import encode
from bot.voice.workshop import Workshop
from tests import voices
from tests.unit.voice.sounds import Ear, hush, joined, tone
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


@pytest.mark.parametrize("phantom", ["Untertitel der Amara.org-Community", "♪♪", "..."])
async def test_a_line_that_models_write_for_noise_is_nothing_heard(
    workshop: Workshop, phantom: str
) -> None:
    with pytest.raises(NothingHeard):
        await hear(voices.say("Hello there."), Ear({0: phantom}), workshop)


async def test_a_short_answer_is_believed_where_somebody_had_the_time_to_say_it(
    workshop: Workshop,
) -> None:
    said = await hear(voices.say("Thank you very much indeed."), Ear({0: "Thank you."}), workshop)
    assert said.text == "Thank you."
    blip = encode(joined(hush(0.5), tone(300, 0.12), hush(0.5)), bitrate=32_000).ogg
    with pytest.raises(NothingHeard):
        await hear(blip, Ear({0: "Thank you."}), workshop)


async def test_a_part_of_noise_is_left_out_and_credits_behind_words_are_cut_off(
    workshop: Workshop,
) -> None:
    ear = Ear({0: "We met in Rome.", 1: "Untertitel der Amara.org-Community", 2: "It rained. ♪♪"})
    data = encode(sentences_of(6), bitrate=16_000).ogg
    heard = await hear(data, ear, workshop, ListenSettings(limits=SPLIT))
    assert heard.text == "We met in Rome. It rained."
    assert len(heard.parts) == 3


@pytest.mark.parametrize(
    ("text", "named", "language"),
    [
        ("Guten Morgen, wie geht es dir heute?", "", "de"),
        ("Guten Morgen, wie geht es dir heute?", "english", "de"),
        ("Okay", "nl", "nl"),
        ("Okay", "", "fr"),
    ],
)
async def test_the_language_is_what_the_model_names_else_that_of_the_text_else_the_likely_one(
    workshop: Workshop, text: str, named: str, language: str
) -> None:
    class Naming(Ear):
        async def transcribe(self, recording: Recording, *, language: str = "") -> Transcript:
            return Transcript(text, "test/ear", named)

    settings = ListenSettings(expected="fr")
    heard = await hear(voices.say("Good morning, how are you?"), Naming(), workshop, settings)
    assert heard.language == language


async def test_a_transcript_is_cut_at_what_its_model_may_write(workshop: Workshop) -> None:
    settings = ListenSettings(max_chars={"test/ear": 11, "other/ear": 2})
    heard = await hear(voices.say("Hello there."), Ear({0: "Hello there, Bo."}), workshop, settings)
    assert heard.text == "Hello there"


async def test_what_no_listener_takes_is_refused_before_anything_is_paid(
    workshop: Workshop,
) -> None:
    ear = Ear()
    with pytest.raises(AudioTooLarge) as caught:
        await hear(voices.say("Hello there."), ear, workshop, ListenSettings(max_bytes=2_000))
    assert "shorter parts" in caught.value.sentence
    assert ear.recordings == []


async def test_progress_is_told_of_many_parts_and_not_of_few(workshop: Workshop) -> None:
    told: list[tuple[int, int]] = []

    def tell(done: int, total: int) -> None:
        told.append((done, total))

    async def heard_of(count: int) -> list[tuple[int, int]]:
        told.clear()
        data = encode(sentences_of(count), bitrate=16_000).ogg
        await listen(
            data,
            mime="audio/ogg",
            file_name="",
            transcriber=Ear(),
            workshop=workshop,
            settings=ListenSettings(limits=SPLIT, concurrency=1),
            on_progress=tell,
        )
        return told

    assert await heard_of(4) == []
    assert await heard_of(6) == [(0, 3), (1, 3), (2, 3), (3, 3)]
