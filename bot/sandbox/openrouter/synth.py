"""Real speech from espeak-ng, through ctypes; sines for when order must be proved. Blocking."""

from __future__ import annotations

import array
import ctypes
import importlib
import math
import threading
from typing import Any

from bot.sandbox.openrouter.sound import resampled

RATE = 24_000
NORMAL_WPM = 175
SLOWEST_WPM, FASTEST_WPM = 80, 450
SYNCHRONOUS = 2  # espeak_AUDIO_OUTPUT: samples to the callback, during the call
UTF8 = 1
RATE_PARAMETER = 1
TONE_STEP_HZ = 10
TONE_PEAK = 9_000
SHORTEST_BYTES = RATE // 10 * 2

_lock = threading.Lock()  # the C library is one global machine with one callback
_engine: _Espeak | None = None


class NoVoice(Exception):
    """The speech library is not installed."""


class _Espeak:
    """The loaded library. Use under `_lock` only."""

    def __init__(self) -> None:
        try:
            loader = importlib.import_module("espeakng_loader")
        except ImportError as error:
            raise NoVoice("espeakng-loader is not installed") from error
        self._library: Any = ctypes.CDLL(loader.get_library_path())
        self.rate = int(
            self._library.espeak_Initialize(SYNCHRONOUS, 0, str(loader.get_data_path()).encode(), 0)
        )
        if self.rate <= 0:
            raise NoVoice("espeak-ng does not start")
        self._sound = bytearray()
        kind = ctypes.CFUNCTYPE(
            ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
        )
        self._callback = kind(self._take)  # kept: the library holds no reference to it
        self._library.espeak_SetSynthCallback(self._callback)

    def _take(self, samples: Any, count: int, _events: Any) -> int:
        if samples and count > 0:
            self._sound += ctypes.string_at(samples, count * 2)
        return 0

    def speak(self, text: str, voice: str, wpm: int) -> bytes:
        self._sound.clear()
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            self._library.espeak_SetVoiceByName(b"en-us")
        self._library.espeak_SetParameter(RATE_PARAMETER, wpm, 0)
        raw = text.replace("\0", " ").encode()
        self._library.espeak_Synth(raw, len(raw) + 1, 0, 1, 0, UTF8, None, None)
        self._library.espeak_Synchronize()
        return bytes(self._sound)


def speak(text: str, *, voice: str = "en-us", speed: float = 1.0) -> bytes:
    """`text` as 24 kHz mono 16-bit PCM, never empty. Raises NoVoice when there is no library."""
    global _engine
    wpm = max(SLOWEST_WPM, min(FASTEST_WPM, round(NORMAL_WPM * speed)))
    with _lock:
        if _engine is None:
            _engine = _Espeak()
        raw, rate = _engine.speak(text, voice, wpm), _engine.rate
    if not raw:
        return bytes(SHORTEST_BYTES)  # nothing to pronounce, such as a lone dash
    return resampled(raw, rate, RATE)


def tone(hertz: float, seconds: float) -> bytes:
    """A sine of `hertz`, rounded to 10 Hz, as 24 kHz mono 16-bit PCM."""
    period = RATE // TONE_STEP_HZ
    whole = max(TONE_STEP_HZ, round(hertz / TONE_STEP_HZ) * TONE_STEP_HZ)
    wave = array.array(
        "h", (round(TONE_PEAK * math.sin(2 * math.pi * whole * i / RATE)) for i in range(period))
    ).tobytes()
    size = max(1, round(seconds * RATE)) * 2
    return (wave * (size // len(wave) + 1))[:size]
