"""A segment spoken and checked: whole, or sentence by sentence where a model drops the rest."""

from __future__ import annotations

from typing import Protocol

from bot.values.audio import Pcm
from bot.voice.checks import is_too_short
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

    async def of(self, segment: Segment, answer: Answer, *, index: int) -> tuple[Pcm, ...]:
        """The parts of segment `index`, in order; one unless it had to be asked for in parts.

        `answer` is what the whole segment gave. A model that spoke only some of it is asked for
        each of its sentences, once, and remembered. Raises UpstreamError, Stopped.
        """
        whole = await self._synthesis.sound(segment.text, answer)
        if not self._is_too_short(segment.text, whole):
            return (whole,)
        parts = smaller(segment)
        if len(parts) == 1:
            self._tell("segment.short", index=index, duration_s=whole.duration_s)
            return (whole,)
        if len(segment.sentences) > 1:
            self._synthesis.learned.small.add(self._synthesis.voice.model)
        self._tell("segment.split", index=index, parts=len(parts), duration_s=whole.duration_s)
        return tuple([await self._part(part, index=index) for part in parts])

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
