"""Whose request is this? The Bearer key, or a 401."""

from __future__ import annotations

from collections.abc import Mapping

from bot.sandbox.openrouter.refusal import ApiRefusal

PREFIX = "sk-or-"


def key_of(headers: Mapping[str, str], *, required: bool = True) -> str | None:
    """The key of a request; None when it has none and needs none. Raises ApiRefusal 401."""
    value = headers.get("authorization", "")
    if not value and not required:
        return None
    scheme, _, key = value.partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise ApiRefusal(401, "No auth credentials found")
    if not is_key(key):
        raise ApiRefusal(401, "User not found.")
    return key


def is_key(text: str) -> bool:
    """Whether `text` looks like a key of this service."""
    return text.startswith(PREFIX) and len(text) > len(PREFIX) and text.isprintable()
