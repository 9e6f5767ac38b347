"""Whether the sound of a segment can be all of its text."""

from __future__ import annotations

import re

LEAST_CHARS = 40  # below this a breath more or less decides, not a missing sentence
# Nobody speaks faster than this at speed 1: hurried speech has about 20 letters a second.
FASTEST_PER_S = 35.0
FASTEST_WIDE_PER_S = 14.0  # ideographs, kana and hangul syllables
WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]")


def is_too_short(text: str, duration_s: float, *, speed: float | None = None) -> bool:
    """Whether `duration_s` of trimmed sound can't be the whole of `text`, spoken at `speed`."""
    if len(text) < LEAST_CHARS:
        return False
    spoken = [char for char in text if char.isalnum() or char.isspace()]
    wide = sum(WIDE.match(char) is not None for char in spoken)
    least_s = (len(spoken) - wide) / FASTEST_PER_S + wide / FASTEST_WIDE_PER_S
    # Some models ignore the speed, and slow speech asked for in vain is no missing sentence.
    return duration_s < least_s / max(1.0, speed or 1.0)
