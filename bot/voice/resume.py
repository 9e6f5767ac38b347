"""Cuts an answer that a crash interrupted so that its paid segments and bubbles are found again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.values.audio import Cut, Speech
from bot.voice.cuts import Place, found
from bot.voice.lines import Segment
from bot.voice.segments import HARD_MAX_CHARS

Stored = Callable[[str], Awaitable[Speech | None]]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Sentences of the answer as it is fed again; `dropped` when a tool call ended them."""

    sentences: tuple[str, ...]
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The segments to speak, and behind which of them the earlier process ended a bubble."""

    segments: list[Segment]
    places: list[Place]


async def plan(
    stretches: Sequence[Stretch], *, max_chars: int, stored: Stored, cuts: Sequence[Cut]
) -> Plan:
    """What to speak now, in the same segments and bubbles as far as the text is the same."""
    max_chars = max(1, min(max_chars, HARD_MAX_CHARS))
    sentences: list[str] = []
    for stretch in stretches:
        said = stretch.sentences
        sentences += await _kept(said, max_chars, stored) if stretch.dropped else said
    segments: list[Segment] = []
    places: list[Place] = []
    done = 0
    for place in found(cuts, sentences):
        segments += await _planned(sentences[done : place.count], max_chars, stored)
        places.append(Place(len(segments), place.index))
        done = place.count
    segments += await _planned(sentences[done:], max_chars, stored)
    return Plan(segments, places)


async def _planned(sentences: Sequence[str], max_chars: int, stored: Stored) -> list[Segment]:
    """The longest stored segment at each place, else one sentence.

    Which sentences travelled together depended on timing then, so every joint is tried.
    """
    segments: list[Segment] = []
    at = 0
    while at < len(sentences):
        count = await _longest(sentences[at:], max_chars, stored) or 1
        segments.append(Segment(tuple(sentences[at : at + count])))
        at += count
    return segments


async def _kept(sentences: Sequence[str], max_chars: int, stored: Stored) -> Sequence[str]:
    """What had been asked for before the rest was dropped: up to the last stored segment."""
    kept = at = 0
    while at < len(sentences):
        count = await _longest(sentences[at:], max_chars, stored)
        at += count or 1
        kept = at if count else kept
    return sentences[:kept]


async def _longest(sentences: Sequence[str], max_chars: int, stored: Stored) -> int:
    """How many sentences from the front are stored as one segment; 0 when none are."""
    lengths = [len(sentences[0])]
    for sentence in sentences[1:]:
        if lengths[-1] + 1 + len(sentence) > max_chars:
            break
        lengths.append(lengths[-1] + 1 + len(sentence))
    for count in range(len(lengths), 0, -1):
        if await stored(" ".join(sentences[:count])) is not None:
            return count
    return 0
