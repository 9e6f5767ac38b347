"""What the model writes before a tool call: said, or forgotten as long as it cost nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.voice.speak import Speaker, SpeakSettings
from bot.voice.workshop import Workshop
from tests.unit.voice.singers import Shelf, Singer, notes_of, numbers_in, settled, story
from tests.unit.voice.sounds import VOICE, tone

MakeSpeaker = Callable[..., Speaker]


@pytest.fixture
def speaker_of(workshop: Workshop) -> MakeSpeaker:
    def make(singer: Singer, **options: object) -> Speaker:
        return Speaker(
            synthesizer=singer,
            voice=VOICE,
            workshop=workshop,
            settings=SpeakSettings(**{"hold_first": True, **options}),
        )

    return make


def plain() -> Singer:
    return Singer(lambda _: tone(440, 0.5))


async def test_the_first_sentence_leaves_with_the_first_letter_of_the_second(
    speaker_of: MakeSpeaker,
) -> None:
    singer = plain()
    speaker = speaker_of(singer)
    speaker.feed("Let me check.")
    speaker.feed(" ")
    await settled()
    assert singer.texts == []
    speaker.feed("S")
    await settled()
    assert singer.texts == ["Let me check."]
    await speaker.cancel()


@pytest.mark.parametrize("tail", ["\n", "\n\n", "\n🔍\n", "\n---\n"])
async def test_a_line_alone_is_held_whatever_follows_that_is_no_sentence(
    speaker_of: MakeSpeaker, tail: str
) -> None:
    singer = plain()
    speaker = speaker_of(singer)
    speaker.feed(f"Let me check.{tail}")
    await settled()
    assert singer.texts == []
    speaker.feed("**So")
    await settled()
    assert singer.texts == ["Let me check."]
    await speaker.cancel()


@pytest.mark.parametrize("text", ["Let me", "Let me check.", "Let me check.\n\n"])
async def test_what_was_held_can_be_forgotten(speaker_of: MakeSpeaker, text: str) -> None:
    singer = plain()
    speaker = speaker_of(singer)
    speaker.feed(text)
    speaker.drop_pending()
    speaker.feed("It rains. Take a coat.")
    await speaker.finish()
    assert singer.texts == ["It rains.", "Take a coat."]


async def test_what_was_requested_is_not_forgotten(speaker_of: MakeSpeaker) -> None:
    singer = Singer(notes_of, held=True)
    speaker = speaker_of(singer, parallel=1)
    speaker.feed(story(4))
    await singer.asked(1)
    speaker.drop_pending()
    speaker.feed(story(2, first=8))
    for gate in singer.gates.values():
        gate.set()
    singer.held = False
    (bubble,) = await speaker.finish()
    assert numbers_in(bubble) == [1, 8, 9]


async def test_the_end_of_a_stretch_lets_all_of_it_go(speaker_of: MakeSpeaker) -> None:
    singer = plain()
    speaker = speaker_of(singer)
    speaker.feed("I look it up")
    speaker.end_of_stretch()
    await settled()
    assert singer.texts == ["I look it up"]
    speaker.feed("It rains.\n")  # the first sentence of the next stretch is held again
    await settled()
    assert len(singer.texts) == 1
    await speaker.finish()
    assert singer.texts == ["I look it up", "It rains."]


async def test_one_sentence_is_said_when_the_answer_ends(speaker_of: MakeSpeaker) -> None:
    singer = plain()
    speaker = speaker_of(singer)
    speaker.feed("It rains.")
    (bubble,) = await speaker.finish()
    assert singer.texts == ["It rains."]
    assert bubble.duration_s > 0.4


async def test_without_holding_a_line_leaves_at_once(speaker_of: MakeSpeaker) -> None:
    singer = plain()
    speaker = speaker_of(singer, hold_first=False)
    speaker.feed("Let me check.\n")
    await settled()
    assert singer.texts == ["Let me check."]
    await speaker.cancel()


async def test_an_answer_of_which_all_was_dropped_is_no_voice(speaker_of: MakeSpeaker) -> None:
    speaker = speaker_of(plain())
    speaker.feed("Let me check.")
    speaker.drop_pending()
    assert await speaker.finish() == ()


async def test_what_is_held_is_not_certain_enough_for_an_early_bubble(
    speaker_of: MakeSpeaker,
) -> None:
    singer = Singer(notes_of)
    speaker = speaker_of(singer, progressive=True)
    speaker.feed(story(2))
    speaker.end_of_stretch()
    await singer.asked(2)
    speaker.feed("Now I am going to look at many other things and " * 4)
    await settled()
    speaker.drop_pending()
    (bubble,) = await speaker.finish()
    assert speaker.first_index == 0
    assert numbers_in(bubble) == [1, 2]


async def test_a_resumed_answer_drops_what_was_dropped(speaker_of: MakeSpeaker) -> None:
    shelf, first = Shelf(), Singer(notes_of, held=True)
    speaker = speaker_of(first, parallel=2, store=shelf)
    speaker.feed(story(5))
    await first.asked(2)  # the third and fourth wait for a place
    speaker.drop_pending()
    speaker.feed(story(3, first=6))
    first.held = False
    for gate in first.gates.values():
        gate.set()
    (bubble,) = await speaker.finish()
    assert numbers_in(bubble) == [1, 2, 6, 7, 8]

    second = Singer(notes_of)
    resumed = speaker_of(second, store=shelf, resumed=True)
    resumed.feed(story(5))
    resumed.drop_pending()
    resumed.feed(story(3, first=6))
    (again,) = await resumed.finish()
    assert second.texts == []
    assert again.ogg == bubble.ogg
