"""A segment spoken and checked: whole, or sentence by sentence where a model drops the rest."""

from __future__ import annotations

from typing import Protocol

from bot.values.audio import Pcm
from bot.voice.checks import Pace, is_too_short, lost_something
from bot.voice.lines import Segment
from bot.voice.segments import pieces
from bot.voice.synthesis import Answer, Synthesis

WHOLE_CHARS = 200  # a sentence up to this length is not cut further


class OnEvent(Protocol):
    def __call__(self, name: str, /, **facts: object) -> None: ...


class Takes:
    """Turns answers of the model into the sound of whole segments."""

    def __init__(self, synthesis: Synthesis, *, tell: OnEvent) -> None:
        self._synthesis = synthesis
        self._tell = tell
        self._pace = Pace()

    async def of(self, segment: Segment, answer: Answer, *, index: int) -> tuple[Pcm, ...]:
        """The parts of segment `index`, in order; one unless it had to be asked for in parts.

        `answer` is what the whole segment gave. A model that spoke only some of it is asked for
        each of its sentences, once, and remembered. Raises UpstreamError, Stopped.
        """
        whole = await self._synthesis.sound(segment.text, answer)
        if self._is_too_short(segment.text, whole):
            return await self._impossible(segment, whole, index=index)
        if len(segment.sentences) == 1:
            self._pace.learn(segment.text, whole.duration_s)
        elif await self._is_suspect(segment, whole):
            return await self._suspect(segment, whole, index=index)
        return (whole,)

    async def _impossible(self, segment: Segment, whole: Pcm, *, index: int) -> tuple[Pcm, ...]:
        """Nobody speaks that fast."""
        parts = smaller(segment)
        if len(parts) == 1:
            self._tell("segment.short", index=index, duration_s=whole.duration_s)
            return (whole,)
        if len(segment.sentences) > 1:
            self._remember()
        return await self._in_parts(parts, whole, index=index)

    async def _suspect(self, segment: Segment, whole: Pcm, *, index: int) -> tuple[Pcm, ...]:
        """This voice has not spoken that fast before: its sentences by themselves tell."""
        sounds = await self._in_parts(segment.sentences, whole, index=index)
        if lost_something(whole.duration_s, sum(sound.duration_s for sound in sounds)):
            self._remember()
            return sounds
        self._pace.learn(segment.text, whole.duration_s)
        return (whole,)

    async def _is_suspect(self, segment: Segment, whole: Pcm) -> bool:
        """By its length; or an earlier process asked for the sentences one by one."""
        if self._pace.is_short_of(segment.text, whole.duration_s):
            return True
        for sentence in segment.sentences:
            if await self._synthesis.stored(sentence) is None:
                return False
        return True

    async def _in_parts(self, parts: tuple[str, ...], whole: Pcm, *, index: int) -> tuple[Pcm, ...]:
        self._tell("segment.split", index=index, parts=len(parts), duration_s=whole.duration_s)
        return tuple([await self._part(part, index=index) for part in parts])

    def _remember(self) -> None:
        self._synthesis.learned.small.add(self._synthesis.voice.model)

    async def _part(self, text: str, *, index: int) -> Pcm:
        sound = await self._synthesis.sound(text, await self._synthesis.answer(text))
        if self._is_too_short(text, sound):
            self._tell("segment.short", index=index, duration_s=sound.duration_s)
        return sound

    def _is_too_short(self, text: str, sound: Pcm) -> bool:
        return is_too_short(text, sound.duration_s, speed=self._synthesis.voice.speed)


def smaller(segment: Segment) -> tuple[str, ...]:
    """The sentences of `segment`; the clauses of a single long one."""
    if len(segment.sentences) > 1:
        return segment.sentences
    return tuple(pieces(segment.text, WHOLE_CHARS))
