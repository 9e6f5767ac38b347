"""A whole text as one piece of sound, for a file rather than for a chat: no bubbles, no hurry."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.errors import BadAnswer
from bot.values.audio import Pcm, Voice
from bot.voice.levels import common_db, gated_db, levelled, pause
from bot.voice.seams import Synthesizer
from bot.voice.segments import Segmenter, SegmentSettings
from bot.voice.sentences import Sentences
from bot.voice.speakable import speakable
from bot.voice.synthesis import Synthesis
from bot.voice.workshop import Workshop

PAUSE_S = 0.2
AT_ONCE = 3


def segments_of(text: str, *, language: str = "", max_chars: int = 600) -> list[str]:
    """What is said, in the pieces that are asked for; empty when nothing can be said."""
    sentences = Sentences()
    units = [*sentences.feed(text), *sentences.flush()]
    segmenter = Segmenter(SegmentSettings(max_chars=max_chars))
    for unit in units:
        words = speakable(unit, language=language)
        if words:
            segmenter.add(words, free_slots=0)
    return segmenter.finish()


async def recite(
    segments: Sequence[str], voice: Voice, *, synthesizer: Synthesizer, workshop: Workshop
) -> Pcm:
    """All of `segments` as mono samples, at one loudness. Raises UpstreamError.

    The first segment is asked for alone: it teaches which format the model takes.
    """
    places = asyncio.Semaphore(AT_ONCE)
    synthesis = Synthesis(synthesizer, voice, workshop=workshop, places=places)

    async def sound(segment: str) -> Pcm:
        return await synthesis.sound(segment, await synthesis.answer(segment))

    first = await sound(segments[0])
    rest = [asyncio.ensure_future(sound(segment)) for segment in segments[1:]]
    try:
        spoken = [first, *await asyncio.gather(*rest)]
    finally:
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
    return await workshop.run(_joined, spoken)


def _joined(spoken: Sequence[Pcm]) -> Pcm:
    rate, first_db = spoken[0].rate, gated_db(spoken[0])
    assert first_db is not None  # what can't be heard did not come this far
    if any(pcm.rate != rate for pcm in spoken):
        raise BadAnswer("the speech changes its sample rate")
    gap = pause(PAUSE_S, rate).data
    return Pcm(gap.join(levelled(pcm, common_db(first_db)).data for pcm in spoken), rate)
