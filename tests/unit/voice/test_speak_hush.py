"""A speaker that is told to be quiet: what is paid arrives, nothing more is asked or given."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from bot.errors import RequestRejected
from bot.values.audio import Bubble, Speech, Voice
from bot.voice.speak import Speaker, SpeakSettings
from bot.voice.workshop import Workshop
from tests.unit.voice.singers import Shelf, Singer, notes_of, settled, story, until
from tests.unit.voice.sounds import VOICE

MakeSpeaker = Callable[..., Speaker]


@pytest.fixture
def early() -> list[Bubble]:
    return []


@pytest.fixture
def speaker_of(workshop: Workshop, early: list[Bubble]) -> MakeSpeaker:
    def make(singer: Singer, **options: object) -> Speaker:
        return Speaker(
            synthesizer=singer,
            voice=VOICE,
            workshop=workshop,
            settings=SpeakSettings(**options),
            on_bubble=lambda bubble, _: early.append(bubble),
        )

    return make


def let_all(singer: Singer) -> None:
    singer.held = False
    for gate in singer.gates.values():
        gate.set()


async def test_what_was_requested_is_kept_and_nothing_more_is_requested(
    speaker_of: MakeSpeaker,
) -> None:
    shelf, singer = Shelf(), Singer(notes_of, held=True)
    speaker = speaker_of(singer, parallel=3, store=shelf)
    speaker.feed(story(8))
    await singer.asked(3)
    speaker.hush()
    speaker.feed(story(3, first=9))
    speaker.end_of_stretch()
    assert await speaker.finish() == ()
    assert not shelf.kept
    let_all(singer)
    await speaker.drained()
    assert len(singer.texts) == len(shelf.kept) == 3
    assert singer.cancelled == []


async def test_a_finish_that_waits_returns_at_once(speaker_of: MakeSpeaker) -> None:
    singer = Singer(notes_of, held=True)
    speaker = speaker_of(singer)
    speaker.feed(story(4))
    finishing = asyncio.ensure_future(speaker.finish())
    await singer.asked(4)
    speaker.hush()
    assert await finishing == ()  # though no gate is open
    assert singer.cancelled == []
    let_all(singer)
    await speaker.drained()


async def test_requests_that_wait_for_a_place_are_not_made(speaker_of: MakeSpeaker) -> None:
    singer = Singer(notes_of, held=True)
    speaker = speaker_of(singer, parallel=1, closing_parallel=1, max_chars=50)
    speaker.feed(story(4))
    speaker.end_of_stretch()
    await singer.asked(1)
    speaker.hush()
    let_all(singer)
    await speaker.drained()
    assert len(singer.texts) == 1


async def test_a_rejected_format_is_not_tried_again(speaker_of: MakeSpeaker) -> None:
    singer = Singer(notes_of, held=True)
    singer.errors[story(1).strip()] = RequestRejected("response_format", status=400)
    speaker = speaker_of(singer)
    speaker.feed(story(2))
    await singer.asked(1)
    speaker.hush()
    let_all(singer)
    await speaker.drained()
    assert singer.formats == ["pcm"]


async def test_no_early_bubble_is_given_out(speaker_of: MakeSpeaker, early: list[Bubble]) -> None:
    singer = Singer(notes_of, held=True)
    speaker = speaker_of(singer, progressive=True, parallel=5)
    speaker.feed(story(8))
    await singer.asked(5)
    speaker.hush()
    let_all(singer)
    await speaker.drained()
    assert await speaker.finish() == ()
    assert early == []


async def test_after_it_all_no_task_is_left(speaker_of: MakeSpeaker) -> None:
    before = asyncio.all_tasks()
    singer = Singer(notes_of, held=True)
    speaker = speaker_of(singer, progressive=True)
    speaker.feed(story(4))
    await singer.asked(3)
    speaker.hush()
    speaker.hush()
    assert await speaker.finish() == ()
    let_all(singer)
    await speaker.drained()
    await speaker.drained()
    assert asyncio.all_tasks() == before


async def test_cancel_still_closes_everything_at_once(speaker_of: MakeSpeaker) -> None:
    before = asyncio.all_tasks()
    singer = Singer(notes_of, held=True)
    speaker = speaker_of(singer)
    speaker.feed(story(4))
    await singer.asked(3)
    speaker.hush()
    await speaker.cancel()
    assert len(singer.cancelled) == 3
    assert asyncio.all_tasks() == before


async def test_a_cancelled_drain_leaves_the_requests_alone(speaker_of: MakeSpeaker) -> None:
    shelf, singer = Shelf(), Singer(notes_of, held=True)
    speaker = speaker_of(singer, store=shelf)
    speaker.feed(story(4))
    await singer.asked(3)
    speaker.hush()
    draining = asyncio.ensure_future(speaker.drained())
    await settled()
    draining.cancel()
    with pytest.raises(asyncio.CancelledError):
        await draining
    let_all(singer)
    await until(lambda: len(shelf.kept) == 3)
    await speaker.drained()
    assert singer.cancelled == []


async def test_a_speaker_with_nothing_to_say_is_hushed_as_well(speaker_of: MakeSpeaker) -> None:
    speaker = speaker_of(Singer())
    speaker.hush()
    assert await speaker.finish() == ()
    await speaker.drained()


async def test_a_failure_under_way_is_nobodys_concern(speaker_of: MakeSpeaker) -> None:
    class Failing(Singer):
        async def speak(self, text: str, voice: Voice) -> Speech:
            await super().speak(text, voice)
            raise RequestRejected("no", status=400)

    singer = Failing(notes_of, held=True)
    speaker = speaker_of(singer)
    speaker.feed(story(4))
    await singer.asked(3)
    speaker.hush()
    assert await speaker.finish() == ()
    let_all(singer)
    await speaker.drained()
