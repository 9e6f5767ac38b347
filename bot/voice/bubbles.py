"""The running encoder of a spoken answer: segments go in, voice messages of bounded size come out.

Blocking: runs in the workshop, one call at a time.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.values.audio import Bubble, Pcm
from bot.voice.levels import common_db, gated_db, levelled, pause, quietest_s
from bot.voice.opus import TELEGRAM_RATE, OpusEncoder

MOST_BYTES = 1_000_000  # above this Telegram shows no waveform (facts/telegram-api.md §2.1)
SPARE = 1.4  # what variable bitrate may cost beyond its nominal rate, measured with noise
SPEECH_RATE = 24_000
SEARCH_S = 10.0  # how far before the end of the room a quiet place to cut is looked for


class Bubbles:
    """Joins segments with pauses at one loudness, and starts a new bubble when one is full."""

    def __init__(
        self,
        *,
        pause_s: float = 0.2,
        max_s: float = 600.0,
        max_bytes: int = MOST_BYTES,
        bitrate: int = 32_000,
    ) -> None:
        self._pause_s = pause_s
        self._max_s = max_s
        self._max_bytes = max_bytes
        self._bitrate = bitrate
        self._encoder: OpusEncoder | None = None
        self._done: list[Bubble] = []
        self._target_db: float | None = None
        self.torn = False

    def add(self, *parts: Pcm) -> None:
        """Level, join and encode one segment: trimmed mono parts. Empty ones change nothing.

        A segment that does not fit begins a new bubble. `torn` tells whether one had to be cut.
        """
        sounds = self._levelled(parts)
        needed_s = sum(self._pause_s + sound.duration_s for sound in sounds)
        if sounds and self._encoder and self._room_s() < needed_s:
            self._close()
        for sound in sounds:
            rest = sound
            while rest.data:
                rest = self._encode(rest)

    @property
    def waiting_s(self) -> float:
        """How much sound the running bubble holds."""
        return self._encoder.duration_s if self._encoder else 0.0

    def full(self) -> tuple[Bubble, ...]:
        """The bubbles that are complete because nothing more fits. Each is given once."""
        done, self._done = self._done, []
        return tuple(done)

    def finish(self) -> tuple[Bubble, ...]:
        """The complete bubbles and the running one, in order; more sound begins a new one.

        Empty when no segment since the last one held any sound.
        """
        self._close()
        return self.full()

    def _levelled(self, parts: Sequence[Pcm]) -> list[Pcm]:
        if self._target_db is None:
            first_db = next((db for part in parts if (db := gated_db(part)) is not None), None)
            self._target_db = None if first_db is None else common_db(first_db)
        if self._target_db is None:
            return []
        return [levelled(part, self._target_db) for part in parts if part.data]

    def _encode(self, segment: Pcm) -> Pcm:
        """Encode what there is room for; the rest."""
        if self._encoder is None:
            self._encoder = OpusEncoder(self._bitrate, rate=_encoder_rate(segment))
        else:
            self._encoder.feed(pause(self._pause_s, segment.rate))
        room_s = self._room_s()
        if segment.duration_s <= room_s:
            self._encoder.feed(segment)
            return Pcm(b"", segment.rate)
        cut_s = quietest_s(segment, after_s=max(0.0, room_s - SEARCH_S), before_s=room_s)
        cut = max(1, int(cut_s * segment.rate)) * 2
        self._encoder.feed(Pcm(segment.data[:cut], segment.rate))
        self._close()
        self.torn = True
        return Pcm(segment.data[cut:], segment.rate)

    def _room_s(self) -> float:
        """How much more the running bubble certainly holds."""
        if self._encoder is None:
            return self._max_s
        by_size = (self._max_bytes - self._encoder.size_bytes) / (self._bitrate / 8 * SPARE)
        return max(0.0, min(by_size, self._max_s - self._encoder.duration_s))

    def _close(self) -> None:
        if self._encoder:
            self._done.append(self._encoder.finish())
            self._encoder = None


def _encoder_rate(segment: Pcm) -> int:
    """Speech at 24 kHz goes in as it is: Opus plays at 48 kHz whatever went in, and there is no
    sound above 12 kHz to resample for (14 ms of CPU in a turn of half a minute)."""
    return segment.rate if segment.rate == SPEECH_RATE else TELEGRAM_RATE
