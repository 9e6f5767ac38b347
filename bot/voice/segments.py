"""Which sentences travel together in one speech request.

The first sentence leaves at once, for a fast start. Later segments grow with what was said before
them, for the melody of the speech and the number of requests. A turn should end one speech call
after the model's last sentence (design: promises, *Fast*), so growth is a small share of the time
that has passed anyway, and the last sentence always travels alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

HARD_MAX_CHARS = 4_096  # facts/openrouter-wire.md §15
# Best places first to cut a sentence that is too long; a comma in a number is none.
BREAKS = tuple(
    re.compile(pattern)
    for pattern in (
        r"[。！？]|[.!?।؟۔…](?=\s)",
        r"[；：]|[;:](?=\s)",
        r"[،，、]|,(?=\s)",
        r"\s",
    )
)


@dataclass(frozen=True, slots=True)
class SegmentSettings:
    """`max_chars` bounds one request; above 4,096 it is cut to that.

    `growth` is how much text gathers before a request is made, as a share of what was said so far:
    after 1,000 characters a tenth makes segments of about 100.
    """

    max_chars: int = 600
    growth: float = 0.1


class Segmenter:
    """Pure: texts and the number of free slots go in, requests to make now come out, in order."""

    def __init__(self, settings: SegmentSettings | None = None) -> None:
        settings = settings or SegmentSettings()
        self._max_chars = max(1, min(settings.max_chars, HARD_MAX_CHARS))
        self._growth = settings.growth
        self._waiting: list[str] = []
        self._said_chars = 0
        self._more_follows = True

    def add(self, sentence: str, *, free_slots: int, more_follows: bool = True) -> list[str]:
        """Take one complete sentence; what to request now.

        `more_follows` is false when the sentence may prove to be the last one: it ended with its
        line, and nothing behind it is there yet. Then it joins no group before something is.
        """
        self._more_follows = True
        ready = self.release(free_slots=free_slots) if not more_follows else []
        self._waiting += pieces(sentence, self._max_chars)
        self._more_follows = more_follows
        return ready + self.release(free_slots=free_slots - len(ready))

    def release(self, *, free_slots: int) -> list[str]:
        """Slots became free: what to request now. Never more than `free_slots` requests."""
        ready: list[str] = []
        while len(ready) < free_slots and (taken := self._due()):
            ready.append(" ".join(taken))
            del self._waiting[: len(taken)]
            self._said_chars += len(ready[-1])
        return ready

    def finish(self) -> list[str]:
        """The stream has ended: all that waits, the last sentence alone."""
        ready = []
        while before := self._group(self._waiting[:-1]):
            ready.append(" ".join(before))
            del self._waiting[: len(before)]
        ready += self._waiting
        self._waiting = []
        return ready

    def _due(self) -> list[str]:
        """The sentences from the front that make the next segment; none while it has to grow."""
        ready = self._waiting
        if not self._more_follows and len(ready) > 1:
            ready = ready[:-1]
        wanted = min(self._max_chars, self._growth * self._said_chars)
        taken = self._group(ready)
        full = len(taken) < len(ready)
        return taken if full or sum(map(len, taken)) >= wanted else []

    def _group(self, waiting: list[str]) -> list[str]:
        """As many sentences from the front as fit one request."""
        taken: list[str] = []
        length = -1
        for sentence in waiting:
            length += 1 + len(sentence)
            if taken and length > self._max_chars:
                break
            taken.append(sentence)
        return taken


def pieces(sentence: str, max_chars: int) -> list[str]:
    """`sentence` in pieces of at most `max_chars`, cut at the best place in the second half."""
    found: list[str] = []
    rest = sentence.strip()
    while len(rest) > max_chars:
        cut = _cut(rest, max_chars)
        found.append(rest[:cut].strip())
        rest = rest[cut:].strip()
    return [piece for piece in (*found, rest) if piece]


def _cut(text: str, max_chars: int) -> int:
    for mark in BREAKS:
        places = [found.end() for found in mark.finditer(text, max_chars // 2, max_chars)]
        if places:
            return places[-1]
    return max_chars
