"""Each segment is listened to before it is joined: is it sound, and can it be all of its text?"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from bot.errors import BadAnswer, RequestRejected
from bot.values.audio import Bubble, Pcm, Speech, Voice
from bot.voice.checks import Pace, is_too_short
from bot.voice.speak import Speaker, SpeakSettings
from bot.voice.synthesis import Learned
from bot.voice.workshop import Workshop
from tests.unit.voice.singers import (
    NOTE_HZ,
    NUMBER,
    STEP_HZ,
    Shelf,
    Singer,
    notes_of,
    numbers_in,
    sentence,
    story,
)
from tests.unit.voice.sounds import VOICE, as_speech, hush, joined, tone

MakeSpeaker = Callable[..., Speaker]


@pytest.fixture
def events() -> list[str]:
    return []


@pytest.fixture
def speaker_of(workshop: Workshop, events: list[str]) -> MakeSpeaker:
    def make(singer: Singer, *, voice: Voice = VOICE, **options: object) -> Speaker:
        return Speaker(
            synthesizer=singer,
            voice=voice,
            workshop=workshop,
            settings=SpeakSettings(**options),
            on_event=lambda name, /, **_: events.append(name),
        )

    return make


def first_only(text: str) -> Pcm:
    """What a model says that stops after the first sentence."""
    return notes_of(NUMBER.findall(text)[0])


@pytest.mark.parametrize(
    ("text", "least_s"),
    [
        ("x" * 39, 0.0),
        ("Seventy letters make two seconds at least, however hastily one speaks", 1.87),
        ("这是一个很长的句子，" * 7, 63 / 14),
        ("한국어로 말하는 문장은 " * 7, 5.6),
        ("!?" * 100 + "word", 4 / 35),
    ],
    ids=["short", "latin", "chinese", "korean", "marks"],
)
def test_sound_is_too_short_below_what_the_fastest_speaker_needs(text: str, least_s: float) -> None:
    assert not is_too_short(text, least_s + 0.15)
    assert least_s == 0 or is_too_short(text, least_s * 0.9)


def test_a_fast_voice_may_be_short_and_a_slow_one_need_not_be_long() -> None:
    text = "a" * 70
    assert is_too_short(text, 1.5)
    assert not is_too_short(text, 1.5, speed=1.5)
    assert not is_too_short(text, 2.1, speed=0.5)


async def test_a_model_that_says_one_sentence_is_asked_for_each(
    speaker_of: MakeSpeaker, events: list[str]
) -> None:
    learned, singer = Learned(), Singer(first_only, held=True)
    speaker = speaker_of(singer, parallel=1, learned=learned)
    speaker.feed(story(5))
    await singer.asked(1)
    singer.held = False
    singer.gates[sentence(1).strip()].set()
    (bubble,) = await speaker.finish()
    assert numbers_in(bubble) == [1, 2, 3, 4, 5]
    assert learned.small == {VOICE.model}
    assert events.count("segment.split") == 1
    assert len([text for text in singer.texts if len(NUMBER.findall(text)) > 1]) == 1


async def test_such_a_model_is_remembered(speaker_of: MakeSpeaker) -> None:
    singer = Singer(first_only, held=True)
    speaker = speaker_of(singer, parallel=1, learned=Learned(small={VOICE.model}))
    speaker.feed(story(6))
    await singer.asked(1)
    singer.held = False
    singer.gates[sentence(1).strip()].set()
    (bubble,) = await speaker.finish()
    assert singer.texts == [sentence(number).strip() for number in range(1, 7)]
    assert numbers_in(bubble) == [1, 2, 3, 4, 5, 6]


async def test_the_parts_of_a_split_segment_are_paid_once(speaker_of: MakeSpeaker) -> None:
    shelf, singer = Shelf(), Singer(first_only, held=True)
    speaker = speaker_of(singer, parallel=1, store=shelf)
    speaker.feed(story(5))
    await singer.asked(1)
    singer.held = False
    singer.gates[sentence(1).strip()].set()
    (bubble,) = await speaker.finish()
    for left in (*shelf.before, shelf):
        again = Singer(first_only)
        resumed = speaker_of(again, parallel=1, store=left, resumed=True)
        resumed.feed(story(5))
        (same,) = await resumed.finish()
        assert numbers_in(same) == [1, 2, 3, 4, 5]
    assert again.texts == []
    assert same.ogg == bubble.ogg


async def test_a_long_sentence_that_breaks_off_is_asked_for_in_clauses(
    speaker_of: MakeSpeaker,
) -> None:
    clauses = [f"clause {number} of a sentence that goes on and on and on, " for number in range(5)]
    text = "".join(clauses).rstrip(", ") + "."

    def sound(asked: str) -> Pcm:
        return tone(440, 3.0 if len(asked) > 200 else len(asked) / 15)

    singer = Singer(sound)
    speaker = speaker_of(singer)
    speaker.feed(text)
    (bubble,) = await speaker.finish()
    assert singer.texts[0] == text
    assert " ".join(singer.texts[1:]) == text
    assert all(len(part) <= 200 for part in singer.texts[1:])
    assert bubble.duration_s == pytest.approx(len(text) / 15, rel=0.05)


async def test_one_short_sentence_is_taken_as_it_is(
    speaker_of: MakeSpeaker, events: list[str]
) -> None:
    singer = Singer(lambda _: tone(440, 0.5))
    speaker = speaker_of(singer)
    speaker.feed("This sentence has many more letters than half a second of sound can hold.")
    (bubble,) = await speaker.finish()
    assert len(singer.texts) == 1
    assert "segment.short" in events
    assert bubble.duration_s == pytest.approx(0.5, abs=0.05)


class Silent(Singer):
    """Gives silence in some formats."""

    def __init__(self, *silent: str, sound: Pcm = hush(1.0)) -> None:  # noqa: B008 - never changed
        super().__init__(notes_of)
        self.silent, self.nothing = silent, sound

    async def speak(self, text: str, voice: Voice) -> Speech:
        await super().speak(text, voice)
        if voice.format in self.silent:
            return as_speech(self.nothing)
        return as_speech(self.sound(text), format=voice.format or "pcm")


@pytest.mark.parametrize("sound", [hush(1.0), Pcm(b""), tone(440, 1.0, amplitude=30)])
async def test_silence_is_asked_for_again_in_the_other_format(
    speaker_of: MakeSpeaker, sound: Pcm
) -> None:
    singer, learned = Silent("pcm", sound=sound), Learned()
    speaker = speaker_of(singer, learned=learned)
    speaker.feed(sentence(1))
    (bubble,) = await speaker.finish()
    assert singer.formats == ["pcm", "mp3"]
    assert numbers_in(bubble) == [1]
    assert learned.formats == {VOICE.model: "mp3"}


async def test_silence_in_both_formats_is_no_answer(speaker_of: MakeSpeaker) -> None:
    singer, shelf = Silent("pcm", "mp3"), Shelf()
    speaker = speaker_of(singer, store=shelf)
    speaker.feed(sentence(1))
    with pytest.raises(BadAnswer):
        await speaker.finish()
    assert singer.formats == ["pcm", "mp3"]
    resumed = speaker_of(singer, store=shelf, resumed=True)
    resumed.feed(sentence(1))
    with pytest.raises(BadAnswer):
        await resumed.finish()
    assert singer.formats == ["pcm", "mp3"]  # silence is paid too


async def test_silence_in_the_configured_format_is_not_asked_for_again(
    speaker_of: MakeSpeaker,
) -> None:
    singer = Silent("mp3")
    speaker = speaker_of(singer, voice=Voice("test/voice", "anna", format="mp3"))
    speaker.feed(sentence(1))
    with pytest.raises(BadAnswer):
        await speaker.finish()
    assert singer.formats == ["mp3"]


async def test_silence_from_a_model_that_takes_one_format_is_no_answer(
    speaker_of: MakeSpeaker,
) -> None:
    class Picky(Silent):
        async def speak(self, text: str, voice: Voice) -> Speech:
            speech = await super().speak(text, voice)
            if voice.format == "mp3":
                raise RequestRejected("response_format", status=400)
            return speech

    singer = Picky("pcm")
    speaker = speaker_of(singer)
    speaker.feed(sentence(1))
    with pytest.raises(BadAnswer):
        await speaker.finish()
    assert singer.formats == ["pcm", "mp3"]


def of_length(number: int, chars: int) -> str:
    """A sentence of `chars` characters that names `number`."""
    return (
        f"Number {number} {'goes on '.ljust(chars - 11, 'o')}, o."[: chars - 1].rstrip(", .") + "."
    )


def at_a_pace(text: str, *, chars_per_s: float = 15.0) -> Pcm:
    """A tone for each sentence, as long as it takes to say it."""
    said = [part for part in re.split(r"(?<=\.) ", text) if part]
    tones = [
        tone(NOTE_HZ + STEP_HZ * int(NUMBER.findall(part)[0]), len(part) / chars_per_s)
        for part in said
    ]
    return joined(*[part for one in tones for part in (one, hush(0.1))][:-1])


def only_the_first_at_a_pace(text: str) -> Pcm:
    return at_a_pace(text.partition(". ")[0].rstrip(".") + ".")


async def said_by(singer: Singer, speaker: Speaker, *sentences: str) -> Bubble:
    """The answer, all of it written while the first sentence is made."""
    speaker.feed(" ".join(sentences) + " ")
    await singer.asked(1)
    singer.held = False
    singer.gates[sentences[0]].set()
    (bubble,) = await speaker.finish()
    return bubble


@pytest.mark.parametrize(("kept", "lost"), [(30, 30), (40, 40), (60, 60), (100, 40)])
async def test_a_lost_second_sentence_is_noticed_by_the_pace_of_the_first_segment(
    speaker_of: MakeSpeaker, kept: int, lost: int
) -> None:
    learned, shelf = Learned(), Shelf()
    sentences = of_length(1, 50), of_length(2, kept), of_length(3, lost), of_length(4, 50)
    singer = Singer(only_the_first_at_a_pace, held=True)
    speaker = speaker_of(singer, parallel=1, learned=learned, store=shelf)
    bubble = await said_by(singer, speaker, *sentences)
    assert singer.texts.count(f"{sentences[1]} {sentences[2]}") == 1
    assert numbers_in(bubble) == [1, 2, 3, 4]
    assert learned.small == {VOICE.model}

    again = Singer(only_the_first_at_a_pace)
    resumed = speaker_of(again, parallel=1, store=shelf, resumed=True)
    resumed.feed(" ".join(sentences))
    (same,) = await resumed.finish()
    assert again.texts == []
    assert numbers_in(same) == [1, 2, 3, 4]


async def test_a_whole_segment_is_no_reason_to_ask_for_more(speaker_of: MakeSpeaker) -> None:
    sentences = of_length(1, 50), of_length(2, 100), of_length(3, 40), of_length(4, 50)
    singer = Singer(lambda text: at_a_pace(text, chars_per_s=12 if "1" in text else 15), held=True)
    bubble = await said_by(singer, speaker_of(singer, parallel=1), *sentences)
    assert len(singer.texts) == 3
    assert numbers_in(bubble) == [1, 2, 3, 4]


async def test_a_voice_that_only_hurries_is_not_taken_for_one_that_drops_sentences(
    speaker_of: MakeSpeaker,
) -> None:
    learned = Learned()
    sentences = of_length(1, 50), of_length(2, 60), of_length(3, 60), of_length(4, 50)
    singer = Singer(lambda text: at_a_pace(text, chars_per_s=8 if "1" in text else 15), held=True)
    bubble = await said_by(singer, speaker_of(singer, parallel=1, learned=learned), *sentences)
    assert singer.texts.count(f"{sentences[1]} {sentences[2]}") == 1
    assert learned.small == set()
    assert numbers_in(bubble) == [1, 2, 3, 4]
    assert bubble.duration_s == pytest.approx(50 / 8 + 170 / 15 + 0.1, abs=1.0)


def test_what_is_read_out_digit_by_digit_teaches_no_pace() -> None:
    pace = Pace()
    pace.learn("Call 0151 234 567 890 now, please.", 8.0)
    pace.learn("Yes.", 1.0)
    assert not pace.is_short_of("a" * 100, 4.0)
    pace.learn("This is what somebody says without a number in it.", 5.0)
    assert pace.is_short_of("a" * 100, 4.0)
    assert not pace.is_short_of("a" * 100, 8.0)
