"""Loads the sound libraries before the first note needs them; blocking, for the workshop."""

from __future__ import annotations

import importlib

from bot.voice.levels import audio_segment

HEAVY = ("av", "audioop")


def load_libraries() -> None:
    """Import what the first turn would otherwise wait for (facts/spikes.md §6, start-up)."""
    for name in HEAVY:
        importlib.import_module(name)
    audio_segment()
