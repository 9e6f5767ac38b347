"""Which sentences travel together in one speech request.

A turn should end one speech call after the model's last sentence (design: promises, *Fast*). So a
sentence leaves at once while a slot is free, sentences gather only while every slot is taken, and
the last one always travels alone.
"""

from __future__ import annotations

from dataclasses import dataclass

HARD_MAX_CHARS = 4_096  # facts/openrouter-wire.md §15
BREAKS = (*"。！？；;:：،,，、", " ")  # best places first to cut a sentence that is too long


@dataclass(frozen=True, slots=True)
class SegmentSettings:
    """`max_chars` bounds one request; above 4,096 it is cut to that."""

    max_chars: int = 600


class Segmenter:
    """Pure: texts and the number of free slots go in, requests to make now come out, in order."""

    def __init__(self, settings: SegmentSettings | None = None) -> None:
        settings = settings or SegmentSettings()
        self._max_chars = max(1, min(settings.max_chars, HARD_MAX_CHARS))
        self._waiting: list[str] = []

    def add(self, sentence: str, *, free_slots: int) -> list[str]:
        """Take one complete sentence; what to request now."""
        self._waiting += pieces(sentence, self._max_chars)
        return self.release(free_slots=free_slots)

    def release(self, *, free_slots: int) -> list[str]:
        """Slots became free: what to request now. Never more than `free_slots` requests."""
        ready: list[str] = []
        while self._waiting and len(ready) < free_slots:
            ready.append(self._take(self._waiting))
        return ready

    def finish(self) -> list[str]:
        """The stream has ended: all that waits, the last sentence alone."""
        before, last = self._waiting[:-1], self._waiting[-1:]
        self._waiting = []
        ready = []
        while before:
            ready.append(self._take(before))
        return ready + last

    def _take(self, waiting: list[str]) -> str:
        """As many sentences from the front as fit one request."""
        taken = waiting.pop(0)
        while waiting and len(taken) + 1 + len(waiting[0]) <= self._max_chars:
            taken = f"{taken} {waiting.pop(0)}"
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
        at = text.rfind(mark, max_chars // 2, max_chars)
        if at >= 0:
            return at + 1
    return max_chars
