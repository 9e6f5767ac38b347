"""A long answer is heard before it is complete, and after a crash in the same pieces."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import UpstreamDown
from bot.values.audio import Bubble, Speech, Voice
from bot.voice.cuts import CutSettings
from bot.voice.speak import Speaker, SpeakSettings
from bot.voice.synthesis import speech_key
from bot.voice.workshop import Workshop
from tests.unit.telegram.manual_clock import ManualClock
from tests.unit.voice.singers import (
    NOTE_S,
    Shelf,
    Singer,
    notes_of,
    numbers_in,
    sentence,
    settled,
    story,
    until,
)
from tests.unit.voice.sounds import VOICE

PCM_VOICE = replace(VOICE, format="pcm")


@dataclass
class Stage:
    """A speaker with its singer and clock, and what came out of it."""

    workshop: Workshop
    singer: Singer
    clock: ManualClock = field(default_factory=ManualClock)
    early: list[tuple[int, Bubble]] = field(default_factory=list)
    encoded: int = 0

    def speaker(self, **options: object) -> Speaker:
        return Speaker(
            synthesizer=self.singer,
            voice=VOICE,
            workshop=self.workshop,
            settings=SpeakSettings(**{"progressive": True, "closing_parallel": 12, **options}),
            on_event=self._event,
            on_bubble=lambda bubble, index: self.early.append((index, bubble)),
            clock=self.clock,
        )

    def _event(self, name: str, /, **facts: object) -> None:
        self.encoded += name == "segment.encoded"

    async def sings(self, *numbers: int) -> None:
        """Let the calls for these sentences be answered, and wait until they are encoded."""
        before = self.encoded
        opened = set()
        for number in numbers:
            text = next(text for text in self.singer.texts if f"Number {number} " in text)
            self.singer.gates[text].set()
            opened.add(text)
        await until(lambda: self.encoded >= before + len(opened))
        await settled()

    @property
    def indices(self) -> list[int]:
        return [index for index, _ in self.early]

    async def has_given(self, count: int) -> None:
        await until(lambda: len(self.early) >= count)


@pytest.fixture
def stage(workshop: Workshop) -> Stage:
    return Stage(workshop, Singer(notes_of, held=True))


def let_all(stage: Stage) -> None:
    stage.singer.held = False
    for gate in stage.singer.gates.values():
        gate.set()


async def test_the_first_bubble_is_given_out_while_the_model_still_writes(stage: Stage) -> None:
    speaker = stage.speaker(parallel=6)
    speaker.feed(story(6))
    await stage.singer.asked(5)
    await stage.sings(1, 2)
    await stage.has_given(1)
    assert stage.indices == [0]
    assert numbers_in(stage.early[0][1]) == [1, 2]
    speaker.feed(story(1, first=7))
    let_all(stage)
    rest = await speaker.finish()
    assert len(rest) == 1
    assert speaker.first_index == 1
    assert numbers_in(*rest) == [3, 4, 5, 6, 7]


async def test_it_goes_out_however_fast_speech_is_made(stage: Stage) -> None:
    stage.singer.held = False
    speaker = stage.speaker()
    text = story(6)
    for at in range(0, len(text), 10):
        speaker.feed(text[at : at + 10])
        await settled()
        await asyncio.sleep(0.002)  # all that was written is spoken before more is
    await stage.has_given(1)
    assert numbers_in(stage.early[0][1]) == [1, 2]
    rest = await speaker.finish()
    assert numbers_in(*rest) == [3, 4, 5, 6]


async def test_a_short_answer_stays_one_bubble(stage: Stage) -> None:
    speaker = stage.speaker()
    speaker.feed(story(3))
    await stage.singer.asked(2)
    await stage.sings(1)
    assert stage.early == []
    let_all(stage)
    (bubble,) = await speaker.finish()
    assert stage.early == []
    assert speaker.first_index == 0
    assert numbers_in(bubble) == [1, 2, 3]


async def test_the_first_bubble_waits_for_enough_sound(stage: Stage) -> None:
    speaker = stage.speaker(parallel=6)
    speaker.feed(story(6))
    await stage.singer.asked(5)
    await stage.sings(1)  # two seconds
    assert stage.early == []
    await stage.sings(2)
    await stage.has_given(1)
    assert stage.early[0][1].duration_s == pytest.approx(2 * NOTE_S + 0.2, abs=0.1)
    await speaker.cancel()


async def test_the_first_bubble_waits_until_enough_follows_for_certain(stage: Stage) -> None:
    speaker = stage.speaker(parallel=6)
    speaker.feed(story(4))  # one complete sentence of 50 characters beyond the second
    await stage.singer.asked(3)
    await stage.sings(1, 2)
    assert stage.early == []
    speaker.feed("And this goes on and on and on")  # the beginning of a sentence counts
    await settled()
    await stage.has_given(1)
    assert numbers_in(stage.early[0][1]) == [1, 2]
    await speaker.cancel()


async def test_a_growing_block_of_code_is_little_to_say(stage: Stage) -> None:
    speaker = stage.speaker(parallel=6)
    speaker.feed(story(2) + "```python\n")
    await stage.singer.asked(2)
    await stage.sings(1, 2)
    for _ in range(100):
        speaker.feed("a long line of code = 1\n")
        await settled()
    assert stage.early == []
    let_all(stage)
    speaker.feed("```\n")
    (bubble,) = await speaker.finish()
    assert stage.early == []
    assert bubble.duration_s > 2 * NOTE_S


async def test_the_next_bubble_goes_out_shortly_before_the_first_is_over(stage: Stage) -> None:
    speaker = stage.speaker(parallel=12)
    speaker.feed(story(9))
    await stage.singer.asked(8)
    await stage.sings(1, 2)
    await stage.has_given(1)
    played_s = stage.early[0][1].duration_s
    await stage.sings(3)
    await stage.clock.advance(played_s - 1.3)
    assert stage.indices == [0]
    await stage.clock.advance(0.2)
    await stage.has_given(2)
    assert numbers_in(stage.early[1][1]) == [3]
    await stage.sings(4)
    await stage.clock.advance(60)
    await stage.sings(5)
    let_all(stage)
    rest = await speaker.finish()
    assert stage.indices == [0, 1]  # three in all, however long the listener waits
    assert numbers_in(*rest) == [4, 5, 6, 7, 8, 9]
    assert speaker.first_index == 2


async def test_a_listener_who_waits_gets_the_next_sentence_at_once(stage: Stage) -> None:
    speaker = stage.speaker(parallel=12)
    speaker.feed(story(9))
    await stage.singer.asked(8)
    await stage.sings(1, 2)
    await stage.has_given(1)
    await stage.clock.advance(30)
    assert stage.indices == [0]
    await stage.sings(3)
    await stage.has_given(2)
    assert numbers_in(stage.early[1][1]) == [3]
    await speaker.cancel()


async def test_what_is_all_there_is_one_bubble(stage: Stage) -> None:
    speaker = stage.speaker(parallel=12, closing_parallel=12)
    speaker.feed(story(8))
    finishing = asyncio.ensure_future(speaker.finish())
    await stage.singer.asked(8)
    first = stage.singer.texts[0]
    for text, gate in stage.singer.gates.items():
        if text != first:
            gate.set()
    await settled()
    stage.singer.gates[first].set()
    (bubble,) = await finishing
    assert stage.early == []
    assert numbers_in(bubble) == [1, 2, 3, 4, 5, 6, 7, 8]


async def test_nothing_goes_out_early_unless_it_is_wanted(stage: Stage) -> None:
    stage.singer.held = False
    speaker = stage.speaker(progressive=False)
    speaker.feed(story(9))
    (bubble,) = await speaker.finish()
    assert stage.early == []
    assert numbers_in(bubble) == list(range(1, 10))


async def test_a_failed_answer_gives_nothing_more_out(stage: Stage) -> None:
    speaker = stage.speaker(parallel=6)
    speaker.feed(story(6))
    await stage.singer.asked(5)
    stage.singer.errors[sentence(5).strip()] = UpstreamDown("503")
    stage.singer.gates[sentence(5).strip()].set()
    await settled()
    await stage.sings(1, 2)
    let_all(stage)
    with pytest.raises(UpstreamDown):
        await speaker.finish()
    assert stage.early == []


async def test_a_bubble_that_is_full_goes_out_as_well(stage: Stage) -> None:
    stage.singer.held = False
    speaker = stage.speaker(max_bubble_s=5.0, cuts=CutSettings(first_s=100.0))
    speaker.feed(story(5))
    rest = await speaker.finish()
    bubbles = [bubble for _, bubble in stage.early] + list(rest)
    assert stage.indices == list(range(len(stage.early)))
    assert speaker.first_index == len(stage.early) > 0
    assert numbers_in(*bubbles) == [1, 2, 3, 4, 5]


async def test_no_bubble_is_given_out_before_its_end_is_recorded(workshop: Workshop) -> None:
    shelf, recorded = Shelf(), []
    speaker = Speaker(
        synthesizer=Singer(notes_of),
        voice=VOICE,
        workshop=workshop,
        settings=SpeakSettings(progressive=True, store=shelf, parallel=2),
        on_bubble=lambda _, index: recorded.append((index, len(shelf.cut))),
        clock=HastyClock(),
    )
    speaker.feed(story(9))
    await settled()
    await until(lambda: len(recorded) == 2)
    await speaker.finish()
    assert recorded == [(0, 1), (1, 2)]


class HastyClock(ManualClock):
    """Listening is always over when this one is asked."""

    def monotonic(self) -> float:
        self.time += 5.0
        return self.time

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


async def told(
    workshop: Workshop, shelf: Shelf, text: str, *, resumed: bool
) -> tuple[dict[int, Bubble], list[str]]:
    """All bubbles of `text` by their number, and what was paid for."""
    singer, bubbles = Singer(notes_of), {}
    speaker = Speaker(
        synthesizer=singer,
        voice=VOICE,
        workshop=workshop,
        settings=SpeakSettings(progressive=True, store=shelf, resumed=resumed, parallel=2),
        on_bubble=lambda bubble, index: bubbles.setdefault(index, bubble),
        clock=HastyClock(),
    )
    for at in range(0, len(text), 30):
        speaker.feed(text[at : at + 30])
        await settled()
    if not resumed:
        await until(lambda: len(bubbles) == 2)
    rest = await speaker.finish()
    assert not set(bubbles) & set(range(speaker.first_index, speaker.first_index + len(rest)))
    bubbles.update(enumerate(rest, speaker.first_index))
    return bubbles, singer.texts


async def test_after_a_crash_at_any_point_each_bubble_holds_the_same(workshop: Workshop) -> None:
    shelf, text = Shelf(), story(9)
    first, paid = await told(workshop, shelf, text, resumed=False)
    assert sorted(first) == [0, 1, 2]
    assert len(shelf.before) == len(paid) + 2
    for left in (*shelf.before[1:], shelf):
        cuts, known = len(left.cut), set(left.kept)
        again, paid_again = await told(workshop, left, text, resumed=True)
        assert sorted(again) == list(range(cuts + 1))
        assert all(again[index].ogg == first[index].ogg for index in range(cuts))
        assert numbers_in(*(again[index] for index in sorted(again))) == list(range(1, 10))
        assert not {speech_key(said, PCM_VOICE) for said in paid_again} & known
    assert paid_again == []


async def test_another_answer_is_numbered_after_what_went_out(workshop: Workshop) -> None:
    shelf = Shelf()
    await told(workshop, shelf, story(9), resumed=False)
    other, _ = await told(workshop, shelf, story(4, first=5), resumed=True)
    assert sorted(other) == [2]
    assert numbers_in(other[2]) == [5, 6, 7, 8]


async def test_an_answer_that_begins_the_same_repeats_only_that(workshop: Workshop) -> None:
    shelf = Shelf()
    first, _ = await told(workshop, shelf, story(9), resumed=False)
    common = len(numbers_in(first[0]))
    text = story(common) + story(2, first=11)
    other, _ = await told(workshop, shelf, text, resumed=True)
    assert sorted(other) == [0, 2]
    assert other[0].ogg == first[0].ogg
    assert numbers_in(other[2]) == [11, 12]


@settings(max_examples=15, deadline=None)
@given(
    lengths=st.lists(st.integers(1, 80), min_size=1, max_size=12),
    waits=st.lists(st.integers(0, 4), min_size=9, max_size=9),
    parallel=st.integers(1, 4),
    progressive=st.booleans(),
)
def test_however_it_comes_nothing_is_lost_doubled_or_out_of_order(
    lengths: list[int], waits: list[int], parallel: int, *, progressive: bool
) -> None:
    class Uneven(Singer):
        async def speak(self, text: str, voice: Voice) -> Speech:
            number = int(text.split()[1])
            await asyncio.sleep(waits[number - 1] * 0.002)
            return await super().speak(text, voice)

    async def turn() -> list[int]:
        bubbles: dict[int, Bubble] = {}
        workshop = Workshop()
        speaker = Speaker(
            synthesizer=Uneven(notes_of),
            voice=VOICE,
            workshop=workshop,
            settings=SpeakSettings(progressive=progressive, parallel=parallel),
            on_bubble=lambda bubble, index: bubbles.setdefault(index, bubble),
            clock=HastyClock(),
        )
        text, at = story(9), 0
        while at < len(text):
            for length in lengths:
                speaker.feed(text[at : at + length])
                at += length
                await asyncio.sleep(0)
        rest = await speaker.finish()
        bubbles.update(enumerate(rest, speaker.first_index))
        workshop.close()
        assert sorted(bubbles) == list(range(len(bubbles)))
        assert len(bubbles) <= (3 if progressive else 1)
        return numbers_in(*(bubbles[index] for index in sorted(bubbles)))

    assert asyncio.run(turn()) == [1, 2, 3, 4, 5, 6, 7, 8, 9]
