"""Cuts an answer that a crash interrupted so that its paid segments are found again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from bot.values.audio import Speech
from bot.voice.segments import HARD_MAX_CHARS, pieces


async def planned(
    sentences: Sequence[str],
    *,
    max_chars: int,
    stored: Callable[[str], Awaitable[Speech | None]],
) -> list[str]:
    """The segments to speak: the longest stored one at each place, else one sentence.

    Which sentences travelled together depended on timing then, so every joint is tried.
    """
    max_chars = max(1, min(max_chars, HARD_MAX_CHARS))
    waiting = [piece for sentence in sentences for piece in pieces(sentence, max_chars)]
    segments: list[str] = []
    while waiting:
        taken = 1
        for count in range(_most(waiting, max_chars), 1, -1):
            if await stored(" ".join(waiting[:count])) is not None:
                taken = count
                break
        segments.append(" ".join(waiting[:taken]))
        del waiting[:taken]
    return segments


def _most(waiting: Sequence[str], max_chars: int) -> int:
    """How many sentences from the front fit one segment."""
    length = count = 0
    for sentence in waiting:
        length += len(sentence) + (1 if count else 0)
        if length > max_chars:
            break
        count += 1
    return max(1, count)
