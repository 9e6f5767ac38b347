"""Which key a request carries: pure resolution over what config, profiles and environment offer.

Reading config and environment is the caller's; the only file read here is that of the profiles.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.errors import ConfigError

PROFILE_PREFIX = "openrouter:"
DEFAULT_PROFILE = "openrouter:default"


class Secret:
    """Text that never shows itself in logs, traces or errors. Empty text counts as no secret."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text.strip()

    def reveal(self) -> str:
        """The text itself, for the wire only."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "Secret(***)" if self._text else "Secret()"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class KeySources:
    """Every place a key can come from. `profiles` is in the order in which they are tried."""

    configured: Secret | None = None
    env: Secret | None = None
    profiles: Mapping[str, Secret] = field(default_factory=dict)
    auth_mode: str = ""
    requested_profile: str = ""
    env_first: bool = False
    speech: Secret | None = None


@dataclass(frozen=True, slots=True)
class ResolvedKey:
    """A key and the name of the place that gave it, for `parley models status`."""

    key: Secret
    source: str


def chat_key(sources: KeySources) -> ResolvedKey | None:
    """The key for chat, transcription and media; None when there is none.

    Raises ConfigError when a profile is named that is not stored: a profile's name is never sent
    as a key. Source: facts/openrouter-wire.md §1.1.
    """
    if sources.requested_profile:
        return _profile(sources, sources.requested_profile)
    if sources.env_first and sources.env:
        return ResolvedKey(sources.env, "environment")
    configured = sources.configured or Secret("")
    named = configured.reveal()
    if named in sources.profiles or named.startswith(PROFILE_PREFIX):
        return _profile(sources, named)
    if sources.auth_mode == "api-key" and configured:
        return ResolvedKey(configured, "config")
    for name, key in sources.profiles.items():
        if key:
            return ResolvedKey(key, f"profile {name}")
    if sources.env:
        return ResolvedKey(sources.env, "environment")
    return ResolvedKey(configured, "config") if configured else None


def speech_key(sources: KeySources) -> ResolvedKey | None:
    """The key for speech: its own, the provider's, the environment's, then a stored profile.

    Sources: seeds 002 "Text-to-speech", facts/behaviour.md L3. The profile comes last, so that a
    login alone is enough to speak.
    """
    configured = sources.configured or Secret("")
    if sources.speech:
        return ResolvedKey(sources.speech, "speech config")
    if configured and configured.reveal() not in sources.profiles:
        if configured.reveal().startswith(PROFILE_PREFIX):
            return _profile(sources, configured.reveal())
        return ResolvedKey(configured, "config")
    if configured:
        return _profile(sources, configured.reveal())
    if sources.env:
        return ResolvedKey(sources.env, "environment")
    return next(
        (ResolvedKey(key, f"profile {name}") for name, key in sources.profiles.items() if key), None
    )


def _profile(sources: KeySources, name: str) -> ResolvedKey:
    key = sources.profiles.get(name)
    if not key:
        raise ConfigError(f"the key profile {name!r} is not stored or holds no key")
    return ResolvedKey(key, f"profile {name}")


def read_profiles(path: Path) -> dict[str, Secret]:
    """The stored OpenRouter profiles, the default one first. A missing or broken file holds none.

    Shape: `{"profiles": {"openrouter:default": {"provider": "openrouter", "key": "..."}}}`
    (facts/openrouter-wire.md §1.5).
    """
    try:
        content: Any = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    stored = content.get("profiles") if isinstance(content, dict) else None
    if not isinstance(stored, dict):
        return {}
    found = {
        name: Secret(entry["key"])
        for name, entry in stored.items()
        if isinstance(entry, dict)
        and entry.get("provider") == "openrouter"
        and isinstance(entry.get("key"), str)
    }
    return dict(sorted(found.items(), key=lambda item: item[0] != DEFAULT_PROFILE))
