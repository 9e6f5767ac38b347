"""A crude ear that works without any service: pocketsphinx with its small English model.

For people who try the bot with a microphone. It mishears most of what is said: no test may rest
on it (facts/traps.md, Audio).
"""

from __future__ import annotations

import importlib
import threading
from importlib.util import find_spec
from typing import Any

from bot.sandbox.openrouter.sound import samples_of

PACKAGE = "pocketsphinx"
LONGEST_S = 60
BYTES_PER_S = 32_000

_lock = threading.Lock()  # one decoder, and it keeps state while it listens
_decoder: Any = None


def is_installed() -> bool:
    """Whether the extra `ear` is there."""
    return find_spec(PACKAGE) is not None


def listen(data: bytes, format: str) -> str:
    """The words in the first minute of `data`, "" for none. Blocking."""
    global _decoder
    pcm = samples_of(data, format)[: LONGEST_S * BYTES_PER_S]
    with _lock:
        if _decoder is None:
            _decoder = importlib.import_module(PACKAGE).Decoder(samprate=16_000, loglevel="FATAL")
        _decoder.start_utt()
        _decoder.process_raw(pcm, no_search=False, full_utt=True)
        _decoder.end_utt()
        found = _decoder.hyp()
    words = str(found.hypstr).strip() if found is not None else ""
    return f"{words[:1].upper()}{words[1:]}." if words else ""
