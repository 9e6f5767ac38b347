"""What one process counts of itself, in plain numbers. `exposition` writes them for Prometheus.

Nothing is imported for it before somebody asks, and nothing here names a person or a chat.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from bot.observe.trace import Event, Stage

# From a quick text to a film: a plain voice turn lies between the third and the seventh.
BOUNDS_S = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 10.0, 20.0, 40.0, 90.0)
# How long people wait for what, by the event that ends the wait; the first one counts.
WAITS = {
    "transcript": Stage.HEARD,
    "first_text": Stage.FIRST_TEXT,
    "first_sound": Stage.VOICE_DELIVERED,
    "end": Stage.SETTLED,
}
MS_PER_S = 1000


@dataclass(slots=True)
class Histogram:
    """Durations in seconds, counted by `BOUNDS_S`; a bound belongs to the bucket below it."""

    sum_s: float = 0.0
    _counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))

    def observe(self, seconds: float) -> None:
        self.sum_s += seconds
        self._counts[bisect_left(BOUNDS_S, seconds)] += 1

    def cumulative(self) -> list[tuple[str, int]]:
        """How many durations were at most each bound, the last one without bound."""
        names = [*map(str, BOUNDS_S), "+Inf"]
        return list(zip(names, accumulate(self._counts), strict=True))


@dataclass(frozen=True, slots=True)
class Polling:
    """How one channel gets its messages. `age_s` is None before the first poll completed."""

    completed: int
    age_s: float | None


@dataclass(frozen=True, slots=True)
class Books:
    """What the database says. `jobs` are counted by kind and state."""

    inbox_waiting: int
    inbox_oldest_s: float
    jobs: Mapping[tuple[str, str], int]
    spend_micro_usd: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Moment:
    """How things stand when somebody asks. `books` is None when the database gives no answer."""

    ready: Mapping[str, bool]
    polling: Mapping[str, Polling]
    outbox_depth: int
    lanes: int
    books: Books | None


class Metrics:
    """Counted since the process began."""

    def __init__(self) -> None:
        self.turns: Counter[str] = Counter()
        self.waits = {name: Histogram() for name in WAITS}
        self.calls: Counter[tuple[str, str]] = Counter()
        self.upstream_errors: Counter[str] = Counter()

    def observe_turn(self, ending: str, events: Sequence[Event]) -> None:
        """Count one settled turn by its trace.

        Times are kept of what got past the door: a command is answered in no time.
        """
        self.turns[ending] += 1
        first: dict[str, int] = {}
        for at_ms, stage, _ in events:
            first.setdefault(stage, at_ms)
        if Stage.ADMITTED not in first:
            return
        for name, stage in WAITS.items():
            if stage in first:
                self.waits[name].observe(first[stage] / MS_PER_S)

    def observe_call(self, kind: str, result: str, error: str = "") -> None:
        """Count one paid call by its `kind` and `result`; `error` is the code of what failed."""
        self.calls[kind, result] += 1
        if error:
            self.upstream_errors[error] += 1
