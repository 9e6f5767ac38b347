"""When a bubble of a growing answer is closed and given out, and how it is found again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from bot.values.audio import Cut


@dataclass(frozen=True, slots=True)
class CutSettings:
    """The first bubble goes out with `first_s` of sound in it, once `beyond_chars` more are
    certain to be spoken; the next when the sound given out so far lasts for `reserve_s` more.
    There are `most` bubbles: the last takes all the rest.
    """

    first_s: float = 2.5
    beyond_chars: int = 120
    reserve_s: float = 1.2
    most: int = 3


class Cuts:
    """Decides; times are seconds of one monotonic clock. Pure."""

    def __init__(self, settings: CutSettings, *, on: bool) -> None:
        self._settings = settings
        self._left = settings.most - 1 if on else 0
        self._played_at: float | None = None  # when a listener has heard all that was given out

    @property
    def possible(self) -> bool:
        """Whether another bubble may go out before the answer is complete."""
        return self._left > 0

    @property
    def beyond_chars(self) -> int:
        """How much has to be certain behind the sound so far; nothing once the first is out."""
        return self._settings.beyond_chars if self._played_at is None else 0

    def is_ripe(self, sound_s: float) -> bool:
        """Whether `sound_s` in the encoder make a first bubble, once enough follows."""
        return self.possible and self._played_at is None and sound_s >= self._settings.first_s

    def is_time(self, now: float, *, sound_s: float) -> bool:
        """Whether `sound_s` that wait in the encoder are to go out now."""
        if not self.possible or sound_s <= 0:
            return False
        if self._played_at is None:
            return self.is_ripe(sound_s)
        return now >= self._played_at - self._settings.reserve_s

    def wait_s(self, now: float) -> float | None:
        """How long until the next one is due; None when time alone doesn't make it so."""
        if not self.possible or self._played_at is None:
            return None
        return max(0.0, self._played_at - self._settings.reserve_s - now)

    def gave(self, now: float, duration_s: float, *, full: bool = False) -> None:
        """A bubble went out; `full` when only its size ended it, which counts for nothing."""
        self._played_at = max(now, self._played_at or now) + duration_s
        self._left -= not full

    def stop(self) -> None:
        """No early bubble any more."""
        self._left = 0


class Said:
    """The text spoken so far, as a Cut describes it."""

    def __init__(self) -> None:
        self._chars = 0
        self._digest = hashlib.sha256()

    @property
    def chars(self) -> int:
        return self._chars

    def add(self, text: str) -> None:
        """`text` was spoken next: a sentence, or several joined with a space."""
        text = f" {text}" if self._chars else text
        self._chars += len(text)
        self._digest.update(text.encode("utf-8", "surrogatepass"))

    def cut(self) -> Cut:
        """A cut behind what was said so far."""
        return Cut(self._chars, self._digest.hexdigest())


@dataclass(frozen=True, slots=True)
class Place:
    """A cut to be made again: behind `count` sentences (or segments), for bubble `index`."""

    count: int
    index: int


def found(cuts: Sequence[Cut], sentences: Sequence[str]) -> list[Place]:
    """Those of the recorded `cuts` that lie within `sentences`, spoken as they were then."""
    places: list[Place] = []
    said = Said()
    lengths = {cut.chars for cut in cuts}
    for count, sentence in enumerate(sentences, 1):
        said.add(sentence)
        cut = said.cut() if said.chars in lengths else None
        if cut in cuts and (not places or cuts.index(cut) > places[-1].index):
            places.append(Place(count, cuts.index(cut)))
    return places
