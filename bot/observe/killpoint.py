"""Named points at which a crash test may ask the process to die, as a power cut would make it.

`PARLEY_KILL_AT=after-transcript` or `before-send:2` (the second time that point is reached). Unset,
which is always outside crash tests, a point costs one dictionary lookup.
"""

from __future__ import annotations

import os
import signal
from collections import Counter

VARIABLE = "PARLEY_KILL_AT"
POINTS = (
    "after-inbox",
    "after-transcript",
    "after-history",
    "mid-stream",
    "after-speech",
    "after-answer",
    "before-send",
    "after-send-before-receipt",
    "job-opened",
    "job-asking",
    "job-answered",
    "job-polling",
    "job-fetched",
    "job-kept",
    "job-delivered",
)
_reached: Counter[str] = Counter()


def reach(point: str) -> None:
    """Die by SIGKILL if the environment asks for it at this `point`."""
    wanted = os.environ.get(VARIABLE)
    if not wanted:
        return
    name, _, times = wanted.partition(":")
    if name != point:
        return
    _reached[point] += 1
    if _reached[point] >= int(times or 1):
        os.kill(os.getpid(), signal.SIGKILL)
