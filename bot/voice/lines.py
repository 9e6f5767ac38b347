"""What an answer says, as it grows: Markdown goes in, segments to ask for come out, in order.

A stretch is the text between two tool calls. What the model wrote just before a call ("Let me
check.") can be forgotten as long as it was not asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.voice.segments import HARD_MAX_CHARS, Segmenter, SegmentSettings, pieces
from bot.voice.sentences import Sentences
from bot.voice.speakable import speakable

NOTE_MARKS = ("```", "~~~", "|")  # what begins with one is announced, not read out


@dataclass(frozen=True, slots=True)
class Segment:
    """What one request says: sentences, or pieces of one that is too long for a request."""

    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join(self.sentences)


class Lines:
    """The text side of a speaker. Pure.

    With `hold_first` the first sentence of a stretch waits until a second one begins. `small` tells
    whether each request is to be one sentence; it may become true at any time, and stays.
    """

    def __init__(
        self, *, language: str, max_chars: int, hold_first: bool, small: Callable[[], bool]
    ) -> None:
        self._language = language
        self._max_chars = max(1, min(max_chars, HARD_MAX_CHARS))
        self._hold_first = hold_first
        self._small = small
        self._sentences = Sentences()
        self._segmenter = Segmenter(SegmentSettings(max_chars=max_chars))
        self._waiting: list[str] = []  # what the segmenter holds
        self._asked_chars = 0
        self._last_text = ""
        self._pending: list[str] = []  # of the sentence that is not complete
        self._pending_chars = self._pending_said = self._look_at_chars = 0
        self._begun = False  # whether a sentence was, behind the last complete one
        self._begin_stretch()

    def feed(self, delta: str, *, free_slots: int) -> list[Segment]:
        """More of the answer; what to ask for now, at most `free_slots` segments."""
        units = self._sentences.feed(delta)
        self._keep(delta, units)
        ready: list[Segment] = []
        for number, unit in enumerate(units, 1):
            follows = number < len(units) or self._begun
            ready += self._take(unit, free_slots=free_slots - len(ready), more_follows=follows)
        if self._held and self._begun:
            ready += self._let_go(free_slots=free_slots - len(ready))
        return ready

    def release(self, *, free_slots: int) -> list[Segment]:
        """Slots became free: what to ask for now."""
        if self._small():
            return self._singles(free_slots)
        return self._segments(self._segmenter.release(free_slots=free_slots))

    def end_stretch(self) -> list[Segment]:
        """No more follows in this stretch: all of it is to be asked for. A new one begins."""
        for unit in self._sentences.flush():
            self._take(unit, free_slots=0, more_follows=True)
        self._let_go(free_slots=0)
        self._begin_stretch()
        if self._small():
            return self._singles(len(self._waiting))
        return self._segments(self._segmenter.finish())

    def drop(self) -> list[str]:
        """Forget what was not asked for yet; the sentences of it that had a chance to be."""
        self._sentences.flush()
        self._segmenter.finish()
        dropped, self._waiting = self._waiting, []
        self._last_text = ""
        self._begin_stretch()
        return dropped

    def written_chars(self, *, least: int) -> int:
        """How many characters will certainly be spoken, as exactly as `least` needs it."""
        sure = self._asked_chars + sum(map(len, self._waiting))
        if sure >= least or (self._hold_first and (self._fresh or self._held)):
            return sure
        if sure + self._pending_chars >= least and self._pending_chars >= self._look_at_chars:
            self._pending_said = len(speakable("".join(self._pending), language=self._language))
            # A block of code grows for long and says little: look at it less and less often.
            self._look_at_chars = self._pending_chars * 5 // 4 + 8
        return sure + self._pending_said

    def _begin_stretch(self) -> None:
        self._fresh = True  # nothing was said in this stretch
        self._held = ""
        self._keep_pending([])

    def _keep(self, delta: str, units: list[str]) -> None:
        """Remember the beginning of a sentence that is not complete."""
        self._pending.append(delta)
        self._pending_chars += len(delta)
        self._begun = self._begun or _says_something(delta)
        if units:
            taken = sum(map(len, units))
            self._keep_pending(["".join(self._pending)[taken:]])

    def _keep_pending(self, parts: list[str]) -> None:
        self._pending = parts
        self._pending_chars = sum(map(len, parts))
        self._begun = any(map(_says_something, parts))
        self._pending_said = self._look_at_chars = 0

    def _take(self, unit: str, *, free_slots: int, more_follows: bool) -> list[Segment]:
        text = speakable(unit, language=self._language)
        # Two fences in a row need to be announced once.
        is_note = unit.lstrip().startswith(NOTE_MARKS)
        if not text or (is_note and text == self._last_text):
            return []
        self._last_text = text
        if self._hold_first and self._fresh:
            self._fresh, self._held = False, text
            return []
        self._fresh = False
        ready = self._let_go(free_slots=free_slots)
        free_slots -= len(ready)
        return ready + self._add(text, free_slots=free_slots, more_follows=more_follows)

    def _let_go(self, *, free_slots: int) -> list[Segment]:
        held, self._held = self._held, ""
        return self._add(held, free_slots=free_slots, more_follows=True) if held else []

    def _add(self, text: str, *, free_slots: int, more_follows: bool) -> list[Segment]:
        ready: list[Segment] = []
        parts = pieces(text, self._max_chars)
        for number, part in enumerate(parts, 1):
            self._waiting.append(part)
            free = free_slots - len(ready)
            if self._small():
                ready += self._singles(free)
                continue
            follows = more_follows or number < len(parts)
            asked = self._segmenter.add(part, free_slots=free, more_follows=follows)
            ready += self._segments(asked)
        return ready

    def _singles(self, free_slots: int) -> list[Segment]:
        count = max(0, free_slots)
        ready = [Segment((text,)) for text in self._waiting[:count]]
        del self._waiting[:count]
        self._asked_chars += sum(len(segment.text) for segment in ready)
        return ready

    def _segments(self, texts: list[str]) -> list[Segment]:
        """`texts`, which the segmenter joined, with the sentences in them."""
        ready = []
        for text in texts:
            taken = [self._waiting.pop(0)]
            while sum(map(len, taken)) + len(taken) - 1 < len(text):
                taken.append(self._waiting.pop(0))
            ready.append(Segment(tuple(taken)))
            self._asked_chars += len(text)
        return ready


def _says_something(text: str) -> bool:
    return any(map(str.isalnum, text))
