"""An answer becomes voice: in order, in time, at one loudness, within Telegram's bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from bot.errors import BadAnswer, RateLimited, RequestRejected, UpstreamDown
from bot.values.audio import Pcm, Speech, Voice
from bot.voice.codec import sniff
from bot.voice.speak import Speaker, SpeakSettings
from bot.voice.synthesis import Learned
from bot.voice.workshop import Workshop
from tests.unit.voice.singers import TONES, Shelf, Singer, settled, sound_of
from tests.unit.voice.sounds import (
    VOICE,
    contained,
    heard,
    hush,
    joined,
    level_db,
    peak_db,
    pitch,
    stretches,
    tone,
)

MakeSpeaker = Callable[..., Speaker]


@pytest.fixture
def speaker_of(workshop: Workshop) -> MakeSpeaker:
    def make(singer: Singer, *, voice: Voice = VOICE, on_event=None, **settings) -> Speaker:  # noqa: ANN001, ANN003
        return Speaker(
            synthesizer=singer,
            voice=voice,
            workshop=workshop,
            settings=SpeakSettings(**settings),
            on_event=on_event,
        )

    return make


async def test_segments_are_heard_in_order_with_pauses(speaker_of: MakeSpeaker) -> None:
    singer = Singer(held=True)
    speaker = speaker_of(singer)
    speaker.feed("One. Two. Three.")
    finishing = asyncio.ensure_future(speaker.finish())
    await singer.asked(3)
    for text in ("Three.", "Two.", "One."):  # the answers come in the wrong order
        singer.gates[text].set()
        await settled()
    (bubble,) = await finishing
    sound = heard(bubble.ogg)
    notes, gaps = stretches(sound)
    assert [round(pitch(note), -1) for note in notes] == [300, 400, 500]
    assert all(0.15 <= gap <= 0.45 for gap in gaps)
    assert bubble.duration_s == pytest.approx(3 * 0.5 + 2 * 0.2, abs=0.1)
    assert sound.duration_s == pytest.approx(bubble.duration_s, abs=0.01)


async def test_a_bubble_is_what_telegram_shows_as_voice(speaker_of: MakeSpeaker) -> None:
    import io

    import av

    speaker = speaker_of(Singer())
    speaker.feed("One. Two.")
    (bubble,) = await speaker.finish()
    with av.open(io.BytesIO(bubble.ogg)) as container:
        (stream,) = container.streams
        assert (stream.codec_context.name, stream.rate, stream.channels) == ("opus", 48_000, 1)
        assert dict(container.metadata) == dict(stream.metadata) == {}
    assert len(bubble.ogg) < 1_000_000


async def test_when_the_stream_ends_only_the_last_sentence_is_still_to_request(
    speaker_of: MakeSpeaker,
) -> None:
    singer = Singer(held=True)
    speaker = speaker_of(singer, parallel=3)
    for delta in ("One", ". T", "wo. Th", "ree.", " Four"):
        speaker.feed(delta)
        await settled()
    assert singer.texts == ["One.", "Two.", "Three."]  # each left when the next one began
    speaker.feed(" ends.")
    finishing = asyncio.ensure_future(speaker.finish())
    await settled()
    assert singer.texts[3:] == ["Four ends."]  # at once, though all three slots are taken
    for gate in singer.gates.values():
        gate.set()
    (bubble,) = await finishing
    assert bubble.duration_s == pytest.approx(4 * 0.5 + 3 * 0.2, abs=0.1)


async def test_segments_grow_while_the_slots_are_taken_and_the_last_is_one_sentence(
    speaker_of: MakeSpeaker,
) -> None:
    singer = Singer(held=True)
    speaker = speaker_of(singer, parallel=2)
    speaker.feed("One. Two. Three. Four. Five. Six. ")
    await settled()
    assert singer.texts == ["One.", "Two."]
    singer.gates["One."].set()
    await singer.asked(3)
    assert singer.texts[2:] == ["Three. Four. Five."]
    speaker.feed("Seven.")
    finishing = asyncio.ensure_future(speaker.finish())
    await singer.asked(5)
    assert singer.texts[3:] == ["Six.", "Seven."]
    singer.held = False
    for gate in singer.gates.values():
        gate.set()
    (bubble,) = await finishing
    sounds, _ = stretches(heard(bubble.ogg))
    assert sum(sound.duration_s for sound in sounds) == pytest.approx(3.5, abs=0.2)


async def test_a_segment_is_encoded_while_later_ones_are_still_spoken(
    speaker_of: MakeSpeaker,
) -> None:
    encoded = asyncio.Event()
    events: list[tuple[str, object]] = []

    def on_event(name: str, /, **facts: object) -> None:
        events.append((name, facts["index"]))
        if name == "segment.encoded":
            encoded.set()

    singer = Singer(held=True)
    speaker = speaker_of(singer, on_event=on_event)
    speaker.feed("One. Two. Three.")
    await singer.asked(2)
    singer.gates["One."].set()
    await encoded.wait()
    assert not singer.gates["Two."].is_set()
    assert events == [
        ("segment.requested", 0),
        ("segment.requested", 1),
        ("segment.received", 0),
        ("segment.encoded", 0),
    ]
    await speaker.cancel()


async def test_levels_follow_the_first_segment(speaker_of: MakeSpeaker) -> None:
    amplitudes = {"One.": 6_000, "Two.": 2_500, "Three.": 14_000, "Four.": 7_000}

    def sound(text: str) -> Pcm:
        return tone(TONES[text.strip(".")], 0.6, amplitude=amplitudes[text])

    speaker = speaker_of(Singer(sound))
    speaker.feed("One. Two. Three. Four.")
    (bubble,) = await speaker.finish()
    notes, _ = stretches(heard(bubble.ogg))
    levels = [level_db(note) for note in notes]
    assert len(levels) == 4
    assert max(levels) - min(levels) < 2


async def test_no_sample_is_above_one_decibel_below_full_scale(speaker_of: MakeSpeaker) -> None:
    speaker = speaker_of(Singer(lambda _: tone(440, 0.8, amplitude=32_767)))
    speaker.feed("One. Two.")
    (bubble,) = await speaker.finish()
    assert peak_db(heard(bubble.ogg)) < -1


@pytest.mark.parametrize("silence_s", [0.0, 0.3, 1.0])
async def test_silence_around_segments_does_not_stretch_the_joins(
    speaker_of: MakeSpeaker, silence_s: float
) -> None:
    def sound(text: str) -> Pcm:
        return joined(hush(silence_s), sound_of(text), hush(silence_s))

    speaker = speaker_of(Singer(sound))
    speaker.feed("One. Two. Three.")
    (bubble,) = await speaker.finish()
    _, gaps = stretches(heard(bubble.ogg))
    assert len(gaps) == 2
    assert all(0.15 <= gap <= 0.45 for gap in gaps)


async def test_mp3_answers_give_the_same_bubble(speaker_of: MakeSpeaker) -> None:
    singer = Singer(format="mp3")
    speaker = speaker_of(singer, voice=Voice("test/voice", "anna", format="mp3"))
    speaker.feed("One. Two.")
    (bubble,) = await speaker.finish()
    notes, gaps = stretches(heard(bubble.ogg))
    assert singer.formats == ["mp3", "mp3"]
    assert [round(pitch(note), -1) for note in notes] == [300, 400]
    assert 0.15 <= gaps[0] <= 0.45
    assert bubble.duration_s == pytest.approx(1.2, abs=0.1)


async def test_the_silence_of_a_headerless_mp3_is_trimmed(speaker_of: MakeSpeaker) -> None:
    class Streaming(Singer):
        async def speak(self, text: str, voice: Voice) -> Speech:
            data = contained(sound_of(text), "mp3", header=False)
            return Speech(data, "mp3", voice.model, voice.name)

    speaker = speaker_of(Streaming())
    speaker.feed("One. Two. Three.")
    (bubble,) = await speaker.finish()
    assert bubble.duration_s == pytest.approx(1.9, abs=0.1)


async def test_a_wav_that_calls_itself_pcm_is_decoded(speaker_of: MakeSpeaker) -> None:
    from tests import voices

    class Mislabelled(Singer):
        async def speak(self, text: str, voice: Voice) -> Speech:
            return Speech(voices.tone(300, 0.5, format="wav"), "pcm", voice.model, voice.name)

    speaker = speaker_of(Mislabelled())
    speaker.feed("One.")
    (bubble,) = await speaker.finish()
    assert round(pitch(heard(bubble.ogg)), -1) == 300


async def test_stereo_pcm_of_another_rate_is_taken(speaker_of: MakeSpeaker) -> None:
    class Stereo(Singer):
        async def speak(self, text: str, voice: Voice) -> Speech:
            import audioop

            data = audioop.tostereo(tone(440, 1.0, rate=44_100).data, 2, 1, 1)
            return Speech(data + b"\1", "pcm", "m", "v", rate=44_100, channels=2)

    speaker = speaker_of(Stereo())
    speaker.feed("One.")
    (bubble,) = await speaker.finish()
    assert bubble.duration_s == pytest.approx(1.0, abs=0.05)
    assert pitch(heard(bubble.ogg)) == pytest.approx(440, abs=2)


async def test_a_long_answer_becomes_several_bubbles_at_sentence_ends(
    speaker_of: MakeSpeaker,
) -> None:
    speaker = speaker_of(Singer(), max_bubble_s=1.3)
    speaker.feed("One. Two. Three. Four. Five.")
    bubbles = await speaker.finish()
    heard_notes = [
        [round(pitch(note), -1) for note in stretches(heard(bubble.ogg))[0]] for bubble in bubbles
    ]
    assert heard_notes == [[300, 400], [500, 600], [700]]
    assert [bubble.duration_s for bubble in bubbles] == pytest.approx([1.2, 1.2, 0.5], abs=0.05)


async def test_every_bubble_stays_below_its_size(speaker_of: MakeSpeaker) -> None:
    from tests.unit.voice.sounds import noise

    hiss = joined(*[noise(2.0, level_db=-20, rate=24_000)] * 4)
    speaker = speaker_of(Singer(lambda _: hiss), max_bubble_bytes=60_000)
    speaker.feed("One. Two. Three. Four. Five.")
    bubbles = await speaker.finish()
    assert len(bubbles) >= 3
    assert all(len(bubble.ogg) < 60_000 for bubble in bubbles)
    assert sum(bubble.duration_s for bubble in bubbles) == pytest.approx(40.5, abs=0.7)


async def test_one_segment_longer_than_a_bubble_is_cut_in_its_pause(
    speaker_of: MakeSpeaker,
) -> None:
    sound = joined(tone(300, 2.0), hush(0.3), tone(300, 2.0))
    speaker = speaker_of(Singer(lambda _: sound), max_bubble_s=3.0)
    speaker.feed("One.")
    first, second = await speaker.finish()
    assert first.duration_s == pytest.approx(2.15, abs=0.16)
    assert first.duration_s + second.duration_s == pytest.approx(4.3, abs=0.05)


async def test_a_failing_segment_is_raised_and_nothing_more_is_asked(
    speaker_of: MakeSpeaker,
) -> None:
    singer = Singer(held=True)
    singer.errors["Two."] = RateLimited("429", retry_after_s=3)
    speaker = speaker_of(singer)
    speaker.feed("One. Two. Three. ")
    await singer.asked(2)
    singer.gates["Two."].set()
    await settled()
    speaker.feed("Four. Five.")
    await settled()
    singer.gates["One."].set()
    with pytest.raises(RateLimited) as caught:
        await speaker.finish()
    assert caught.value.retry_after_s == 3
    assert singer.texts == ["One.", "Two."]


async def test_a_failure_closes_the_requests_that_are_still_open(speaker_of: MakeSpeaker) -> None:
    singer = Singer(held=True)
    singer.errors["One."] = UpstreamDown("503")
    speaker = speaker_of(singer)
    speaker.feed("One. Two. Three. Four")
    await singer.asked(3)
    singer.gates["One."].set()
    await settled()
    with pytest.raises(UpstreamDown):
        await speaker.finish()
    assert sorted(singer.cancelled) == ["Three.", "Two."]


async def test_cancel_closes_every_open_request_and_leaves_no_task(speaker_of: MakeSpeaker) -> None:
    before = asyncio.all_tasks()
    singer = Singer(held=True)
    speaker = speaker_of(singer)
    speaker.feed("One. Two. Three. Four.")
    await singer.asked(3)
    await speaker.cancel()
    assert sorted(singer.cancelled) == ["One.", "Three.", "Two."]
    assert asyncio.all_tasks() == before
    speaker.feed(" Five. Six.")
    await speaker.cancel()
    assert len(singer.texts) == 3


async def test_a_cancelled_finish_leaves_no_task(speaker_of: MakeSpeaker) -> None:
    before = asyncio.all_tasks()
    singer = Singer(held=True)
    speaker = speaker_of(singer)
    speaker.feed("One. Two.")
    finishing = asyncio.ensure_future(speaker.finish())
    await singer.asked(2)
    finishing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await finishing
    assert asyncio.all_tasks() == before


async def test_an_answer_without_words_is_no_voice(speaker_of: MakeSpeaker) -> None:
    singer = Singer()
    speaker = speaker_of(singer)
    speaker.feed("🎉\n\n---\n")
    assert await speaker.finish() == ()
    assert singer.texts == []


async def test_two_blocks_of_code_in_a_row_are_named_once(speaker_of: MakeSpeaker) -> None:
    singer = Singer(lambda _: tone(440, 0.2))
    speaker = speaker_of(singer)
    speaker.feed("```\na\n```\n\n```\nb\n```\nDone.")
    await speaker.finish()
    assert singer.texts == ["There is code in the text.", "Done."]


@pytest.mark.parametrize("sound", [hush(1.0), Pcm(b"")], ids=["silence", "no samples"])
async def test_an_answer_of_silence_is_an_error(speaker_of: MakeSpeaker, sound: Pcm) -> None:
    speaker = speaker_of(Singer(lambda _: sound))
    speaker.feed("One.")
    with pytest.raises(BadAnswer):
        await speaker.finish()


async def test_html_in_place_of_mp3_is_a_bad_answer(speaker_of: MakeSpeaker) -> None:
    class Broken(Singer):
        async def speak(self, text: str, voice: Voice) -> Speech:
            return Speech(b"<html>Bad Gateway</html>" * 50, "mp3", "m", "v")

    speaker = speaker_of(Broken())
    speaker.feed("One.")
    with pytest.raises(BadAnswer):
        await speaker.finish()


class Picky(Singer):
    """Takes one format only, as some models do."""

    def __init__(self, only: str) -> None:
        super().__init__(format=only)
        self.only = only

    async def speak(self, text: str, voice: Voice) -> Speech:
        if voice.format != self.only:
            self.texts.append(text)
            self.formats.append(voice.format)
            raise RequestRejected("response_format", status=400)
        return await super().speak(text, voice)


async def test_a_rejected_format_is_retried_once_with_the_other_and_remembered(
    speaker_of: MakeSpeaker,
) -> None:
    singer, learned = Picky("mp3"), Learned()
    speaker = speaker_of(singer, learned=learned)
    speaker.feed("One.")
    (bubble,) = await speaker.finish()
    assert singer.formats == ["pcm", "mp3"]
    assert bubble.duration_s == pytest.approx(0.5, abs=0.1)
    again = speaker_of(singer, learned=learned)
    again.feed("Two.")
    await again.finish()
    assert singer.formats == ["pcm", "mp3", "mp3"]


async def test_a_configured_format_is_asked_first_and_the_other_once_when_it_is_rejected(
    speaker_of: MakeSpeaker,
) -> None:
    learned = Learned()
    singer = Picky("pcm")
    configured = Voice("test/voice", "anna", format="mp3")
    for _ in range(2):
        speaker = speaker_of(singer, voice=configured, learned=learned)
        speaker.feed("One.")
        assert await speaker.finish()
    assert singer.formats == ["mp3", "pcm", "pcm"]


class Choosy(Singer):
    """Speaks in some voices only, and at its own speed."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.names = names
        self.voices: list[tuple[str, float | None]] = []

    async def speak(self, text: str, voice: Voice) -> Speech:
        self.voices.append((voice.name, voice.speed))
        if voice.name not in self.names or voice.speed is not None:
            raise RequestRejected("no such voice", status=400)
        return await super().speak(text, voice)


@pytest.mark.parametrize("refused", [Voice("test/voice", "nova"), Voice("test/voice", "anna", 1.5)])
async def test_a_rejected_voice_gives_way_once_for_the_whole_answer(
    speaker_of: MakeSpeaker, refused: Voice
) -> None:
    singer = Choosy("anna")
    speaker = speaker_of(singer, voice=refused, spare_voice=Voice("test/voice", "anna"))
    speaker.feed("One. ")
    speaker.end_of_stretch()
    await singer.asked(1)
    await settled()
    speaker.feed("Two. Three. ")
    assert await speaker.finish()
    assert singer.voices.count((refused.name, refused.speed)) == 2, "both formats, one segment"
    assert set(singer.voices[2:]) == {("anna", None)}


async def test_a_text_that_is_rejected_does_not_change_a_voice_that_spoke(
    speaker_of: MakeSpeaker,
) -> None:
    singer = Singer()
    singer.errors["Two."] = RequestRejected("not this", status=400)
    speaker = speaker_of(
        singer, voice=Voice("test/voice", "bert"), spare_voice=Voice("test/voice", "anna")
    )
    speaker.feed("One.")
    speaker.end_of_stretch()
    await singer.asked(1)
    await settled()
    speaker.feed("Two.")
    with pytest.raises(RequestRejected):
        await speaker.finish()
    assert singer.texts == ["One.", "Two.", "Two."]


async def test_a_text_rejected_in_both_formats_is_rejected(speaker_of: MakeSpeaker) -> None:
    singer = Picky("opus")
    speaker = speaker_of(singer)
    speaker.feed("One.")
    with pytest.raises(RequestRejected):
        await speaker.finish()
    assert singer.formats == ["pcm", "mp3"]


async def test_after_a_crash_only_what_was_not_answered_is_asked_again(
    speaker_of: MakeSpeaker,
) -> None:
    shelf, answer = Shelf(), "One. Two. Three. Four. Five. Six. Seven."
    first = Singer(held=True)
    speaker = speaker_of(first, parallel=2, store=shelf)
    speaker.feed(answer)
    await first.asked(2)
    first.gates["One."].set()
    await first.asked(3)
    first.gates["Three. Four. Five. Six."].set()
    await settled()
    assert len(shelf.kept) == 2
    await speaker.cancel()  # the process dies

    second = Singer()
    resumed = speaker_of(second, store=shelf, resumed=True)
    resumed.feed(answer)
    (bubble,) = await resumed.finish()
    assert second.texts == ["Two.", "Seven."]
    notes = [round(pitch(note), -1) for note in stretches(heard(bubble.ogg))[0]]
    assert notes[:2] == [300, 400]
    assert notes[-1] == 900
    assert bubble.duration_s == pytest.approx(7 * 0.5 + 3 * 0.2, abs=0.1)


async def test_the_same_answer_is_never_paid_twice(speaker_of: MakeSpeaker) -> None:
    shelf, singer = Shelf(), Singer()
    for _ in range(2):
        speaker = speaker_of(singer, store=shelf, resumed=True)
        speaker.feed("One. Two.")
        await speaker.finish()
    assert singer.texts == ["One.", "Two."]


async def test_another_voice_is_another_recording(speaker_of: MakeSpeaker) -> None:
    shelf, singer = Shelf(), Singer()
    for voice in (VOICE, Voice("test/voice", "ben"), Voice("test/voice", "anna", speed=1.2)):
        speaker = speaker_of(singer, voice=voice, store=shelf)
        speaker.feed("One.")
        await speaker.finish()
    assert singer.texts == ["One."] * 3


async def test_markdown_is_spoken_as_words(speaker_of: MakeSpeaker) -> None:
    singer = Singer(lambda _: tone(440, 0.2))
    speaker = speaker_of(singer)
    for char in "**One** [two](https://x.y). `Three` 🎉!":
        speaker.feed(char)
    (bubble,) = await speaker.finish()
    assert singer.texts == ["One two.", "Three!"]
    assert sniff(bubble.ogg).codec == "opus"
