"""The running encoder of a spoken answer: segments go in, voice messages of bounded size come out.

Blocking: runs in the workshop, one call at a time.
"""

from __future__ import annotations

from bot.values.audio import Bubble, Pcm
from bot.voice.levels import gated_db, levelled, pause, quietest_s
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

    def add(self, segment: Pcm) -> None:
        """Level, join and encode one trimmed mono segment. An empty one changes nothing."""
        if self._target_db is None:
            self._target_db = gated_db(segment)
        if self._target_db is None or not segment.data:
            return
        rest = levelled(segment, self._target_db)
        if self._encoder and self._room_s() < self._pause_s + rest.duration_s:
            self._close()
        while rest.data:
            rest = self._encode(rest)

    def finish(self) -> tuple[Bubble, ...]:
        """All bubbles, in order. Empty when no segment held any sound."""
        self._close()
        return tuple(self._done)

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
