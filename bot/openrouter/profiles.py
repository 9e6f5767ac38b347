"""The file of stored keys: written whole, readable by its owner alone. Reading is in `keys`.

Source: facts/openrouter-wire.md §1.5 (profile id and fields).
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from bot.errors import StartError
from bot.openrouter.keys import DEFAULT_PROFILE, Secret, read_profiles

FOLDER_MODE = 0o700
AuthFlow = Literal["oauth-pkce", "api-key"]


@dataclass(frozen=True, slots=True)
class Credential:
    """A key to keep, and how it was come by."""

    key: Secret
    auth_flow: AuthFlow
    user_id: str = ""

    @property
    def display_name(self) -> str:
        if self.auth_flow == "api-key":
            return "OpenRouter API key"
        return f"OpenRouter {self.user_id}" if self.user_id else "OpenRouter OAuth"

    def as_entry(self) -> dict[str, Any]:
        """The profile as it is stored."""
        user = {"userId": self.user_id} if self.user_id else {}
        return {
            "type": "api_key",
            "provider": "openrouter",
            "key": self.key.reveal(),
            "displayName": self.display_name,
            "metadata": {"authFlow": self.auth_flow, **user},
        }


def store_profile(path: Path, credential: Credential, *, name: str = DEFAULT_PROFILE) -> None:
    """Put `credential` under `name`; other profiles stay. Raises StartError.

    A file that is no JSON object is kept beside the new one as `<name>.damaged`.
    """
    try:
        path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        content = _stored(path)
        content["profiles"][name] = credential.as_entry()
        _replace(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        raise StartError(
            f"The key can't be stored in {path}: {error.strerror}. Nothing was changed."
        ) from error


@dataclass(slots=True)
class ProfileFile:
    """The stored keys as they are now, read again only after the file has changed."""

    path: Path
    _seen: tuple[int, int, int] | None = None
    _keys: Mapping[str, Secret] = field(default_factory=dict)

    def keys(self) -> Mapping[str, Secret]:
        """The profiles, the default one first. Cheap: one `stat` while nothing changed."""
        try:
            found = self.path.stat()
        except OSError:
            self._seen, self._keys = None, {}
            return self._keys
        now = (found.st_ino, found.st_mtime_ns, found.st_size)
        if now != self._seen:
            self._seen, self._keys = now, read_profiles(self.path)
        return self._keys


def _stored(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {"version": 1, "profiles": {}}
    try:
        content: Any = json.loads(path.read_text("utf-8"))
    except ValueError:
        content = None
    if isinstance(content, dict) and isinstance(content.setdefault("profiles", {}), dict):
        return content
    path.replace(path.with_name(f"{path.name}.damaged"))
    return {"version": 1, "profiles": {}}


def _replace(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(prefix=".profiles-", dir=path.parent)  # owner-only by itself
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
