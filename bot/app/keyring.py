"""The keys as they are now: a sign-in takes effect without a restart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.app.settings import PROFILES_FILE, key_sources
from bot.config.load import Loaded
from bot.openrouter.keys import (
    PROFILE_PREFIX,
    KeySources,
    ResolvedKey,
    Secret,
    chat_key,
    speech_key,
)
from bot.openrouter.profiles import ProfileFile


class Keyring:
    """Resolves a key at each call from configuration, environment and the stored profiles."""

    def __init__(self, loaded: Loaded, home: Path) -> None:
        """`home` is the state folder that holds the profiles."""
        self._fixed = key_sources(loaded, home)
        self._profiles = ProfileFile(home / PROFILES_FILE)

    def chat(self) -> Secret | None:
        """For chat, transcription and media. Raises ConfigError for a profile that is missing."""
        return _secret(chat_key(self._sources()))

    def speech(self) -> Secret | None:
        return _secret(speech_key(self._sources()))

    def spare_speech(self) -> Secret | None:
        """What speech tries when its key is refused: the stored sign-in."""
        return next((key for key in self._profiles.keys().values() if key), None)

    def stored(self, name: str) -> Secret | None:
        """The key of the stored sign-in `name` (`openrouter:work`, or `work` alone)."""
        keys = self._profiles.keys()
        return keys.get(name) or keys.get(f"{PROFILE_PREFIX}{name}")

    def _sources(self) -> KeySources:
        return replace(self._fixed, profiles=self._profiles.keys())


def _secret(resolved: ResolvedKey | None) -> Secret | None:
    return None if resolved is None else resolved.key
