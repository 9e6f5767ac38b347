"""Whether the sound of a segment can be all of its text."""

from __future__ import annotations

import re

LEAST_CHARS = 40  # below this a breath more or less decides, not a missing sentence
# Nobody speaks faster than this at speed 1: hurried speech has about 20 letters a second.
FASTEST_PER_S = 35.0
FASTEST_WIDE_PER_S = 14.0  # ideographs, kana and hangul syllables
WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]")
LEAST_LETTERS = 16.0  # of a sentence tell how fast a voice speaks
MOST_DIGITS = 0.1  # of its characters; nobody knows how a number will be read
SUSPECT = 0.75  # of the expected length: a voice varies less than that between sentences
NOTHING_LOST = 1.15  # times the whole: more than its sentences last by themselves


def is_too_short(text: str, duration_s: float, *, speed: float | None = None) -> bool:
    """Whether `duration_s` of trimmed sound can't be the whole of `text`, spoken at `speed`."""
    if len(text) < LEAST_CHARS:
        return False
    # Some models ignore the speed, and slow speech asked for in vain is no missing sentence.
    return duration_s < _letters(text) / FASTEST_PER_S / max(1.0, speed or 1.0)


class Pace:
    """How fast one voice speaks in one answer, learned from what is certainly whole."""

    def __init__(self) -> None:
        self._letters = 0.0
        self._lasted_s = 0.0

    def learn(self, text: str, duration_s: float) -> None:
        """`text` took `duration_s` of trimmed sound."""
        letters, digits = _letters(text), sum(map(str.isdigit, text))
        if letters >= LEAST_LETTERS and digits <= MOST_DIGITS * len(text):
            self._letters += letters
            self._lasted_s += duration_s

    def is_short_of(self, text: str, duration_s: float) -> bool:
        """Whether `duration_s` is clearly less than this voice needs for `text`."""
        if not self._letters or len(text) < LEAST_CHARS:
            return False
        return duration_s < SUSPECT * _letters(text) * self._lasted_s / self._letters


def lost_something(whole_s: float, parts_s: float) -> bool:
    """Whether sentences that last `parts_s` one by one can't all be in `whole_s` of sound."""
    return parts_s > whole_s * NOTHING_LOST


def _letters(text: str) -> float:
    """How long it takes to say `text`, counted in letters of an alphabet."""
    spoken = [char for char in text if char.isalnum() or char.isspace()]
    wide = sum(WIDE.match(char) is not None for char in spoken)
    return len(spoken) - wide + wide * FASTEST_PER_S / FASTEST_WIDE_PER_S
